import { crc32 } from 'node:zlib'

/** The format that this flagship writes. The place and form of the header stay the same in every version. */
export const FORMAT_VERSION = 1

const FORMAT = Buffer.from('flagship-state\n\0', 'latin1')
const VERSION_AT = 16
const GENERATION_AT = 20
const HEADER_CRC_AT = 28
/** Where the first record of a slot begins. */
export const HEADER_BYTES = 32

/** Begins each record. JSON in UTF-8 has no byte 0xff, so no value can look like a record. */
const MARKER = Buffer.from([0xff, 0x46, 0x53, 0xfe])
const HEAD_CRC_AT = 16
const HEAD_BYTES = 20
const LENGTH_AT = 20
const KIND_AT = 24
const CRC_AT = 25
const PAYLOAD_AT = 29
const COUNTER_BYTES = 6

/** What a record without entries takes, as the one that ends a slot. */
export const EMPTY_RECORD_BYTES = PAYLOAD_AT + 2

/** How a store stands before its first commit: made new, as the last one left it, or with commits possibly missing. */
export type Origin = 'new' | 'current' | 'older'

/** A snapshot (named after the origin it hands on), the changes of one commit, or the end of a slot. */
export type RecordKind = Origin | 'changes' | 'end'

const KINDS: readonly RecordKind[] = ['new', 'current', 'older', 'changes', 'end']

/** A key and its value, or a key that was removed. */
export type Entry = readonly [key: string, value: unknown] | readonly [key: string]

/** The place of a record: which slot in time, and the how manieth in it, from 0. */
export interface RecordPlace {
  readonly generation: number
  readonly sequence: number
}

/** A record as it was written. */
export interface StateRecord {
  readonly kind: RecordKind
  readonly entries: readonly Entry[]
  /** Where the next one begins. */
  readonly endBytes: number
}

/** The first bytes of a slot. */
export function encodeHeader(generation: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  FORMAT.copy(header)
  header.writeUInt32BE(FORMAT_VERSION, VERSION_AT)
  header.writeUIntBE(generation, GENERATION_AT, COUNTER_BYTES)
  header.writeUInt32BE(crc32(header.subarray(0, HEADER_CRC_AT)), HEADER_CRC_AT)
  return header
}

/** Version and generation of a slot; undefined when its header is damaged or none. */
export function decodeHeader(slot: Buffer): { readonly version: number; readonly generation: number } | undefined {
  if (slot.length < HEADER_BYTES || !slot.subarray(0, FORMAT.length).equals(FORMAT)) return undefined
  if (slot.readUInt32BE(HEADER_CRC_AT) !== crc32(slot.subarray(0, HEADER_CRC_AT))) return undefined
  return { version: slot.readUInt32BE(VERSION_AT), generation: slot.readUIntBE(GENERATION_AT, COUNTER_BYTES) }
}

/** An entry as it stands in a record; undefined removes the key. @throws when it has no JSON form. */
export function entryText(key: string, value: unknown): string {
  return value === undefined ? `[${JSON.stringify(key)}]` : `[${JSON.stringify(key)},${JSON.stringify(value)}]`
}

/** A whole record. */
export function encodeRecord(kind: RecordKind, place: RecordPlace, entries: readonly string[]): Buffer {
  const payload = `[${entries.join(',')}]`
  const length = Buffer.byteLength(payload)
  const record = Buffer.allocUnsafe(PAYLOAD_AT + length)
  encodeHead(place).copy(record)
  record.writeUInt32BE(length, LENGTH_AT)
  record.writeUInt8(KINDS.indexOf(kind), KIND_AT)
  record.write(payload, PAYLOAD_AT, 'utf8')
  record.writeUInt32BE(checksum(record, 0, record.length), CRC_AT)
  return record
}

/** The first bytes of a record, which are the same whatever it will hold. Alone, they prove that the record before was on disk. */
export function encodeHead({ generation, sequence }: RecordPlace): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  MARKER.copy(head)
  head.writeUIntBE(generation, 4, COUNTER_BYTES)
  head.writeUIntBE(sequence, 10, COUNTER_BYTES)
  head.writeUInt32BE(crc32(head.subarray(0, HEAD_CRC_AT)), HEAD_CRC_AT)
  return head
}

/** The record of `place` at `atBytes`; undefined when it is not there whole. */
export function decodeRecord(slot: Buffer, atBytes: number, place: RecordPlace): StateRecord | undefined {
  if (atBytes + PAYLOAD_AT > slot.length) return undefined
  if (!slot.subarray(atBytes, atBytes + HEAD_BYTES).equals(encodeHead(place))) return undefined
  const endBytes = atBytes + PAYLOAD_AT + slot.readUInt32BE(atBytes + LENGTH_AT)
  const kind = KINDS[slot.readUInt8(atBytes + KIND_AT)]
  if (kind === undefined || endBytes > slot.length) return undefined
  if (slot.readUInt32BE(atBytes + CRC_AT) !== checksum(slot, atBytes, endBytes)) return undefined
  const entries = parseEntries(slot.toString('utf8', atBytes + PAYLOAD_AT, endBytes))
  return entries && { kind, entries, endBytes }
}

/** The places of all records that were begun from `atBytes` on, whether or not they are whole. */
export function* recordsBegun(slot: Buffer, atBytes: number): Generator<RecordPlace> {
  for (let at = slot.indexOf(MARKER, atBytes); at !== -1; at = slot.indexOf(MARKER, at + 1)) {
    if (at + HEAD_BYTES > slot.length) return
    const generation = slot.readUIntBE(at + 4, COUNTER_BYTES)
    const sequence = slot.readUIntBE(at + 10, COUNTER_BYTES)
    const head = encodeHead({ generation, sequence })
    if (head.equals(slot.subarray(at, at + HEAD_BYTES))) yield { generation, sequence }
  }
}

/** Of everything in a record but the checksum itself. */
function checksum(bytes: Buffer, fromBytes: number, toBytes: number): number {
  const front = crc32(bytes.subarray(fromBytes, fromBytes + CRC_AT))
  return crc32(bytes.subarray(fromBytes + PAYLOAD_AT, toBytes), front)
}

function parseEntries(text: string): readonly Entry[] | undefined {
  try {
    const entries: unknown = JSON.parse(text)
    return Array.isArray(entries) && entries.every(isEntry) ? entries : undefined
  } catch {
    return undefined
  }
}

function isEntry(entry: unknown): entry is Entry {
  return Array.isArray(entry) && typeof entry[0] === 'string' && entry.length <= 2
}
