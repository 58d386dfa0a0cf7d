/**
 * Records that are encoded before kafkajs sees them. It makes several objects and copies of each record otherwise, and
 * groups them in quadratic time (producer/groupMessagesPerPartition.js); this way it still does all the rest.
 */
import { createRequire } from 'node:module'
import type { Message } from 'kafkajs'
import type { KafkaMessage, PartitionBatch } from './kafka-producer.ts'

/** Each varint of 64 bits has at most so many bytes. */
const MOST_VARINT_BYTES = 10
const LOW_BITS = 0x80

/** The records of a batch as they stand in it, and the span of their times. */
export interface EncodedRecords {
  readonly bytes: Buffer
  readonly firstMs: number
  readonly lastMs: number
}

/** Records as a batch of version 2 has them, without its head (Apache Kafka, DefaultRecord.java). */
export function encodeRecords(messages: readonly KafkaMessage[]): EncodedRecords {
  const times = messages.map(({ timestamp }) => Number(timestamp))
  const [firstMs, lastMs] = [Math.min(...times), Math.max(...times)]
  const bodies = messages.map((message, index) => bodyBytesOf(message, index, (times[index] ?? 0) - firstMs))
  const bytes = Buffer.allocUnsafe(bodies.reduce((sum, body) => sum + body + MOST_VARINT_BYTES, 0))
  let end = 0
  for (const [index, message] of messages.entries()) {
    end = writeVarint(bytes, end, bodies[index] ?? 0)
    end = writeRecord(bytes, end, message, index, (times[index] ?? 0) - firstMs)
  }
  return { bytes: bytes.subarray(0, end), firstMs, lastMs }
}

function bodyBytesOf({ key, value, headers }: KafkaMessage, offsetDelta: number, timeDelta: number): number {
  let bytes = 1 + varintBytes(timeDelta) + varintBytes(offsetDelta) + sizedBytes(Buffer.byteLength(key))
  let count = 0
  for (const name in headers) {
    count += 1
    bytes += sizedBytes(Buffer.byteLength(name)) + sizedBytes(Buffer.byteLength(headers[name] ?? ''))
  }
  return bytes + (value === null ? 1 : sizedBytes(value.length)) + varintBytes(count)
}

function writeRecord(
  bytes: Buffer,
  at: number,
  { key, value, headers }: KafkaMessage,
  offsetDelta: number,
  timeDelta: number,
): number {
  bytes[at] = 0 // attributes
  let end = writeVarint(bytes, at + 1, timeDelta)
  end = writeVarint(bytes, end, offsetDelta)
  end = writeText(bytes, end, key)
  end = writeValue(bytes, end, value)
  const names = Object.keys(headers)
  end = writeVarint(bytes, end, names.length)
  for (const name of names) {
    end = writeText(bytes, end, name)
    end = writeText(bytes, end, headers[name] ?? '')
  }
  return end
}

/** Without one, as a tombstone, the length is -1. */
function writeValue(bytes: Buffer, at: number, value: Buffer | null): number {
  if (value === null) return bytes.writeUInt8(1, at)
  const end = writeVarint(bytes, at, value.length)
  return end + value.copy(bytes, end)
}

function writeText(bytes: Buffer, at: number, text: string): number {
  const end = writeVarint(bytes, at, Buffer.byteLength(text))
  return end + bytes.write(text, end)
}

/** Zigzag, seven bits a byte; of what is not negative alone. */
function writeVarint(bytes: Buffer, at: number, value: number): number {
  let [end, rest] = [at, value * 2]
  while (rest >= LOW_BITS) {
    bytes[end] = (rest % LOW_BITS) + LOW_BITS
    rest = Math.floor(rest / LOW_BITS)
    end += 1
  }
  bytes[end] = rest
  return end + 1
}

function varintBytes(value: number): number {
  let count = 1
  for (let rest = value * 2; rest >= LOW_BITS; rest = Math.floor(rest / LOW_BITS)) count += 1
  return count
}

function sizedBytes(length: number): number {
  return varintBytes(length) + length
}

/**
 * The messages of one topic for `sendBatch`: a list that gives kafkajs 2.2.4 the records in the form in which it would
 * have made them, by the three methods that it calls (messageProducer.js `find`, groupMessagesPerPartition.js `reduce`,
 * requests/produce/v3/request.js `map`). `isEncodingRight` says whether it still calls them so.
 */
export function encodedMessages(batches: readonly PartitionBatch[]): Message[] {
  const list: Message[] = []
  return Object.defineProperties(list, {
    length: { value: batches.reduce((sum, { messages }) => sum + messages.length, 0) },
    find: { value: () => undefined }, // whether one has no value
    reduce: { value: (group: Group) => groupsOf(batches, group) },
  })
}

/** What kafkajs groups by: it asks the partitioner for the partition of a message. */
type Group = (groups: object, message: Pick<Message, 'partition'>) => unknown

function groupsOf(batches: readonly PartitionBatch[], group: Group): Readonly<Record<number, Message[]>> {
  const groups: Record<number, Message[]> = {}
  for (const { partition, messages } of batches) {
    group({}, { partition })
    groups[partition] = recordList(messages)
  }
  return groups
}

function recordList(messages: readonly KafkaMessage[]): Message[] {
  const { bytes, firstMs, lastMs } = encodeRecords(messages)
  const list: Message[] = []
  list.length = messages.length // sequences are raised by it
  // First it asks for the times, and takes the least and the greatest; then for the records, by message and place.
  const map = (each: (message: Message, index: number) => unknown) =>
    each.length < 2 ? [String(firstMs), String(lastMs)] : allInFirst(bytes, messages.length)
  return Object.defineProperties(list, { map: { value: map } })
}

/** A list of encoders with one place taken: the length is counted, and what is there is written. */
function allInFirst(bytes: Buffer, length: number): readonly unknown[] {
  const list: unknown[] = []
  list[0] = { buf: bytes, buffer: bytes }
  list.length = length
  return list
}

let checked: Promise<boolean> | undefined

/** Whether kafkajs makes the same bytes of encoded records as of plain ones. Found out once. */
export function isEncodingRight(): Promise<boolean> {
  return (checked ??= isSame().catch(() => false))
}

async function isSame(): Promise<boolean> {
  const encoded = groupsOf([{ topic: 't', partition: 0, messages: PROBE }], () => {})[0] ?? []
  const [plain, ours] = [await requestOf(PROBE), await requestOf(encoded)]
  return plain.length > 0 && plain.equals(ours)
}

const PROBE: readonly KafkaMessage[] = [0, 1, 70_000, 5_000_000_000].map((delayMs, index) => ({
  key: `key ${index} \u00fc`,
  value: Buffer.alloc(index * 100, index),
  timestamp: String(1_795_352_400_000 + delayMs),
  headers: { 'event-id': 'x'.repeat(index * 40), class: 'h\u00e9althy' },
}))

/** The body of a produce request, as kafkajs would send it. Throws when there is none. */
async function requestOf(messages: readonly unknown[]): Promise<Buffer> {
  const produce: unknown = createRequire(import.meta.url)('kafkajs/src/protocol/requests/produce/v7/request.js')
  const partitions = [{ partition: 0, firstSequence: 0, messages }]
  const request: unknown = call(produce, { acks: -1, timeout: 1, topicData: [{ topic: 't', partitions }] })
  const encoder: unknown = await call(Reflect.get(Object(request), 'encode'))
  const bytes: unknown = Reflect.get(Object(encoder), 'buffer')
  if (!Buffer.isBuffer(bytes)) throw new Error('kafkajs has no such request')
  return bytes
}

function call(what: unknown, ...args: readonly unknown[]): unknown {
  return typeof what === 'function' ? Reflect.apply(what, undefined, args) : undefined
}
