import {
  array,
  assert,
  asyncProperty,
  dictionary,
  integer,
  option,
  record,
  sample,
  string,
  uint8Array,
} from 'fast-check'
import kafkajs from 'kafkajs'
import produce from 'kafkajs/src/protocol/requests/produce/v7/request.js'
import { describe, expect, test } from 'vitest'
import { encodedMessages, isEncodingRight } from '../../../src/clients/kafka-encoded.ts'
import type { KafkaMessage, PartitionBatch } from '../../../src/clients/kafka.ts'

type Grouped = Readonly<Record<number, readonly unknown[]>>

/** The body of the request that kafkajs makes of the messages of partitions. */
async function requestOf(groups: Grouped, compression: number): Promise<Buffer> {
  const partitions = Object.entries(groups).map(([partition, messages]) => ({
    partition: Number(partition),
    firstSequence: 7,
    messages,
  }))
  const topicData = [{ topic: 'lines', partitions }]
  const { buffer } = await produce({ acks: -1, timeout: 1_000, compression, topicData }).encode()
  return buffer
}

/** As kafkajs groups them (producer/groupMessagesPerPartition.js); `asked` are the partitions it asks the partitioner for. */
function grouped(batches: readonly PartitionBatch[], asked: number[] = []): Grouped {
  const group = (groups: Record<number, unknown[]>, message: { readonly partition?: number }) => {
    asked.push(message.partition ?? -1)
    return groups
  }
  return encodedMessages(batches).reduce(group, {})
}

const message = record({
  key: string({ unit: 'grapheme', maxLength: 80 }),
  value: option(
    uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    { nil: null, freq: 9 },
  ),
  timestamp: integer({ min: 1_000_000_000_000, max: 1_999_999_999_999 }).map(String),
  headers: dictionary(string({ minLength: 1, maxLength: 20 }), string({ unit: 'grapheme', maxLength: 90 }), {
    maxKeys: 6,
  }),
})
const messages = array(message, { minLength: 1, maxLength: 30 })

function batchOf(partition: number, list: readonly KafkaMessage[]): PartitionBatch {
  return { topic: 'lines', partition, messages: list }
}

describe('encodedMessages()', () => {
  test.for(['None', 'GZIP'] as const)('gives the bytes that kafkajs makes of plain messages: %s', async (name) => {
    const compression = kafkajs.CompressionTypes[name]
    const holds = async (first: readonly KafkaMessage[], second: readonly KafkaMessage[]) => {
      const plain = await requestOf({ 2: first, 5: second }, compression)
      expect(await requestOf(grouped([batchOf(2, first), batchOf(5, second)]), compression)).toEqual(plain)
    }
    await assert(asyncProperty(messages, messages, holds), { numRuns: 60, seed: 7 })
  })

  test('has as many as there are, so that sequences rise as brokers count', () => {
    const [three] = sample(array(message, { minLength: 3, maxLength: 3 }), { numRuns: 1, seed: 1 })
    const batches = [batchOf(0, three ?? []), batchOf(1, three ?? [])]
    expect(encodedMessages(batches)).toHaveLength(6)
    expect(grouped(batches)[1]).toHaveLength(3)
  })

  test('asks once for each partition, where whoever places them sees what kafkajs knows', () => {
    const [some] = sample(messages, { numRuns: 1, seed: 2 })
    const asked: number[] = []
    grouped([batchOf(3, some ?? []), batchOf(8, some ?? [])], asked)
    expect(asked).toEqual([3, 8])
  })
})

describe('isEncodingRight()', () => {
  test('says so of the version that is installed', async () => {
    expect(await isEncodingRight()).toBe(true)
  })
})
