import { randomUUID } from 'node:crypto'
import kafkajs, { type Admin, type ITopicConfig, type KafkaMessage, type SeekEntry } from 'kafkajs'

export interface ReadRecord {
  readonly partition: number
  readonly key: string
  readonly value: string
  readonly timestampMs: number
  readonly headers: Readonly<Record<string, string>>
}

const clientOf = (brokers: readonly string[]) =>
  new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING, retry: { initialRetryTime: 50 } })

/** Do something with a cluster as its administrator. */
export async function administer<T>(brokers: readonly string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = clientOf(brokers).admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Make topics, and wait for their leaders. */
export async function createTopics(brokers: readonly string[], topics: ITopicConfig[]): Promise<void> {
  await administer(brokers, (admin) => admin.createTopics({ waitForLeaders: true, topics }))
}

/** Everything in a topic, partition by partition, in order. */
export async function readTopic(brokers: readonly string[], topic: string): Promise<readonly ReadRecord[]> {
  const ends = await endsOf(brokers, topic)
  const missing = new Map(ends.map(({ partition, high, low }) => [partition, Number(high) - Number(low)]))
  const records: ReadRecord[] = []
  if ([...missing.values()].every((count) => count === 0)) return records
  const consumer = clientOf(brokers).consumer({ groupId: `read-${randomUUID()}` })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ partition, message }: { partition: number; message: KafkaMessage }) => {
      records.push(recordOf(partition, message))
      missing.set(partition, (missing.get(partition) ?? 0) - 1)
      if ([...missing.values()].every((count) => count <= 0)) resolve()
    }
    consumer.run({ eachMessage }).catch(reject)
  })
  await consumer.disconnect()
  return records.sort((a, b) => a.partition - b.partition)
}

/** A broker that was away needs a moment to lead again. */
async function endsOf(brokers: readonly string[], topic: string, tries = 50): Promise<(SeekEntry & Ends)[]> {
  try {
    return await administer(brokers, (admin) => admin.fetchTopicOffsets(topic))
  } catch (error) {
    if (tries === 0) throw error
    await new Promise((resolve) => setTimeout(resolve, 200))
    return endsOf(brokers, topic, tries - 1)
  }
}

interface Ends {
  readonly high: string
  readonly low: string
}

function recordOf(partition: number, { key, value, timestamp, headers = {} }: KafkaMessage): ReadRecord {
  const texts = Object.entries(headers).map(([name, text]) => [name, String(text)])
  return {
    partition,
    key: String(key),
    value: String(value),
    timestampMs: Number(timestamp),
    headers: Object.fromEntries(texts),
  }
}
