/** Records as a batch of version 2 has them, without its head (Apache Kafka, DefaultRecord.java). */
import type { KafkaMessage } from './message.ts'

/** Each varint of 64 bits has at most so many bytes. */
const MOST_VARINT_BYTES = 10
/** Of a record without its texts, its value and its headers. */
const MOST_FRAME_BYTES = 9 * MOST_VARINT_BYTES
/** UTF-8 needs at most three bytes for one UTF-16 unit. */
const BYTES_PER_UNIT = 3
const LOW_BITS = 0x80
const TOMBSTONE = 1 // -1

const EVENT_ID = sized('event-id')

/** The records of a batch as they stand in it, and the span of their times. */
export interface EncodedRecords {
  readonly bytes: Buffer
  readonly firstMs: number
  readonly lastMs: number
}

/** Room that is surely enough for the records of one batch. */
export function mostRecordBytes(messages: readonly KafkaMessage[]): number {
  return messages.reduce((sum, message) => sum + mostBytesOf(message), 0)
}

function mostBytesOf({ key, value, eventId = '', headers }: KafkaMessage): number {
  const texts = (key.length + eventId.length) * BYTES_PER_UNIT
  return MOST_FRAME_BYTES + EVENT_ID.length + texts + (value?.length ?? 0) + encodedHeaders(headers).bytes.length
}

/** Write the records of one batch at the beginning of some memory. */
export function encodeRecords(messages: readonly KafkaMessage[], memory: Buffer): EncodedRecords {
  let [firstMs, lastMs] = [Infinity, -Infinity]
  for (const { timeMs } of messages) {
    firstMs = Math.min(firstMs, timeMs)
    lastMs = Math.max(lastMs, timeMs)
  }
  let end = 0
  for (const [index, message] of messages.entries()) end = writeRecord(memory, end, message, index, firstMs)
  return { bytes: memory.subarray(0, end), firstMs, lastMs }
}

function writeRecord(bytes: Buffer, at: number, message: KafkaMessage, offsetDelta: number, firstMs: number): number {
  const { key, value, eventId, headers } = message
  const others = encodedHeaders(headers)
  const [timeDelta, headerCount] = [message.timeMs - firstMs, others.count + (eventId === undefined ? 0 : 1)]
  const [keyBytes, idBytes] = [Buffer.byteLength(key), eventId === undefined ? 0 : Buffer.byteLength(eventId)]
  const body =
    1 + // attributes
    varintBytes(timeDelta) +
    varintBytes(offsetDelta) +
    sizedBytes(keyBytes) +
    (value === null ? 1 : sizedBytes(value.length)) +
    varintBytes(headerCount) +
    (eventId === undefined ? 0 : EVENT_ID.length + sizedBytes(idBytes)) +
    others.bytes.length
  let end = writeVarint(bytes, at, body)
  bytes[end] = 0
  end = writeVarint(bytes, end + 1, timeDelta)
  end = writeVarint(bytes, end, offsetDelta)
  end = writeText(bytes, end, key, keyBytes)
  end = writeValue(bytes, end, value)
  end = writeVarint(bytes, end, headerCount)
  if (eventId !== undefined) end = writeText(bytes, end + EVENT_ID.copy(bytes, end), eventId, idBytes)
  return end + others.bytes.copy(bytes, end)
}

function writeValue(bytes: Buffer, at: number, value: Buffer | null): number {
  if (value === null) return writeByte(bytes, at, TOMBSTONE)
  const end = writeVarint(bytes, at, value.length)
  return end + value.copy(bytes, end)
}

function writeText(bytes: Buffer, at: number, text: string, byteCount: number): number {
  const end = writeVarint(bytes, at, byteCount)
  return end + bytes.write(text, end)
}

interface EncodedHeaders {
  readonly bytes: Buffer
  readonly count: number
}

/** By the object: many messages have the same one. */
const known = new WeakMap<KafkaMessage['headers'], EncodedHeaders>()

function encodedHeaders(headers: KafkaMessage['headers']): EncodedHeaders {
  const before = known.get(headers)
  if (before !== undefined) return before
  const entries = Object.entries(headers)
  const encoded = { bytes: Buffer.concat(entries.flat().map(sized)), count: entries.length }
  known.set(headers, encoded)
  return encoded
}

function sized(text: string): Buffer {
  const bytes = Buffer.alloc(MOST_VARINT_BYTES + Buffer.byteLength(text))
  return bytes.subarray(0, writeText(bytes, 0, text, Buffer.byteLength(text)))
}

/** Zigzag, seven bits a byte; of what is not negative alone. */
function writeVarint(bytes: Buffer, at: number, value: number): number {
  let [end, rest] = [at, value * 2]
  while (rest >= LOW_BITS) {
    end = writeByte(bytes, end, (rest % LOW_BITS) + LOW_BITS)
    rest = Math.floor(rest / LOW_BITS)
  }
  return writeByte(bytes, end, rest)
}

function writeByte(bytes: Buffer, at: number, byte: number): number {
  bytes[at] = byte
  return at + 1
}

function varintBytes(value: number): number {
  let count = 1
  for (let rest = value * 2; rest >= LOW_BITS; rest = Math.floor(rest / LOW_BITS)) count += 1
  return count
}

function sizedBytes(length: number): number {
  return varintBytes(length) + length
}
