import { describe, expect, test } from 'vitest'
import { Backoff } from '../../../../../src/enrich/kubernetes/api/backoff.ts'

describe('Backoff', () => {
  test('doubles from 0.8 s to 30 s, without jitter', () => {
    const backoff = new Backoff(() => 0)

    expect(Array.from({ length: 7 }, () => backoff.nextMs())).toEqual([800, 1600, 3200, 6400, 12_800, 15_000, 15_000])
  })

  test('waits up to twice as long with jitter, and never more than 30 s', () => {
    const backoff = new Backoff(() => 0.999)

    expect(backoff.nextMs()).toBeCloseTo(1_599, 0)
    for (let count = 0; count < 2_000; count += 1) expect(backoff.nextMs()).toBeLessThan(30_000)
  })

  test('waits no less than it is asked to, and apart from others who were asked the same', () => {
    expect(new Backoff(() => 0).nextMs(5_000)).toBe(5_000)
    expect(new Backoff(() => 1).nextMs(5_000)).toBe(7_500)
    expect(new Backoff(() => 0).nextMs(100)).toBe(800)
  })

  test('begins anew once it is reset', () => {
    const backoff = new Backoff(() => 0)
    for (let count = 0; count < 5; count += 1) backoff.nextMs()
    backoff.reset()

    expect(backoff.nextMs()).toBe(800)
  })
})
