import avsc from 'avsc'
import { avroName, avroSchema } from './avro-schema.ts'
import { type Field, type Part, PARTS } from './field.ts'
import { ENDPOINT_FIELDS, FIELDS, REPORTER_FIELDS } from './fields.ts'
import {
  emptyEndpoint,
  emptyRecord,
  emptyReporter,
  encodeEndpoint,
  encodeReporter,
  type LogRecord,
  makeAuthority,
  makeCluster,
  makeHop,
  makeOutcome,
  makeStatus,
  makeTarget,
} from './generated/record.ts'
import { isoTime } from './iso-time.ts'

type Values = Readonly<Record<string, unknown>>

/** A record from its Avro encoding; undefined when the bytes are not one whole record. */
export type AvroDecoder = (bytes: Buffer) => LogRecord | undefined

/**
 * Reads what was written by `writerSchema`, the JSON text of a schema; by default by the schema of this build. Fields
 * this build does not have are left out, fields the writer did not have are absent.
 * Throws an Error when it is no Avro schema, or not one of an earlier or later record of ours.
 */
export function avroDecoder(writerSchema?: string): AvroDecoder {
  const reader = avsc.Type.forSchema(JSON.parse(JSON.stringify(avroSchema())))
  const writer = writerSchema === undefined ? reader : avsc.Type.forSchema(JSON.parse(writerSchema))
  const resolver = writer === reader ? undefined : reader.createResolver(writer)
  return (bytes) => {
    const values = valuesIn(() => reader.fromBuffer(bytes, resolver))
    return values && recordOf(values)
  }
}

function valuesIn(read: () => unknown): Values | undefined {
  try {
    const value = read()
    return isValues(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null
}

const MAKERS = {
  outcome: makeOutcome,
  hop: makeHop,
  target: makeTarget,
  authority: makeAuthority,
  status: makeStatus,
  cluster: makeCluster,
} as const satisfies Record<Part, (fields: Values) => unknown>

function recordOf(values: Values): LogRecord {
  const record = Object.assign(emptyRecord(), fieldsOf(LINE_FIELDS, values))
  for (const part of PARTS) {
    const fields = fieldsOf(PART_FIELDS[part], values)
    // Every record says what kind of line it is of.
    if (part === 'outcome' || Object.keys(fields).length > 0) Object.assign(record, { [part]: MAKERS[part](fields) })
  }
  return record
}

const LINE_FIELDS = FIELDS.filter((field: Field) => field.part === undefined)
const PART_FIELDS = {
  outcome: fieldsOfPart('outcome'),
  hop: fieldsOfPart('hop'),
  target: fieldsOfPart('target'),
  authority: fieldsOfPart('authority'),
  status: fieldsOfPart('status'),
  cluster: fieldsOfPart('cluster'),
} as const satisfies Record<Part, readonly Field[]>

function fieldsOfPart(part: Part): readonly Field[] {
  return FIELDS.filter((field: Field) => field.part === part)
}

/** What of a table's fields is there, by the properties of the typed object. */
function fieldsOf(fields: readonly Field[], values: Values): Values {
  const there: Record<string, unknown> = {}
  for (const field of fields) {
    const value = field.constant === undefined ? values[avroName(field.key)] : undefined
    if (value !== undefined && value !== null) there[field.key] = valueOf(field, value)
  }
  return there
}

/** Of what a Date can be. */
const LATEST_MS = 8_640_000_000_000_000

function valueOf({ type, hasTextValues }: Field, value: unknown): unknown {
  if (type === 'date') return typeof value === 'number' && Math.abs(value) <= LATEST_MS ? isoTime(value) : undefined
  if (hasTextValues === true) return JSON.stringify(value)
  if (!isValues(value)) return value
  if (type === 'endpoint') {
    const endpoint = Object.assign(emptyEndpoint(), fieldsOf(ENDPOINT_FIELDS, value))
    return { ...endpoint, json: encodeEndpoint(endpoint) }
  }
  if (type !== 'reporter') return value
  const reporter = Object.assign(emptyReporter(), fieldsOf(REPORTER_FIELDS, value))
  return { ...reporter, json: encodeReporter(reporter) }
}
