import { describe, expect, test } from 'vitest'
import { Waits } from '../../../src/pipeline/waits.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

const [A, B] = ['10.244.1.9', '10.244.2.7']

/** Waits of at most two seconds for the addresses in `unknown`. */
function bench(...unknown: readonly string[]) {
  const clock = new ManualClock()
  const [awaited, counts] = [new Set(unknown), { waits: 0, givenUp: 0 }]
  const waits = new Waits({ waitMs: 2_000, awaits: ({ ip }) => awaited.has(ip) }, clock, {
    waited: () => (counts.waits += 1),
    gaveUp: (addresses) => (counts.givenUp += addresses),
  })
  const begin = (ips: readonly string[], { agoMs = 0, bytes = 1_000 } = {}) =>
    waits.begin(
      ips.map((ip) => ({ ip, atMs: clock.nowMs() - agoMs })),
      bytes,
    )
  return { clock, awaited, counts, begin }
}

describe('Waits', () => {
  test('let a chunk without misses go on, and one whose misses nobody will ever name', () => {
    const { begin, counts } = bench()
    expect([begin([]), begin([A]), counts]).toEqual([undefined, undefined, { waits: 0, givenUp: 0 }])
  })

  test('are over as soon as all addresses are known', () => {
    const { begin, awaited, counts } = bench(A, B)
    const wait = begin([A, B])
    const over = () => wait?.isOver()
    expect([over(), awaited.delete(A) && over(), awaited.delete(B) && over()]).toEqual([false, false, true])
    wait?.end()
    expect(counts).toEqual({ waits: 1, givenUp: 0 })
  })

  test('are over after their time, and name how many addresses are given up', async () => {
    const { clock, begin, counts } = bench(A, B)
    const wait = begin([A, B])
    await clock.advance(1_999)
    expect(wait?.isOver()).toBe(false)
    await clock.advance(1)
    expect(wait?.isOver()).toBe(true)
    wait?.end()
    expect(counts).toEqual({ waits: 1, givenUp: 2 })
  })

  test('for one address are shared, and begin once in a minute', async () => {
    const { clock, begin } = bench(A)
    begin([A])
    await clock.advance(1_500)
    const second = begin([A])
    await clock.advance(500)
    expect(second?.isOver()).toBe(true)
    expect(begin([A])).toBeUndefined()
    await clock.advance(57_999)
    expect(begin([A])).toBeUndefined()
    await clock.advance(1)
    expect(begin([A])).toBeDefined()
  })

  test('are not for lines that began more than a minute ago: what can be known of them is known', () => {
    const { begin } = bench(A)
    expect(begin([A], { agoMs: 60_000 })).toBeUndefined()
    expect(begin([A], { agoMs: 59_999 })).toBeDefined()
  })

  test('hold 8 MiB of lines at most', () => {
    const { begin } = bench(A)
    const first = begin([A], { bytes: 8_388_000 })
    expect(begin([A], { bytes: 1_000 })).toBeUndefined()
    first?.end()
    expect(begin([A], { bytes: 1_000 })).toBeDefined()
  })

  test('remember 10,000 addresses; for more nothing waits', () => {
    const ips = Array.from({ length: 10_001 }, (_, n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`)
    const { begin } = bench(...ips)
    expect(ips.filter((ip) => begin([ip], { bytes: 0 }) !== undefined)).toHaveLength(10_000)
  })
})
