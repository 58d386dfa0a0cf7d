import { describe, expect, test } from 'vitest'
import { DeltaRing } from '../../../../src/enrich/resolver/delta-ring.ts'

function ringOf(count: number, bounds = { maxBytes: 1_000, maxAgeMs: 1_000 }): DeltaRing {
  const ring = new DeltaRing(bounds)
  for (let at = 1; at <= count; at += 1) ring.push(Buffer.alloc(100, at), at)
  return ring
}

describe('DeltaRing', () => {
  test('has each delta under its number', () => {
    const ring = ringOf(3)
    expect([0, 1, 3, 4].map((seq) => ring.at(seq)?.[0])).toEqual([undefined, 1, 3, undefined])
    expect([ring.seq, ring.bytes, ring.pushedBytes]).toEqual([3, 300, 300])
  })

  test('lets go of the oldest beyond its bytes', () => {
    const ring = ringOf(14)
    expect([4, 5, 14].map((seq) => ring.at(seq)?.[0])).toEqual([undefined, 5, 14])
    expect([ring.bytes, ring.pushedBytes]).toEqual([1_000, 1_400])
  })

  test('lets go of what is too old, and keeps its numbers', () => {
    const ring = ringOf(3)
    ring.expire(1_002)
    expect([1, 2].map((seq) => ring.at(seq)?.[0])).toEqual([undefined, 2])
    ring.expire(9_999)
    expect([ring.seq, ring.bytes, ring.at(3)]).toEqual([3, 0, undefined])
    ring.push(Buffer.alloc(1, 9), 10_000)
    expect([ring.seq, ring.at(4)?.[0]]).toEqual([4, 9])
  })

  test.for([
    [0, 0, true],
    [0, 1, false],
    [3, 0, true],
    [3, 3, true],
    [3, 4, false],
    [14, 3, false],
    [14, 4, true],
  ] as const)('with %i deltas, tells of everything after %i: %s', ([count, seq, hasAll]) => {
    expect(ringOf(count).hasAllAfter(seq)).toBe(hasAll)
  })
})
