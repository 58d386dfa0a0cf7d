/**
 * Records that are encoded before kafkajs sees them. It makes several objects and copies of each record otherwise, and
 * groups them in quadratic time (producer/groupMessagesPerPartition.js); this way it still does all the rest.
 */
import { createRequire } from 'node:module'
import type { Message } from 'kafkajs'
import type { Codec } from './codecs.ts'
import { type KafkaMessage, type PartitionBatch, plainMessage } from './message.ts'
import { encodeRecords, mostRecordBytes } from './records.ts'
import { type Crc32c, loadCrc32c, Tickets } from './tickets.ts'

/** What kafkajs is told of the records for one partition. */
interface EncodedBatch {
  readonly topic: string
  readonly partition: number
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
  /** Stands for the records. */
  readonly ticket: Buffer
}

/**
 * The messages of one topic for `sendBatch`: a list that gives kafkajs 2.2.4 tickets in the form in which it would have
 * made records, by the three methods that it calls (messageProducer.js `find`, groupMessagesPerPartition.js `reduce`,
 * requests/produce/v3/request.js `map`). `newTickets` sees whether it still calls them so.
 */
function encodedMessages(batches: readonly EncodedBatch[]): Message[] {
  const list: Message[] = []
  return Object.defineProperties(list, {
    length: { value: batches.reduce((sum, { count }) => sum + count, 0) },
    find: { value: () => undefined }, // whether one has no value
    reduce: { value: (group: Group) => groupsOf(batches, group) },
  })
}

/** What kafkajs groups by: it asks the partitioner for the partition of a message. */
type Group = (groups: object, message: Pick<Message, 'partition'>) => unknown

function groupsOf(batches: readonly EncodedBatch[], group: Group): Readonly<Record<number, Message[]>> {
  const groups: Record<number, Message[]> = {}
  for (const batch of batches) {
    const { partition } = batch
    group({}, { partition })
    groups[partition] = recordList(batch)
  }
  return groups
}

function recordList({ count, firstMs, lastMs, ticket }: EncodedBatch): Message[] {
  const list: Message[] = []
  list.length = count // sequences are raised by it
  // First it asks for the times, and takes the least and the greatest; then for the records, by message and place.
  const map = (each: (message: Message, index: number) => unknown) =>
    each.length < 2 ? [String(firstMs), String(lastMs)] : allInFirst(ticket, count)
  return Object.defineProperties(list, { map: { value: map } })
}

/** A list of encoders with one place taken: the length is counted, and what is there is written. */
function allInFirst(bytes: Buffer, length: number): readonly unknown[] {
  const list: unknown[] = []
  list[0] = { buf: bytes, buffer: bytes }
  list.length = length
  return list
}

/** How records are compressed; without a codec they are not. */
export interface Packing {
  readonly compression: number
  readonly codec: Codec | undefined
}

/** The messages of one topic for `sendBatch`. */
export interface TopicMessages {
  readonly topic: string
  readonly messages: Message[]
}

/** Encodes records for one client. The memory is used again: it would keep the collector busy. */
export class Encoding {
  readonly #tickets: Tickets
  readonly #packing: Packing
  readonly #spaces: Buffer[] = []

  constructor(tickets: Tickets, packing: Packing) {
    this.#tickets = tickets
    this.#packing = packing
  }

  /** Give what kafkajs is to send to `send`. It may write the records until that has ended. */
  async send<T>(batches: readonly PartitionBatch[], send: (topics: TopicMessages[]) => Promise<T>): Promise<T> {
    const space = this.#space(batches.reduce((sum, { messages }) => sum + mostRecordBytes(messages), 0))
    const encoded = await this.#encodeAll(batches, space)
    try {
      const answer = await send(topicsOf(encoded))
      if (space.length <= LARGEST_KEPT_BYTES) this.#spaces.push(space) // what failed may still be read by a socket
      return answer
    } finally {
      for (const { ticket } of encoded) this.#tickets.revoke(ticket)
    }
  }

  #space(bytes: number): Buffer {
    const known = this.#spaces.pop()
    return known !== undefined && known.length >= bytes ? known : Buffer.allocUnsafeSlow(bytes)
  }

  async #encodeAll(batches: readonly PartitionBatch[], space: Buffer): Promise<readonly EncodedBatch[]> {
    let at = 0
    const encoded = batches.map(({ topic, partition, messages }) => {
      const records = encodeRecords(messages, space.subarray(at))
      at += records.bytes.length
      return { topic, partition, count: messages.length, ...records }
    })
    const { compression, codec } = this.#packing
    const packed = await Promise.all(
      encoded.map(async ({ bytes, ...batch }) => {
        return { batch, bytes: codec === undefined ? bytes : await codec.compress({ buffer: bytes }) }
      }),
    )
    // Only when all are packed: what one of them is thrown for is revoked by nobody.
    return packed.map(({ batch, bytes }) => ({ ...batch, ticket: this.#tickets.issue({ bytes, compression }) }))
  }
}

/** One with a single huge record is left to the collector. */
const LARGEST_KEPT_BYTES = 8_388_608

/** One entry for each topic: kafkajs would put several together by itself. */
function topicsOf(encoded: readonly EncodedBatch[]): TopicMessages[] {
  const topics = Map.groupBy(encoded, ({ topic }) => topic)
  return [...topics].map(([topic, ofTopic]) => ({ topic, messages: encodedMessages(ofTopic) }))
}

let checked: Promise<Crc32c | undefined> | undefined

/**
 * What records of one client wait behind; undefined where kafkajs would not make the same bytes of plain messages, or the
 * checksum does not load. Found out once.
 */
export async function newTickets(): Promise<Tickets | undefined> {
  checked ??= checkedCrc32c().catch(() => undefined)
  const crc32c = await checked
  return crc32c && new Tickets(crc32c)
}

async function checkedCrc32c(): Promise<Crc32c | undefined> {
  const crc32c = await loadCrc32c()
  return crc32c !== undefined && (await isSame(crc32c)) ? crc32c : undefined
}

async function isSame(crc32c: Crc32c): Promise<boolean> {
  const tickets = new Tickets(crc32c)
  const encoding = new Encoding(tickets, { compression: 0, codec: undefined })
  const batches = [0, 3].map((partition) => ({ topic: 't', partition, messages: PROBE }))
  const plain = await requestOf(batches.map(({ partition, messages }) => [partition, messages.map(plainMessage)]))
  const ours = await encoding.send(batches, async ([topic]) => {
    const groups = topic?.messages.reduce(() => ({}), {}) ?? {}
    const partitions = Object.entries(groups).map(([partition, list]) => [Number(partition), list] as const)
    return Buffer.concat(tickets.redeem(await requestOf(partitions)))
  })
  return plain.length > 0 && plain.equals(ours)
}

const PROBE: readonly KafkaMessage[] = [0, 1, 70_000, 5_000_000_000].map((delayMs, index) => ({
  key: `key ${index} \u00fc`,
  value: index === 1 ? null : Buffer.alloc(index * 100, index),
  timeMs: 1_795_352_400_000 + delayMs,
  eventId: index === 2 ? undefined : 'x'.repeat(index * 40),
  headers: { class: 'h\u00e9althy' },
}))

/** A produce request, as kafkajs would write it. Throws when there is none. */
async function requestOf(partitions: readonly (readonly [number, unknown])[]): Promise<Buffer> {
  const load = createRequire(import.meta.url)
  const produce: unknown = load('kafkajs/src/protocol/requests/produce/v7/request.js')
  const framed: unknown = load('kafkajs/src/protocol/request.js')
  const data = partitions.map(([partition, messages]) => ({ partition, firstSequence: 7, messages }))
  const request: unknown = call(produce, { acks: -1, timeout: 1, topicData: [{ topic: 't', partitions: data }] })
  const encoder: unknown = await call(framed, { correlationId: 1, clientId: 'flagship', request })
  const bytes: unknown = Reflect.get(Object(encoder), 'buffer')
  if (!Buffer.isBuffer(bytes)) throw new Error('kafkajs has no such request')
  return bytes
}

function call(what: unknown, argument: unknown): unknown {
  return typeof what === 'function' ? Reflect.apply(what, undefined, [argument]) : undefined
}
