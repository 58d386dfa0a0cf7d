import type { JsonObject } from '../format/json-value.ts'
import { isObject } from './values.ts'

/** Nothing that is logged comes near; looking deeper would need as deep a stack. */
export const MAX_VALUE_DEPTH = 100

/** A value as JSON has it; `is` undefined for an empty one. */
export interface PlainValue {
  readonly is: unknown
}

/**
 * The plain value of an OTLP `AnyValue` in its JSON mapping: integers are digits in a text, maps are lists of keys and
 * values, and a value that names no type is empty. `too_deep` when it nests deeper than `depth`.
 * Source: open-telemetry/opentelemetry-proto common.proto; OTLP specification, "JSON Protobuf Encoding".
 */
export function plainValue(value: unknown, depth: number): PlainValue | 'too_deep' {
  if (depth === 0) return 'too_deep'
  if (!isObject(value)) return EMPTY
  const { stringValue, intValue, doubleValue, boolValue, bytesValue, kvlistValue, arrayValue } = value
  if (typeof stringValue === 'string') return { is: stringValue }
  if (kvlistValue !== undefined) return mapOf(kvlistValue, depth)
  if (arrayValue !== undefined) return listOf(arrayValue, depth)
  if (isNumber(intValue)) return { is: Number(intValue) }
  if (typeof bytesValue === 'string') return { is: Buffer.from(bytesValue, 'base64').toString('utf8') }
  if (isNumber(doubleValue)) return { is: doubleValue }
  return typeof boolValue === 'boolean' ? { is: boolValue } : EMPTY
}
const EMPTY: PlainValue = { is: undefined }

/** As JSON has it, or in a text: digits, `NaN`, `Infinity`. */
function isNumber(value: unknown): value is number | string {
  return typeof value === 'number' || typeof value === 'string'
}

function mapOf(list: unknown, depth: number): PlainValue | 'too_deep' {
  const members = plainMembers(isObject(list) ? list['values'] : undefined, depth - 1)
  return members === 'too_deep' ? members : { is: members }
}

function listOf(list: unknown, depth: number): PlainValue | 'too_deep' {
  const values = isObject(list) && Array.isArray(list['values']) ? list['values'] : []
  const plain: unknown[] = []
  for (const each of values) {
    const value = plainValue(each, depth - 1)
    if (value === 'too_deep') return value
    plain.push(value.is ?? null)
  }
  return { is: plain }
}

/** An object of a list of keys and values; what is none of them is left out. */
export function plainMembers(list: unknown, depth: number): JsonObject | 'too_deep' {
  const members: [string, unknown][] = []
  for (const each of Array.isArray(list) ? list : []) {
    if (!isObject(each) || typeof each['key'] !== 'string') continue
    const value = plainValue(each['value'], depth)
    if (value === 'too_deep') return value
    members.push([each['key'], value.is ?? null])
  }
  return Object.fromEntries(members)
}
