/** The one file that makes clients of the vendor. Records go out to partitions that the caller names. */
import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { KafkaAccess, type KafkaAccessFiles } from './kafka-access.ts'
import { COMPRESSION_TYPES, type Compression, loadCodec } from './kafka-codecs.ts'
import { KafkaFailure, kafkaFailure } from './kafka-failure.ts'
import { KafkaProducer } from './kafka-producer.ts'
import { KafkaSockets } from './kafka-sockets.ts'

export { KafkaFailure }
export { type KafkaMessage, KafkaProducer, type Partition, type PartitionBatch } from './kafka-producer.ts'
export type { Compression } from './kafka-codecs.ts'

/** Where brokers are and who we are there; the configuration of a sink is one. */
export interface KafkaOptions extends KafkaAccessFiles {
  readonly brokers: readonly string[]
  readonly requestTimeoutMs: number
}

/** Longest time for a connection to come about: what Java's clients have. */
const CONNECT_MS = 10_000

/** A cluster of brokers, reached as often as it takes. */
export class KafkaCluster {
  readonly #options: KafkaOptions
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #access: KafkaAccess

  constructor(options: KafkaOptions, clock: Clock, logger: Logger) {
    this.#options = options
    this.#clock = clock
    this.#logger = logger
    this.#access = new KafkaAccess(options, clock)
    spendNegativeTimeoutWarning()
  }

  /**
   * A producer with an id of its own. `topic`: one that it will write to.
   * @throws KafkaFailure, RequestFailure; FlagshipError SINK_MISCONFIGURED where the codec does not load.
   */
  async producer(compression: Compression, topic: string, signal: AbortSignal): Promise<KafkaProducer> {
    await loadCodec(compression)
    const access = this.#access
    await access.refresh(true)
    const sockets = new KafkaSockets(access)
    const producer = new KafkaProducer({
      kafka: this.#kafka(sockets),
      sockets,
      access,
      compression: COMPRESSION_TYPES[compression],
      requestTimeoutMs: this.#options.requestTimeoutMs,
      clock: this.#clock,
    })
    try {
      await producer.open(topic, signal)
    } catch (error) {
      producer.close()
      throw kafkaFailure(`reach Kafka "${this.#options.brokers.join(',')}"`, error, true)
    }
    return producer
  }

  /**
   * What a topic has for settings, defaults of the broker among them; nothing where we may not see it.
   * @throws RequestFailure while a file with credentials was never there.
   */
  async topicSettings(topic: string): Promise<Readonly<Record<string, string | undefined>>> {
    const query = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }
    try {
      const { resources } = await this.ask((admin) =>
        admin.describeConfigs({ includeSynonyms: false, resources: [query] }),
      )
      const entries = resources.flatMap(({ configEntries }) => configEntries)
      return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]))
    } catch (error) {
      if (error instanceof KafkaFailure) return {}
      throw error
    }
  }

  /** Connect as an administrator for one question. @throws KafkaFailure, RequestFailure. */
  async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    await this.#access.refresh(true)
    const sockets = new KafkaSockets(this.#access)
    const admin = this.#kafka(sockets).admin()
    try {
      await admin.connect()
      return await question(admin)
    } catch (error) {
      throw kafkaFailure(`ask Kafka "${this.#options.brokers.join(',')}"`, error, false)
    } finally {
      await admin.disconnect().catch(() => {})
    }
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

/**
 * kafkajs sets timers into the past (network/requestQueue/index.js, scheduleCheckPendingRequests). Node 24 says so on
 * stderr, once for a process: let it be once for nobody.
 */
function spendNegativeTimeoutWarning(): void {
  const emitWarning = Reflect.get(process, 'emitWarning')
  process.emitWarning = () => {}
  clearTimeout(setTimeout(() => {}, -1))
  process.emitWarning = emitWarning
}
