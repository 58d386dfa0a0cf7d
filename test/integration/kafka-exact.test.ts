import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { KafkaCluster } from '../../src/clients/kafka/cluster.ts'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import { isRetryable } from '../../src/errors.ts'
import { identityName, namesBegin } from '../../src/sinks/kafka/cursor-topic.ts'
import { ExactKafkaSink } from '../../src/sinks/kafka/exact-sink.ts'
import { createTopic } from '../support/kafka-admin.ts'
import { readWithJava } from '../support/kafka-readers.ts'
import { kafkaConfig, kinds, newTopic } from '../support/kafka-sink.ts'
import { describeKafka } from '../support/real-kafka.ts'
import { batchOfTexts } from '../unit/fakes/batches.ts'
import { RecordedLog } from '../unit/fakes/recorded-log.ts'

const SIGNAL = new AbortController().signal
const LARGE = 'x'.repeat(20_000)

/** Brokers make the topic of transactions at its first use, and until then know no coordinator. */
async function recovered(sink: ExactKafkaSink, tries = 50): Promise<ReadonlyMap<string, unknown> | undefined> {
  try {
    return await sink.recover(SIGNAL)
  } catch (error) {
    if (!isRetryable(error) || tries === 0) throw error
    await sleep(100)
    return recovered(sink, tries - 1)
  }
}

describeKafka('a Kafka sink with transactions', (cluster) => {
  async function place() {
    const { brokers } = cluster()
    const [topic, cursorTopic, deadLetterTopic] = [newTopic(), newTopic(), newTopic()]
    await createTopic(brokers, topic, 3, { 'max.message.bytes': '10000' })
    await createTopic(brokers, cursorTopic, 2, { 'cleanup.policy': 'compact,delete' })
    await createTopic(brokers, deadLetterTopic, 1, { 'max.message.bytes': '10000' })
    const topics = { access: topic, log: topic, unparsed: topic, loss: topic }
    const config = kafkaConfig({
      brokers,
      topics,
      cursorTopic,
      deadLetterTopic,
      delivery: 'exactly_once',
      compression: 'none',
    })
    const sink = (node = 'n', transactionTimeoutMs = config.transactionTimeoutMs) => {
      const identity = { cluster: 'c', node, sink: topic }
      const settings = { ...config, transactionTimeoutMs }
      const made = new ExactKafkaSink('stream', settings, { clock: SYSTEM_CLOCK, logger: new RecordedLog(), identity })
      onTestFinished(() => made.close())
      return made
    }
    const committed = async (name: string) =>
      (await readWithJava(brokers, name, { isolation: 'read_committed' })).map(({ value }) => String(value))
    /** As a request for a producer id that arrives late, or from whoever has the identity. */
    const outdate = async () => {
      const id = `${namesBegin(config.transactionalIdPrefix)}${identityName({ cluster: 'c', node: 'n', sink: topic })}`
      const kafka = new KafkaCluster(config, SYSTEM_CLOCK, new RecordedLog())
      const producer = await kafka.producer('none', cursorTopic, SIGNAL, { id, timeoutMs: 60_000 })
      producer.close()
    }
    return { sink, topic, deadLetterTopic, committed, outdate }
  }

  test('shows documents and cursor with the commit, and neither without', async () => {
    const { sink, topic, committed } = await place()
    const one = sink()
    expect(await recovered(one)).toBe(undefined)
    expect(kinds(await one.deliver(batchOfTexts(['a', 'b', 'c']), SIGNAL))).toBe('accepted accepted accepted')
    await one.commit(
      new Map<string, unknown>([
        ['at f', { prefixBytes: 3 }],
        ['gone', 1],
      ]),
    )
    await one.deliver(batchOfTexts(['d']), SIGNAL)
    await one.commit(new Map([['gone', undefined]]))
    await one.deliver(batchOfTexts(['open']), SIGNAL)
    const two = sink()
    expect(await recovered(two)).toEqual(new Map([['at f', { prefixBytes: 3 }]]))
    expect((await committed(topic)).sort()).toEqual(['a', 'b', 'c', 'd'].map((n) => `{"n":"${n}"}`))
  })

  test('halves what is too large within the transaction, and buries the one, unless it is too large for that, too', async () => {
    const { sink, topic, deadLetterTopic, committed } = await place()
    const one = sink()
    await recovered(one)
    const outcomes = await one.deliver(batchOfTexts(['a', 'b', LARGE, 'c', 'd', 'e']), SIGNAL)
    expect(kinds(outcomes)).toBe('accepted accepted refused accepted accepted accepted')
    const [small, large] = [
      { id: 's', line: Buffer.from('small') },
      { id: 'l', line: Buffer.from(LARGE) },
    ]
    expect(await one.bury([small, large], SIGNAL)).toEqual([large])
    await one.commit(new Map([['at f', 1]]))
    expect((await committed(topic)).sort()).toEqual(['a', 'b', 'c', 'd', 'e'].map((n) => `{"n":"${n}"}`))
    expect(await committed(deadLetterTopic)).toEqual(['small'])
  })

  test('is shut out by another one of its name, and not by one of another', async () => {
    const { sink } = await place()
    const [one, other] = [sink(), sink('other')]
    await recovered(one)
    await recovered(other)
    await one.commit(new Map([['a', 1]]))
    const two = sink()
    expect(await recovered(two)).toEqual(new Map([['a', 1]]))
    await expect(one.deliver(batchOfTexts(['late']), SIGNAL)).rejects.toMatchObject({ code: 'SINK_FENCED' })
    await expect(one.commit(new Map([['a', 2]]))).rejects.toMatchObject({ code: 'SINK_FENCED' })
    await two.commit(new Map([['b', 1]]))
    await other.commit(new Map([['c', 1]]))
    expect(await recovered(other)).toEqual(new Map([['c', 1]]))
    expect(await recovered(two)).toEqual(
      new Map([
        ['a', 1],
        ['b', 1],
      ]),
    )
  })

  describe('whose transaction is so old that brokers may have ended it', () => {
    const [timeoutMs, openMs] = [1_000, 1_100]

    async function old() {
      const scene = await place()
      const one = scene.sink('n', timeoutMs)
      await recovered(one)
      await one.deliver(batchOfTexts(['open']), SIGNAL)
      await sleep(openMs)
      const write = () => one.deliver(batchOfTexts(['late']), SIGNAL)
      return { ...scene, one, write }
    }

    test('goes on where nobody else has taken over', async () => {
      const { one, write, outdate } = await old()
      await outdate()
      await expect(write()).rejects.toMatchObject({ code: 'TRANSACTION_LOST' })
      expect(await recovered(one)).toBe(undefined)
      expect(kinds(await write())).toBe('accepted')
    })

    test('ends where another one has, and that goes on', async () => {
      const { one, write, sink } = await old()
      const two = sink()
      await recovered(two)
      await expect(write()).rejects.toMatchObject({ code: 'TRANSACTION_LOST' })
      await expect(recovered(one)).rejects.toMatchObject({ code: 'SINK_FENCED' })
      expect(kinds(await two.deliver(batchOfTexts(['a']), SIGNAL))).toBe('accepted')
      await two.commit(new Map([['a', 1]]))
    })
  })
})
