import { describe, expect, test } from 'vitest'
import { Budget } from '../../../src/pipeline/budget.ts'
import { settle } from '../fakes/manual-clock.ts'

async function isWaiting(waiting: Promise<void>): Promise<boolean> {
  let isOver = false
  void waiting.then(() => (isOver = true))
  await settle()
  return !isOver
}

describe('Budget.room()', () => {
  test('waits while it is spent, and goes on when some is given back', async () => {
    const budget = new Budget(100)
    const { signal } = new AbortController()
    budget.spend(99)
    expect(await isWaiting(budget.room(signal))).toBe(false)
    budget.spend(50)
    const room = budget.room(signal)
    expect(await isWaiting(room)).toBe(true)
    budget.giveBack(49)
    expect(await isWaiting(room)).toBe(true)
    budget.giveBack(1)
    expect(await isWaiting(room)).toBe(false)
  })

  test('ends with an abort', async () => {
    const budget = new Budget(100)
    const stop = new AbortController()
    budget.spend(100)
    const room = budget.room(stop.signal)
    expect(await isWaiting(room)).toBe(true)
    stop.abort()
    expect(await isWaiting(room)).toBe(false)
  })
})
