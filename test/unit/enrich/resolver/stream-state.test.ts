import { describe, expect, test } from 'vitest'
import type { StreamLine } from '../../../../src/enrich/resolver/protocol.ts'
import { StreamState } from '../../../../src/enrich/resolver/stream-state.ts'
import { RecordMap } from './record-map.ts'

const hello = (epoch: string, seq = 0, schema = 1): StreamLine => ({
  type: 'hello',
  schema,
  epoch,
  seq,
  nowMs: 0,
  freshness: 'current',
})
const SNAPSHOT: StreamLine = { type: 'snapshot' }
const resume = (seq: number): StreamLine => ({ type: 'resume', seq })
const records = (...things: object[]): StreamLine => ({ type: 'records', records: things })
const delta = (seq: number, ...things: object[]): StreamLine => ({ type: 'delta', seq, records: things })
const end = (seq: number, atMs = 0): StreamLine => ({ type: 'end', seq, atMs })
const beat = (seq: number): StreamLine => ({ type: 'heartbeat', seq, nowMs: 0, freshness: 'stale' })
const a = (value: number | 'gone') => ({ key: 'a', value })
const b = (value: number | 'gone') => ({ key: 'b', value })

function stateOf(...lines: StreamLine[]) {
  const map = new RecordMap()
  const state = new StreamState(map)
  state.connect()
  const problems = lines.map((line) => state.take(line)).filter((problem) => problem !== undefined)
  return { map, state, problems }
}

describe('StreamState', () => {
  test('has everything at the end of a snapshot, with the deltas that came in between', () => {
    const { map, state, problems } = stateOf(
      hello('e', 8),
      SNAPSHOT,
      records(a(1), b(1)),
      delta(6, a(2)),
      delta(7, b('gone')),
      end(7, 99),
    )
    expect([problems, map.living, map.sweeps]).toEqual([[], { a: 2 }, [99]])
    expect([state.position, state.isSynced, state.isLive]).toEqual([{ epoch: 'e', seq: 7 }, true, true])
  })

  test('is not synced, and goes on nowhere, before the end of a snapshot', () => {
    const { state, map } = stateOf(hello('e'), SNAPSHOT, records(a(1)), delta(1, b(1)))
    expect([state.position, state.isSynced, map.sweeps]).toEqual([undefined, false, []])
  })

  test('goes on with deltas after a snapshot, and after it was resumed', () => {
    const { map, state, problems } = stateOf(hello('e'), SNAPSHOT, end(3), delta(4, a(1)), beat(4))
    state.connect()
    const more = [hello('e', 9), resume(4), delta(5, a(2)), beat(5)].map((line) => state.take(line))
    expect([problems, ...more].flat().filter((problem) => problem !== undefined)).toEqual([])
    expect([map.living, state.position, state.freshness]).toEqual([{ a: 2 }, { epoch: 'e', seq: 5 }, 'stale'])
  })

  test('closes at a new snapshot what it does not have, and nothing before its end', () => {
    const { map, state } = stateOf(hello('e'), SNAPSHOT, records(a(1), b(1)), end(0))
    state.connect()
    for (const line of [hello('f'), SNAPSHOT, records(a(2))]) state.take(line)
    expect(map.living).toEqual({ a: 2, b: 1 })
    state.take(end(0, 7))
    expect([map.living, map.sweeps, state.position?.epoch]).toEqual([{ a: 2 }, [0, 7], 'f'])
  })

  test('begins again after half a snapshot, with what it held before', () => {
    const { map, state } = stateOf(hello('e'), SNAPSHOT, records(a(1), b(1)), end(0))
    for (const lines of [
      [hello('f'), SNAPSHOT, records(a(2))],
      [hello('g'), SNAPSHOT, records(b(2)), end(0)],
    ]) {
      state.connect()
      for (const line of lines) state.take(line)
    }
    expect(map.living).toEqual({ b: 2 })
  })

  test.for([
    ['a line before hello', [beat(0)], 'heartbeat in place of hello'],
    ['two hellos', [hello('e'), hello('e')], 'a second hello'],
    ['no answer', [hello('e'), delta(1)], 'delta in place of resume or snapshot'],
    ['two answers', [hello('e'), SNAPSHOT, SNAPSHOT], 'a second snapshot'],
    ['a version too new', [hello('e', 0, 3)], 'it speaks schema 3 of the stream, expected 0 to 2'],
    ['resume out of nowhere', [hello('e'), resume(0)], 'it resumes where we have not been'],
    ['a gap in a snapshot', [hello('e'), SNAPSHOT, delta(3), delta(5)], 'a gap: 5 after 3'],
    ['a gap at its end', [hello('e'), SNAPSHOT, delta(3), end(4)], 'a gap: 4 after 3'],
    ['a gap behind it', [hello('e'), SNAPSHOT, end(4), delta(6)], 'a gap: 6 after 4'],
    ['a delta once more', [hello('e'), SNAPSHOT, end(4), delta(4)], 'a gap: 4 after 4'],
    ['a heartbeat of more', [hello('e'), SNAPSHOT, end(4), beat(5)], 'a gap: 5 after 4'],
    ['records out of place', [hello('e'), SNAPSHOT, end(4), records()], 'records after the snapshot'],
  ] as const)('does not go on with %s', ([, lines, problem]) => {
    expect(stateOf(...lines).problems).toEqual([problem])
  })

  test('does not resume in another epoch, or elsewhere', () => {
    for (const lines of [
      [hello('f'), resume(4)],
      [hello('e'), resume(3)],
    ]) {
      const { state } = stateOf(hello('e'), SNAPSHOT, end(4))
      state.connect()
      expect(lines.map((line) => state.take(line))).toEqual([undefined, 'it resumes where we have not been'])
    }
  })

  test('does not go on for ever with a snapshot', () => {
    const { map, state } = stateOf(hello('e'), SNAPSHOT)
    const many = records(...Array.from({ length: 100_000 }, () => ({})))
    let problem: string | undefined
    for (let at = 0; at < 21 && problem === undefined; at += 1) problem = state.take(many)
    expect([problem, map.putCount]).toEqual(['more than 2000000 records', 2_000_000])
  })
})
