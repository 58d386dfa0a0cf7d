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
} from '../../../support/fast-check.ts'
import framed from 'kafkajs/src/protocol/request.js'
import produce from 'kafkajs/src/protocol/requests/produce/v7/request.js'
import { describe, expect, test, vi } from 'vitest'
import { COMPRESSION_TYPES, loadCodec } from '../../../../src/clients/kafka/codecs.ts'
import { Encoding, newTickets, type TopicMessages } from '../../../../src/clients/kafka/encoding.ts'
import { type KafkaMessage, type PartitionBatch, plainMessage } from '../../../../src/clients/kafka/message.ts'
import type { Tickets } from '../../../../src/clients/kafka/tickets.ts'

type Grouped = Readonly<Record<number, readonly unknown[]>>

/** A request that kafkajs makes of the messages of partitions. */
async function requestOf(groups: Grouped, compression: number): Promise<Buffer> {
  const partitions = Object.entries(groups).map(([partition, messages]) => ({
    partition: Number(partition),
    firstSequence: 7,
    messages,
  }))
  const topicData = [{ topic: 'lines', partitions }]
  const request = produce({ acks: -1, timeout: 1_000, compression, topicData })
  const { buffer } = await framed({ correlationId: 3, clientId: 'flagship', request })
  return buffer
}

/** As kafkajs groups them (producer/groupMessagesPerPartition.js); `asked` are the partitions it asks the partitioner for. */
function grouped([topic]: readonly TopicMessages[], asked: number[] = []): Grouped {
  const group = (groups: Record<number, unknown[]>, message: { readonly partition?: number | undefined }) => {
    asked.push(message.partition ?? -1)
    return groups
  }
  return topic?.messages.reduce(group, {}) ?? {}
}

async function tickets(): Promise<Tickets> {
  const made = await newTickets()
  if (made === undefined) throw new Error('kafkajs is not what it was, or the checksum does not load')
  return made
}

const message = record({
  key: string({ unit: 'grapheme', maxLength: 80 }),
  value: option(
    uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    { nil: null, freq: 9 },
  ),
  timeMs: integer({ min: 1_000_000_000_000, max: 1_999_999_999_999 }),
  eventId: option(string({ unit: 'grapheme', maxLength: 90 }), { nil: undefined }),
  headers: dictionary(
    // A name that is a number would come before all others in an object.
    string({ minLength: 1, maxLength: 20 }).filter((name) => name !== 'event-id' && !/^\d+$/.test(name)),
    string({ unit: 'grapheme', maxLength: 90 }),
    { maxKeys: 6 },
  ),
})
const messages = array(message, { minLength: 1, maxLength: 30 })

function batchOf(partition: number, list: readonly KafkaMessage[]): PartitionBatch {
  return { topic: 'lines', partition, messages: list }
}

const PLAIN = { compression: 0, codec: undefined }

describe('Encoding', () => {
  test.for(['none', 'gzip', 'zstd'] as const)('gives what kafkajs makes of plain messages: %s', async (name) => {
    const packing = { compression: COMPRESSION_TYPES[name], codec: await loadCodec(name) }
    const issued = await tickets()
    const encoding = new Encoding(issued, packing)
    const holds = async (first: readonly KafkaMessage[], second: readonly KafkaMessage[]) => {
      const plain = { 2: first.map(plainMessage), 5: second.map(plainMessage) }
      const ours = await encoding.send([batchOf(2, first), batchOf(5, second)], async (topics) =>
        Buffer.concat(issued.redeem(await requestOf(grouped(topics), PLAIN.compression))),
      )
      expect(ours).toEqual(await requestOf(plain, packing.compression))
    }
    await assert(asyncProperty(messages, messages, holds), { numRuns: 60, seed: 7 })
  })

  test('has as many as there are, so that sequences rise as brokers count', async () => {
    const [three] = sample(array(message, { minLength: 3, maxLength: 3 }), { numRuns: 1, seed: 1 })
    await new Encoding(await tickets(), PLAIN).send(
      [batchOf(0, three ?? []), batchOf(1, three ?? [])],
      async (topics) => {
        expect(topics[0]?.messages).toHaveLength(6)
        expect(grouped(topics)[1]).toHaveLength(3)
      },
    )
  })

  test('asks once for each partition, where whoever places them sees what kafkajs knows', async () => {
    const [some] = sample(messages, { numRuns: 1, seed: 2 })
    const asked: number[] = []
    const send = async (topics: readonly TopicMessages[]) => grouped(topics, asked)
    await new Encoding(await tickets(), PLAIN).send([batchOf(3, some ?? []), batchOf(8, some ?? [])], send)
    expect(asked).toEqual([3, 8])
  })

  test.for([
    ['answered', false],
    ['failed', true],
  ] as const)('writes nothing any more of what has %s', async ([, fails]) => {
    const [some] = sample(messages, { numRuns: 1, seed: 3 })
    const issued = await tickets()
    let request: Buffer = Buffer.alloc(0)
    const sent = new Encoding(issued, PLAIN).send([batchOf(3, some ?? [])], async (topics) => {
      request = await requestOf(grouped(topics), 0)
      if (fails) throw new Error('no answer')
    })
    await sent.catch(() => {})
    expect(() => issued.redeem(request)).toThrow('revoked')
  })

  test('overwrites nothing that a socket may still read after a failure', async () => {
    const [first, second] = sample(messages, { numRuns: 2, seed: 4 })
    const issued = await tickets()
    const encoding = new Encoding(issued, PLAIN)
    let written: readonly Buffer[] = []
    const fail = async (topics: readonly TopicMessages[]) => {
      written = issued.redeem(await requestOf(grouped(topics), 0))
      throw new Error('no answer')
    }
    await encoding.send([batchOf(0, first ?? [])], fail).catch(() => {})
    const before = Buffer.concat(written)
    await encoding.send([batchOf(0, second ?? [])], async () => {})
    expect(Buffer.concat(written)).toEqual(before)
  })

  test('issues no ticket where one of its batches cannot be packed', async () => {
    const [some] = sample(messages, { numRuns: 1, seed: 6 })
    const issued = await tickets()
    const issue = vi.spyOn(issued, 'issue')
    const packed = [Buffer.alloc(1)]
    const compress = async () => packed.shift() ?? Promise.reject(new Error('full'))
    const codec = { compress, decompress: async (bytes: Buffer) => bytes }
    const encoding = new Encoding(issued, { compression: COMPRESSION_TYPES.zstd, codec })
    const sent = encoding.send([batchOf(0, some ?? []), batchOf(1, some ?? [])], async () => {})
    await expect(sent).rejects.toThrow('full')
    expect(issue).not.toHaveBeenCalled()
  })
})

describe('Tickets', () => {
  test('leaves requests alone that have no ticket', async () => {
    const [some] = sample(messages, { numRuns: 1, seed: 5 })
    const request = await requestOf({ 1: (some ?? []).map(plainMessage) }, 0)
    const before = Buffer.from(request)
    expect(Buffer.concat((await tickets()).redeem(request))).toEqual(before)
  })

  test.for([0, 4, 40])('leaves %i bytes alone that are no request', async (length) => {
    const bytes = Buffer.alloc(length)
    expect((await tickets()).redeem(bytes)).toEqual([bytes])
  })
})

describe('newTickets()', () => {
  test('finds kafkajs as it is expected', async () => {
    expect(await newTickets()).toBeDefined()
  })
})
