import { randomUUID } from 'node:crypto'
import kafkajs, { type Admin, type ITopicConfig, type KafkaMessage } from 'kafkajs'

export interface ReadRecord {
  readonly partition: number
  readonly key: string
  readonly value: string
  readonly timestampMs: number
  readonly headers: Readonly<Record<string, string>>
}

/** What kafkajs has. */
const REQUEST_MS = 30_000

const clientOf = (brokers: readonly string[], requestTimeout = REQUEST_MS) =>
  new kafkajs.Kafka({
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 50 },
    requestTimeout,
  })

/** Do something with a cluster as its administrator; a short time for requests where a broker may be frozen. */
export async function administer<T>(
  brokers: readonly string[],
  work: (admin: Admin) => Promise<T>,
  requestTimeoutMs = REQUEST_MS,
): Promise<T> {
  const admin = clientOf(brokers, requestTimeoutMs).admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Make topics, and wait until the leader of each partition serves it: brokers hear of a topic one after the other. */
export async function createTopics(brokers: readonly string[], topics: ITopicConfig[]): Promise<void> {
  await administer(brokers, (admin) => admin.createTopics({ waitForLeaders: false, topics }))
  const names = topics.map(({ topic }) => topic)
  await until(() => administer(brokers, (admin) => Promise.all(names.map((topic) => admin.fetchTopicOffsets(topic)))))
}

/** Everything in a topic, partition by partition, in order. */
export async function readTopic(brokers: readonly string[], topic: string): Promise<readonly ReadRecord[]> {
  const ends = await until(() => administer(brokers, (admin) => admin.fetchTopicOffsets(topic)))
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

/** Ask again while brokers do not know it: one that was away needs a moment to lead again. */
async function until<T>(ask: () => Promise<T>, tries = 50): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (tries === 0) throw error
    await new Promise((resolve) => setTimeout(resolve, 200))
    return until(ask, tries - 1)
  }
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

/** Write messages as another shipper does, in turn to all partitions. */
export async function writeTopic(brokers: readonly string[], topic: string, values: readonly string[]): Promise<void> {
  const producer = clientOf(brokers).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await producer.connect()
  try {
    await producer.send({
      topic,
      compression: kafkajs.CompressionTypes.GZIP,
      messages: values.map((value) => ({ value })),
    })
  } finally {
    await producer.disconnect()
  }
}
