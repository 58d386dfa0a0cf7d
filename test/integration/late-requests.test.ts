import { describe, expect, test } from 'vitest'
import { batchOf } from '../../src/pipeline/segments.ts'
import { addressOf, type Batch } from '../../src/sinks/batch.ts'
import type { Finding } from '../../src/sinks/sink.ts'
import type { Fault } from '../support/recording-faults.ts'
import { segmentOf } from '../unit/fakes/batches.ts'
import { ElasticsearchBench, STREAM } from '../unit/sinks/elasticsearch/bench.ts'

const signal = new AbortController().signal
const TIMES = { requestTimeoutMs: 1_000, settleMs: 3_000 }

/** Offer a batch; look up what is in doubt, and offer what is missing once more. */
async function deliverOnce(bench: ElasticsearchBench, batch: Batch): Promise<readonly Finding['kind'][]> {
  const sink = await bench.opened(TIMES)
  const { lookup } = sink
  if (lookup === undefined) throw new Error('no look-up')
  const mark = lookup.mark(undefined)
  const outcomes = await sink.deliver(batch, signal)
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['in_doubt']))
  const doubts = batch.segments.flatMap((segment) =>
    segment.ids.map((id, index) => ({ id, ...addressOf(segment, index), mark })),
  )
  const findings = await lookup.find(doubts, bench.clock.elapsedMs(), signal)
  const kinds = findings.map(({ kind }) => kind)
  if (kinds.includes('missing')) await sink.deliver(batch, signal)
  return kinds
}

describe('ElasticsearchSink with its look-up', () => {
  test.for<[string, readonly Fault[], Finding['kind']]>([
    ['a lost answer', [{ kind: 'lose_answer', next: 1 }], 'stored'],
    ['a request that is applied late', [{ kind: 'late', delayMs: 5_000, next: 1 }], 'stored'],
    ['a late one that no list of tasks shows', [{ kind: 'late', delayMs: 2_000, isHidden: true, next: 1 }], 'stored'],
    ['a request that is never applied', [{ kind: 'hang', next: 1 }], 'missing'],
    ['an error after it ran', [{ kind: 'status_after', next: 1 }], 'stored'],
  ])('stores each document once after %s, over a rollover', async ([, faults, finding]) => {
    const bench = await ElasticsearchBench.make()
    const { store, faults: set } = bench.server.elasticsearch
    store.rollover(STREAM, 0)
    set.set(faults)
    const settling = deliverOnce(bench, batchOf([segmentOf(['a', 'b', 'c'])]))
    const timer = setTimeout(() => store.rolloverAll(0), 700) // while it waits
    const findings = await settling
    clearTimeout(timer)
    expect(new Set(findings)).toEqual(new Set([finding]))
    expect(store.count(STREAM)).toMatchObject({ documents: 3, distinctIds: 3 })
    expect(store.count(STREAM).indices).toHaveLength(2)
  })
})
