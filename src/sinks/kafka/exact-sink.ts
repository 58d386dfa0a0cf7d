import { randomUUID } from 'node:crypto'
import {
  KafkaCluster,
  KafkaFailure,
  type KafkaProducer,
  type LogPlace,
  type PartitionRecord,
} from '../../clients/kafka/cluster.ts'
import type { Clock } from '../../clock.ts'
import { FlagshipError, reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { Batch } from '../batch.ts'
import type { Buried, Outcome, Sink, Transaction } from '../sink.ts'
import { isAllSuspicious, NOTHING_GETS_THROUGH } from './answers.ts'
import { type KafkaSinkConfig, topicsOf } from './config.ts'
import {
  type AgentIdentity,
  cursorPartition,
  CursorLog,
  CursorRecords,
  identityName,
  namesBegin,
} from './cursor-topic.ts'
import { queuesOf } from './parts.ts'
import { type Located, recordsOf, type Values } from './records.ts'
import { Round } from './round.ts'
import { valuesOf } from './values.ts'

/** What it needs from outside. */
export interface ExactKafkaParts {
  readonly clock: Clock
  readonly logger: Logger
  readonly identity: AgentIdentity
}

/** Records beside the cursor: that an agent has begun with a producer of its own, and that it looks who else has. */
type Mark = 'begun' | 'asked'

/** A producer in a transaction, and what the cursor topic holds. */
interface Live {
  readonly producer: KafkaProducer
  readonly records: CursorRecords
}

/**
 * Topics of Kafka 3 and 4, where documents and cursor are written in the same transactions. Accepted means: part of the
 * transaction that is open. Whatever fails ends it, and only `recover` begins another (docs/adr/0008).
 */
export class ExactKafkaSink implements Sink, Transaction {
  readonly name: string
  readonly concurrency = 1
  readonly regroups = false
  readonly transaction = this
  readonly #config: KafkaSinkConfig
  readonly #parts: ExactKafkaParts
  readonly #cluster: KafkaCluster
  readonly #identity: string
  readonly #values: Values
  #live: Live | undefined
  /** Why nothing can be done until it is recovered. */
  #over = new FlagshipError('TRANSACTION_LOST', 'Cannot write: nothing is recovered yet')
  /** A request of ours that outdates other producers had no answer: it may still arrive, and outdate us. */
  #mayOutdateItself = false
  /** Tells our marks in the cursor topic from those of others with the same identity. */
  readonly #token = randomUUID()
  #hasMarked = false
  /** Our producer was outdated, and it could not be told by whom. */
  #isDoubted = false

  constructor(name: string, config: KafkaSinkConfig, parts: ExactKafkaParts) {
    this.name = name
    this.#config = config
    this.#parts = parts
    this.#cluster = new KafkaCluster(config, parts.clock, parts.logger)
    this.#values = valuesOf(config, parts.clock)
    this.#identity = `${namesBegin(config.transactionalIdPrefix)}${identityName(parts.identity)}`
  }

  /** `recover` has made it ready. */
  async open(): Promise<void> {}

  async recover(signal: AbortSignal): Promise<ReadonlyMap<string, unknown> | undefined> {
    await this.close()
    await this.#values.learn(Object.values(this.#config.topics))
    if (this.#isDoubted) await this.#lookForAnother(signal)
    const producer = await this.#newProducer(signal)
    try {
      const records = await this.#readCursor(producer, signal)
      this.#live = { producer, records }
      return records.values.size === 0 ? undefined : records.values
    } catch (error) {
      producer.close()
      throw this.#isFenced(producer) ? this.#fenced() : error
    }
  }

  async deliver(batch: Batch, signal: AbortSignal): Promise<readonly Outcome[]> {
    const destination = { topics: this.#config.topics, values: this.#values, nowMs: this.#parts.clock.nowMs() }
    const outcomes = await this.#send(recordsOf(batch, destination), batch.documentCount, signal)
    if (isAllSuspicious(outcomes)) throw this.#end(NOTHING_GETS_THROUGH)
    return outcomes
  }

  async bury(documents: readonly Buried[], signal: AbortSignal): Promise<readonly Buried[]> {
    const [timeMs, topic] = [this.#parts.clock.nowMs(), this.#config.deadLetterTopic]
    const headers = { 'content-type': 'application/json' }
    const records = documents.map(({ id, line }, position): Located => {
      return { topic, id, position, message: { key: id, value: line, timeMs, eventId: id, headers } }
    })
    const outcomes = await this.#send(records, records.length, signal)
    return documents.filter((_, index) => outcomes[index]?.kind === 'refused')
  }

  async commit(changes: ReadonlyMap<string, unknown>): Promise<void> {
    const { producer, records } = this.#alive()
    const { cursorTopic, maxRequestBytes } = this.#config
    const nowMs = this.#parts.clock.nowMs()
    const all = records.withOld(changes, nowMs)
    try {
      for (const batch of records.batchesOf(all, cursorTopic, maxRequestBytes, nowMs))
        await producer.send([batch], NEVER)
      await producer.commit(NEVER)
    } catch (error) {
      throw this.#end(reasonOf(error))
    }
    records.committed(all, nowMs)
  }

  async close(): Promise<void> {
    this.#live?.producer.close()
    this.#live = undefined
  }

  /** Answers for all of it: what cannot be told ends the transaction. */
  async #send(records: Iterable<Located>, count: number, signal: AbortSignal): Promise<readonly Outcome[]> {
    const { producer } = this.#alive()
    const outcomes = Array.from({ length: count }, (): Outcome => UNKNOWN)
    try {
      const queues = await queuesOf(records, this.#config.maxRequestBytes, producer, signal)
      await new Round({ producer, signal, outcomes }).run(queues)
      const halted = queues.find(({ parts }) => parts.length > 0)
      if (halted === undefined) return outcomes
      throw this.#end(halted.halt ?? 'stopped')
    } catch (error) {
      if (error instanceof KafkaFailure) throw this.#end(error.message)
      throw error
    }
  }

  async #newProducer(signal: AbortSignal): Promise<KafkaProducer> {
    const { compression, cursorTopic, transactionTimeoutMs: timeoutMs } = this.#config
    // Brokers of Kafka 4 end no transaction in a partition without a leader, and our next one would go on with it.
    await this.#cluster.expectLeaders(topicsOf(this.#config), signal)
    try {
      return await this.#cluster.producer(compression, cursorTopic, signal, { id: this.#identity, timeoutMs })
    } catch (error) {
      if (error instanceof KafkaFailure && error.isUnanswered) this.#mayOutdateItself = true
      throw error
    }
  }

  /**
   * A record of our own, written now, is where reading ends: all that went before stands before it, and the ends of our
   * own transactions too, because the producer id came only after them.
   */
  async #readCursor(producer: KafkaProducer, signal: AbortSignal): Promise<CursorRecords> {
    const { cursorTopic: topic } = this.#config
    const { identity, clock } = this.#parts
    const log = new CursorLog(identity)
    const place = await this.#mark(producer, 'begun', signal)
    await producer.commit(signal)
    this.#hasMarked = true
    await this.#readLog(place, (record) => log.take(record), signal)
    const { partition } = place
    if (log.isUncertain) throw new KafkaFailure(`read topic "${topic}"`, 'the end of a transaction was not shown', true)
    this.#parts.logger.info(
      { sink: this.name, topic, partition, records: log.values.size, elapsedMs: Math.round(clock.elapsedMs()) },
      'read the cursor from Kafka',
    )
    return new CursorRecords(identity, partition, log.values)
  }

  /**
   * Ends where another agent has left its mark after ours. By a producer without an identity: one that has ours would
   * outdate that agent first. @throws FlagshipError SINK_FENCED; KafkaFailure.
   */
  async #lookForAnother(signal: AbortSignal): Promise<void> {
    const producer = await this.#cluster.producer('none', this.#config.cursorTopic, signal)
    try {
      let last: string = this.#token
      const place = await this.#mark(producer, 'asked', signal)
      const take = (record: PartitionRecord) => {
        if (record.kind === 'data' && record.key.toString() === this.#markKey('begun'))
          last = record.value?.toString() ?? last
      }
      await this.#readLog(place, take, signal)
      if (last !== this.#token) throw this.#fenced()
      this.#isDoubted = false
    } finally {
      producer.close()
    }
  }

  /** Write a record beside the cursor; gives the place behind it. */
  async #mark(producer: KafkaProducer, what: Mark, signal: AbortSignal): Promise<LogPlace> {
    const { cursorTopic: topic } = this.#config
    const partition = cursorPartition(this.#parts.identity, (await producer.partitionsOf(topic, signal)).length)
    const [value, timeMs] = [Buffer.from(this.#token), this.#parts.clock.nowMs()]
    const message = { key: this.#markKey(what), value, timeMs, eventId: undefined, headers: {} }
    const [answer] = await producer.send([{ topic, partition, messages: [message] }], signal)
    return { topic, partition, endOffset: Number(answer?.baseOffset) + 1 }
  }

  #markKey(what: Mark): string {
    return `${identityName(this.#parts.identity)}#${what}`
  }

  #readLog(place: LogPlace, take: (record: PartitionRecord) => void, signal: AbortSignal): Promise<void> {
    return this.#cluster.readLog(place, `${this.#identity}/${randomUUID()}`, take, signal)
  }

  #alive(): Live {
    if (this.#live === undefined) throw this.#over
    return this.#live
  }

  /** Nothing more can be done with the transaction that is open: the next producer of this identity ends it. */
  #end(reason: string): FlagshipError {
    const producer = this.#live?.producer
    this.#live = undefined
    if (producer === undefined) return this.#over
    producer.close()
    this.#over = this.#isFenced(producer) ? this.#fenced() : new FlagshipError('TRANSACTION_LOST', reason)
    return this.#over
  }

  /**
   * Brokers say the same of a producer that was outdated and of a transaction that took too long, but the latter only of
   * one that is as old as its time-out. Where it may be our own doing, `recover` looks first.
   */
  #isFenced(producer: KafkaProducer): boolean {
    if (!producer.isOutdated) return false
    const mayBeItself = producer.transactionAgeMs >= this.#config.transactionTimeoutMs || this.#mayOutdateItself
    if (mayBeItself) this.#isDoubted = this.#hasMarked
    return !mayBeItself
  }

  #fenced(): FlagshipError {
    const { cluster, node, sink } = this.#parts.identity
    const who = `cluster "${cluster}", nodeName "${node}" and sink "${sink}"`
    const remedy = 'see that one alone runs, or give each a nodeName of its own'
    return new FlagshipError('SINK_FENCED', `Cannot go on: another agent with ${who} has taken over; ${remedy}`)
  }
}

const NEVER = new AbortController().signal
const UNKNOWN: Outcome = { kind: 'in_doubt', reason: 'it was not answered' }
