import { Settings } from 'typebox/system'
import { Value } from 'typebox/value'
import { isMapping } from './mapping.ts'
import { didYouMean } from './nearest.ts'
import { foundText, type Problem } from './problem.ts'
import { type ConfigPath, mappingNode, nodeOf, type SchemaNode, schemaAt } from './schema-node.ts'

const MOST_ERRORS = 1_000 // TypeBox stops at 8 by itself

/**
 * Everything in `value` that does not follow `schema`, one problem a place, each with its path below `base`.
 *
 * `value` must have its defaults filled in already.
 */
export function checkSchema(schema: object, value: unknown, base: ConfigPath = []): readonly Problem[] {
  Settings.Set({ maxErrors: MOST_ERRORS })
  const problems = new Map<string, Problem>()
  for (const error of Value.Errors(schema, value)) {
    const path = pathOf(error.instancePath, value)
    if (isOfOtherMember(error, schemaAt(schema, path), valueAt(value, path))) continue
    for (const at of placesOf(error, path)) {
      // The first error of a place says enough: a union repeats it for each of its members.
      const key = JSON.stringify(at)
      if (!problems.has(key))
        problems.set(key, { path: [...base, ...at], message: messageFor(schema, value, base, at) })
    }
  }
  return [...problems.values()]
}

/** What TypeBox says of one mismatch: JSON Schema's keyword and its parameters. */
interface SchemaError {
  readonly keyword: string
  readonly params: object
}

/**
 * Whether it says no more than that a mapping is no text, where either may stand: what is wrong inside the mapping is
 * said by errors of their own.
 */
function isOfOtherMember({ keyword }: SchemaError, node: SchemaNode, found: unknown): boolean {
  return isMapping(found) && mappingNode(node) !== node && !INSIDE_MAPPING.has(keyword)
}
const INSIDE_MAPPING = new Set(['required', 'additionalProperties', 'minProperties', 'maxProperties'])

/** The places a mismatch is about: a missing or unknown key is one of its own, not its parent. */
function placesOf({ keyword, params }: SchemaError, path: ConfigPath): readonly ConfigPath[] {
  if (keyword === 'required' && 'requiredProperties' in params) return below(path, params.requiredProperties)
  if (keyword === 'additionalProperties' && 'additionalProperties' in params)
    return below(path, params.additionalProperties)
  return [path]
}

function below(path: ConfigPath, keys: unknown): readonly ConfigPath[] {
  return Array.isArray(keys) ? keys.map((key) => [...path, String(key)]) : []
}

function messageFor(schema: object, root: unknown, base: ConfigPath, path: ConfigPath): string {
  const key = path.at(-1)
  const parent = mappingNode(schemaAt(schema, path.slice(0, -1)))
  if (typeof key === 'string' && !isKnown(parent, key)) return unknownKey(parent, key)
  const found = valueAt(root, path)
  const expected = expectedText(schemaAt(schema, path), found)
  if (found === undefined) return `missing, expected ${expected}`
  const choices = schemaAt(schema, path).enum?.map(String) ?? []
  const hint = typeof found === 'string' ? didYouMean(found, choices) : hintFor(schemaAt(schema, path), found)
  return `found ${foundText([...base, ...path], found)}, expected ${expected}${hint}`
}

function isKnown(parent: SchemaNode, key: string): boolean {
  if (parent.properties !== undefined) return Object.hasOwn(parent.properties, key)
  return Object.keys(parent.patternProperties ?? {}).some((pattern) => new RegExp(pattern, 'u').test(key))
}

function unknownKey({ properties, patternProperties }: SchemaNode, key: string): string {
  if (properties === undefined)
    return `not a possible name, expected ${Object.keys(patternProperties ?? {}).join(' or ')}`
  const known = Object.keys(properties)
  return `no such setting${didYouMean(key, known) || `, expected one of ${known.join(', ')}`}`
}

function hintFor(node: SchemaNode, found: unknown): string {
  const isBare = typeof found === 'number' || typeof found === 'boolean'
  return node.type === 'string' && isBare ? ' (put it in quotes)' : ''
}

/** What is allowed at a place, in words; of the bounds of a text only the one that `found` breaks. */
export function expectedText(node: SchemaNode, found?: unknown): string {
  if (node.const !== undefined) return JSON.stringify(node.const)
  if (node.enum !== undefined) return listed(node.enum.map(String))
  if (node.anyOf !== undefined)
    return listed([...new Set(node.anyOf.map((member) => expectedText(nodeOf(member), found)))])
  switch (node.type) {
    case 'integer':
      return `a whole number${rangeText('from', node.minimum, node.maximum)}`
    case 'number':
      return `a number${rangeText('from', node.minimum, node.maximum)}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return `a list${rangeText('of', node.minItems, node.maxItems, ' entries')}${node.uniqueItems === true ? ', each once' : ''}`
    case 'object':
      return `a mapping${rangeText('of', node.minProperties, node.maxProperties, ' entries')}`
    default:
      return textText(node, found)
  }
}

function textText({ minLength = 0, maxLength = Infinity, pattern, examples }: SchemaNode, found: unknown): string {
  const example = examples?.[0] === undefined ? '' : `, such as ${JSON.stringify(examples[0])}`
  if (typeof found !== 'string') return `text${example}`
  if (found.length < minLength) return 'text that is not empty'
  if (found.length > maxLength) return `text of at most ${maxLength} characters`
  return pattern === undefined ? 'text' : `text of the form ${pattern}${example}`
}

function rangeText(word: string, least: number | undefined, most: number | undefined, unit = ''): string {
  if (least !== undefined && most !== undefined) return ` ${word} ${least} to ${most}${unit}`
  if (least !== undefined) return ` of at least ${least}${unit}`
  return most === undefined ? '' : ` of at most ${most}${unit}`
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
}

/** A JSON pointer as keys and list positions; `root` tells which of the two a number is. */
function pathOf(pointer: string, root: unknown): ConfigPath {
  const path: (string | number)[] = []
  let value = root
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const step = Array.isArray(value) ? Number(key) : key
    path.push(step)
    value = valueAt(value, [step])
  }
  return path
}

function valueAt(root: unknown, path: ConfigPath): unknown {
  let value = root
  for (const step of path) {
    if (Array.isArray(value) && typeof step === 'number') value = value[step]
    else if (isMapping(value) && Object.hasOwn(value, step)) value = value[step]
    else return undefined
  }
  return value
}
