import Broker from 'kafkajs/src/broker/index.js'
import BrokerPool from 'kafkajs/src/cluster/brokerPool.js'
import Batch from 'kafkajs/src/consumer/batch.js'
import Encoder from 'kafkajs/src/protocol/encoder.js'
import encodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js'
import { RecordBatch } from 'kafkajs/src/protocol/recordBatch/v0/index.js'
import { decode } from 'kafkajs/src/protocol/requests/fetch/v11/response.js'
import ConnectionPool from 'kafkajs/src/network/connectionPool.js'
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
import { describe, expect, test, vi } from 'vitest'
import { loadCodec } from '../../../../src/clients/kafka/codecs.ts'
import { checkReading, mendKafkajs } from '../../../../src/clients/kafka/kafkajs-mended.ts'

type Producer = 'A' | 'B' | 'C'

/** What a broker has stored in one batch, its offsets from `at` on. */
type Stored =
  | {
      readonly at: number
      readonly by: Producer
      readonly count: number
      readonly zstd?: true
      readonly key?: Buffer
    }
  | { readonly at: number; readonly by: Producer; readonly end: 'abort' | 'commit' }
  /** Outside of transactions. */
  | { readonly at: number; readonly count: number }

interface Response {
  readonly fetched: number
  /** In the order of their ends, as brokers have them. */
  readonly aborted: readonly (readonly [by: Producer, firstOffset: number])[]
  readonly stored: readonly Stored[]
  readonly shown: readonly number[]
  /** Where the next fetch begins. */
  readonly next: number
}

const PRODUCER_IDS = { A: 7001, B: 7002, C: 7003 } as const
const NO_PRODUCER = -1
const ZSTD = 4
const CONTROL_BIT = 0x20
const ATTRIBUTES_AT = 22 // of a batch (Apache Kafka, DefaultRecordBatch.java)
const END_OF = { abort: Buffer.from([0, 0, 0, 0]), commit: Buffer.from([0, 0, 0, 1]) } as const

mendKafkajs()

async function bytesOf(batch: Stored): Promise<Buffer> {
  const isEnd = 'end' in batch
  const key = isEnd ? END_OF[batch.end] : 'by' in batch ? (batch.key ?? null) : null
  const records = Array.from({ length: isEnd ? 1 : batch.count }, (_, offsetDelta) =>
    encodeRecord({ offsetDelta, key, value: `${batch.at + offsetDelta}` }),
  )
  const { buffer } = await RecordBatch({
    compression: 'zstd' in batch ? ZSTD : 0,
    firstOffset: batch.at,
    lastOffsetDelta: records.length - 1,
    transactional: 'by' in batch,
    producerId: 'by' in batch ? PRODUCER_IDS[batch.by] : NO_PRODUCER,
    records,
  })
  if (isEnd) buffer.writeUInt8(buffer.readUInt8(ATTRIBUTES_AT) + CONTROL_BIT, ATTRIBUTES_AT)
  return buffer
}

/** A fetch response of version 11 for one partition, byte for byte. */
async function answerOf({ aborted, stored }: Response): Promise<Buffer> {
  const end = 1_000
  const head = new Encoder().writeInt32(0).writeInt16(0).writeInt32(0).writeInt32(1).writeString('lines').writeInt32(1)
  const partition = head.writeInt32(0).writeInt16(0).writeInt64(end).writeInt64(end).writeInt64(0)
  partition.writeInt32(aborted.length)
  for (const [by, firstOffset] of aborted) partition.writeInt64(PRODUCER_IDS[by]).writeInt64(firstOffset)
  const batches = await Promise.all(stored.map(bytesOf))
  return partition.writeInt32(NO_PRODUCER).writeBytes(Buffer.concat(batches)).buffer
}

/** What a consumer makes of it. */
async function batchOf(response: Response): Promise<Batch> {
  const send = async () => decode(await answerOf(response))
  const broker = new Broker({ connectionPool: { send }, logger: { namespace: () => ({}) } })
  broker.lookupRequest = () => () => ({})
  const { responses } = await broker.fetch({ topics: [] })
  return new Batch('lines', String(response.fetched), responses[0]?.partitions[0])
}

const rows: readonly (readonly [string, Response])[] = [
  [
    'nothing aborted',
    {
      fetched: 0,
      aborted: [],
      stored: [
        { at: 0, count: 2 },
        { at: 2, by: 'A', count: 2 },
        { at: 4, by: 'A', end: 'commit' },
      ],
      shown: [0, 1, 2, 3],
      next: 5,
    },
  ],
  [
    'one that began before the fetch',
    {
      fetched: 10,
      aborted: [['A', 3]],
      stored: [
        { at: 10, by: 'A', count: 2 },
        { at: 12, by: 'B', count: 1 },
        { at: 13, by: 'A', end: 'abort' },
        { at: 14, by: 'B', end: 'commit' },
      ],
      shown: [12],
      next: 15,
    },
  ],
  [
    'several that began before the fetch',
    {
      fetched: 10,
      aborted: [
        ['A', 3],
        ['B', 4],
        ['C', 2],
      ],
      stored: [
        { at: 10, by: 'C', count: 1 },
        { at: 11, by: 'B', count: 1 },
        { at: 12, by: 'A', count: 1 },
        { at: 13, by: 'A', end: 'abort' },
        { at: 14, by: 'B', end: 'abort' },
        { at: 15, count: 1 },
        { at: 16, by: 'C', end: 'abort' },
      ],
      shown: [15],
      next: 17,
    },
  ],
  [
    'a list in the order of ends, not of beginnings',
    {
      fetched: 0,
      aborted: [
        ['B', 2],
        ['A', 0],
      ],
      stored: [
        { at: 0, by: 'A', count: 2 },
        { at: 2, by: 'B', count: 1 },
        { at: 3, by: 'B', end: 'abort' },
        { at: 4, by: 'A', count: 1 },
        { at: 5, by: 'B', count: 1 },
        { at: 6, by: 'B', end: 'commit' },
        { at: 7, by: 'A', end: 'abort' },
      ],
      shown: [5],
      next: 8,
    },
  ],
  [
    'two that begin between two records of another one',
    {
      fetched: 0,
      aborted: [
        ['A', 1],
        ['B', 2],
      ],
      stored: [
        { at: 0, count: 1 },
        { at: 2, by: 'B', count: 1 }, // offset 1 is compacted away
        { at: 3, by: 'A', count: 1 },
        { at: 4, by: 'A', end: 'abort' },
        { at: 5, by: 'B', end: 'abort' },
      ],
      shown: [0],
      next: 6,
    },
  ],
  [
    'a producer that aborts, commits and aborts',
    {
      fetched: 0,
      aborted: [
        ['A', 0],
        ['A', 5],
      ],
      stored: [
        { at: 0, by: 'A', count: 2 },
        { at: 2, by: 'A', end: 'abort' },
        { at: 3, by: 'A', count: 1 },
        { at: 4, by: 'A', end: 'commit' },
        { at: 5, by: 'A', count: 2 },
        { at: 7, by: 'A', end: 'abort' },
        { at: 8, by: 'A', count: 1 },
        { at: 9, by: 'A', end: 'commit' },
      ],
      shown: [3, 8],
      next: 10,
    },
  ],
  [
    'an end that is all there is',
    { fetched: 5, aborted: [['A', 1]], stored: [{ at: 5, by: 'A', end: 'abort' }], shown: [], next: 6 },
  ],
  [
    'a fetch from the middle of an aborted batch',
    {
      fetched: 6,
      aborted: [['A', 4]],
      stored: [
        { at: 4, by: 'A', count: 4 },
        { at: 8, by: 'A', end: 'abort' },
        { at: 9, by: 'A', count: 1 },
        { at: 10, by: 'A', end: 'commit' },
      ],
      shown: [9],
      next: 11,
    },
  ],
  [
    'a fetch from the middle of a committed batch',
    {
      fetched: 6,
      aborted: [['B', 8]],
      stored: [
        { at: 4, by: 'A', count: 4 },
        { at: 8, by: 'B', count: 1 },
        { at: 9, by: 'A', end: 'commit' },
        { at: 10, by: 'B', end: 'abort' },
      ],
      shown: [6, 7],
      next: 11,
    },
  ],
  [
    'compressed batches',
    {
      fetched: 1,
      aborted: [
        ['B', 4],
        ['A', 0],
      ],
      stored: [
        { at: 0, by: 'A', count: 4, zstd: true },
        { at: 4, by: 'B', count: 2, zstd: true },
        { at: 6, by: 'B', end: 'abort' },
        { at: 7, by: 'C', count: 2, zstd: true },
        { at: 9, by: 'A', end: 'abort' },
        { at: 10, by: 'C', end: 'commit' },
      ],
      shown: [7, 8],
      next: 11,
    },
  ],
  [
    'an end that a later fetch has',
    {
      fetched: 0,
      aborted: [
        ['B', 2],
        ['A', 0],
      ],
      stored: [
        { at: 0, by: 'A', count: 2 },
        { at: 2, by: 'B', count: 1 },
        { at: 3, count: 1 },
        { at: 4, by: 'A', count: 2 },
      ],
      shown: [3],
      next: 6,
    },
  ],
  [
    'one in the list that begins behind what came',
    {
      fetched: 0,
      aborted: [['A', 30]],
      stored: [{ at: 0, by: 'A', count: 2 }],
      shown: [0, 1],
      next: 2,
    },
  ],
  [
    'data whose key looks like an end',
    {
      fetched: 0,
      aborted: [['A', 0]],
      stored: [
        { at: 0, by: 'A', count: 2, key: END_OF.abort },
        { at: 2, by: 'A', count: 1 },
        { at: 3, by: 'A', end: 'abort' },
      ],
      shown: [],
      next: 4,
    },
  ],
  [
    'a producer that writes outside of transactions beside one that aborts',
    {
      fetched: 0,
      aborted: [['A', 0]],
      stored: [
        { at: 0, by: 'A', count: 1 },
        { at: 1, count: 1 },
        { at: 2, by: 'A', end: 'abort' },
        { at: 3, count: 1 },
      ],
      shown: [1, 3],
      next: 4,
    },
  ],
]

describe('a consumer of kafkajs, mended', () => {
  test.for(rows)('shows what is committed: %s', async ([, response]) => {
    await loadCodec('zstd')
    const batch = await batchOf(response)
    expect(batch.messages.map(({ offset }) => Number(offset))).toEqual(response.shown)
    expect(batch.messages.map(({ value }) => Number(value))).toEqual(response.shown)
    expect(Number(batch.lastOffset()) + 1).toBe(response.next)
    // Otherwise it would fetch the same for ever.
    expect(batch.isEmptyDueToFiltering()).toBe(response.shown.length === 0)
  })

  test('sets no timers while it has nothing to send', () => {
    vi.useFakeTimers()
    try {
      const queue = new RequestQueue({ logger: { debug() {} } })
      queue.checkPendingRequests()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('sends what it held back when a broker no longer throttles', () => {
    vi.useFakeTimers()
    try {
      const queue = new RequestQueue({ logger: { debug() {} } })
      const sent: number[] = []
      queue.maybeThrottle(50)
      const entry = { correlationId: 1, resolve() {}, reject() {} }
      queue.push({ entry, expectResponse: true, sendRequest: () => sent.push(Date.now()) })
      vi.advanceTimersByTime(49)
      expect(sent).toEqual([])
      vi.advanceTimersByTime(1)
      expect(sent).toHaveLength(1)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('an admin of kafkajs, mended', () => {
  const pool = new BrokerPool({ connectionPoolBuilder: {}, logger: { namespace: () => ({}) } })
  pool.brokers = { 0: { isConnected: () => true } }

  test.for(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'TOPIC_AUTHORIZATION_FAILED'])(
    'is told %s',
    async (type) => {
      const refusal = Object.assign(new Error('said by a broker'), { type })
      await expect(pool.withBroker(() => Promise.reject(refusal))).rejects.toBe(refusal)
    },
  )

  test('is told nothing where no broker answers', async () => {
    await expect(pool.withBroker(() => Promise.reject(new Error('closed')))).resolves.toBeNull()
  })
})

/** A broker it is connected with, which answers or does not. */
function answeringWith(answer: () => Promise<unknown>) {
  const connectionPool = new ConnectionPool({ logger: { namespace: () => ({}) }, host: 'kafka', port: 9092 })
  connectionPool.pool = [{ isConnected: () => true, send: answer }]
  const ask = () => connectionPool.send({ request: { apiKey: 3 } }).catch(() => {})
  return { connectionPool, isConnected: () => true, ask }
}

const timeout = () => Promise.reject(Object.assign(new Error('timed out'), { name: 'KafkaJSRequestTimeoutError' }))

describe('what kafkajs asks for leaders, mended', () => {
  test('is not the broker that did not answer in time, as long as there is another one', async () => {
    const answers = [timeout, async () => 'metadata']
    const [first, second] = [answeringWith(() => (answers.shift() ?? timeout)()), answeringWith(async () => 'metadata')]
    const pool = new BrokerPool({ connectionPoolBuilder: {}, logger: { namespace: () => ({}) } })
    pool.brokers = { 0: first, 1: second }
    const asked = async () => new Set(await Promise.all(Array.from({ length: 64 }, () => pool.findConnectedBroker())))
    expect(await asked()).toEqual(new Set([first, second]))
    await first.ask()
    expect(await asked()).toEqual(new Set([second]))
    await first.ask() // it answers again
    expect(await asked()).toEqual(new Set([first, second]))
  })

  test('is the broker that did not answer where there is no other', async () => {
    const only = answeringWith(timeout)
    const pool = new BrokerPool({ connectionPoolBuilder: {}, logger: { namespace: () => ({}) } })
    pool.brokers = { 0: only }
    await only.ask()
    expect(await pool.findConnectedBroker()).toBe(only)
  })
})

describe('checkReading()', () => {
  test('finds that kafkajs shows what is committed', async () => {
    await expect(checkReading()).resolves.toBeUndefined()
  })
})
