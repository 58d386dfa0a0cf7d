import { describe, expect, test } from 'vitest'
import { LastTold, LONGEST_REFUSAL_MS } from '../../../../src/enrich/resolver/last-told.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'

const BEHIND = /^it is behind the resolver that was followed before/

function benchOf(told?: string) {
  const clock = new ManualClock()
  const said: string[] = []
  const say = (_: object, message: string) => said.push(message)
  const lastTold = new LastTold(clock, { info: say, warn: say, error: say })
  lastTold.hear(told)
  const meet = (knows: string | undefined, freshness: 'current' | 'stale' = 'current') =>
    lastTold.refusalOf({ type: 'hello', schema: 1, epoch: 'e', seq: 0, nowMs: 0, freshness, knows })
  return { clock, said, lastTold, meet }
}

describe('LastTold', () => {
  test.for([
    ['knows less', '99', '100', true],
    ['knows as much', '100', '100', false],
    ['knows more', '101', '100', false],
    ['does not say what it knows', undefined, '100', false],
    ['knows little where nothing was told', '1', undefined, false],
  ] as const)('of a resolver that %s (%s after %s): refuses it is %s', ([, knows, told, isRefused]) => {
    const reason = benchOf(told).meet(knows)
    expect(reason === undefined ? false : BEHIND.test(reason)).toBe(isRefused)
  })

  test('believes the next one when all were behind for two minutes since the first', async () => {
    const { clock, said, meet } = benchOf('100')
    expect(meet('98')).toMatch(BEHIND)
    await clock.advance(LONGEST_REFUSAL_MS - 1)
    expect([meet('99'), said]).toEqual([expect.stringMatching(BEHIND), []])
    await clock.advance(1)
    expect([meet('97'), said.length]).toEqual([undefined, 1])
    expect(said[0]).toContain('for 120 s no resolver knew what was told before: this one is believed')
    expect(meet('96')).toBeUndefined()
  })

  test.for([
    ['anew when another has told everything', true],
    ['on when another was met that told nothing', false],
  ] as const)('counts the two minutes %s in between', async ([, isWhole]) => {
    const { clock, lastTold, meet } = benchOf('100')
    expect(meet('99')).toMatch(BEHIND)
    await clock.advance(LONGEST_REFUSAL_MS - 1)
    expect(meet('100')).toBeUndefined()
    if (isWhole) lastTold.follow()
    await clock.advance(1)
    expect(meet('99') === undefined).toBe(!isWhole)
  })

  test('never believes one that is behind and does not reach the API server', async () => {
    const { clock, said, meet } = benchOf('100')
    expect(meet('99', 'stale')).toMatch(BEHIND)
    await clock.advance(10 * LONGEST_REFUSAL_MS)
    expect([meet('99', 'stale'), said]).toEqual([expect.stringMatching(BEHIND), []])
    expect(meet('99')).toBeUndefined()
  })

  test('holds to what was told last, also where that is less than before', () => {
    const { lastTold, meet } = benchOf('100')
    lastTold.hear('40')
    expect([meet('41'), meet('40')]).toEqual([undefined, undefined])
    expect(meet('39')).toMatch(BEHIND)
  })

  test('keeps what it holds where nothing is told', () => {
    const { lastTold, meet } = benchOf('100')
    lastTold.hear(undefined)
    expect(meet('99')).toMatch(BEHIND)
  })
})
