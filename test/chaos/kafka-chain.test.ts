import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AgentProcess, until, Workplace } from '../support/agent-process.ts'
import { balanceOf } from '../support/balance.ts'
import { accessLine } from '../support/container-log.ts'
import { createTopics, writeTopic } from '../support/kafka-topics.ts'
import { describeElasticsearch } from '../support/real-elasticsearch.ts'
import { isKafkaLeftOut, type KafkaCluster, startKafka } from '../support/real-kafka.ts'
import { RealScene } from '../support/real-scene.ts'
import { EACH_LINE_ONCE, inSoak, outcomeOf } from '../support/scene.ts'

const ROUNDS = inSoak(1, 10)
const SESSION_MS = 2_000
const PATIENCE_MS = 60_000
const SHIPPED = 'container-logs'
const TOPICS = ['envoy.access', 'envoy.log', 'envoy.unparsed', 'envoy.loss']

/** Two members of a group that deliver to the sink of a scene, and are killed in turn with a rollover after each kill. */
class Members {
  readonly #scene: RealScene
  readonly #places = [new Workplace(), new Workplace()] as const
  #running: readonly AgentProcess[] = []

  constructor(scene: RealScene, source: object) {
    this.#scene = scene
    for (const [index, place] of this.#places.entries())
      place.configure({ nodeName: `member-${index}`, ingest: { kafka: source }, sinks: { search: scene.sink } })
  }

  get stderr(): string {
    return this.#running.map(({ stderr }) => stderr).join('\n')
  }

  start(): void {
    this.#running = this.#places.map((place) => place.start())
  }

  async replace(index: 0 | 1): Promise<void> {
    await this.#running[index]?.kill()
    await this.#scene.rollover()
    this.#running = this.#running.with(index, this.#places[index].start())
  }

  stop(): Promise<readonly (number | string)[]> {
    return Promise.all(this.#running.map((member) => member.stop()))
  }
}

describeElasticsearch('two members of a group, killed in turn', (server) => {
  let kafka: KafkaCluster | undefined
  beforeAll(async () => {
    if (isKafkaLeftOut()) return
    kafka = await startKafka({ settings: { 'group.min.session.timeout.ms': `${SESSION_MS}` } })
    await createTopics(
      kafka.brokers,
      [...TOPICS, SHIPPED].map((topic) => ({ topic, numPartitions: 4 })),
    )
  })
  afterAll(() => kafka?.stop())

  async function openScene(namespace: string, source: object) {
    const scene = await RealScene.open(server(), { namespace, seed: 61, settings: { http: { listen: 'off' } } })
    const brokers = kafka?.brokers ?? []
    const members = new Members(scene, { brokers, group: namespace, sessionTimeoutMs: SESSION_MS, ...source })
    const hasSome = async () => (await scene.count()) > 0
    return { scene, brokers, members, delivering: () => until(hasSome, () => members.stderr, PATIENCE_MS) }
  }

  test.skipIf(isKafkaLeftOut())('records of an agent that is killed too: each line is stored once', async () => {
    const { scene, brokers, members, delivering } = await openScene('chain', { topics: TOPICS })
    scene.workplace.configure({ sinks: { stream: { type: 'kafka', brokers } }, spool: { minFreePercent: 0 } })
    let agent = scene.start()
    members.start()
    scene.write(20)
    await delivering()
    for (let round = 0; round < ROUNDS; round += 1) {
      await scene.writeTurns(5, 100)
      await members.replace(0)
      await scene.writeTurns(5, 100)
      await agent.kill()
      agent = scene.start()
      await members.replace(1)
      await scene.writeTurns(5, 100)
    }
    await scene.allArrived(agent)
    expect(await agent.stop()).toBe(0)
    expect(await members.stop()).toEqual([0, 0])
    const balance = await scene.balance()
    expect(outcomeOf(`agent, Kafka, Elasticsearch ${server().version}`, balance)).toBe(EACH_LINE_ONCE)
  })

  test.skipIf(isKafkaLeftOut())('lines in the envelope of Fluent Bit: each is stored once', async () => {
    const source = { topics: [SHIPPED], envelope: 'fluentbit' }
    const { scene, brokers, members, delivering } = await openScene('fluentbit', source)
    const written: string[] = []
    const ship = async () => {
      const lines = Array.from({ length: 400 }, (_, index) => accessLine('shipped', written.length + index))
      await writeTopic(brokers, SHIPPED, lines.map(fluentBitMessage))
      written.push(...lines.map((_, index) => `shipped/${written.length + index}`))
    }
    members.start()
    await ship()
    await delivering()
    for (let round = 0; round < ROUNDS; round += 1)
      for (const index of [0, 1] as const) {
        await ship()
        await members.replace(index)
        await ship()
      }
    await until(
      async () => (await scene.count()) >= written.length,
      () => members.stderr,
      PATIENCE_MS,
    )
    expect(await members.stop()).toEqual([0, 0])
    const { lines } = await scene.arrivals()
    const balance = balanceOf(written, lines)
    expect(outcomeOf(`Fluent Bit, Kafka, Elasticsearch ${server().version}`, balance)).toBe(EACH_LINE_ONCE)
  })
})

function fluentBitMessage(log: string): string {
  const kubernetes = { pod_name: 'reviews-v1-1', namespace_name: 'shop', container_name: 'istio-proxy', host: 'node-1' }
  return JSON.stringify({ '@timestamp': 1_795_352_400.5, stream: 'stdout', log, kubernetes })
}
