/** The one file that makes clients of the vendor. Records go out to partitions that the caller names. */
import kafkajs, { type Kafka } from 'kafkajs'
import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import { KafkaAdmin } from './admin.ts'
import { KafkaAccess, type KafkaAccessFiles } from './access.ts'
import { COMPRESSION_TYPES, type Compression, loadCodec } from './codecs.ts'
import { KafkaConsumer, type KafkaConsumerParts } from './consumer.ts'
import { Encoding, newTickets } from './encoding.ts'
import { kafkaFailure } from './failure.ts'
import { type LogPlace, type PartitionRecord, readLog } from './partition-log.ts'
import { KafkaProducer, type TransactionalOptions } from './producer.ts'
import { KafkaSockets } from './sockets.ts'
import { checkReading, mendKafkajs } from './kafkajs-mended.ts'

export { KafkaFailure } from './failure.ts'
export type { KafkaMessage, PartitionBatch } from './message.ts'
export { KafkaProducer, type Partition } from './producer.ts'
export type { Compression } from './codecs.ts'
export type { LogPlace, PartitionRecord } from './partition-log.ts'

/** Where brokers are and who we are there; the configuration of a sink is one. */
export interface KafkaOptions extends KafkaAccessFiles {
  readonly brokers: readonly string[]
  readonly requestTimeoutMs: number
}

/** Longest time for a connection to come about: what Java's clients have. */
const CONNECT_MS = 10_000

/** A consumer group, and what it reads. */
export type KafkaGroupOptions = Pick<KafkaConsumerParts, 'group' | 'topics' | 'sessionTimeoutMs'>

/** Codecs of messages that others wrote. lz4 is optional: a message that needs it ends the consumer, and that is told. */
const READABLE = ['gzip', 'zstd', 'snappy', 'lz4'] as const

/** A cluster of brokers, reached as often as it takes. */
export class KafkaCluster {
  readonly #options: KafkaOptions
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #access: KafkaAccess
  #isSlownessTold = false

  constructor(options: KafkaOptions, clock: Clock, logger: Logger) {
    this.#options = options
    this.#clock = clock
    this.#logger = logger
    this.#access = new KafkaAccess(options, clock)
    mendKafkajs()
  }

  /**
   * A producer with an id of its own, or the only one of a transactional identity. `topic`: one that it will write to.
   * @throws KafkaFailure, RequestFailure; FlagshipError SINK_MISCONFIGURED where the codec does not load.
   */
  async producer(
    compression: Compression,
    topic: string,
    signal: AbortSignal,
    transactional?: TransactionalOptions,
  ): Promise<KafkaProducer> {
    const packing = { compression: COMPRESSION_TYPES[compression], codec: await loadCodec(compression) }
    const access = this.#access
    await access.refresh(true)
    const tickets = await newTickets()
    if (tickets === undefined) this.#tellSlowness()
    const sockets = new KafkaSockets(access, tickets)
    const producer = new KafkaProducer({
      kafka: this.#kafka(sockets),
      sockets,
      access,
      compression: packing.compression,
      encoding: tickets && new Encoding(tickets, packing),
      requestTimeoutMs: this.#options.requestTimeoutMs,
      clock: this.#clock,
      transactional,
    })
    try {
      await producer.open(topic, signal)
    } catch (error) {
      producer.close()
      const identity = transactional === undefined ? '' : ` with transactional id "${transactional.id}"`
      throw kafkaFailure(`reach Kafka "${this.#options.brokers.join(',')}"${identity}`, error, true)
    }
    return producer
  }

  /** A member of a group that is not connected yet: it sees what is committed. @throws RequestFailure. */
  async consumer(options: KafkaGroupOptions): Promise<KafkaConsumer> {
    await checkReading()
    await Promise.allSettled(READABLE.map((compression) => loadCodec(compression)))
    await this.#access.refresh(true)
    const sockets = new KafkaSockets(this.#access)
    return new KafkaConsumer({ kafka: this.#kafka(sockets), sockets, ...options })
  }

  /**
   * Give every record of one partition up to a place to `take`, in order, and the ends of transactions: also what is not
   * committed. `group`: a consumer group that nobody else has. @throws KafkaFailure, RequestFailure.
   */
  async readLog(
    place: LogPlace,
    group: string,
    take: (record: PartitionRecord) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await Promise.allSettled(READABLE.map((compression) => loadCodec(compression)))
    await this.#access.refresh(true)
    const sockets = new KafkaSockets(this.#access)
    const { requestTimeoutMs } = this.#options
    const parts = { kafka: this.#kafka(sockets), sockets, group, clock: this.#clock, quietMs: requestTimeoutMs }
    await readLog(parts, place, take, signal)
  }

  /** What administers topics, connected. @throws KafkaFailure, RequestFailure. */
  async admin(): Promise<KafkaAdmin> {
    await this.#access.refresh(true)
    const sockets = new KafkaSockets(this.#access)
    const admin = new KafkaAdmin(this.#kafka(sockets).admin(), sockets, this.#clock)
    await admin.open()
    return admin
  }

  /** Resolves when each partition of these topics has a leader that answers. @throws KafkaFailure, RequestFailure. */
  async expectLeaders(topics: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const admin = await this.admin()
    const cut = () => void admin.close()
    signal.addEventListener('abort', cut, { once: true })
    try {
      // A broker that has just died leads on until the others know: only an answer shows that it is there.
      for (const topic of topics) await admin.recordCount(topic)
    } finally {
      signal.removeEventListener('abort', cut)
      await admin.close()
    }
  }

  #tellSlowness(): void {
    if (this.#isSlownessTold) return
    this.#isSlownessTold = true
    this.#logger.warn(
      {},
      'kafkajs encodes records, which costs more: @node-rs/crc32 does not load, or kafkajs is not 2.2.4',
    )
  }

  #kafka(sockets: KafkaSockets): Kafka {
    const { brokers, requestTimeoutMs } = this.#options
    const sasl = this.#access.sasl()
    return new kafkajs.Kafka({
      clientId: 'flagship',
      // Each client begins with the first: if that one is down, the next client must not fail by it again.
      brokers: rotated(brokers),
      connectionTimeout: Math.min(CONNECT_MS, requestTimeoutMs),
      authenticationTimeout: Math.min(CONNECT_MS, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      // Of connections and metadata alone: one try for each broker that was named.
      retry: { retries: brokers.length, initialRetryTime: 20, maxRetryTime: 200 },
      socketFactory: sockets.connect,
      ...(this.#access.isTls && { ssl: true }),
      ...(sasl && { sasl }),
      logLevel: kafkajs.logLevel.DEBUG,
      logCreator: () => this.#log,
    })
  }

  /** What kafkajs calls an error is often none: it is told by outcomes, and this is for who looks for more. */
  readonly #log = ({ namespace, log: { message, ...fields } }: kafkajs.LogEntry): void => {
    this.#logger.debug?.({ kafkajs: namespace, ...fields }, message)
  }
}

function rotated(brokers: readonly string[]): string[] {
  const first = Math.floor(Math.random() * brokers.length)
  return [...brokers.slice(first), ...brokers.slice(0, first)]
}
