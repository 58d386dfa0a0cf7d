import kafkajs, { type Producer, type Transaction } from 'kafkajs'
import { expect, onTestFinished, test } from 'vitest'
import { KafkaCluster } from '../../src/clients/kafka/cluster.ts'
import type { ConsumedMessage } from '../../src/clients/kafka/consumer.ts'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import { until } from '../support/agent-process.ts'
import { createTopic } from '../support/kafka-admin.ts'
import { readWithJava } from '../support/kafka-readers.ts'
import { newTopic } from '../support/kafka-sink.ts'
import { describeKafka } from '../support/real-kafka.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { RecordedLog } from '../unit/fakes/recorded-log.ts'

const PRODUCERS = 4
const STEPS = 400
/** So that reading takes several fetches. */
const FILLING = 'x'.repeat(15_000)
const MOST_TRIES = 50

async function persistent<T>(what: () => Promise<T>, tries = MOST_TRIES): Promise<T> {
  try {
    return await what()
  } catch (error) {
    if (tries === 0) throw error
    return persistent(what, tries - 1)
  }
}

/** Transactions of several producers in one partition, interleaved, about half of them aborted. */
async function writeInterleaved(brokers: readonly string[], topic: string, seed: number): Promise<void> {
  const random = seededRandom(seed)
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING })
  const producers = Array.from({ length: PRODUCERS }, (_, index) =>
    kafka.producer({ transactionalId: `${topic}-${index}`, maxInFlightRequests: 1, idempotent: true }),
  )
  const plain = kafka.producer()
  const open = new Map<Producer, Transaction>()
  const compression = () => (random() < 0.5 ? kafkajs.CompressionTypes.GZIP : kafkajs.CompressionTypes.None)
  const order = (step: number) => ({
    topic,
    compression: compression(),
    messages: Array.from({ length: 1 + Math.floor(random() * 3) }, (_, n) => ({ value: `${step}.${n} ${FILLING}` })),
  })
  const end = async (producer: Producer, transaction: Transaction) => {
    open.delete(producer)
    await (random() < 0.5 ? transaction.abort() : transaction.commit())
  }
  try {
    await Promise.all([plain, ...producers].map((producer) => persistent(() => producer.connect())))
    for (let step = 0; step < STEPS; step += 1) {
      const producer = producers[Math.floor(random() * (PRODUCERS + 1))]
      if (producer === undefined) {
        await plain.send(order(step))
        continue
      }
      const transaction = open.get(producer) ?? (await persistent(() => producer.transaction()))
      open.set(producer, transaction)
      await persistent(() => transaction.send(order(step)))
      if (random() < 0.4) await end(producer, transaction)
    }
    for (const [producer, transaction] of open) await end(producer, transaction)
  } finally {
    await Promise.all([plain, ...producers].map((producer) => producer.disconnect()))
  }
}

describeKafka('a member of a group', (cluster) => {
  /** What a new group takes that begins at an offset, up to the end of the partition. */
  async function taken(topic: string, fromOffset: number, count: number): Promise<readonly ConsumedMessage[]> {
    const { brokers } = cluster()
    const made = new KafkaCluster({ brokers, requestTimeoutMs: 10_000 }, SYSTEM_CLOCK, new RecordedLog())
    const group = `${topic}-from-${fromOffset}`
    const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
    await admin.connect()
    onTestFinished(() => admin.disconnect())
    const partitions = [{ partition: 0, offset: String(fromOffset) }]
    await persistent(() => admin.setOffsets({ groupId: group, topic, partitions }))
    const messages: ConsumedMessage[] = []
    const consumer = await made.consumer({ group, topics: [topic], sessionTimeoutMs: 10_000 })
    onTestFinished(() => consumer.close())
    await consumer.start({
      joined() {},
      async take(batch) {
        messages.push(...batch.messages)
      },
      ended() {},
    })
    await until(
      async () => messages.length >= count,
      () => `${messages.length} of ${count}`,
      60_000,
    )
    return messages
  }

  test.for([1, 2])(
    "takes what Kafka's own client finds committed, from wherever it begins: seed %i",
    { timeout: 180_000 },
    async (seed) => {
      const { brokers } = cluster()
      const topic = newTopic()
      await createTopic(brokers, topic, 1)
      await writeInterleaved(brokers, topic, seed)
      const committed = await readWithJava(brokers, topic, { isolation: 'read_committed' })
      const all = await readWithJava(brokers, topic)
      expect(committed.length).toBeGreaterThan(100)
      expect(all.length - committed.length).toBeGreaterThan(100)
      const random = seededRandom(seed)
      const begins = [0, ...Array.from({ length: 3 }, () => Math.floor(random() * 0.8 * all.length))]
      for (const begin of begins) {
        const expected = committed.filter(({ offset }) => offset >= begin)
        const found = await taken(topic, begin, expected.length)
        expect(found.map(({ offset }) => offset)).toEqual(expected.map(({ offset }) => offset))
        expect(found.every(({ value }, n) => value !== undefined && expected[n]?.value?.equals(value))).toBe(true)
      }
    },
  )

  test('takes what stands before a batch that is too large when it is decompressed, and says where that is', async () => {
    const { brokers } = cluster()
    const topic = newTopic()
    await createTopic(brokers, topic, 1)
    const made = new KafkaCluster({ brokers, requestTimeoutMs: 30_000 }, SYSTEM_CLOCK, new RecordedLog())
    const producer = await made.producer('zstd', topic, new AbortController().signal)
    onTestFinished(() => producer.close())
    const send = (value: Buffer) => {
      const message = { key: 'k', value, timeMs: 1_795_352_400_000, eventId: undefined, headers: {} }
      return producer.send([{ topic, partition: 0, messages: [message] }], new AbortController().signal)
    }
    await producer.partitionsOf(topic, new AbortController().signal)
    await send(Buffer.from('small'))
    await send(Buffer.alloc(150_000_000))
    const ended = Promise.withResolvers<string>()
    const messages: string[] = []
    // At the first group of all the brokers make the topic for offsets first.
    await persistent(async () => {
      const consumer = await made.consumer({ group: topic, topics: [topic], sessionTimeoutMs: 10_000 })
      onTestFinished(() => consumer.close())
      await consumer.start({
        joined() {},
        async take(batch) {
          messages.push(...batch.messages.map(({ value }) => String(value)))
        },
        ended: ({ message }) => ended.resolve(message),
      })
    })
    expect(await ended.promise).toBe(
      `Cannot read the batch at offset 1 of partition 0 of topic "${topic}": its records have more than 134217728 bytes ` +
        'when they are decompressed; stop its producer, and set the offset of the group beyond it: ' +
        'kafka-consumer-groups.sh --reset-offsets',
    )
    expect(messages).toEqual(['small'])
  })
})
