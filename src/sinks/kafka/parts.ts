/** What goes to one partition at one time, and has to stay together until it is answered. */
import type { KafkaMessage, KafkaProducer, PartitionBatch } from '../../clients/kafka/cluster.ts'
import type { Batch } from '../batch.ts'
import { partitionOf } from './partition.ts'
import type { Located } from './records.ts'

/** One record batch. What of it was sent is sent again as it was: brokers know it by its place and its count. */
export interface Part extends PartitionBatch {
  readonly ids: readonly string[]
  /** Where its documents stand in the batch that is being delivered. */
  positions: readonly number[]
  readonly byteCount: number
  /** Who may have stored it unbeknown to us. */
  doubtedBy: KafkaProducer | undefined
}

/** Parts for one partition, in order: none is sent before those ahead of it are answered. */
export interface Queue {
  parts: readonly Part[]
  /** Why the first one waits; nothing while it may be sent. */
  halt: string | undefined
}

/** What a record has beside its value: lengths, and the headers, whose values are short. */
const RECORD_BYTES = 180

/** Records by partition, in parts below `maxBytes` where more than one record is in it. @throws KafkaFailure. */
export async function queuesOf(
  records: Iterable<Located>,
  maxBytes: number,
  producer: Pick<KafkaProducer, 'partitionsOf'>,
  signal: AbortSignal,
): Promise<readonly Queue[]> {
  const sorting = new Sorting(maxBytes)
  const counts = new Map<string, number>()
  for (const record of records) {
    const { topic } = record
    const count = counts.get(topic) ?? (await producer.partitionsOf(topic, signal)).length
    counts.set(topic, count)
    sorting.add(record, count)
  }
  return sorting.queues()
}

class Sorting {
  readonly #maxBytes: number
  readonly #growing = new Map<string, GrowingQueue>()

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  add({ topic, id, position, message }: Located, partitionCount: number): void {
    const partition = partitionOf(message.key, partitionCount)
    const name = `${topic}/${partition}`
    const queue = this.#growing.get(name) ?? { topic, partition, parts: [] }
    this.#growing.set(name, queue)
    const byteCount = (message.value?.length ?? 0) + Buffer.byteLength(message.key) + RECORD_BYTES
    let part = queue.parts.at(-1)
    if (part === undefined || part.byteCount + byteCount > this.#maxBytes)
      queue.parts.push((part = { ids: [], positions: [], messages: [], byteCount: 0 }))
    part.ids.push(id)
    part.positions.push(position)
    part.messages.push(message)
    part.byteCount += byteCount
  }

  queues(): readonly Queue[] {
    return [...this.#growing.values()].map(({ topic, partition, parts }) => ({
      parts: parts.map((part) => ({ ...part, topic, partition, doubtedBy: undefined })),
      halt: undefined,
    }))
  }
}

interface GrowingQueue {
  readonly topic: string
  readonly partition: number
  readonly parts: {
    readonly ids: string[]
    readonly positions: number[]
    readonly messages: KafkaMessage[]
    byteCount: number
  }[]
}

/** Find in `batch` what is left of an earlier one; false where it holds anything else, or not all of it. */
export function recognise(queues: readonly Queue[], batch: Batch): boolean {
  const positions = new Map<string, number[]>()
  for (const [position, id] of batch.segments.flatMap(({ ids }) => ids).entries()) {
    const same = positions.get(id)
    if (same === undefined) positions.set(id, [position])
    else same.push(position)
  }
  const parts = queues.flatMap((queue) => queue.parts)
  const found = parts.map(({ ids }) => ids.flatMap((id) => positions.get(id)?.shift() ?? []))
  const isSame =
    parts.every(({ ids }, index) => ids.length === found[index]?.length) &&
    parts.reduce((count, { ids }) => count + ids.length, 0) === batch.documentCount
  if (isSame) for (const [index, part] of parts.entries()) part.positions = found[index] ?? []
  return isSame
}

/** `producer.id.expiration.ms` of brokers by default, less an hour for clocks that differ. */
const FORGOTTEN_MS = 86_400_000 - 3_600_000

/**
 * Whether brokers may have forgotten the producer after this part: they count the age of what it wrote last by the time
 * of the records, and drop who is older than `producer.id.expiration.ms` at a start and now and then (Apache Kafka 4.4,
 * ProducerStateManager.isProducerExpired).
 */
export function mayBeForgotten({ messages }: Part, nowMs: number): boolean {
  return messages.every(({ timeMs }) => nowMs - timeMs > FORGOTTEN_MS)
}

/** Two halves in place of one part. */
export function halves(part: Part): readonly [Part, Part] {
  const middle = part.ids.length >>> 1
  const half = (from: number, to?: number): Part => ({
    ...part,
    ids: part.ids.slice(from, to),
    positions: part.positions.slice(from, to),
    messages: part.messages.slice(from, to),
    byteCount: part.byteCount >>> 1,
  })
  return [half(0, middle), half(middle)]
}
