import kafkajs, {
  type CompressionTypes,
  type Kafka,
  type Message,
  type PartitionerArgs,
  type Producer,
  type RecordMetadata,
  type Transaction,
} from 'kafkajs'
import type { Clock } from '../../clock.ts'
import type { KafkaAccess } from './access.ts'
import type { Encoding, TopicMessages } from './encoding.ts'
import { KafkaFailure, kafkaFailure } from './failure.ts'
import { type PartitionBatch, plainMessage } from './message.ts'
import type { KafkaSockets } from './sockets.ts'

/** A partition as the producer knows it now. */
export interface Partition {
  readonly partitionId: number
  /** Node id of the broker. */
  readonly leader: number
  readonly replicas: readonly number[]
}

/** What a producer is made of. */
export interface KafkaProducerParts {
  readonly kafka: Kafka
  readonly sockets: KafkaSockets
  readonly access: KafkaAccess
  readonly compression: CompressionTypes
  /** Undefined where kafkajs has to encode what is sent. */
  readonly encoding: Encoding | undefined
  readonly requestTimeoutMs: number
  readonly clock: Clock
  /** All that is sent belongs to transactions of this identity. */
  readonly transactional?: TransactionalOptions | undefined
}

/** Who writes transactions, and how long a broker keeps one open of which it hears nothing. */
export interface TransactionalOptions {
  readonly id: string
  readonly timeoutMs: number
}

/** One call of kafkajs. */
interface Attempt {
  leader: number | undefined
  /** kafkajs knew where everything goes: from here on a request may have been written. */
  mayBeSent: boolean
  isMisplaced: boolean
}

/** Less than 2^31 by far: kafkajs does not count on as brokers do when a sequence wraps (producer/eosManager/index.js). */
const MOST_MESSAGES = 1_000_000_000

/** Between two tries while brokers complete the last transaction: that takes them milliseconds. */
const COMPLETION_MS = 10

/** What brokers say to requests of an older epoch (Apache Kafka, common/protocol/Errors.java). */
const OUTDATED: ReadonlySet<string> = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED'])

/** kafkajs reads the metadata of its topics again after an error of this name (producer/sendMessages.js). */
const STALE = 'KafkaJSMetadataNotLoaded'

/**
 * An idempotent producer with one try. What failed is to be sent again by the same producer, each partition exactly the
 * messages it had, before anything else goes to that partition: brokers know it by its sequence (docs/adr/0006).
 */
export class KafkaProducer {
  readonly #parts: KafkaProducerParts
  readonly #producer: Producer
  readonly #topics = new Map<string, readonly Partition[]>()
  /** By topic and partition: what is under way. */
  readonly #attempts = new Map<string, Attempt>()
  #transaction: Transaction | undefined
  /** When something was first sent in the transaction that is open. */
  #begunMs: number | undefined
  #messageCount = 0
  #isGivenUp = false
  #isOutdated = false
  /** Something failed: what kafkajs knows of leaders may be of before, and it asks again by itself only after some errors. */
  #mayBeStale = false

  constructor(parts: KafkaProducerParts) {
    this.#parts = parts
    const { transactional } = parts
    this.#producer = parts.kafka.producer({
      // A transaction is idempotent in any case; without it there would be a second producer id, for nothing.
      ...(transactional === undefined
        ? { idempotent: true }
        : { transactionalId: transactional.id, transactionTimeout: transactional.timeoutMs }),
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      // An idempotent producer must allow one retry at least, says kafkajs, and its retries are not exact: this is not
      // less than one, and no count of tries is less than it.
      retry: { retries: Number.NaN },
      createPartitioner: () => (message) => this.#place(message),
    })
  }

  /** Whether it may not be used any more. */
  get isSpent(): boolean {
    return this.#isGivenUp || this.#messageCount > MOST_MESSAGES
  }

  /** A broker said that this producer is not the last one of its identity, or that its transaction took too long. */
  get isOutdated(): boolean {
    return this.#isOutdated
  }

  /** How long the transaction has been open that may be, in milliseconds; a broker cannot have seen it for longer. */
  get transactionAgeMs(): number {
    return this.#begunMs === undefined ? 0 : this.#parts.clock.elapsedMs() - this.#begunMs
  }

  /** Connect, and get a producer id: of a transactional one it outdates all older ones. `topic`: one that will be written. */
  async open(topic: string, signal: AbortSignal): Promise<void> {
    if (this.#parts.transactional !== undefined) return this.#openTransactional(topic, signal)
    try {
      await this.#bounded(this.#producer.connect(), signal)
    } catch (error) {
      if (kafkaFailure('connect', error, true).type !== 'LEADER_NOT_AVAILABLE') throw error
      // kafkajs asks for all topics of the cluster as long as it knows of none, and any of them may be without a leader.
      await this.partitionsOf(topic, signal)
      await this.#bounded(this.#producer.connect(), signal)
    }
  }

  /** Partitions of a topic as the next `send` will see them. @throws KafkaFailure. */
  async partitionsOf(topic: string, signal: AbortSignal): Promise<readonly Partition[]> {
    const known = this.#topics.get(topic)
    if (known !== undefined) return known
    if (this.#mayBeStale) await this.#renew(topic, signal)
    const failure = await this.#probe(topic, signal)
    const shown = this.#topics.get(topic)
    if (shown !== undefined) return shown
    throw failure
  }

  /** A leader that stands still answers nothing, and one that took its place is not looked for. @throws KafkaFailure. */
  async #renew(topic: string, signal: AbortSignal): Promise<void> {
    const failure = await this.#probe(topic, signal)
    this.#topics.clear()
    if (!(failure instanceof Stale)) throw failure
    this.#mayBeStale = false
  }

  /** Have kafkajs look up where a message would go, which never goes there; why it did not. */
  async #probe(topic: string, signal: AbortSignal): Promise<KafkaFailure> {
    try {
      await this.#parts.access.refresh()
      await this.#bounded(this.#producer.send({ topic, messages: [{ value: null }] }), signal)
    } catch (error) {
      return kafkaFailure(`find topic "${topic}"`, error, true)
    }
    throw new Error('kafkajs asked nobody where a message goes')
  }

  /**
   * Store all of it: in one request to the one broker that leads all these partitions, or nothing is sent. There may be
   * several calls at a time, for other partitions. When it fails, each of the partitions may have its part or not.
   * @throws KafkaFailure.
   */
  async send(batches: readonly PartitionBatch[], signal: AbortSignal): Promise<readonly RecordMetadata[]> {
    const attempt: Attempt = { leader: undefined, mayBeSent: false, isMisplaced: false }
    for (const { topic, partition } of batches) this.#attempts.set(placeName(topic, partition), attempt)
    try {
      await this.#parts.access.refresh()
      const answers = await this.#bounded(this.#sendBatch(batches), signal)
      this.#expectAll(batches, answers)
      return answers
    } catch (error) {
      this.#topics.clear()
      this.#mayBeStale = true
      const topics = [...new Set(batches.map(({ topic }) => topic))]
      const doing = `write to ${topics.length === 1 ? 'topic' : 'topics'} ${topics.map((each) => `"${each}"`).join(', ')}`
      throw this.#noted(kafkaFailure(doing, error, attempt.isMisplaced || !attempt.mayBeSent))
    } finally {
      for (const { topic, partition } of batches) this.#attempts.delete(placeName(topic, partition))
    }
  }

  /**
   * Make all that was sent since the last time visible, and begin the next transaction. When it fails nobody knows, and
   * only another producer of the same identity can bring it to an end.
   * @throws KafkaFailure.
   */
  async commit(signal: AbortSignal): Promise<void> {
    try {
      await this.#bounded(this.#opened().commit(), signal)
      this.#begunMs = undefined
      this.#transaction = await this.#bounded(this.#producer.transaction(), signal)
    } catch (error) {
      throw this.#noted(kafkaFailure('commit a transaction', error, false))
    }
  }

  /**
   * Cut its connections. What is under way may still be stored, and a transaction stays open until the next producer of
   * its identity.
   */
  close(): void {
    this.#isGivenUp = true
    this.#parts.sockets.sever()
    this.#producer.disconnect().catch(() => {})
  }

  async #sendBatch(batches: readonly PartitionBatch[]): Promise<RecordMetadata[]> {
    const { compression, encoding } = this.#parts
    for (const { messages } of batches) this.#messageCount += messages.length
    if (encoding === undefined) return this.#order(plainTopics(batches), compression)
    return encoding.send(batches, (topics) => this.#order(topics, kafkajs.CompressionTypes.None))
  }

  async #order(topicMessages: TopicMessages[], compression: CompressionTypes): Promise<RecordMetadata[]> {
    const { requestTimeoutMs, clock } = this.#parts
    const order = { acks: -1, timeout: requestTimeoutMs, compression, topicMessages }
    if (this.#parts.transactional === undefined) return this.#producer.sendBatch(order)
    this.#begunMs ??= clock.elapsedMs()
    for (;;) {
      try {
        return await this.#opened().sendBatch(order)
      } catch (error) {
        // Said before anything is written, while the last transaction of this producer is being completed.
        if (kafkaFailure('', error, true).type !== 'CONCURRENT_TRANSACTIONS' || this.#isGivenUp) throw error
        await clock.sleep(COMPLETION_MS)
      }
    }
  }

  /** The producer id comes with the first transaction, and with it the end of what older producers left open. */
  async #openTransactional(topic: string, signal: AbortSignal): Promise<void> {
    await this.#bounded(this.#producer.connect(), signal)
    await this.partitionsOf(topic, signal)
    this.#transaction = await this.#bounded(this.#producer.transaction(), signal)
  }

  #opened(): Transaction {
    if (this.#transaction === undefined) throw new Error('this producer has no transaction')
    return this.#transaction
  }

  #noted(failure: KafkaFailure): KafkaFailure {
    if (OUTDATED.has(failure.type ?? '')) this.#isOutdated = true
    return failure
  }

  /**
   * kafkajs asks for the partition of every message, after it has looked up the metadata and before it sends anything:
   * the one place where it shows what it knows. A batch over two brokers would be two requests, and the first failure
   * hides what became of the other one; a partition that it does not know would be left out without a word.
   */
  #place({ topic, partitionMetadata, message: { partition } }: PartitionerArgs): number {
    if (this.#topics.get(topic) !== partitionMetadata) this.#topics.set(topic, partitionMetadata)
    const attempt = partition === undefined ? undefined : this.#attempts.get(placeName(topic, partition))
    if (partition === undefined || attempt === undefined)
      throw this.#mayBeStale
        ? new Stale(`find topic "${topic}"`, 'leaders may have moved', true)
        : new Error('asked only')
    const leader = leaderIn(partitionMetadata, partition)
    attempt.leader ??= leader
    if (leader !== undefined && attempt.leader === leader) {
      attempt.mayBeSent = true
      return partition
    }
    attempt.isMisplaced = true
    throw new Misplaced(topic, partition, leader === undefined)
  }

  /** A promise of kafkajs, but not for ever: what does not end by itself is cut, and with it all that it could still do. */
  async #bounded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock, requestTimeoutMs } = this.#parts
    const over = new AbortController()
    const waiting = clock.sleep(GIVE_UP_TIMEOUTS * requestTimeoutMs, AbortSignal.any([signal, over.signal]))
    try {
      const result = await Promise.race([work, waiting.then((): typeof GIVEN_UP => GIVEN_UP)])
      if (result !== GIVEN_UP) return result
    } finally {
      over.abort()
    }
    this.close()
    throw new Error(signal.aborted ? 'stopped' : 'kafkajs came to no end')
  }

  #expectAll(batches: readonly PartitionBatch[], answers: readonly RecordMetadata[]): void {
    const answered = new Set(answers.map(({ topicName, partition }) => placeName(topicName, partition)))
    if (batches.every(({ topic, partition }) => answered.has(placeName(topic, partition)))) return
    this.close()
    throw new Error('kafkajs left out a partition')
  }
}

/** kafkajs waits for a connection, for metadata and for the answer: each by itself ends in the time of a request. */
const GIVE_UP_TIMEOUTS = 4
const GIVEN_UP = Symbol('given up')

/** What makes kafkajs ask for leaders and partitions again. */
class Stale extends KafkaFailure {
  override readonly name: string = STALE
}

/** What kafkajs knows of the brokers is not what the caller went by. */
class Misplaced extends Stale {
  override readonly isMisplaced: boolean

  constructor(topic: string, partition: number, isGone: boolean) {
    const state = isGone ? 'there is no such partition any more' : 'its leader has moved'
    super(`write to partition ${partition} of topic "${topic}"`, state, true)
    this.isMisplaced = isGone
  }
}

function plainTopics(batches: readonly PartitionBatch[]): TopicMessages[] {
  return batches.map(({ topic, partition, messages }) => ({
    topic,
    messages: messages.map((message): Message => ({ ...plainMessage(message), partition })),
  }))
}

function leaderIn(partitions: readonly Partition[], partition: number): number | undefined {
  const likely = partitions[partition]
  if (likely?.partitionId === partition) return likely.leader
  return partitions.find(({ partitionId }) => partitionId === partition)?.leader
}

function placeName(topic: string, partition: number): string {
  return `${topic}/${partition}`
}
