import { describe, expect, test, vi } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import type { Versions } from '../../../../src/enrich/kubernetes/resource-version.ts'
import { LastTold } from '../../../../src/enrich/resolver/last-told.ts'
import type { StreamLine } from '../../../../src/enrich/resolver/protocol.ts'
import { StreamState } from '../../../../src/enrich/resolver/stream-state.ts'
import { SILENT } from '../../../../src/logger.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { recordLines, type Things, thingsOf } from './things.ts'

const hello = (epoch: string, seq = 0, schema = 1, versions: Partial<Versions> = {}): StreamLine => ({
  type: 'hello',
  schema,
  epoch,
  seq,
  nowMs: 0,
  freshness: 'current',
  ...versions,
})
const SNAPSHOT: StreamLine = { type: 'snapshot' }
const resume = (seq: number): StreamLine => ({ type: 'resume', seq })
const records = (things: Things) => recordLines(things)
const delta = (seq: number, things: Things = {}): StreamLine[] => [
  { type: 'delta', seq, records: Object.keys(things).length },
  ...recordLines(things),
]
const end = (seq: number, atMs = 0): StreamLine => ({ type: 'end', seq, atMs })
const beat = (seq: number): StreamLine => ({ type: 'heartbeat', seq, nowMs: 0, freshness: 'stale' })

function benchOf(...lines: readonly (StreamLine | StreamLine[])[]) {
  const index = new EndpointIndex()
  const sweep = vi.spyOn(index, 'sweep')
  const state = new StreamState(index, new LastTold(new ManualClock(), SILENT))
  /** A connection with these lines; why it does not go on. */
  const connect = (...more: readonly (StreamLine | StreamLine[])[]) => {
    state.connect()
    const problems = more.flat().map((line) => state.take(line))
    return problems.filter((problem) => problem !== undefined)
  }
  const problems = connect(...lines)
  return { index, state, problems, connect, sweeps: () => sweep.mock.calls.map(([, atMs]) => atMs) }
}

describe('StreamState', () => {
  test('has everything at the end of a snapshot, with the deltas that came in between', () => {
    const { index, state, problems, sweeps } = benchOf(
      hello('e', 8),
      SNAPSHOT,
      records({ a: 1, b: 1 }),
      delta(6, { a: 2 }),
      delta(7, { b: 'gone' }),
      end(7, 99),
    )
    expect([problems, thingsOf(index), sweeps()]).toEqual([[], { a: 2 }, [99]])
    expect([state.position, state.isSynced]).toEqual([{ epoch: 'e', seq: 7 }, true])
  })

  test('is not synced, and goes on nowhere, before the end of a snapshot', () => {
    const { state, sweeps } = benchOf(hello('e'), SNAPSHOT, records({ a: 1 }), delta(1, { b: 1 }))
    expect([state.position, state.isSynced, sweeps()]).toEqual([undefined, false, []])
  })

  test('goes on with deltas after a snapshot, and after it was resumed', () => {
    const { index, state, problems, connect } = benchOf(hello('e'), SNAPSHOT, end(3), delta(4, { a: 1 }), beat(4))
    const more = connect(hello('e', 9), resume(4), delta(5, { a: 2 }), delta(6), beat(6))
    expect([problems, more]).toEqual([[], []])
    expect([thingsOf(index), state.position, state.freshness]).toEqual([{ a: 2 }, { epoch: 'e', seq: 6 }, 'stale'])
  })

  test('goes on before a delta that did not come whole', () => {
    const { index, state, connect } = benchOf(hello('e'), SNAPSHOT, end(3), delta(4, { a: 1, b: 1 }).slice(0, 2))
    expect([thingsOf(index), state.position]).toEqual([{ a: 1 }, { epoch: 'e', seq: 3 }])
    expect(connect(hello('e', 4), resume(3), delta(4, { a: 1, b: 1 }))).toEqual([])
    expect([thingsOf(index), state.position]).toEqual([
      { a: 1, b: 1 },
      { epoch: 'e', seq: 4 },
    ])
  })

  test('counts a record that it cannot read', () => {
    const unreadable: StreamLine = { type: 'record', record: undefined }
    const lines = [hello('e'), SNAPSHOT, unreadable, end(3), delta(4, { a: 1 }).slice(0, 1), unreadable, beat(4)]
    expect(benchOf(...lines).problems).toEqual([])
  })

  test('ends at a new snapshot what it does not have, and nothing before its end', () => {
    const { index, state, connect, sweeps } = benchOf(hello('e'), SNAPSHOT, records({ a: 1, b: 1 }), end(0))
    connect(hello('f'), SNAPSHOT, records({ a: 2 }))
    expect(thingsOf(index)).toEqual({ a: 2, b: 1 })
    expect(state.take(end(0, 7))).toBeUndefined()
    expect([thingsOf(index), sweeps(), state.position?.epoch]).toEqual([{ a: 2 }, [0, 7], 'f'])
  })

  test('begins again after half a snapshot, with what it held before', () => {
    const { index, connect } = benchOf(hello('e'), SNAPSHOT, records({ a: 1, b: 1 }), end(0))
    connect(hello('f'), SNAPSHOT, records({ a: 2 }))
    connect(hello('g'), SNAPSHOT, records({ b: 2 }), end(0))
    expect(thingsOf(index)).toEqual({ b: 2 })
  })

  test.for([
    ['a line before hello', [beat(0)], 'heartbeat in place of hello'],
    ['two hellos', [hello('e'), hello('e')], 'a second hello'],
    ['no answer', [hello('e'), ...delta(1)], 'delta in place of resume or snapshot'],
    ['two answers', [hello('e'), SNAPSHOT, SNAPSHOT], 'a second snapshot'],
    ['a version too new', [hello('e', 0, 3)], 'it speaks schema 3 of the stream, expected 0 to 2'],
    ['resume out of nowhere', [hello('e'), resume(0)], 'it resumes where we have not been'],
    ['a gap in a snapshot', [hello('e'), SNAPSHOT, ...delta(3), ...delta(5)], 'a gap: 5 after 3'],
    ['a gap at its end', [hello('e'), SNAPSHOT, ...delta(3), end(4)], 'a gap: 4 after 3'],
    ['a gap behind it', [hello('e'), SNAPSHOT, end(4), ...delta(6)], 'a gap: 6 after 4'],
    ['a delta once more', [hello('e'), SNAPSHOT, end(4), ...delta(4)], 'a gap: 4 after 4'],
    ['a heartbeat of more', [hello('e'), SNAPSHOT, end(4), beat(5)], 'a gap: 5 after 4'],
    ['two ends', [hello('e'), SNAPSHOT, end(4), end(4)], 'an end without a snapshot'],
    ['records out of place', [hello('e'), SNAPSHOT, end(4), ...records({ a: 1 })], 'a record without a delta'],
    [
      'a delta in a delta',
      [hello('e'), SNAPSHOT, ...delta(1, { a: 1 }).slice(0, 1), ...delta(2)],
      'delta within delta 1',
    ],
  ] as const)('does not go on with %s', ([, lines, problem]) => {
    expect(benchOf(...lines).problems).toEqual([problem])
  })

  test.for([
    ['another epoch', hello('f'), resume(4)],
    ['another number', hello('e'), resume(3)],
  ] as const)('does not resume at %s', ([, first, second]) => {
    const { connect } = benchOf(hello('e'), SNAPSHOT, end(4))
    expect(connect(first, second)).toEqual(['it resumes where we have not been'])
  })

  test('does not take more than a memory holds', () => {
    const { index, connect } = benchOf()
    vi.spyOn(index, 'size', 'get').mockReturnValue({ pods: 999_000, services: 1_001, nodes: 0, closedIntervals: 0 })
    expect(connect(hello('e'), SNAPSHOT, records({ a: 1 }))).toEqual(['more than 1000000 things'])
  })
})

const BEHIND = [expect.stringContaining('it is behind')]
const at = (knows: string, told = knows) => hello('f', 0, 1, { knows, told })
const toldBy = (...lines: readonly StreamLine[]) => benchOf(hello('e', 0, 1, { told: '100' }), ...lines)

describe('StreamState and a resolver that is behind', () => {
  test('takes nothing of it, and goes on where it was with the one before', () => {
    const { index, state, connect, sweeps } = toldBy(SNAPSHOT, ...records({ a: 1 }), end(3))
    const stale = { ...at('99'), freshness: 'stale' } as const
    expect(connect(stale)).toEqual(BEHIND)
    expect([thingsOf(index), state.position, state.freshness, state.isGreeted, sweeps()]).toEqual([
      { a: 1 },
      { epoch: 'e', seq: 3 },
      'current',
      false,
      [0],
    ])
    expect(connect(hello('e', 3, 1, { knows: '100' }), resume(3))).toEqual([])
    expect(state.isGreeted).toBe(true)
  })

  test('takes one that has heard all that was told, and no bookmark since', () => {
    const { connect, index } = toldBy(SNAPSHOT, end(3))
    expect(connect(at('100', '90'), SNAPSHOT, records({ b: 1 }), end(0))).toEqual([])
    expect(thingsOf(index)).toEqual({ b: 1 })
  })

  test('holds it to the last delta, also one that did not come whole', () => {
    const told: StreamLine = { type: 'delta', seq: 4, records: 2, told: '120' }
    const { connect } = toldBy(SNAPSHOT, end(3), told, ...records({ a: 1 }))
    expect([connect(at('119')), connect(at('120'), SNAPSHOT)]).toEqual([BEHIND, []])
  })

  test('holds it to half a snapshot as well', () => {
    const { connect } = toldBy(SNAPSHOT, ...records({ a: 1 }))
    expect(connect(at('99'))).toEqual(BEHIND)
  })

  test('goes on with the same resolver, which may have told of a list that it does not know all of yet', () => {
    const { connect } = toldBy(SNAPSHOT, end(3))
    expect(connect(hello('e', 3, 1, { knows: '99' }), resume(3))).toEqual([])
  })

  test('says that it speaks another schema before it says that it is behind', () => {
    const { connect } = toldBy(SNAPSHOT, end(3))
    expect(connect(hello('f', 0, 3, { knows: '1' }))).toEqual([expect.stringContaining('it speaks schema 3')])
  })

  test('takes one that does not say what it knows, as an older version', () => {
    const { connect } = toldBy(SNAPSHOT, end(3))
    expect(connect(hello('g'), SNAPSHOT, end(0))).toEqual([])
    expect(connect(at('99'))).toEqual(BEHIND)
  })
})
