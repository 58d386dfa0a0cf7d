import type { Field } from './field.ts'
import { ENDPOINT_FIELDS, FIELDS, REPORTER_FIELDS } from './fields.ts'

type AvroType = string | readonly AvroType[] | { readonly [attribute: string]: unknown }

/** One Avro field: nullable, absent is null, so that fields can be added and old readers go on. */
interface AvroField {
  readonly name: string
  readonly type: AvroType
  readonly default: null
  readonly doc: string
}

interface AvroRecord {
  readonly type: 'record'
  readonly name: string
  readonly namespace?: string
  readonly doc: string
  readonly fields: readonly AvroField[]
}

/**
 * The Avro form of the record itself: names are the properties of the typed object, in snake case. Constants are left
 * out, because they tell a reader nothing. Strings stand where an enum could, because an old reader fails on a new symbol.
 */
export function avroSchema(): AvroRecord {
  const defined = new Set<string>()
  return {
    namespace: 'flagship',
    ...recordOf(
      'AccessRecord',
      'One line of an Envoy access log. Null means unknown or not applicable.',
      FIELDS,
      defined,
    ),
  }
}

/** The same as JSON text: what registries keep, and find it by. */
export function avroSchemaText(): string {
  return JSON.stringify(avroSchema())
}

/** The Avro name of a field: `upstreamServiceTimeMs` is `upstream_service_time_ms`. */
export function avroName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function recordOf(name: string, doc: string, fields: readonly Field[], defined: Set<string>): AvroRecord {
  const stored = fields.filter(({ constant }) => constant === undefined)
  return { type: 'record', name, doc, fields: stored.map((field) => avroField(field, defined)) }
}

function avroField(field: Field, defined: Set<string>): AvroField {
  const value = avroType(field, defined)
  const type = field.many === true ? { type: 'array', items: value } : value
  return { name: avroName(field.key), type: ['null', type], default: null, doc: field.meaning }
}

function avroType({ type, hasTextValues }: Field, defined: Set<string>): AvroType {
  switch (type) {
    case 'long':
      return 'long'
    case 'float':
      return 'double'
    case 'boolean':
      return 'boolean'
    case 'date':
      // Not timestamp-micros: Kafka Connect's AvroData hands those on as plain numbers (confluentinc/schema-registry#1720).
      return { type: 'long', logicalType: 'timestamp-millis' }
    case 'flattened':
      // A map could not tell a number from a text, nor hold an object: what a line says may be any JSON.
      return hasTextValues === true ? { type: 'map', values: 'string' } : 'string'
    case 'endpoint':
      return named('Endpoint', 'One end of a hop.', ENDPOINT_FIELDS, defined)
    case 'reporter':
      return named('Reporter', 'The proxy that wrote the line.', REPORTER_FIELDS, defined)
    default:
      return 'string'
  }
}

/** Avro defines a named type where it first stands and refers to it by name from then on. */
function named(name: string, doc: string, fields: readonly Field[], defined: Set<string>): AvroType {
  if (defined.has(name)) return name
  defined.add(name)
  return { ...recordOf(name, doc, fields, defined) }
}
