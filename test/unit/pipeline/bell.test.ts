import { describe, expect, test } from 'vitest'
import { Bell } from '../../../src/pipeline/bell.ts'
import { ManualClock, settle } from '../fakes/manual-clock.ts'

/** Whether a wait that was begun now is over when everything has come to rest. */
async function endsAtOnce(bell: Bell, act: (stop: AbortController) => void): Promise<boolean> {
  const stop = new AbortController()
  let isOver = false
  const wait = bell.wait(1_000, new ManualClock(), stop.signal).then(() => {
    isOver = true
  })
  act(stop)
  await settle()
  const result = isOver
  stop.abort()
  await wait
  return result
}

describe('Bell.wait()', () => {
  test.for([
    ['a ring', (bell: Bell) => bell.ring(), true],
    ['the end of all', (_: Bell, stop: AbortController) => stop.abort(), true],
    ['nothing', () => {}, false],
  ] as const)('ends at once by %s: %s', async ([, act, expected]) => {
    const bell = new Bell()
    expect(await endsAtOnce(bell, (stop) => act(bell, stop))).toBe(expected)
  })

  test('ends at once by a ring that nobody waited for, and only once by it', async () => {
    const bell = new Bell()
    bell.ring()
    bell.ring()
    expect(await endsAtOnce(bell, () => {})).toBe(true)
    expect(await endsAtOnce(bell, () => {})).toBe(false)
  })

  test('ends when its time is over', async () => {
    const clock = new ManualClock()
    const wait = new Bell().wait(1_000, clock, new AbortController().signal)
    await clock.advance(1_000)
    await wait
    expect(clock.elapsedMs()).toBe(1_000)
  })
})
