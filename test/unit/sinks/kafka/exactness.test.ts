import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  record,
  uniqueArray,
  integer,
} from '../../../support/fast-check.ts'
import { expect, test } from 'vitest'
import type { Batch } from '../../../../src/sinks/batch.ts'
import { partitionOf } from '../../../../src/sinks/kafka/partition.ts'
import type { Outcome } from '../../../../src/sinks/sink.ts'
import type { Fault } from '../../../support/fake-kafka/fake-kafka.ts'
import { restOf } from '../../../support/kafka-sink.ts'
import { batchWith, KafkaBench, never, textOf } from './bench.ts'

const PARTITIONS = 5

const fault = constantFrom<Fault | undefined>(
  'lost',
  'cut',
  'moved',
  'confused',
  undefined,
  undefined,
  undefined,
  3,
  6,
  7,
  19,
  20,
  45,
  47,
  56,
  59,
) // prettier-ignore

interface Answered {
  readonly text: string
  readonly outcome: Outcome
}

test('KafkaSink.deliver() loses nothing, keeps the order of each partition, and doubles only what a replaced producer had in doubt', async () => {
  const script = record({
    batches: array(uniqueArray(integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 12 }), {
      minLength: 1,
      maxLength: 5,
    }),
    faults: array(fault, { maxLength: 14 }),
    grows: boolean(),
    nodes: constantFrom(1, 3),
    limit: constantFrom(1_048_588, 500, 300),
  })
  await assert(
    asyncProperty(script, async ({ batches, faults, grows, nodes, limit }) => {
      const bench = await KafkaBench.make(nodes, PARTITIONS, { compression: 'none' })
      const sink = await bench.open()
      bench.kafka.faults.push(...faults)
      for (const log of bench.kafka.topics.get('envoy.access') ?? []) log.maxMessageBytes = limit
      const answered: Answered[] = []
      const offered = batches.flatMap((texts, number) => texts.map((text) => `${number}-${text}`))
      for (const [number, texts] of batches.entries()) {
        if (grows && number === 1) bench.kafka.createTopic('envoy.access', PARTITIONS + 2)
        let batch = batchWith(...texts.map((text) => `${number}-${text}`))
        for (let attempt = 0; batch.documentCount > 0; attempt += 1) {
          if (attempt > 60) throw new Error('it comes to no end')
          const outcomes = await sink.deliver(batch, never)
          expect(outcomes).toHaveLength(batch.documentCount)
          answered.push(...answersIn(batch, outcomes))
          batch = restOf(batch, outcomes)
        }
      }
      await sink.close()
      expectExact(bench, offered, answered)
      await bench.kafka.stop()
    }),
    { numRuns: Number(process.env['PROTOCOL_RUNS'] ?? 25) },
  )
})

function answersIn({ segments }: Batch, outcomes: readonly Outcome[]): readonly Answered[] {
  const texts = segments.flatMap(({ bytes, ends }) =>
    ends.map((end, index) => textOf(bytes.subarray(ends[index - 1] ?? 0, end - 1).toString())),
  )
  return outcomes
    .map((outcome, index) => ({ outcome, text: texts[index] ?? '' }))
    .filter(({ outcome: { kind } }) => kind === 'accepted' || kind === 'refused')
}

function expectExact(bench: KafkaBench, offered: readonly string[], answered: readonly Answered[]): void {
  const logs = bench.kafka.topics.get('envoy.access') ?? []
  const stored = logs.flatMap(({ records }) => records)
  const ids = new Map<string, string>()
  for (const { value, headers } of stored) ids.set(textOf(value), headers['event-id'] ?? '')
  const accepted = answered.filter(({ outcome }) => outcome.kind === 'accepted').map(({ text }) => text)
  expect(accepted.filter((text) => !ids.has(text))).toEqual([])
  const doubled = stored.length - new Set(stored.map(({ value }) => value)).size
  expect(doubled).toBeLessThanOrEqual(bench.possiblyDoubled)
  for (const { records } of logs) {
    const firsts = [...new Set(records.map(({ value }) => textOf(value)))]
    const places = firsts.map((text) => offered.indexOf(text))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places).not.toContain(-1)
    // Nothing twice under one producer: a broker would have to be told that it is something new.
    const under = records.map(({ value, producerId }) => `${producerId} ${value}`)
    expect(new Set(under).size).toBe(under.length)
  }
}

test('partitionOf() spreads what the property above uses', () => {
  expect(new Set(Array.from({ length: 100 }, (_, n) => partitionOf(`0-${n}`, PARTITIONS))).size).toBe(PARTITIONS)
})
