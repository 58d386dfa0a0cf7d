import { describe, expect, test } from 'vitest'
import { partitionOf } from '../../../../src/sinks/kafka/partition.ts'
import { distinctIds, kinds, restOf, untilAccepted } from '../../../support/kafka-sink.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { sinkContract } from '../contract.ts'
import { batchWith, KafkaBench, never, NOW_MS, textOf } from './bench.ts'

sinkContract('KafkaSink', async () => {
  const bench = await KafkaBench.make()
  return {
    create: () => distinctIds(bench.create()),
    stored: async () => bench.stored(),
    breakPlace: () => bench.kafka.goDown(),
    mend: () => bench.kafka.comeBack(),
  }
})

/** Texts whose keys fall into the partitions in turn. */
function spread(partitions: number, count: number): readonly string[] {
  const texts: string[] = []
  for (let n = 0; texts.length < count; n += 1)
    if (partitionOf(`t${n}`, partitions) === texts.length % partitions) texts.push(`t${n}`)
  return texts
}

describe('KafkaSink.deliver()', () => {
  test('writes the document without its newline, with key, time and headers', async () => {
    const bench = await KafkaBench.make()
    const sink = await bench.open()
    const batch = batchWith({ text: 'a', key: 'request-1', timeMs: NOW_MS - 5_000 })
    expect(kinds(await sink.deliver(batch, never))).toBe('accepted')
    expect(bench.kafka.recordsOf('envoy.access')).toMatchObject([
      {
        key: 'request-1',
        value: '{"n":"a"}',
        timestampMs: NOW_MS - 5_000,
        headers: {
          'event-id': batch.segments[0]?.ids[0],
          'content-type': 'application/json',
          'schema-version': '1',
          dataset: 'envoy.access',
          class: 'healthy',
        },
      },
    ])
  })

  test.for([
    ['in the future', NOW_MS + 7_200_000, NOW_MS],
    ['before 1970', -5, 0],
    ['that is none', Number.NaN, NOW_MS],
  ] as const)('gives a line with a time %s a time that brokers take', async ([, timeMs, stored]) => {
    const bench = await KafkaBench.make()
    const sink = await bench.open()
    await sink.deliver(batchWith({ text: 'a', timeMs }), never)
    expect(bench.kafka.recordsOf('envoy.access')).toMatchObject([{ timestampMs: stored }])
  })

  test('writes each dataset to its topic, and two datasets to one where they are told so', async () => {
    const bench = await KafkaBench.make(1, 1, { topics: { loss: 'envoy.log' } })
    const sink = await bench.open()
    const batch = batchWith(
      { text: 'a' },
      { text: 'b', dataset: 'envoy.log' },
      { text: 'c', dataset: 'envoy.loss' },
      { text: 'd', dataset: 'envoy.unparsed' },
    )
    expect(kinds(await sink.deliver(batch, never))).toBe('accepted accepted accepted accepted')
    expect(['envoy.access', 'envoy.log', 'envoy.unparsed'].map((topic) => bench.stored(topic))).toEqual([
      ['a'],
      ['b', 'c'],
      ['d'],
    ])
  })

  test('puts a record into the partition that Java would choose, in one request to each broker', async () => {
    const bench = await KafkaBench.make(3, 6)
    const sink = await bench.open()
    const texts = spread(6, 60)
    await sink.deliver(batchWith(...texts), never)
    const logs = bench.kafka.topics.get('envoy.access') ?? []
    for (const [partition, log] of logs.entries())
      expect(log.records.map(({ value }) => textOf(value))).toEqual(
        texts.filter((text) => partitionOf(text, 6) === partition),
      )
    expect(bench.kafka.produced.map(({ places }) => places.length)).toEqual([2, 2, 2])
  })

  test.for(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('writes records compressed with %s', async (compression) => {
    const bench = await KafkaBench.make(1, 1, { compression })
    const sink = await bench.open()
    await sink.deliver(batchWith('a', 'b'), never)
    expect(bench.stored()).toEqual(['a', 'b'])
  })

  test('keeps the records for one partition below maxRequestBytes, in order', async () => {
    const bench = await KafkaBench.make(1, 1, { maxRequestBytes: 1_024 })
    const sink = await bench.open()
    const texts = Array.from({ length: 20 }, (_, index) => `${index}`)
    expect(kinds(await sink.deliver(batchWith(...texts), never))).toBe(texts.map(() => 'accepted').join(' '))
    expect(bench.stored()).toEqual(texts)
    expect(bench.kafka.produced.length).toBeGreaterThan(3)
  })
})

describe('KafkaSink.deliver() when a request fails', () => {
  // biome-ignore format: a table, one row a case
  test.for([
    ['the answer is lost after it was stored', 'lost', 'in_doubt in_doubt', 1],
    ['the connection ends before it is stored', 'cut', 'in_doubt in_doubt', 1],
    ['NOT_LEADER_OR_FOLLOWER: a leader that stored it may have stepped down', 6, 'in_doubt in_doubt', 1],
    ['REQUEST_TIMED_OUT: the leader has it', 7, 'in_doubt in_doubt', 1],
    ['NOT_ENOUGH_REPLICAS', 19, 'retry retry', 1],
    ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 20, 'in_doubt in_doubt', 1],
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', 45, 'retry retry', 2],
    ['INVALID_PRODUCER_EPOCH', 47, 'retry retry', 2],
    ['UNKNOWN_PRODUCER_ID', 59, 'retry retry', 2],
    ['an error that nobody knows', 99, 'in_doubt in_doubt', 1],
  ] as const)('stores everything once when offered again: %s', async ([, fault, expected, producers]) => {
    const bench = await KafkaBench.make()
    const sink = await bench.open()
    await sink.deliver(batchWith('z'), never)
    bench.kafka.faults.push(fault)
    const batch = batchWith('a', 'b')
    const outcomes = await sink.deliver(batch, never)
    expect(kinds(outcomes)).toBe(expected)
    expect(kinds(await sink.deliver(restOf(batch, outcomes), never))).toBe('accepted accepted')
    expect(kinds(await sink.deliver(batchWith('c', 'd'), never))).toBe('accepted accepted')
    expect(bench.stored()).toEqual(['z', 'a', 'b', 'c', 'd'])
    expect(new Set(bench.kafka.produced.flatMap(({ producerIds }) => producerIds)).size).toBe(producers)
  })

  test.for([
    ['no answer comes although it was stored', 'mute'],
    ['no answer comes and it was not stored', 'deaf'],
    ['the answer comes when nobody waits for it any more', 'late'],
  ] as const)('stores everything once when offered until it is accepted: %s', async ([, fault]) => {
    const bench = await KafkaBench.make(1, 1, { requestTimeoutMs: 1_000 })
    const sink = await bench.open()
    await untilAccepted(sink, batchWith('z'))
    bench.kafka.faults.push(fault)
    const batch = batchWith('a', 'b')
    expect(kinds(await sink.deliver(batch, never))).toBe('in_doubt in_doubt')
    await untilAccepted(sink, batch)
    await untilAccepted(sink, batchWith('c', 'd'))
    expect(bench.stored()).toEqual(['z', 'a', 'b', 'c', 'd'])
    expect(new Set(bench.kafka.produced.flatMap(({ producerIds }) => producerIds)).size).toBe(1)
  })

  test('tries once', async () => {
    const bench = await KafkaBench.make()
    const sink = await bench.open()
    bench.kafka.faults.push(6, 6, 6)
    await sink.deliver(batchWith('a'), never)
    expect(bench.kafka.produced).toHaveLength(1)
  })

  test('answers for each partition when one of a request is refused, and stores none twice', async () => {
    const bench = await KafkaBench.make(1, 3)
    const sink = await bench.open()
    bench.kafka.faults.push(19, 19)
    const texts = spread(3, 6)
    const batch = batchWith(...texts)
    const outcomes = await sink.deliver(batch, never)
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(4)
    // Its part of the first request may have been stored.
    expect(outcomes.filter(({ kind }) => kind === 'in_doubt')).toHaveLength(2)
    expect(kinds(await sink.deliver(restOf(batch, outcomes), never))).toBe('accepted accepted')
    expect([...bench.stored()].sort()).toEqual([...texts].sort())
  })

  test('stores none twice when one broker fails while another has stored its part', async () => {
    const bench = await KafkaBench.make(3, 3)
    const sink = await bench.open()
    bench.kafka.faults.push('cut')
    const texts = spread(3, 9)
    const batch = batchWith(...texts)
    const outcomes = await sink.deliver(batch, never)
    expect(outcomes.filter(({ kind }) => kind === 'in_doubt')).toHaveLength(3)
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(6)
    expect(kinds(await sink.deliver(restOf(batch, outcomes), never))).toBe('accepted accepted accepted')
    expect([...bench.stored()].sort()).toEqual([...texts].sort())
  })

  test('follows a leader that moves', async () => {
    const bench = await KafkaBench.make(3, 3)
    const sink = await bench.open()
    const texts = spread(3, 9)
    await sink.deliver(batchWith(...texts), never)
    bench.kafka.faults.push('moved')
    let batch = batchWith(...texts)
    for (let attempt = 0; attempt < 4 && batch.documentCount > 0; attempt += 1)
      batch = restOf(batch, await sink.deliver(batch, never))
    expect(batch.documentCount).toBe(0)
    expect([...bench.stored()].sort()).toEqual([...texts, ...texts].sort())
  })

  test('lets a new producer take over when something else is offered than what is left', async () => {
    const bench = await KafkaBench.make()
    const sink = await bench.open()
    bench.kafka.faults.push('lost')
    await sink.deliver(batchWith('a', 'b'), never)
    expect(kinds(await sink.deliver(batchWith('c', 'd'), never))).toBe('accepted accepted')
    expect(bench.stored()).toEqual(['a', 'b', 'c', 'd'])
    expect(bench.possiblyDoubled).toBe(2)
  })

  test('counts what a new producer has to send although it is in doubt', async () => {
    const bench = await KafkaBench.make()
    const sink = await bench.open()
    const batch = batchWith('a', 'b')
    bench.kafka.faults.push('lost', 45)
    await sink.deliver(batch, never)
    expect(kinds(await sink.deliver(batch, never))).toBe('in_doubt in_doubt')
    expect(kinds(await sink.deliver(batch, never))).toBe('accepted accepted')
    expect(bench.stored()).toEqual(['a', 'b', 'a', 'b'])
    expect(bench.possiblyDoubled).toBe(2)
    expect(bench.warnings).toEqual([
      'a new producer sends what was in doubt: they may stand twice, with equal event ids',
    ])
  })

  test.for([
    ['a day old, which brokers may have forgotten', 86_400_000, true, ['a', 'b', 'a', 'b'], 2],
    ['a day old, which brokers know', 86_400_000, false, ['a', 'b'], 2],
    ['of the day', 80_000_000, false, ['a', 'b'], 0],
  ] as const)('counts what was in doubt and is sent again: %s', async ([, ageMs, isForgotten, stored, doubled]) => {
    const bench = await KafkaBench.make()
    const sink = await bench.open()
    const batch = batchWith(...['a', 'b'].map((text) => ({ text, timeMs: NOW_MS - ageMs })))
    bench.kafka.faults.push('lost', 'lost')
    await sink.deliver(batch, never)
    await sink.deliver(batch, never)
    if (isForgotten) for (const log of bench.kafka.topics.get('envoy.access') ?? []) log.forgetProducers()
    expect(kinds(await sink.deliver(batch, never))).toBe('accepted accepted')
    expect(bench.stored()).toEqual(stored)
    expect(bench.possiblyDoubled).toBe(doubled)
    expect(bench.warnings).toHaveLength(doubled / 2)
  })

  test('counts what was young when it was first sent, and by the newest of its lines', async () => {
    const bench = await KafkaBench.make()
    let nowMs = NOW_MS
    bench.clock = { ...bench.clock, nowMs: () => nowMs }
    const sink = await bench.open()
    const batch = batchWith({ text: 'a', timeMs: NOW_MS - 86_400_000 }, { text: 'b', timeMs: NOW_MS })
    bench.kafka.faults.push('lost', 'lost')
    await sink.deliver(batch, never)
    await sink.deliver(batch, never)
    nowMs += 82_000_000
    await sink.deliver(batch, never)
    expect(bench.possiblyDoubled).toBe(0)
    const next = batchWith('c')
    bench.kafka.faults.push('lost')
    await sink.deliver(next, never)
    nowMs += 86_400_000
    await sink.deliver(next, never)
    expect([bench.possiblyDoubled, bench.stored()]).toEqual([1, ['a', 'b', 'c']])
  })

  test('counts what it sends alone because the request with others was refused', async () => {
    const bench = await KafkaBench.make(1, 2, { compression: 'none' })
    const sink = await bench.open()
    const [large = '', small = ''] = spread(2, 2)
    const logs = bench.kafka.topics.get('envoy.access') ?? []
    const limited = logs[partitionOf(large, 2)]
    if (limited !== undefined) limited.maxMessageBytes = 1
    const batch = batchWith(...[large, small].map((text) => ({ text, timeMs: NOW_MS - 86_400_000 })))
    expect(kinds(await sink.deliver(batch, never))).toBe('refused accepted')
    expect([bench.possiblyDoubled, bench.warnings.length]).toEqual([1, 1])
  })

  test('gives up a producer that comes to no end', async () => {
    const bench = await KafkaBench.make(1, 1, { requestTimeoutMs: 600_000 })
    const clock = new ManualClock()
    bench.clock = clock
    const sink = await bench.open()
    bench.kafka.faults.push('deaf')
    const batch = batchWith('a')
    const delivering = sink.deliver(batch, never)
    while (bench.kafka.produced.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await clock.advance(2_400_000)
    expect(kinds(await delivering)).toBe('in_doubt')
    expect(kinds(await sink.deliver(batch, never))).toBe('accepted')
    expect(new Set(bench.kafka.produced.flatMap(({ producerIds }) => producerIds)).size).toBe(2)
  })

  test('ends when it is aborted while a broker says nothing', async () => {
    const bench = await KafkaBench.make(1, 1, { requestTimeoutMs: 600_000 })
    const sink = await bench.open()
    bench.kafka.faults.push('deaf')
    const stop = new AbortController()
    const delivering = sink.deliver(batchWith('a'), stop.signal)
    while (bench.kafka.produced.length === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    expect(kinds(await delivering)).toBe('in_doubt')
  })
})

describe('KafkaSink.deliver() with records that are too large', () => {
  test('refuses the one that is, and names topic and setting', async () => {
    const bench = await KafkaBench.make(1, 1, { compression: 'none' })
    for (const log of bench.kafka.topics.get('envoy.access') ?? []) log.maxMessageBytes = 2_000
    const sink = await bench.open()
    const texts = ['a', 'b', 'x'.repeat(3_000), 'c']
    const outcomes = await sink.deliver(batchWith(...texts), never)
    expect(kinds(outcomes)).toBe('accepted accepted refused accepted')
    expect(outcomes[2]).toMatchObject({
      reason: 'MESSAGE_TOO_LARGE: it is larger than max.message.bytes of topic "envoy.access"',
    })
    expect(bench.stored()).toEqual(['a', 'b', 'c'])
  })

  test('stores many small ones that pass the limit together', async () => {
    const bench = await KafkaBench.make(1, 1, { compression: 'none' })
    for (const log of bench.kafka.topics.get('envoy.access') ?? []) log.maxMessageBytes = 500
    const sink = await bench.open()
    const texts = Array.from({ length: 33 }, (_, index) => `${index}`)
    expect(kinds(await sink.deliver(batchWith(...texts), never))).toBe(texts.map(() => 'accepted').join(' '))
    expect(bench.stored()).toEqual(texts)
  })

  test('takes a new producer for the halves of what was in doubt', async () => {
    const bench = await KafkaBench.make()
    const sink = await bench.open()
    const batch = batchWith('a', 'b')
    bench.kafka.faults.push('lost', 10)
    await sink.deliver(batch, never)
    expect(kinds(await sink.deliver(batch, never))).toBe('in_doubt in_doubt')
    bench.kafka.faults.push(10)
    expect(kinds(await sink.deliver(batch, never))).toBe('accepted accepted')
    expect(bench.stored()).toEqual(['a', 'b', 'a', 'b'])
  })

  test.for([
    ['INVALID_RECORD', 87],
    ['INVALID_TIMESTAMP', 32],
  ] as const)('refuses one record for %s, and waits where it is said of all', async ([type, code]) => {
    const bench = await KafkaBench.make()
    const sink = await bench.open()
    bench.kafka.faults.push(code, undefined, code)
    const outcomes = await sink.deliver(batchWith('a', 'b'), never)
    expect(kinds(outcomes)).toBe('accepted refused')
    expect(outcomes[1]).toMatchObject({ reason: expect.stringContaining(type) })
    bench.kafka.faults.push(code, code, code)
    const batch = batchWith('c', 'd')
    expect(kinds(await sink.deliver(batch, never))).toBe('retry retry')
    expect(kinds(await sink.deliver(batch, never))).toBe('accepted accepted')
    expect(bench.stored()).toEqual(['a', 'c', 'd'])
  })
})
