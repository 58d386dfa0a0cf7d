import { KafkaCluster, type KafkaProducer } from '../../clients/kafka/cluster.ts'
import type { Clock } from '../../clock.ts'
import { FlagshipError } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { Batch } from '../batch.ts'
import type { Outcome, Sink } from '../sink.ts'
import { isAllSuspicious, NOTHING_GETS_THROUGH } from './answers.ts'
import type { KafkaSinkConfig } from './config.ts'
import { mayBeForgotten, type Part, type Queue, queuesOf, recognise } from './parts.ts'
import { recordsOf, type Values } from './records.ts'
import { Round } from './round.ts'
import { valuesOf } from './values.ts'

/** What a Kafka sink needs from outside. */
export interface KafkaParts {
  readonly clock: Clock
  readonly logger: Logger
  readonly onPossiblyDoubled: (count: number) => void
}

/**
 * Topics of Kafka 3 and 4. Accepted means that all replicas in sync have it.
 *
 * What is in doubt is sent again by the same producer in the same record batches, so that brokers know it; where that
 * cannot be, a new producer takes over, and documents may stand twice, with equal event ids (docs/adr/0006).
 */
export class KafkaSink implements Sink {
  readonly name: string
  readonly concurrency = 1
  readonly regroups = false
  readonly #config: KafkaSinkConfig
  readonly #parts: KafkaParts
  readonly #cluster: KafkaCluster
  readonly #values: Values
  #producer: KafkaProducer | undefined
  /** What was offered and has no answer yet. */
  #queues: readonly Queue[] = []

  constructor(name: string, config: KafkaSinkConfig, parts: KafkaParts) {
    this.name = name
    this.#config = config
    this.#parts = parts
    this.#cluster = new KafkaCluster(config, parts.clock, parts.logger)
    this.#values = valuesOf(config, parts.clock)
  }

  async open(): Promise<void> {
    await this.close()
    await this.#values.learn(Object.values(this.#config.topics))
    this.#producer = await this.#newProducer(new AbortController().signal)
  }

  async deliver(batch: Batch, signal: AbortSignal): Promise<readonly Outcome[]> {
    const outcomes = Array.from({ length: batch.documentCount }, (): Outcome => NOT_OFFERED)
    try {
      this.#recogniseRest(batch)
      const producer = await this.#usable(signal)
      if (this.#queues.length === 0) this.#queues = await this.#sort(batch, producer, signal)
      const round = new Round({ producer, signal, outcomes })
      await round.run(this.#queues).finally(() => this.#nameForgotten(round.repeated))
      if (round.isMisplaced) producer.close()
      return this.#left(outcomes, round.isMisplaced)
    } catch (error) {
      if (!(error instanceof FlagshipError)) throw error
      if (this.#queues.length === 0) return outcomes.map(() => ({ kind: 'retry', reason: error.message }))
      for (const queue of this.#queues) queue.halt ??= error.message
      return this.#left(outcomes, false)
    }
  }

  async close(): Promise<void> {
    this.#producer?.close()
    this.#producer = undefined
    this.#queues = []
  }

  /** Where something else is offered than what is left, brokers would take it for what they have. */
  #recogniseRest(batch: Batch): void {
    if (this.#queues.length === 0 || recognise(this.#queues, batch)) return
    this.#producer?.close()
    this.#nameDoubts()
    this.#queues = []
  }

  async #usable(signal: AbortSignal): Promise<KafkaProducer> {
    const known = this.#producer
    if (known !== undefined && !known.isSpent) return known
    known?.close()
    const producer = await this.#newProducer(signal)
    this.#producer = producer
    this.#nameDoubts()
    return producer
  }

  #newProducer(signal: AbortSignal): Promise<KafkaProducer> {
    const { compression, topics } = this.#config
    return this.#cluster.producer(compression, topics.access, signal)
  }

  #nameDoubts(): void {
    const parts = this.#queues.flatMap((queue) => queue.parts).filter(({ doubtedBy }) => doubtedBy !== undefined)
    this.#nameDoubled(parts, 'a new producer sends what was in doubt')
  }

  #nameForgotten(repeated: readonly Part[]): void {
    const nowMs = this.#parts.clock.nowMs()
    const parts = repeated.filter((part) => mayBeForgotten(part, nowMs))
    this.#nameDoubled(parts, 'brokers forget who wrote lines that are a day old, and these were in doubt')
  }

  #nameDoubled(parts: readonly Part[], why: string): void {
    const documents = parts.reduce((count, { ids }) => count + ids.length, 0)
    if (documents === 0) return
    this.#parts.onPossiblyDoubled(documents)
    this.#parts.logger.warn({ sink: this.name, documents }, `${why}: they may stand twice, with equal event ids`)
  }

  #sort(batch: Batch, producer: KafkaProducer, signal: AbortSignal): Promise<readonly Queue[]> {
    const { topics, maxRequestBytes } = this.#config
    const records = recordsOf(batch, { topics, values: this.#values, nowMs: this.#parts.clock.nowMs() })
    return queuesOf(records, maxRequestBytes, producer, signal)
  }

  /** Say of what has no answer how it stands, and keep it for the next time. */
  #left(outcomes: Outcome[], isMisplaced: boolean): readonly Outcome[] {
    if (isAllSuspicious(outcomes)) {
      this.#queues = []
      return outcomes.map(() => ({ kind: 'retry', reason: NOTHING_GETS_THROUGH }))
    }
    for (const { parts, halt } of this.#queues) {
      for (const { positions, doubtedBy } of parts) {
        const kind = doubtedBy === undefined ? 'retry' : 'in_doubt'
        for (const position of positions) outcomes[position] = { kind, reason: halt ?? NOT_OFFERED.reason }
      }
    }
    if (isMisplaced) this.#nameDoubts()
    const left = isMisplaced ? [] : this.#queues.filter(({ parts }) => parts.length > 0)
    this.#queues = left.map(({ parts }) => ({ parts, halt: undefined }))
    return outcomes
  }
}

const NOT_OFFERED = { kind: 'retry', reason: 'it waits for what was offered before it' } as const
