import { constants, gzipSync } from 'node:zlib'
import { isObject } from '../kubernetes/field-reader.ts'

/** The version of the protocol (docs/resolver.md) that is spoken here; one older and one newer are understood. */
export const SCHEMA = 1

/** Path of the stream below the URL of a resolver. */
export const STREAM_PATH = '/v1/stream'

/** A line that is longer is nobody's honest one. */
export const LONGEST_LINE = 4_194_304

/** Lines of records are ended at this length. */
export const LINE_BYTES = 65_536

/** A resolver that is there says so this often. */
export const HEARTBEAT_MS = 5_000

/** What a resolver knows of the cluster. */
export type ResolverFreshness = 'current' | 'stale'

/** Where a reader is: the start of a resolver, and the last of its deltas. */
export interface Position {
  readonly epoch: string
  readonly seq: number
}

/** One line of the stream. Records stay as they are: what is in them is the index's. */
export type StreamLine =
  | (Position & {
      readonly type: 'hello'
      readonly schema: number
      readonly nowMs: number
      readonly freshness: ResolverFreshness
    })
  | { readonly type: 'resume'; readonly seq: number }
  | { readonly type: 'snapshot' }
  | { readonly type: 'records'; readonly records: readonly unknown[] }
  | { readonly type: 'end'; readonly seq: number; readonly atMs: number }
  | { readonly type: 'delta'; readonly seq: number; readonly records: readonly unknown[] }
  | {
      readonly type: 'heartbeat'
      readonly seq: number
      readonly nowMs: number
      readonly freshness: ResolverFreshness
    }

/** Whether a peer of that version is understood. */
export function isNearSchema(schema: number): boolean {
  return Math.abs(schema - SCHEMA) <= 1
}

/** One gzip member with one line. */
export function memberOf(line: StreamLine): Buffer {
  return gzipSync(`${JSON.stringify(line)}\n`, { level: constants.Z_NO_COMPRESSION })
}

/** Read a line; `unknown` for one of another version, undefined for what is none. Never throws. */
export function parseLine(text: string): StreamLine | 'unknown' | undefined {
  const line = parseJson(text)
  if (!isObject(line)) return undefined
  const { type } = line
  if (typeof type !== 'string') return undefined
  return Object.hasOwn(READERS, type) ? READERS[type]?.(line) : 'unknown'
}

type Json = Readonly<Record<string, unknown>>

const READERS: Readonly<Record<string, (line: Json) => StreamLine | undefined>> = {
  hello: ({ schema, epoch, seq, nowMs, freshness }) =>
    isCount(schema) && isEpoch(epoch) && isCount(seq) && isTime(nowMs)
      ? { type: 'hello', schema, epoch, seq, nowMs, freshness: freshnessOf(freshness) }
      : undefined,
  resume: ({ seq }) => (isCount(seq) ? { type: 'resume', seq } : undefined),
  snapshot: () => ({ type: 'snapshot' }),
  records: ({ records }) => (Array.isArray(records) ? { type: 'records', records } : undefined),
  end: ({ seq, atMs }) => (isCount(seq) && isTime(atMs) ? { type: 'end', seq, atMs } : undefined),
  delta: ({ seq, records }) => (isCount(seq) && Array.isArray(records) ? { type: 'delta', seq, records } : undefined),
  heartbeat: ({ seq, nowMs, freshness }) =>
    isCount(seq) && isTime(nowMs) ? { type: 'heartbeat', seq, nowMs, freshness: freshnessOf(freshness) } : undefined,
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A word of another version is no promise. */
function freshnessOf(value: unknown): ResolverFreshness {
  return value === 'current' ? 'current' : 'stale'
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** It stands in the next URL. */
export function isEpoch(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(value)
}
