import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin } from 'kafkajs'

const PARTITIONS = 6

/** A topic of a broker on this machine that holds nothing but what one task writes. */
export class BenchTopic {
  readonly name: string
  readonly broker: string
  readonly #home: string
  readonly #admin: Admin

  private constructor(name: string, broker: string, home: string, admin: Admin) {
    this.name = name
    this.broker = broker
    this.#home = home
    this.#admin = admin
  }

  /** `home`: the directory of the broker. */
  static async create(name: string, broker: string, home: string): Promise<BenchTopic> {
    const admin = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING }).admin()
    await admin.connect()
    await admin.createTopics({ waitForLeaders: false, topics: [{ topic: name, numPartitions: PARTITIONS }] })
    // The broker makes it at once and knows of it a moment later.
    while ((await admin.fetchTopicOffsets(name).catch(() => [])).length < PARTITIONS) await sleep(100)
    return new BenchTopic(name, broker, home, admin)
  }

  /** How many records it has. */
  async count(): Promise<number> {
    const partitions = await this.#admin.fetchTopicOffsets(this.name)
    return partitions.reduce((sum, { high }) => sum + Number(high), 0)
  }

  /** What they take on disk. */
  storedBytes(): number {
    const files = globSync(join(this.#home, '**', `${this.name}-*`, '*.log'))
    return files.reduce((sum, path) => sum + statSync(path).size, 0)
  }

  async remove(): Promise<void> {
    await this.#admin.deleteTopics({ topics: [this.name] })
    await this.#admin.disconnect()
  }
}
