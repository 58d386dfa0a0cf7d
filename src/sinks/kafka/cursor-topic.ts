/** What agents remember in a compacted topic: one record for each key, in the partition of the node. */
import type { KafkaMessage, PartitionRecord, PartitionBatch } from '../../clients/kafka/cluster.ts'
import { partitionOf } from './partition.ts'

/** Whose state it is. Two of the same are one agent, of which the later shuts out the earlier. */
export interface AgentIdentity {
  readonly cluster: string
  readonly node: string
  readonly sink: string
}

/** How the topic is to be: for who makes it, and for who looks at it. */
export const CURSOR_TOPIC = {
  /** For ever: a node finds its partition by their number. */
  partitions: 50,
  /** A node that is gone for longer is forgotten. */
  retentionMs: 30 * 24 * 3_600_000,
  /** Small, because every start reads what is not compacted yet, and the last segment never is. */
  segmentBytes: 16_777_216,
  /** So long tombstones and ends of transactions outlive compaction: longer than a start reads. */
  deleteRetentionMs: 600_000,
} as const

/** What a record has beside key and value. */
const RECORD_BYTES = 80
/** Values that did not change are written again after this, so that retention does not take them. */
const REFRESH_MS = CURSOR_TOPIC.retentionMs / 6
/** At most so many with one commit. */
const MOST_REFRESHED = 1_000

/**
 * What the transactional ids of all agents with this prefix begin with, and the consumer groups that they read the topic
 * with.
 */
export function namesBegin(transactionalIdPrefix: string): string {
  return `${transactionalIdPrefix}/`
}

/** A short text without anything that could be mistaken for another one: for names of transactional ids and groups, too. */
export function identityName({ cluster, node, sink }: AgentIdentity): string {
  return [cluster, node, sink].map(encodeURIComponent).join('/')
}

/** Where the state of an agent stands: all sinks of a node in one partition. */
export function cursorPartition({ cluster, node }: AgentIdentity, partitionCount: number): number {
  return partitionOf(`${encodeURIComponent(cluster)}/${encodeURIComponent(node)}`, partitionCount)
}

/**
 * Puts the state of one agent together out of the records of its partition, by the ends of its own transactions. What
 * others have there does not count, so nothing that they leave open has to be waited for.
 */
export class CursorLog {
  readonly #prefix: string
  readonly #values = new Map<string, StoredValue>()
  /** By producer: what is neither committed nor aborted so far. */
  readonly #open = new Map<string, [key: string, StoredValue | undefined][]>()
  #mayMiss = false

  constructor(identity: AgentIdentity) {
    this.#prefix = `${identityName(identity)}/`
  }

  take(record: PartitionRecord): void {
    if (record.kind === 'hidden') this.#mayMiss ||= this.#open.size > 0
    else if (record.kind === 'data') this.#takeData(record)
    else {
      if (record.kind === 'commit')
        for (const [key, value] of this.#open.get(record.producerId) ?? []) this.#set(key, value)
      this.#open.delete(record.producerId)
    }
  }

  /** Whether the end of a transaction may have been among what is hidden: then the state is not known. */
  get isUncertain(): boolean {
    return this.#mayMiss
  }

  /** In the order in which they were written. */
  get values(): ReadonlyMap<string, StoredValue> {
    return this.#values
  }

  #takeData({ producerId, isInTransaction, key, value, timeMs }: PartitionRecord & { readonly kind: 'data' }): void {
    const name = key.toString()
    if (!isInTransaction || !name.startsWith(this.#prefix)) return
    const change: [string, StoredValue | undefined] = [
      name.slice(this.#prefix.length),
      value === null ? undefined : { value: JSON.parse(value.toString()), writtenMs: timeMs },
    ]
    const open = this.#open.get(producerId)
    if (open === undefined) this.#open.set(producerId, [change])
    else open.push(change)
  }

  #set(key: string, value: StoredValue | undefined): void {
    this.#values.delete(key) // so that it stands last
    if (value !== undefined) this.#values.set(key, value)
  }
}

interface StoredValue {
  readonly value: unknown
  readonly writtenMs: number
}

/** What an agent has stored, as far as commits were answered, and what has to be written so that it stays there. */
export class CursorRecords {
  readonly #identity: AgentIdentity
  readonly #partition: number
  readonly #values: Map<string, StoredValue>

  constructor(identity: AgentIdentity, partition: number, values: ReadonlyMap<string, StoredValue>) {
    this.#identity = identity
    this.#partition = partition
    this.#values = new Map(values)
  }

  get values(): ReadonlyMap<string, unknown> {
    return new Map([...this.#values].map(([key, { value }]) => [key, value]))
  }

  /** `changes`, and with them values that have not been written for long. */
  withOld(changes: ReadonlyMap<string, unknown>, nowMs: number): ReadonlyMap<string, unknown> {
    const all = new Map(changes)
    for (const [key, { value, writtenMs }] of this.#values) {
      if (writtenMs > nowMs - REFRESH_MS || all.size - changes.size >= MOST_REFRESHED) break
      if (!all.has(key)) all.set(key, value)
    }
    return all
  }

  committed(changes: ReadonlyMap<string, unknown>, nowMs: number): void {
    for (const [key, value] of changes) {
      this.#values.delete(key)
      if (value !== undefined) this.#values.set(key, { value, writtenMs: nowMs })
    }
  }

  /** Changes as records, put together up to `maxBytes`. */
  batchesOf(changes: ReadonlyMap<string, unknown>, topic: string, maxBytes: number, nowMs: number): PartitionBatch[] {
    const batches: KafkaMessage[][] = []
    let bytes = Infinity
    for (const [key, value] of changes) {
      const message = this.#messageOf(key, value, nowMs)
      const size = message.key.length + (message.value?.length ?? 0) + RECORD_BYTES
      if (bytes + size > maxBytes) {
        batches.push([])
        bytes = 0
      }
      bytes += size
      batches.at(-1)?.push(message)
    }
    return batches.map((messages) => ({ topic, partition: this.#partition, messages }))
  }

  #messageOf(key: string, value: unknown, nowMs: number): KafkaMessage {
    return {
      key: `${identityName(this.#identity)}/${key}`,
      value: value === undefined ? null : Buffer.from(JSON.stringify(value)),
      timeMs: nowMs,
      eventId: undefined,
      headers: {},
    }
  }
}
