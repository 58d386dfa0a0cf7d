import { crc32 } from 'node:zlib'
import type { IndexRecord } from '../endpoint/index-record.ts'
import { decodeRecord, MAX_RECORD_CHARS } from '../endpoint/record-line.ts'
import { isObject } from '../kubernetes/field-reader.ts'
import { isComparable } from '../kubernetes/resource-version.ts'

/** The version of the protocol (docs/resolver.md) that is spoken here; one older and one newer are understood. */
export const SCHEMA = 1

/** Path of the stream below the URL of a resolver. */
export const STREAM_PATH = '/v1/stream'

/** Bytes of a line, at most: a record is the longest, and its characters have up to three bytes. */
export const LONGEST_LINE = 3 * MAX_RECORD_CHARS

/** About so many bytes of lines make a gzip member, and so many at most a delta, a last record aside. */
export const MEMBER_BYTES = 65_536

/** A resolver that is there says so this often. */
export const HEARTBEAT_MS = 5_000

/** What a resolver knows of the cluster. */
export type ResolverFreshness = 'current' | 'stale'

/** Where a reader is: the start of a resolver, and the last of its deltas. */
export interface Position {
  readonly epoch: string
  readonly seq: number
}

/** One line of the stream. */
export type StreamLine = ControlLine | RecordLine

/** A record as the index has it; undefined for one that this version cannot read, which counts as one all the same. */
export interface RecordLine {
  readonly type: 'record'
  readonly record: IndexRecord | undefined
}

/** Every line but records. */
export type ControlLine =
  | (Position & {
      readonly type: 'hello'
      readonly schema: number
      readonly nowMs: number
      readonly freshness: ResolverFreshness
      /** Everything that happened to pods up to this version is known to this resolver. */
      readonly knows?: string | undefined
      readonly told?: Told
    })
  | { readonly type: 'resume'; readonly seq: number }
  | { readonly type: 'snapshot' }
  | { readonly type: 'end'; readonly seq: number; readonly atMs: number }
  | { readonly type: 'delta'; readonly seq: number; readonly records: number; readonly told?: Told }
  | {
      readonly type: 'heartbeat'
      readonly seq: number
      readonly nowMs: number
      readonly freshness: ResolverFreshness
    }

/** The newest version of a pod that this resolver has told, or is about to. */
type Told = string | undefined

/** Whether a peer of that version is understood. */
export function isNearSchema(schema: number): boolean {
  return Math.abs(schema - SCHEMA) <= 1
}

/**
 * One gzip member with one line. Its bytes are stored, not packed: zlib takes longer to begin than this takes, and a
 * thousand readers may come at once.
 * Source: RFC 1952 2.3 (member), RFC 1951 3.2.4 (stored block).
 */
export function memberOf(line: ControlLine): Buffer {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
  const ends = Buffer.alloc(5 + 8)
  ends.writeUInt8(1) // the last block, stored
  ends.writeUInt16LE(bytes.length, 1)
  ends.writeUInt16LE(~bytes.length & 0xffff, 3)
  ends.writeUInt32LE(crc32(bytes), 5)
  ends.writeUInt32LE(bytes.length, 9)
  return Buffer.concat([GZIP_HEADER, ends.subarray(0, 5), bytes, ends.subarray(5)])
}

/** Deflate, no flags, no time, unknown system. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])

/** Read a line; `unknown` for one of another version, undefined for what is none. Never throws. */
export function parseLine(text: string): StreamLine | 'unknown' | undefined {
  if (text.startsWith(RECORD_START)) return recordLine(text)
  const line = parseJson(text)
  if (!isObject(line)) return undefined
  const { type } = line
  if (typeof type !== 'string') return undefined
  return Object.hasOwn(READERS, type) ? READERS[type]?.(line) : 'unknown'
}

/** Every record begins so, and no other line does. */
const RECORD_START = '{"k":'

function recordLine(text: string): RecordLine {
  const result = decodeRecord(text)
  return { type: 'record', record: result.ok ? result.record : undefined }
}

type Json = Readonly<Record<string, unknown>>

const READERS: Readonly<Record<string, (line: Json) => ControlLine | undefined>> = {
  hello: ({ schema, epoch, seq, nowMs, freshness, ...versions }) =>
    isCount(schema) && isEpoch(epoch) && isCount(seq) && isTime(nowMs)
      ? { type: 'hello', schema, epoch, seq, nowMs, freshness: freshnessOf(freshness), ...versionsOf(versions) }
      : undefined,
  resume: ({ seq }) => (isCount(seq) ? { type: 'resume', seq } : undefined),
  snapshot: () => ({ type: 'snapshot' }),
  end: ({ seq, atMs }) => (isCount(seq) && isTime(atMs) ? { type: 'end', seq, atMs } : undefined),
  delta: ({ seq, records, told }) =>
    isCount(seq) && isCount(records) ? { type: 'delta', seq, records, ...versionsOf({ told }) } : undefined,
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

/** What cannot be compared is as good as not said. */
function versionsOf({ knows, told }: Json): { readonly knows?: string; readonly told?: string } {
  return { ...(isComparable(knows) ? { knows } : {}), ...(isComparable(told) ? { told } : {}) }
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
