import kafkajs, { type Batch, type Kafka, type PartitionAssigner } from 'kafkajs'
import type { Clock } from '../../clock.ts'
import { KafkaFailure, kafkaFailure } from './failure.ts'
import { fieldOf, originOf } from './fetched.ts'
import type { KafkaSockets } from './sockets.ts'

/** One partition up to, but without, an offset. */
export interface LogPlace {
  readonly topic: string
  readonly partition: number
  readonly endOffset: number
}

/** A record as it stands in a partition, or the end of a transaction. */
export type PartitionRecord =
  | {
      readonly kind: 'data'
      readonly producerId: string
      readonly isInTransaction: boolean
      readonly timeMs: number
      readonly key: Buffer
      /** Null for a tombstone. */
      readonly value: Buffer | null
    }
  | { readonly kind: 'commit' | 'abort'; readonly producerId: string }
  /** Records that kafkajs does not show: there may be ends of transactions among them. */
  | { readonly kind: 'hidden' }

/** What reading needs. */
export interface LogParts {
  readonly kafka: Kafka
  readonly sockets: KafkaSockets
  readonly group: string
  readonly clock: Clock
  /** Longest time without anything new. */
  readonly quietMs: number
}

const SESSION_MS = 10_000
const FETCH_WAIT_MS = 100
/** What one answer holds at least of a longer partition. Not the same each time, so that answers end elsewhere. */
const FETCH_BYTES = 1_048_576

/**
 * Reads one partition as it stands, committed or not, from its beginning. kafkajs has consumers only in groups, and its
 * own filter of aborted transactions goes wrong where several producers share a partition (docs/adr/0008).
 */
export async function readLog(
  parts: LogParts,
  place: LogPlace,
  take: (record: PartitionRecord) => void,
  signal: AbortSignal,
): Promise<void> {
  const { kafka, sockets, group } = parts
  const consumer = kafka.consumer({
    groupId: group,
    partitionAssigners: [onlyPartition(place)],
    readUncommitted: true,
    allowAutoTopicCreation: false,
    sessionTimeout: SESSION_MS,
    rebalanceTimeout: SESSION_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: FETCH_BYTES + Math.floor(Math.random() * FETCH_BYTES),
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: () => Promise.resolve(false) },
  })
  const progress = new Progress(place.endOffset)
  consumer.on('consumer.crash', ({ payload }) => progress.fail(payload.error))
  consumer.on('consumer.end_batch_process', ({ payload: { batchSize, lastOffset } }) => {
    if (batchSize === 0) take({ kind: 'hidden' })
    progress.reach(Number(lastOffset) + 1)
  })
  try {
    await consumer.connect()
    await consumer.subscribe({ topic: place.topic, fromBeginning: true })
    const eachBatch = async ({ batch }: { batch: Batch }) => {
      for (const record of recordsOf(batch)) take(record)
    }
    await consumer.run({ autoCommit: false, eachBatch })
    await progress.done(parts, signal)
  } catch (error) {
    throw kafkaFailure(`read partition ${place.partition} of topic "${place.topic}" in group "${group}"`, error, true)
  } finally {
    await consumer.disconnect().catch(() => {})
    sockets.sever()
  }
}

/** How far a partition is read. */
class Progress {
  readonly #endOffset: number
  #offset = 0
  #moved = Promise.withResolvers<void>()
  #failure: unknown

  constructor(endOffset: number) {
    this.#endOffset = endOffset
  }

  reach(offset: number): void {
    this.#offset = Math.max(this.#offset, offset)
    this.#turn()
  }

  fail(error: unknown): void {
    this.#failure ??= error
    this.#turn()
  }

  /** Resolves at the end; rejects when it fails, when nothing comes for too long, and when `signal` is aborted. */
  async done({ clock, quietMs }: LogParts, signal: AbortSignal): Promise<void> {
    while (this.#offset < this.#endOffset) {
      if (this.#failure !== undefined) throw this.#failure
      const moved = new AbortController()
      const quiet = clock.sleep(quietMs, AbortSignal.any([signal, moved.signal])).then(() => 'quiet' as const)
      const outcome = await Promise.race([this.#moved.promise, quiet])
      moved.abort()
      if (signal.aborted) throw new KafkaFailure('read', 'stopped', true)
      if (outcome === 'quiet' && this.#failure === undefined)
        throw new Error(`nothing came beyond offset ${this.#offset} of ${this.#endOffset}`)
    }
  }

  #turn(): void {
    this.#moved.resolve()
    this.#moved = Promise.withResolvers()
  }
}

/** Every member has this one partition: there is only one. */
function onlyPartition({ topic, partition }: LogPlace): PartitionAssigner {
  const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol
  const [name, version, userData] = ['flagship', 0, Buffer.alloc(0)] as const
  return () => ({
    name,
    version,
    assign: async ({ members }) =>
      members.map(({ memberId }) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({ version, userData, assignment: { [topic]: [partition] } }),
      })),
    protocol: ({ topics }) => ({ name, metadata: MemberMetadata.encode({ version, userData, topics }) }),
  })
}

/** What kafkajs has decoded (consumer/batch.js); its types leave out what it filters. */
function recordsOf(batch: Batch): readonly PartitionRecord[] {
  const raw: unknown = Reflect.get(batch, 'messagesWithinOffset')
  if (!Array.isArray(raw)) throw new Error('kafkajs shows no raw messages')
  return raw.map(recordOf)
}

function recordOf(raw: unknown): PartitionRecord {
  const { producerId, role } = originOf(raw)
  if (role === 'other') return { kind: 'hidden' }
  if (role === 'commit' || role === 'abort') return { kind: role, producerId }
  const [key, value] = [fieldOf(raw, 'key'), fieldOf(raw, 'value')]
  return {
    kind: 'data',
    producerId,
    isInTransaction: role === 'in_transaction',
    timeMs: Number(fieldOf(raw, 'timestamp')),
    key: Buffer.isBuffer(key) ? key : NO_KEY,
    value: Buffer.isBuffer(value) ? value : null,
  }
}

const NO_KEY = Buffer.alloc(0)
