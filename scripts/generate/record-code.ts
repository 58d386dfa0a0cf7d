import type { Field } from '../../src/record/field.ts'
import { ENDPOINT_FIELDS, FIELDS, REPORTER_FIELDS } from '../../src/record/fields.ts'

/** The TypeScript form of the field tables: one interface, one empty value and one encoder per table. */
export function recordCode(): string {
  return `// Generated from src/record/fields.ts by \`npm run generate\`. Do not edit.
import type { JsonText } from '../field.ts'
import { bare, quote, quoteAll } from '../quote.ts'

/** One line, parsed and enriched. Every property exists; \`undefined\` means absent. */
${interfaceOf('LogRecord', FIELDS)}

/** The proxy that wrote a line, with its part of the document ready made. */
${interfaceOf('ReporterFields', REPORTER_FIELDS)}
export interface Reporter extends ReporterFields {
  /** Members of the document's top level, without braces. */
  readonly json: string
}

/** One end of a hop, with its part of the document ready made. */
${interfaceOf('EndpointFields', ENDPOINT_FIELDS)}
export interface Endpoint extends EndpointFields {
  /** The JSON object. */
  readonly json: JsonText
}

/** A record with nothing in it. */
${emptyOf('emptyRecord', 'LogRecord', FIELDS)}

/** A reporter of whom nothing is known. */
${emptyOf('emptyReporter', 'ReporterFields', REPORTER_FIELDS)}

/** An endpoint of which nothing is known. */
${emptyOf('emptyEndpoint', 'EndpointFields', ENDPOINT_FIELDS)}

/**
 * The document of a record: one JSON object, fields in the order of the table, absent fields left out.
 * \`isPlain\`: no part of the line needs escaping in JSON.
 */
export function encodeRecord(value: LogRecord, isPlain: boolean): string {
${encoderBody(FIELDS)}
  return \`{\${g0}}\`
}

/** The reporter's members of a document, without braces. */
export function encodeReporter(value: ReporterFields): string {
${encoderBody(REPORTER_FIELDS)}
  return g0
}

/** The JSON object of one end of a hop. */
export function encodeEndpoint(value: EndpointFields): JsonText {
${encoderBody(ENDPOINT_FIELDS)}
  return \`{\${g0}}\`
}
`
}

function interfaceOf(name: string, fields: readonly Field[]): string {
  const members = stored(fields).map(
    (field) =>
      `  /** ${field.meaning}${field.operator === undefined ? '' : ` \`%${field.operator}%\``} */\n  ${field.key}: ${typeOf(field)} | undefined`,
  )
  return `export interface ${name} {\n${members.join('\n')}\n}`
}

function emptyOf(functionName: string, typeName: string, fields: readonly Field[]): string {
  const members = stored(fields).map((field) => `    ${field.key}: undefined,`)
  return `export function ${functionName}(): ${typeName} {\n  return {\n${members.join('\n')}\n  }\n}`
}

/** Constants are written by the encoder and need no place in the object. */
function stored(fields: readonly Field[]): readonly Field[] {
  return fields.filter((field) => field.constant === undefined)
}

function typeOf(field: Field): string {
  switch (field.type) {
    case 'long':
    case 'float':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'flattened':
      return 'JsonText'
    case 'endpoint':
      return 'Endpoint'
    case 'reporter':
      return 'Reporter'
    default:
      return field.many === true ? 'readonly string[]' : 'string'
  }
}

interface Group {
  readonly members: Map<string, Group | Field>
}

/** The label is chosen, not put together: a comma that is a string of its own costs a concatenation for every field. */
function encoderBody(fields: readonly Field[]): string {
  const root: Group = { members: new Map() }
  for (const field of fields) place(root, field.name === '' ? [''] : field.name.split('.'), field)
  const lines: string[] = []
  let groups = 0
  const emit = (group: Group): string => {
    const text = `g${groups}`
    groups += 1
    lines.push(`  let ${text} = ''`)
    for (const [name, member] of group.members) {
      if ('members' in member) {
        const inner = emit(member)
        lines.push(`  if (${inner} !== '') ${text} += ${label(text, `"${name}":{`)} + ${inner} + '}'`)
      } else lines.push(emitField(member, name, text))
    }
    return text
  }
  emit(root)
  return lines.join('\n')
}

function label(text: string, start: string): string {
  return `(${text} === '' ? '${start}' : ',${start}')`
}

function place(group: Group, path: readonly string[], field: Field): void {
  const [head = '', ...rest] = path
  if (rest.length === 0) {
    group.members.set(head, field)
    return
  }
  const inner = group.members.get(head) ?? { members: new Map<string, Group | Field>() }
  if (!('members' in inner)) throw new Error(`Cannot place field "${field.name}": "${head}" is a field itself`)
  if (group.members.has(head) && [...group.members.keys()].at(-1) !== head)
    throw new Error(`Cannot place field "${field.name}": rows of "${head}" must stand together`)
  group.members.set(head, inner)
  place(inner, rest, field)
}

function emitField(field: Field, name: string, text: string): string {
  if (field.constant !== undefined) return `  ${text} += ${label(text, `"${name}":"${field.constant}"`)}`
  const value = `value.${field.key}`
  const start = field.type === 'reporter' ? `(${text} === '' ? '' : ',')` : label(text, `"${name}":`)
  return `  if (${value} !== undefined) ${text} += ${start} + ${encoded(field, value)}`
}

function encoded(field: Field, value: string): string {
  switch (field.type) {
    case 'long':
    case 'float':
    case 'boolean':
    case 'flattened':
      return value
    case 'endpoint':
    case 'reporter':
      return `${value}.json`
    default:
      return quoted(field, value)
  }
}

function quoted({ many, text }: Field, value: string): string {
  const plain = many === true ? `bare(${value})` : `'"' + ${value} + '"'`
  const checked = many === true ? `quoteAll(${value})` : `quote(${value})`
  if (text === 'word') return plain
  return text === 'line' ? `(isPlain ? ${plain} : ${checked})` : checked
}
