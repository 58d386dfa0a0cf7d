import type { JsonObject } from '../format/json-value.ts'
import { MAX_LINES } from './enveloped-line.ts'
import { MAX_VALUE_DEPTH } from './otlp-value.ts'
import { type Field, ProtoFields } from './proto-fields.ts'

/**
 * Read `LogsData` in protobuf into the shape of its JSON mapping, as far as lines need it. Undefined when the bytes are
 * no such message.
 * Source of the field numbers: open-telemetry/opentelemetry-proto logs.proto, common.proto, resource.proto.
 */
export function readLogsData(message: Buffer): JsonObject | 'too_many' | 'too_deep' | undefined {
  const reader = new LogsReader(message)
  const resourceLogs = reader.list(reader.all, 1, (field) => reader.resourceLogs(field))
  if (reader.isTooDeep) return 'too_deep'
  if (reader.lines > MAX_LINES) return 'too_many'
  return reader.isMalformed ? undefined : { resourceLogs }
}

const ANY_VALUE = { string: 1, bool: 2, int: 3, double: 4, array: 5, map: 6, bytes: 7 }
const LOG_RECORD = { time: 1, body: 5, attributes: 6 }

class LogsReader {
  isTooDeep = false
  isMalformed = false
  lines = 0
  readonly all: Field
  readonly #message: Buffer

  constructor(message: Buffer) {
    this.#message = message
    this.all = { number: 0, from: 0, to: message.length, value: undefined }
  }

  /** The members of a repeated message field. */
  list(within: Field, number: number, read: (field: Field) => unknown): readonly unknown[] {
    const values: unknown[] = []
    for (const field of this.#fields(within)) if (field.number === number) values.push(read(field))
    return values
  }

  resourceLogs(within: Field): JsonObject {
    let attributes: readonly unknown[] = []
    const scopeLogs: JsonObject[] = []
    for (const field of this.#fields(within)) {
      if (field.number === 1) attributes = this.#keyValues(field, 1, MAX_VALUE_DEPTH)
      if (field.number === 2) scopeLogs.push({ logRecords: this.list(field, 2, (record) => this.#logRecord(record)) })
    }
    return { resource: { attributes }, scopeLogs }
  }

  #logRecord(within: Field): JsonObject {
    this.lines += 1
    if (this.lines > MAX_LINES) return {}
    let timeUnixNano: string | undefined
    let body: JsonObject | undefined
    for (const field of this.#fields(within)) {
      if (field.number === LOG_RECORD.time) timeUnixNano = this.#fixed64(field)
      if (field.number === LOG_RECORD.body) body = this.#anyValue(field, MAX_VALUE_DEPTH)
    }
    return { timeUnixNano, body, attributes: this.#keyValues(within, LOG_RECORD.attributes, MAX_VALUE_DEPTH) }
  }

  #keyValues(within: Field, number: number, depth: number): readonly unknown[] {
    return this.list(within, number, (entry) => {
      let key = ''
      let value: JsonObject = {}
      for (const field of this.#fields(entry)) {
        if (field.number === 1) key = this.#text(field)
        if (field.number === 2) value = this.#anyValue(field, depth)
      }
      return { key, value }
    })
  }

  #anyValue(within: Field, depth: number): JsonObject {
    if (depth === 0) {
      this.isTooDeep = true
      return {}
    }
    let value: JsonObject = {}
    for (const field of this.#fields(within)) value = this.#typed(field, depth) ?? value
    return value
  }

  #typed(field: Field, depth: number): JsonObject | undefined {
    switch (field.number) {
      case ANY_VALUE.string:
        return { stringValue: this.#text(field) }
      case ANY_VALUE.bool:
        return { boolValue: field.value !== 0 }
      case ANY_VALUE.int:
        return { intValue: field.value }
      case ANY_VALUE.double:
        return { doubleValue: field.to - field.from === 8 ? this.#message.readDoubleLE(field.from) : undefined }
      case ANY_VALUE.array:
        return { arrayValue: { values: this.list(field, 1, (each) => this.#anyValue(each, depth - 1)) } }
      case ANY_VALUE.map:
        return { kvlistValue: { values: this.#keyValues(field, 1, depth - 1) } }
      case ANY_VALUE.bytes:
        return { bytesValue: this.#message.toString('base64', field.from, field.to) }
      default:
        return undefined
    }
  }

  #text({ from, to }: Field): string {
    return this.#message.toString('utf8', from, to)
  }

  #fixed64({ from, to }: Field): string | undefined {
    return to - from === 8 ? String(this.#message.readBigUInt64LE(from)) : undefined
  }

  *#fields({ from, to }: Field): Iterable<Field> {
    const fields = new ProtoFields(this.#message, from, to)
    for (let field = fields.next(); field !== undefined; field = fields.next()) yield field
    if (fields.isMalformed) this.isMalformed = true
  }
}
