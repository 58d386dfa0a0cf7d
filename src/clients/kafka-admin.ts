import type { Admin } from 'kafkajs'
import { kafkaFailure } from './kafka-failure.ts'
import type { KafkaSockets } from './kafka-sockets.ts'

/** A topic as it is to be. */
export interface NewTopic {
  readonly topic: string
  readonly partitions: number
  readonly replicas: number
  readonly config: Readonly<Record<string, string>>
}

/** What administers topics. */
export class KafkaAdmin {
  readonly #admin: Admin
  readonly #sockets: KafkaSockets

  constructor(admin: Admin, sockets: KafkaSockets) {
    this.#admin = admin
    this.#sockets = sockets
  }

  /** @throws KafkaFailure. */
  async open(): Promise<void> {
    await this.#do('connect', () => this.#admin.connect())
  }

  /** Make topics that are not there, and wait until each has leaders; those that are there stay. @throws KafkaFailure. */
  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    const wanted = topics.map(({ topic, partitions, replicas, config }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor: replicas,
      configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
    }))
    await this.#do('make topics', () => this.#admin.createTopics({ topics: wanted, waitForLeaders: true }))
  }

  async close(): Promise<void> {
    await this.#admin.disconnect().catch(() => {})
    this.#sockets.sever()
  }

  async #do<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      throw kafkaFailure(what, error, false)
    }
  }
}
