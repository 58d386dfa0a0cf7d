import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type AgentProcess, until } from '../support/agent-process.ts'
import { lineOf } from '../support/container-log.ts'
import { createTopic } from '../support/kafka-admin.ts'
import { readWithJava } from '../support/kafka-readers.ts'
import { administer } from '../support/kafka-topics.ts'
import { describeKafka, type KafkaCluster } from '../support/real-kafka.ts'
import { type Arrivals, EACH_LINE_ONCE, inSoak, outcomeOf, Scene } from '../support/scene.ts'

const KILLS = inSoak(3, 10)
const ROUNDS = inSoak(1, 5)
const TURNS = inSoak(3, 25)
const MOST_LINES = inSoak(150, 600)
const PATIENCE_MS = 60_000
const LONGEST_MS = inSoak(120_000, 600_000)
const DATASETS = ['access', 'log', 'unparsed', 'loss'] as const

/** Containers, agents and the topics of one scene. */
class ExactScene extends Scene {
  readonly #brokers: readonly string[]
  readonly #topics: Readonly<Record<(typeof DATASETS)[number], string>>

  constructor(brokers: readonly string[], prefix: string, seed: number) {
    super({ seed })
    this.#brokers = brokers
    const topic = (name: string) => `${prefix}.${name}`
    this.#topics = { access: topic('access'), log: topic('log'), unparsed: topic('unparsed'), loss: topic('loss') }
    this.configureStream()
  }

  /** Write the configuration, with `settings` beside the sink. */
  configureStream(settings: object = {}): void {
    const topic = (name: string) => this.#topics.access.replace(/access$/, name)
    this.configureSink(
      'stream',
      {
        type: 'kafka',
        brokers: this.#brokers,
        delivery: 'exactly_once',
        topics: this.#topics,
        cursorTopic: topic('cursor'),
        deadLetterTopic: topic('dead_letter'),
        batch: { maxAgeMs: 20 },
      },
      { nodeName: 'node-1', cluster: 'c', ...settings },
    )
  }

  async makeTopics(): Promise<void> {
    for (const topic of Object.values(this.#topics)) await createTopic(this.#brokers, topic, 3)
    const { access } = this.#topics
    await createTopic(this.#brokers, access.replace(/access$/, 'dead_letter'))
    await createTopic(this.#brokers, access.replace(/access$/, 'cursor'), 2, { 'cleanup.policy': 'compact,delete' })
  }

  /** Reading takes a Java process: only when there are offsets enough, which ends of transactions have, too. */
  async count(): Promise<number> {
    const offsets = await this.committedOffsets()
    if (offsets < this.written.length) return 0
    return (await this.arrivals()).lines.length
  }

  /** How far readers of committed records may read. */
  async committedOffsets(): Promise<number> {
    await sleep(100)
    const ends = await administer(this.#brokers, (admin) => admin.fetchTopicOffsets(this.#topics.access))
    return ends.reduce((sum, { high }) => sum + Number(high), 0)
  }

  /** Wait until an agent has committed something more; a broker that was away is asked until it answers. */
  async commits(agent: AgentProcess): Promise<void> {
    let before: number | undefined
    await until(
      async () => (await this.committedOffsets()) > (before ??= await this.committedOffsets()),
      () => agent.stderr,
      PATIENCE_MS,
    )
  }

  async arrivals(): Promise<Arrivals> {
    const documents: Record<string, unknown>[] = []
    for (const topic of [this.#topics.access, this.#topics.unparsed])
      for (const { value } of await readWithJava(this.#brokers, topic, { isolation: 'read_committed' }))
        documents.push(JSON.parse(String(value)))
    const losses = await readWithJava(this.#brokers, this.#topics.loss, { isolation: 'read_committed' })
    return { lines: documents.map(lineOf), named: losses.length }
  }
}

async function sceneOn(cluster: KafkaCluster, prefix: string, seed: number): Promise<ExactScene> {
  const scene = new ExactScene(cluster.brokers, prefix, seed)
  await scene.makeTopics()
  return scene
}

describeKafka(
  'an agent whose documents and cursor are one transaction',
  (cluster) => {
    test(
      `each line is there once for a reader of committed records, over ${KILLS} times kill -9`,
      async () => {
        const scene = await sceneOn(cluster(), 'kill', 71)
        for (let kill = 0; kill < KILLS; kill += 1) {
          const agent = scene.start()
          scene.write(MOST_LINES)
          await scene.commits(agent)
          await scene.writeTurns(TURNS, MOST_LINES)
          await sleep(scene.upTo(400))
          await agent.kill()
        }
        const balance = await scene.finish()
        expect(outcomeOf(`Kafka ${cluster().version}, killed`, balance)).toBe(EACH_LINE_ONCE)
      },
      LONGEST_MS,
    )

    test(
      'an agent that another one of its name shuts out ends and says so, and each line is there once',
      async () => {
        const scene = await sceneOn(cluster(), 'second', 72)
        const first = scene.start()
        scene.write(MOST_LINES)
        await scene.commits(first)
        // The same files and the same names, but another state: as where a node is thought to be gone and is not.
        scene.configureStream({ state: { directory: join(scene.workplace.root, 'other') } })
        const second = scene.start()
        await scene.writeTurns(20, MOST_LINES)
        expect(await first.ended).toBe(69)
        expect(first.stderr).toContain(
          'another agent with cluster \\"c\\", nodeName \\"node-1\\" and sink \\"stream\\"',
        )
        await scene.allArrived(second)
        expect(await second.stop()).toBe(0)
        expect(outcomeOf(`Kafka ${cluster().version}, two agents`, await scene.balance())).toBe(EACH_LINE_ONCE)
      },
      LONGEST_MS,
    )

    test(
      'each line is there once over a broker that is killed in mid transaction',
      async () => {
        const scene = await sceneOn(cluster(), 'broker', 73)
        const agent = scene.start()
        scene.write(MOST_LINES)
        await scene.commits(agent)
        for (let round = 0; round < ROUNDS; round += 1) {
          await scene.writeTurns(5, MOST_LINES)
          await cluster().kill(1)
          await scene.writeTurns(5, MOST_LINES)
          await cluster().restart(1)
          await scene.commits(agent)
        }
        await scene.allArrived(agent)
        expect(await agent.stop()).toBe(0)
        expect(outcomeOf(`Kafka ${cluster().version}, broker killed`, await scene.balance())).toBe(EACH_LINE_ONCE)
      },
      LONGEST_MS,
    )
  },
  { newestOnly: true },
)
