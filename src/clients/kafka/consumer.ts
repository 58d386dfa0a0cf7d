import type { Admin, Consumer, EachBatchPayload, IHeaders, Kafka } from 'kafkajs'
import { KafkaFailure, readingFailure } from './failure.ts'
import type { KafkaSockets } from './sockets.ts'

/** One partition of a topic. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** One message as it was stored. */
export interface ConsumedMessage {
  readonly offset: number
  readonly timeMs: number
  readonly key: Buffer | undefined
  readonly value: Buffer | undefined
  readonly headers: Readonly<Record<string, string>>
}

/** Messages of one partition, in their order. */
export interface ConsumedBatch {
  readonly partition: TopicPartition
  readonly messages: readonly ConsumedMessage[]
  readonly nextOffset: number
  readonly endOffset: number
  /** Aborted when the group is formed anew, and when the consumer is closed. */
  readonly signal: AbortSignal
}

/** What a group knows of a partition. */
export interface GroupOffset {
  readonly offset: number | undefined
  readonly metadata: string
}

/** Told what happens to a consumer. */
export interface ConsumerListener {
  joined(partitions: readonly TopicPartition[]): void
  /** The next batch comes when it has resolved; the membership is kept up meanwhile. */
  take(batch: ConsumedBatch): Promise<void>
  /** It came to an end by itself: another one has to be made. */
  ended(failure: KafkaFailure): void
}

/** What a consumer is made of. */
export interface KafkaConsumerParts {
  readonly kafka: Kafka
  readonly sockets: KafkaSockets
  readonly group: string
  readonly topics: readonly string[]
  /** After so long without a heartbeat the group gives its partitions to others. */
  readonly sessionTimeoutMs: number
}

/** Of the session timeout: as Kafka's documentation has it, a third at most. */
const HEARTBEAT_SHARE = 0.1
const FETCH_WAIT_MS = 500
/**
 * Of one answer, as it is stored: kafkajs unpacks all of it and makes objects of every record before it gives us any.
 * Log lines unpack to twenty times of that.
 */
const [FETCH_BYTES, FETCH_PARTITION_BYTES] = [1_048_576, 262_144]

/** One connection of a member to its group: it ends at the first failure that kafkajs does not get over. */
export class KafkaConsumer {
  readonly #parts: KafkaConsumerParts
  readonly #consumer: Consumer
  readonly #admin: Admin
  readonly #closed = new AbortController()
  #formed = new AbortController()
  /** Commits that a broker has confirmed. */
  #commitCount = 0
  /** What the group knew when it was asked after it was formed. */
  #offsets: Promise<ReadonlyMap<string, GroupOffset>> | undefined
  #isJoined = false

  constructor(parts: KafkaConsumerParts) {
    this.#parts = parts
    this.#consumer = parts.kafka.consumer({
      groupId: parts.group,
      sessionTimeout: parts.sessionTimeoutMs,
      heartbeatInterval: parts.sessionTimeoutMs * HEARTBEAT_SHARE,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytes: FETCH_BYTES,
      maxBytesPerPartition: FETCH_PARTITION_BYTES,
      allowAutoTopicCreation: false,
      // Made anew by us: then with what the files hold by then.
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: () => Promise.resolve(false) },
    })
    this.#admin = parts.kafka.admin()
  }

  /** Join the group; resolves once that has been done. @throws KafkaFailure. */
  async start(listener: ConsumerListener): Promise<void> {
    const { topics, group } = this.#parts
    const joined = Promise.withResolvers<void>()
    this.#consumer.on('consumer.group_join', ({ payload }) => {
      this.#form(listener, payload.memberAssignment)
      joined.resolve()
    })
    this.#consumer.on('consumer.commit_offsets', () => (this.#commitCount += 1))
    this.#consumer.on('consumer.crash', ({ payload }) => {
      const failure = readingFailure(`be in group "${group}"`, payload.error, false)
      joined.reject(failure)
      if (this.#isJoined && !this.#closed.signal.aborted) listener.ended(failure)
    })
    try {
      await this.#consumer.connect()
      await this.#admin.connect()
      await this.#consumer.subscribe({ topics: [...topics], fromBeginning: true })
      await this.#consumer.run({ autoCommit: false, eachBatch: (batch) => this.#take(batch, listener) })
      await joined.promise
    } catch (error) {
      throw readingFailure(`join group "${group}"`, error, true)
    }
    this.#isJoined = true
  }

  /** What the group knows of a partition of ours. @throws KafkaFailure. */
  async offsetOf({ topic, partition }: TopicPartition): Promise<GroupOffset> {
    try {
      this.#offsets ??= this.#fetchOffsets()
      return (await this.#offsets).get(nameOf(topic, partition)) ?? { offset: undefined, metadata: '' }
    } catch (error) {
      this.#offsets = undefined
      throw readingFailure(`read the offsets of group "${this.#parts.group}"`, error, true)
    }
  }

  /** Resolves when a broker has stored them. @throws KafkaFailure. */
  async commit(offsets: readonly (TopicPartition & { readonly offset: number; readonly metadata: string })[]) {
    const doing = `commit offsets of group "${this.#parts.group}"`
    const before = this.#commitCount
    try {
      await this.#consumer.commitOffsets(offsets.map((each) => ({ ...each, offset: String(each.offset) })))
    } catch (error) {
      throw readingFailure(doing, error, false)
    }
    // kafkajs says nothing when it leaves a commit out (consumer/runner.js, commitOffsets), but tells of each it made.
    if (this.#commitCount === before) throw new KafkaFailure(doing, 'the group is being formed anew', true)
  }

  /** Nothing more is fetched; the membership stays. */
  pause(): void {
    if (this.#isJoined) this.#consumer.pause(this.#parts.topics.map((topic) => ({ topic })))
  }

  /** Leave the group and cut all connections. Never rejects. */
  async close(): Promise<void> {
    this.#closed.abort()
    this.#formed.abort()
    await Promise.allSettled([this.#consumer.disconnect(), this.#admin.disconnect()])
    this.#parts.sockets.sever()
  }

  #form(listener: ConsumerListener, assignment: Readonly<Record<string, readonly number[]>>): void {
    this.#formed.abort()
    this.#formed = new AbortController()
    this.#offsets = undefined
    const partitions = Object.entries(assignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    )
    listener.joined(partitions)
  }

  async #take(payload: EachBatchPayload, listener: ConsumerListener): Promise<void> {
    if (payload.isStale() || !payload.isRunning() || this.#closed.signal.aborted) return
    if (this.#formed.signal.aborted) await this.#askAgain(payload)
    const { batch } = payload
    const { topic, partition, messages, highWatermark } = batch
    const formed = this.#formed
    const taken = listener.take({
      partition: { topic, partition },
      messages: messages.map((message) => ({
        offset: Number(message.offset),
        timeMs: Number(message.timestamp),
        key: message.key ?? undefined,
        value: message.value ?? undefined,
        headers: textsOf(message.headers ?? {}),
      })),
      nextOffset: Number(batch.lastOffset()) + 1,
      endOffset: Number(highWatermark),
      signal: formed.signal,
    })
    const keeping = { everyMs: this.#parts.sessionTimeoutMs * HEARTBEAT_SHARE, fail: () => formed.abort() }
    await keptUp(taken, () => payload.heartbeat(), keeping)
  }

  /**
   * A heartbeat failed, and kafkajs neither joined again nor gave up: it goes on as a member where the failure was of a
   * connection alone (consumer/runner.js). Rejects where the group does not say that it is one, and this comes again.
   */
  async #askAgain(payload: EachBatchPayload): Promise<void> {
    await payload.heartbeat()
    if (this.#formed.signal.aborted) this.#formed = new AbortController()
  }

  async #fetchOffsets(): Promise<ReadonlyMap<string, GroupOffset>> {
    const { group: groupId, topics } = this.#parts
    const fetched = await this.#admin.fetchOffsets({ groupId, topics: [...topics] })
    const entries = fetched.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset, metadata }): readonly [string, GroupOffset] => [
        nameOf(topic, partition),
        { offset: Number(offset) < 0 ? undefined : Number(offset), metadata: metadata ?? '' },
      ]),
    )
    return new Map(entries)
  }
}

/** Send heartbeats until `work` is done; `fail` ends the work when the group does not want us as we are, and it is told. */
async function keptUp(
  work: Promise<void>,
  heartbeat: () => Promise<void>,
  { everyMs, fail }: { readonly everyMs: number; readonly fail: () => void },
): Promise<void> {
  let failure: unknown
  const beat = () =>
    void heartbeat().catch((error: unknown) => {
      failure ??= error
      fail()
    })
  const timer = setInterval(beat, everyMs)
  try {
    await work
  } finally {
    clearInterval(timer)
  }
  if (failure !== undefined) throw failure
}

/** Headers as texts; of several with one name, the first. */
function textsOf(headers: IHeaders): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    const text = (Array.isArray(value) ? value[0] : value)?.toString()
    if (text !== undefined) texts[name] = text
  }
  return texts
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}
