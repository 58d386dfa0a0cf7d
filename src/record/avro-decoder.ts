import avsc from 'avsc'
import { avroName, avroSchema } from './avro-schema.ts'
import { mendAvsc } from './avsc-mended.ts'
import type { Field } from './field.ts'
import { documentTree, type FieldTree, isTree } from './field-tree.ts'
import { FIELDS, REPORTER_FIELDS } from './fields.ts'
import { isoTime } from './iso-time.ts'
import { quote, quoteAll } from './quote.ts'

/** The JSON document of a record from its Avro encoding; undefined when the bytes are not one whole record. */
export type AvroDecoder = (bytes: Buffer) => string | undefined

/**
 * Reads what was written by `writerSchema`, the JSON text of a schema; by default by the schema of this build. Fields
 * this build does not have are left out, fields the writer did not have are absent. The document is the one that
 * `encodeRecord` makes of the same record.
 * Throws an Error when it is no Avro schema, or not one of an earlier or later record of ours.
 */
export function avroDecoder(writerSchema?: string): AvroDecoder {
  mendAvsc()
  const reader = avsc.Type.forSchema(JSON.parse(JSON.stringify(avroSchema())))
  const writer = writerSchema === undefined ? reader : avsc.Type.forSchema(JSON.parse(writerSchema))
  const resolver = reader.equals(writer) ? undefined : reader.createResolver(writer) // which makes it slower
  return (bytes) => {
    try {
      const value: unknown = reader.fromBuffer(bytes, resolver)
      return isValues(value) ? DOCUMENT(value) : undefined
    } catch {
      return undefined
    }
  }
}

/** A record as avsc reads it. */
type Values = Readonly<Record<string, unknown>>
/** The JSON of one place in a document; undefined where nothing stands there. */
type Write = (values: Values) => string | undefined

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null
}

const ENDS = new Map<string, string>(
  FIELDS.filter(({ type }) => type === 'endpoint').map(({ name, key }) => [name, key]),
)
const OF_REPORTER: ReadonlySet<Field> = new Set(REPORTER_FIELDS)
const DOCUMENT = objectOf(documentTree(), '')

function objectOf(tree: FieldTree, path: string): Write {
  const members = [...tree].map(([name, member]): readonly [string, Write] => {
    const inner = path === '' ? name : `${path}.${name}`
    return [`${JSON.stringify(name)}:`, isTree(member) ? nested(member, inner) : fieldOf(member)]
  })
  return (values) => {
    let text = ''
    for (const [label, write] of members) {
      const value = write(values)
      if (value !== undefined) text += (text === '' ? '{' : ',') + label + value
    }
    return text === '' ? undefined : `${text}}`
  }
}

/** An end that says nothing is an object without members; other objects that would have none are left out. */
function nested(tree: FieldTree, path: string): Write {
  const write = objectOf(tree, path)
  const key = ENDS.get(path)
  return key === undefined ? write : within(avroName(key), (values) => write(values) ?? '{}')
}

function within(name: string, write: Write): Write {
  return (values) => {
    const inner = values[name]
    return isValues(inner) ? write(inner) : undefined
  }
}

function fieldOf(field: Field): Write {
  const write = valueOf(field)
  return OF_REPORTER.has(field) ? within('reporter', write) : write
}

function valueOf(field: Field): Write {
  const { key, constant } = field
  if (constant !== undefined) return () => `"${constant}"`
  const name = avroName(key)
  const json = jsonOf(field)
  return (values) => {
    const value = values[name]
    return value === null || value === undefined ? undefined : json(value)
  }
}

function jsonOf({ type, hasTextValues }: Field): (value: unknown) => string {
  if (type === 'date') return (value) => `"${isoTime(Number(value))}"`
  if (type !== 'flattened') return plainJson
  return hasTextValues === true ? (value) => JSON.stringify(value) : (value) => objectText(String(value))
}

function plainJson(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  return Array.isArray(value) ? quoteAll(value.map(String)) : String(value)
}

/** Somebody else may have written it: what is no JSON object would break the whole document. Throws. */
function objectText(text: string): string {
  const value: unknown = JSON.parse(text)
  if (isValues(value) && !Array.isArray(value)) return text
  throw new Error('no JSON object')
}
