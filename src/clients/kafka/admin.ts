import kafkajs, { type Admin, type ConfigSource } from 'kafkajs'
import type { Clock } from '../../clock.ts'
import { KafkaFailure, kafkaFailure } from './failure.ts'
import type { KafkaSockets } from './sockets.ts'

/** A topic as it is to be. */
export interface NewTopic {
  readonly topic: string
  readonly partitions: number
  readonly replicas: number
  readonly config: TopicConfig
}

type TopicSize = Pick<NewTopic, 'partitions' | 'replicas'>

/** Settings of a topic, as Kafka names them and gives them back: `retention.ms`, `604800000`. */
export type TopicConfig = Readonly<Record<string, string>>

/** What administers topics. Every call throws KafkaFailure. */
export class KafkaAdmin {
  readonly #admin: Admin
  readonly #sockets: KafkaSockets
  readonly #clock: Clock

  constructor(admin: Admin, sockets: KafkaSockets, clock: Clock) {
    this.#admin = admin
    this.#sockets = sockets
    this.#clock = clock
  }

  async open(): Promise<void> {
    await this.#do('reach Kafka', () => this.#admin.connect())
  }

  /** Make topics that are not there, and wait until each has leaders; those that are there stay. */
  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    await this.#create(topics, false)
    for (const { topic } of topics) await this.#settled(topic, async () => (await this.sizeOf(topic)) !== undefined)
  }

  /** Whether the brokers would make them; nothing is made. */
  async checkTopics(topics: readonly NewTopic[]): Promise<void> {
    await this.#create(topics, true)
  }

  /** How many brokers run. */
  async brokerCount(): Promise<number> {
    const { brokers } = await this.#do('count brokers', () => this.#admin.describeCluster())
    return brokers.length
  }

  /** Partitions, and the replicas of the one that has fewest; undefined when there is no such topic. */
  async sizeOf(topic: string): Promise<TopicSize | undefined> {
    const read = () => this.#admin.fetchTopicMetadata({ topics: [topic] })
    const metadata = await this.#ofTopic('read', topic, read).catch((error: unknown) => {
      if (error instanceof KafkaFailure && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined
      throw error
    })
    const partitions = metadata?.topics.find(({ name }) => name === topic)?.partitions
    if (partitions === undefined) return undefined
    return { partitions: partitions.length, replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)) }
  }

  /** Every setting that holds for a topic, wherever it is set; without those that brokers keep to themselves. */
  async configOf(topic: string): Promise<TopicConfig> {
    return configOf(await this.#entriesOf(topic))
  }

  /**
   * Change some settings of a topic and keep the others. Whatever somebody else changes in the same moment is lost: the
   * one request for this that kafkajs has replaces all that is set.
   */
  async changeConfig(topic: string, changes: TopicConfig): Promise<void> {
    const own = (await this.#entriesOf(topic)).filter(({ configSource }) => configSource === OF_TOPIC)
    const all = Object.entries({ ...configOf(own), ...changes })
    const configEntries = all.map(([name, value]) => ({ name, value }))
    const resources = [{ type: TOPIC, name: topic, configEntries }]
    await this.#ofTopic('change', topic, () => this.#admin.alterConfigs({ validateOnly: false, resources }))
    await this.#settled(topic, async () => {
      const is = await this.configOf(topic)
      return Object.entries(changes).every(([name, value]) => is[name] === value)
    })
  }

  /** More partitions, `count` in all. */
  async growTopic(topic: string, count: number): Promise<void> {
    await this.#ofTopic('grow', topic, () => this.#admin.createPartitions({ topicPartitions: [{ topic, count }] }))
    await this.#settled(topic, async () => ((await this.sizeOf(topic))?.partitions ?? 0) >= count)
  }

  /** How many records a topic holds at most: deletions and ends of transactions count too. */
  async recordCount(topic: string): Promise<bigint> {
    const offsets = await this.#ofTopic('read', topic, () => this.#admin.fetchTopicOffsets(topic))
    return offsets.reduce((sum, { high, low }) => sum + BigInt(high) - BigInt(low), 0n)
  }

  /** Whether we may be in a group that reads topics; they have to be there. Nothing is joined. */
  async checkGroup(group: string, topics: readonly string[]): Promise<void> {
    const call = () => this.#admin.fetchOffsets({ groupId: group, topics: [...topics] })
    await this.#do(`read the offsets of group "${group}"`, call)
  }

  /** A topic and all that it holds; resolves once it is gone. */
  async deleteTopic(topic: string): Promise<void> {
    const call = () => this.#admin.deleteTopics({ topics: [topic] })
    const doubt = await this.#ofTopic('delete', topic, call).then(() => undefined, ofDeleted)
    await this.#settled(topic, async () => (await this.sizeOf(topic)) === undefined).catch((error: unknown) => {
      throw doubt ?? error
    })
  }

  async close(): Promise<void> {
    await this.#admin.disconnect().catch(() => {})
    this.#sockets.sever()
  }

  async #create(topics: readonly NewTopic[], validateOnly: boolean): Promise<void> {
    const wanted = topics.map(({ topic, partitions, replicas, config }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor: replicas,
      configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
    }))
    // What kafkajs would wait for ends with an error where a broker has not heard of the topic yet.
    const request = { topics: wanted, validateOnly, waitForLeaders: false }
    await this.#do('make topics', () => this.#admin.createTopics(request))
  }

  /** A broker that is asked hears a moment later of what was done. */
  async #settled(topic: string, isDone: () => Promise<boolean>): Promise<void> {
    for (let looks = 1; !(await isDone().catch(whileMoving)); looks += 1) {
      const state = 'it is changed, and the broker that was asked does not know of it yet'
      if (looks === MOST_LOOKS) throw new KafkaFailure(`settle topic "${topic}"`, state, false, 'REQUEST_TIMED_OUT')
      await this.#clock.sleep(LOOK_MS)
    }
  }

  async #entriesOf(topic: string): Promise<readonly ConfigEntry[]> {
    const query = { includeSynonyms: false, resources: [{ type: TOPIC, name: topic }] }
    const { resources } = await this.#ofTopic('read', topic, () => this.#admin.describeConfigs(query))
    return resources[0]?.configEntries ?? []
  }

  #ofTopic<T>(verb: string, topic: string, call: () => Promise<T>): Promise<T> {
    return this.#do(`${verb} topic "${topic}"`, call)
  }

  async #do<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      throw kafkaFailure(what, error, false)
    }
  }
}

const LOOK_MS = 100
const MOST_LOOKS = 100

const TOPIC = kafkajs.ConfigResourceTypes.TOPIC
const OF_TOPIC = kafkajs.ConfigSource.TOPIC_CONFIG

/** A topic that comes or goes is known before it has leaders, and for a moment after. */
function whileMoving(error: unknown): false {
  if (error instanceof KafkaFailure && error.type === 'LEADER_NOT_AVAILABLE') return false
  throw error
}

/** What may be said of a topic that goes: kafkajs asks for all topics of the cluster then, and tries once more. Throws others. */
function ofDeleted(error: unknown): KafkaFailure {
  if (error instanceof KafkaFailure && error.type !== undefined && OF_DELETED.has(error.type)) return error
  throw error
}
const OF_DELETED: ReadonlySet<string> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'REQUEST_TIMED_OUT',
])

interface ConfigEntry {
  readonly configName: string
  readonly configValue: string | null
  readonly configSource: ConfigSource
}

function configOf(entries: readonly ConfigEntry[]): TopicConfig {
  return Object.fromEntries(
    entries.flatMap(({ configName, configValue }) => (configValue === null ? [] : [[configName, configValue]])),
  )
}
