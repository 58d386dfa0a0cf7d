import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AgentProcess, until } from './agent-process.ts'
import { lineOf } from './container-log.ts'
import { eventId } from './delivered-tree.ts'
import { takeWithJava } from './kafka-readers.ts'
import { administer, createTopics } from './kafka-topics.ts'
import { type Arrivals, inSoak, Scene } from './scene.ts'

const PARTITIONS = 4
const LOOK_MS = 200
const ANSWER_MS = 1_500
const PATIENCE_MS = inSoak(60_000, 240_000)

/** How a Kafka sink delivers. */
export type Delivery = 'at_least_once' | 'exactly_once'

/** Containers and agents that write to a real Kafka, into topics whose names begin with that of the delivery. */
export class StreamScene extends Scene {
  readonly delivery: Delivery
  readonly #brokers: readonly string[]
  #lastOffsets = -1
  /** Records that `arrivals` saw again, with the same event id. */
  copies = 0

  private constructor(brokers: readonly string[], delivery: Delivery, seed: number) {
    super({ seed })
    this.delivery = delivery
    this.#brokers = brokers
    this.configureStream(this.workplace.state)
  }

  /** Make the topics; replicas and how many of them are to be in sync are what the brokers have by default. */
  static async open(brokers: readonly string[], delivery: Delivery, seed: number): Promise<StreamScene> {
    const scene = new StreamScene(brokers, delivery, seed)
    const { cursorTopic, topics } = scene.#names
    const policy = [{ name: 'cleanup.policy', value: 'compact,delete' }]
    await createTopics(brokers, [
      ...[...Object.values(topics), scene.#names.deadLetterTopic].map((topic) => ({
        topic,
        numPartitions: PARTITIONS,
      })),
      { topic: cursorTopic, numPartitions: 2, configEntries: policy },
    ])
    return scene
  }

  /** Where the access log goes. */
  get topic(): string {
    return this.#names.topics.access
  }

  /** Start an agent of the same names on the same files, with a state of its own: as where a node is thought to be gone and is not. */
  startSecond(): AgentProcess {
    this.configureStream(join(this.workplace.root, 'other-state'))
    return this.start()
  }

  configureStream(directory: string): void {
    const { topics, ...names } = this.#names
    const transactions = { delivery: this.delivery, ...names, transactionTimeoutMs: PATIENCE_MS * 3 }
    const exact = this.delivery === 'exactly_once' ? transactions : {}
    const brokers = this.#brokers
    const stream = { type: 'kafka', brokers, topics, requestTimeoutMs: 3_000, batch: { maxAgeMs: 20 }, ...exact }
    this.configureSink('stream', stream, { nodeName: 'node-1', cluster: 'c', state: { directory, lockWaitMs: 0 } })
  }

  /** Write some lines, and wait until more is stored than before; brokers that are away are asked until they answer. */
  async writeAndDeliver(agent: AgentProcess): Promise<void> {
    let before: number | undefined
    const isMore = async () => {
      const offsets = await this.#offsets()
      if (before === undefined) this.write(10)
      return offsets > (before ??= offsets)
    }
    await until(isMore, () => agent.stderr, PATIENCE_MS)
  }

  /** Reading everything takes a while: only where nothing more comes and offsets are enough, which ends of transactions have, too. */
  async count(): Promise<number> {
    await sleep(LOOK_MS)
    const offsets = await this.#offsets()
    const isQuiet = offsets === this.#lastOffsets
    this.#lastOffsets = offsets
    return isQuiet && offsets >= this.written.length ? (await this.arrivals()).lines.length : 0
  }

  /** As readers of committed records have it. Copies with one event id count once where they may stand twice. */
  async arrivals(): Promise<Arrivals> {
    const { access, unparsed, loss } = this.#names.topics
    const lines: string[] = []
    const ids = new Set<string>()
    const take = (document: Readonly<Record<string, unknown>>) => {
      const [id, { size }] = [eventId(document), ids]
      const isCopy = ids.add(id).size === size
      if (isCopy) this.copies += 1
      if (!isCopy || this.delivery === 'exactly_once') lines.push(lineOf(document))
    }
    this.copies = 0
    for (const topic of [access, unparsed]) await this.#read(topic, take)
    let named = 0
    await this.#read(loss, () => (named += 1))
    return { lines, named }
  }

  get #names() {
    const topic = (name: string) => `${this.delivery}.${name}`
    const topics = { access: topic('access'), log: topic('log'), unparsed: topic('unparsed'), loss: topic('loss') }
    return { topics, cursorTopic: topic('cursor'), deadLetterTopic: topic('dead_letter') }
  }

  async #offsets(): Promise<number> {
    const ends = await administer(this.#brokers, (admin) => admin.fetchTopicOffsets(this.topic), ANSWER_MS)
    return ends.reduce((sum, { high }) => sum + Number(high), 0)
  }

  #read(topic: string, take: (document: Readonly<Record<string, unknown>>) => void): Promise<void> {
    const parse = ({ value }: { readonly value: Buffer | null }) => take(JSON.parse(String(value)))
    return takeWithJava(this.#brokers, topic, parse, { isolation: 'read_committed' })
  }
}
