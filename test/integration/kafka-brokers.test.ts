import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { until } from '../support/agent-process.ts'
import { leadersOf } from '../support/kafka-admin.ts'
import { ExactPlace, recovered } from '../support/kafka-exact.ts'
import { newTopic, type TestedSink, testedSink, untilAccepted } from '../support/kafka-sink.ts'
import { createTopics, readTopic } from '../support/kafka-topics.ts'
import { ACCEPTED } from '../../src/sinks/sink.ts'
import { describeKafka } from '../support/real-kafka.ts'
import { opened } from '../unit/sinks/contract.ts'
import { batchNow, never, textOf } from '../unit/sinks/kafka/bench.ts'

/** Deliver batches of 30 as a pipeline does, until `isOver`; the texts, in order. */
async function deliverUntil({ sink }: TestedSink, isOver: () => boolean): Promise<readonly string[]> {
  const sent: string[] = []
  for (let round = 0; !isOver(); round += 1) {
    const texts = Array.from({ length: 30 }, (_, index) => `${round}-${index}`)
    sent.push(...texts)
    await untilAccepted(sink, batchNow(...texts))
    await delay(5)
  }
  return sent
}

describeKafka(
  'KafkaSink on three brokers',
  (kafka) => {
    const leaderOf = async (topic: string) => (await leadersOf(kafka().brokers, topic))[0] ?? 1
    const otherLeads = (topic: string, leader: number) =>
      until(
        async () => ![leader, -1].includes(await leaderOf(topic)),
        () => `${leader} leads`,
        60_000,
      )

    test('stores each document once, in order, while the leader is killed twice and another one stands still for 8 s', async () => {
      const topic = newTopic()
      const { brokers } = kafka()
      const configEntries = [{ name: 'min.insync.replicas', value: '2' }]
      await createTopics(brokers, [{ topic, numPartitions: 6, replicationFactor: 3, configEntries }])
      const disturb = async () => {
        for (let kill = 0; kill < 2; kill += 1) {
          const leader = await leaderOf(topic)
          await kafka().kill(leader)
          await otherLeads(topic, leader)
          await kafka().restart(leader)
        }
        const leader = await leaderOf(topic)
        kafka().freeze(leader)
        await delay(8_000)
        kafka().thaw(leader)
        await delay(2_000)
      }
      const tested = testedSink({ brokers, topics: { access: topic }, requestTimeoutMs: 3_000 })
      await opened(tested.sink)
      let isOver = false
      const disturbing = delay(500)
        .then(disturb)
        .finally(() => (isOver = true))
      const sent = await deliverUntil(tested, () => isOver)
      await disturbing
      const read = await readTopic(brokers, topic)
      const texts = read.map(({ value }) => textOf(value))
      expect([...texts].sort()).toEqual([...sent].sort())
      const places = new Map(sent.map((text, place) => [text, place]))
      for (let partition = 0; partition < 6; partition += 1) {
        const inOrder = read
          .filter((each) => each.partition === partition)
          .map(({ value }) => places.get(textOf(value)) ?? -1)
        expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b))
      }
      expect(tested.possiblyDoubled).toBe(0)
    })

    test('goes on with the next leader while the one before it stands still', async () => {
      const topic = newTopic()
      const { brokers } = kafka()
      await createTopics(brokers, [{ topic, numPartitions: 1, replicationFactor: 3 }])
      const leader = await leaderOf(topic)
      // It is the only one to be connected with, so it is whom kafkajs would ask for the next leader.
      const seed = brokers[leader - 1] ?? ''
      const tested = testedSink({ brokers: [seed], topics: { access: topic }, requestTimeoutMs: 1_500 })
      await opened(tested.sink)
      await untilAccepted(tested.sink, batchNow('before'))
      kafka().freeze(leader)
      await untilAccepted(tested.sink, batchNow('meanwhile'))
      kafka().thaw(leader)
      // It takes itself for the leader for a moment, and knows of nothing that came meanwhile.
      let texts: readonly string[] = []
      const isAllRead = async () => {
        texts = (await readTopic(brokers, topic)).map(({ value }) => textOf(value))
        return texts.length >= 2
      }
      await until(isAllRead, () => texts.join(), 60_000)
      expect([...new Set(texts)]).toEqual(['before', 'meanwhile'])
      expect(texts.length).toBeLessThanOrEqual(2 + tested.possiblyDoubled)
    })

    test('with transactions takes nothing back, and begins nothing, before the partition that has it leads again', async () => {
      const { brokers } = kafka()
      const place = await ExactPlace.open(brokers, (topic) =>
        createTopics(brokers, [{ topic, replicaAssignment: [{ partition: 0, replicas: [3] }] }]),
      )
      const sink = place.sink()
      await recovered(sink)
      expect(await sink.deliver(batchNow('a'), never)).toEqual([ACCEPTED])
      await kafka().kill(3)
      await expect(sink.deliver(batchNow('b'), never)).rejects.toMatchObject({ code: 'TRANSACTION_LOST' })
      // For a while it leads as far as the others know; then nobody does.
      await expect(sink.recover(never)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
      await until(
        async () => (await leaderOf(place.topic)) === -1,
        () => 'it leads',
        60_000,
      )
      await expect(sink.recover(never)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
      await kafka().restart(3)
      expect(await recovered(sink)).toBe(undefined)
      expect(await sink.deliver(batchNow('a', 'b'), never)).toEqual([ACCEPTED, ACCEPTED])
      await sink.commit(new Map([['at f', 2]]))
      expect((await place.committed()).map((value) => textOf(value)).sort()).toEqual(['a', 'b'])
    })
  },
  { nodes: 3 },
)
