import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until, Workplace } from '../support/agent-process.ts'
import { createTopics } from '../support/kafka-topics.ts'
import { describeElasticsearch } from '../support/real-elasticsearch.ts'
import { isKafkaLeftOut, type KafkaCluster, startKafka } from '../support/real-kafka.ts'
import { RealScene } from '../support/real-scene.ts'
import { EACH_LINE_ONCE, inSoak, outcomeOf } from '../support/scene.ts'

const ROUNDS = inSoak(1, 10)
const SESSION_MS = 2_000
const PATIENCE_MS = 60_000
const TOPICS = ['envoy.access', 'envoy.log', 'envoy.unparsed', 'envoy.loss']

describeElasticsearch('agent, Kafka and two members of a group, killed in turn', (server) => {
  let kafka: KafkaCluster | undefined
  beforeAll(async () => {
    kafka = await startKafka({ settings: { 'group.min.session.timeout.ms': `${SESSION_MS}` } })
    await createTopics(
      kafka.brokers,
      TOPICS.map((topic) => ({ topic, numPartitions: 4 })),
    )
  })
  afterAll(() => kafka?.stop())

  test.skipIf(isKafkaLeftOut())('each line is stored once', async () => {
    const brokers = kafka?.brokers ?? []
    const scene = await RealScene.open(server(), {
      namespace: 'chain',
      seed: 61,
      settings: { http: { listen: 'off' } },
    })
    scene.workplace.configure({ sinks: { stream: { type: 'kafka', brokers } }, spool: { minFreePercent: 0 } })
    const source = { brokers, topics: TOPICS, group: 'to-search', sessionTimeoutMs: SESSION_MS }
    const [one, two] = [new Workplace(), new Workplace()]
    for (const [index, place] of [one, two].entries())
      place.configure({ nodeName: `member-${index}`, ingest: { kafka: source }, sinks: { search: scene.sink } })
    let agent = scene.start()
    let members = [one.start(), two.start()] as const
    scene.write(20)
    await until(
      async () => (await scene.count()) > 0,
      () => members.map(({ stderr }) => stderr).join('\n'),
      PATIENCE_MS,
    )
    for (let round = 0; round < ROUNDS; round += 1) {
      await scene.writeTurns(10, 60)
      await members[0].kill()
      await scene.rollover()
      await scene.writeTurns(5, 60)
      members = [one.start(), members[1]]
      await agent.kill()
      agent = scene.start()
      await scene.writeTurns(10, 60)
      await members[1].kill()
      await scene.rollover()
      await sleep(scene.upTo(500))
      members = [members[0], two.start()]
      await scene.writeTurns(5, 60)
    }
    await scene.allArrived(members[0])
    expect(await Promise.all([agent, ...members].map((each) => each.stop()))).toEqual([0, 0, 0])
    const balance = await scene.balance()
    expect(outcomeOf(`Kafka ${kafka?.version} to Elasticsearch ${server().version}`, balance)).toBe(EACH_LINE_ONCE)
  })
})
