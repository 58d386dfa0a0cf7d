import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { lineOf } from '../support/container-log.ts'
import { createTopic } from '../support/kafka-admin.ts'
import { readWithJava } from '../support/kafka-readers.ts'
import { describeKafka, type KafkaCluster } from '../support/real-kafka.ts'
import { type Arrivals, EACH_LINE_ONCE, inSoak, outcomeOf, Scene } from '../support/scene.ts'

const KILLS = 10
const TURNS = inSoak(3, 25)
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
    this.configureSink(
      'stream',
      {
        type: 'kafka',
        brokers,
        delivery: 'exactly_once',
        topics: this.#topics,
        cursorTopic: topic('cursor'),
        deadLetterTopic: topic('dead_letter'),
        batch: { maxAgeMs: 20 },
      },
      { nodeName: 'node-1', cluster: 'c', log: { level: 'info' } },
    )
  }

  async makeTopics(): Promise<void> {
    for (const topic of Object.values(this.#topics)) await createTopic(this.#brokers, topic, 3)
    const { access } = this.#topics
    await createTopic(this.#brokers, access.replace(/access$/, 'dead_letter'))
    await createTopic(this.#brokers, access.replace(/access$/, 'cursor'), 2, { 'cleanup.policy': 'compact,delete' })
  }

  async count(): Promise<number> {
    return (await this.arrivals()).lines.length
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
    beforeAll(() => {})

    test(`each line is there once for a reader of committed records, over ${KILLS} times kill -9`, async () => {
      const scene = await sceneOn(cluster(), 'kill', 71)
      for (let kill = 0; kill < KILLS; kill += 1) {
        const agent = scene.start()
        await agent.started
        await scene.writeTurns(TURNS, 200)
        await sleep(scene.upTo(400))
        await agent.kill()
      }
      const balance = await scene.finish()
      expect(outcomeOf(`Kafka ${cluster().version}`, balance)).toBe(EACH_LINE_ONCE)
    })
  },
  { newestOnly: true },
)
