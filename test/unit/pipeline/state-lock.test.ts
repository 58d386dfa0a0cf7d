import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SYSTEM_CLOCK } from '../../../src/clock.ts'
import { lockState } from '../../../src/pipeline/state-lock.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { scratch } from '../fakes/scratch.ts'

const AT_ONCE = { waitMs: 0 }

/** Leave behind the socket of a process that was killed. */
function leaveSocket(directory: string): void {
  const script = `require('net').createServer().listen(${JSON.stringify(join(directory, '.lock'))}, () => process.kill(process.pid, 'SIGKILL'))`
  expect(() => execFileSync(process.execPath, ['-e', script], { stdio: 'ignore' })).toThrow(/SIGKILL|failed/)
  expect(existsSync(join(directory, '.lock'))).toBe(true)
}

describe('lockState()', () => {
  test('makes the directory and gives it back', async () => {
    const directory = join(scratch(), 'a', 'b')
    const first = await lockState(directory, SYSTEM_CLOCK)
    await first.release()
    const second = await lockState(directory, SYSTEM_CLOCK)
    await second.release()
    expect(existsSync(join(directory, '.lock'))).toBe(false)
  })

  test('says who holds it', async () => {
    const directory = scratch()
    const lock = await lockState(directory, SYSTEM_CLOCK)
    const second = lockState(directory, SYSTEM_CLOCK, AT_ONCE)
    await expect(second).rejects.toMatchObject({ code: 'STATE_LOCKED' })
    await expect(second).rejects.toThrow(
      new RegExp(
        `^Cannot use state directory "${directory}": held by process ${process.pid} on .* since 20.*Z; stop it`,
      ),
    )
    await lock.release()
  })

  test.for([
    ['what a killed agent left behind', leaveSocket],
    ['a file that is no socket', (directory: string) => writeFileSync(join(directory, '.lock'), 'x')],
  ] as const)('takes over %s', async ([, leave]) => {
    const directory = scratch()
    leave(directory)
    const lock = await lockState(directory, SYSTEM_CLOCK)
    await expect(lockState(directory, SYSTEM_CLOCK, AT_ONCE)).rejects.toMatchObject({ code: 'STATE_LOCKED' })
    await lock.release()
  })

  test('gives a left directory to one at most of many that want it, and then to the next', async () => {
    for (let round = 0; round < 5; round += 1) {
      const directory = scratch()
      leaveSocket(directory)
      const tries = await Promise.allSettled(
        Array.from({ length: 8 }, () => lockState(directory, SYSTEM_CLOCK, AT_ONCE)),
      )
      const locks = tries.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
      expect(locks.length).toBeLessThanOrEqual(1)
      for (const lock of locks) await lock.release()
      const next = await lockState(directory, SYSTEM_CLOCK)
      await next.release()
    }
  })

  test('waits for the holder to go, and says so once', async () => {
    const [directory, clock, told] = [scratch(), new ManualClock(), new Array<string>()]
    const first = await clock.drive(lockState(directory, clock))
    const waiting = Promise.withResolvers<void>()
    const onWait = (holder: string) => waiting.resolve(void told.push(holder))
    const second = lockState(directory, clock, { onWait })
    await clock.drive(waiting.promise)
    await clock.advance(5_000)
    await first.release()
    const lock = await clock.drive(second)
    expect(told).toEqual([expect.stringMatching(`^process ${process.pid} on .* since 2026-11-22T13:00:00.000Z$`)])
    expect(clock.elapsedMs()).toBeLessThan(10_000)
    expect(readdirSync(directory)).toEqual(['.lock'])
    await lock.release()
  })

  test.for([
    ['30 s', {}, 30_000],
    ['the time that is given', { waitMs: 1_200 }, 1_200],
    ['no time', AT_ONCE, 0],
  ] as const)('refuses after %s', async ([, wait, afterMs]) => {
    const [directory, clock] = [scratch(), new ManualClock()]
    const first = await clock.drive(lockState(directory, clock))
    const beganMs = clock.elapsedMs()
    await expect(clock.drive(lockState(directory, clock, wait))).rejects.toMatchObject({ code: 'STATE_LOCKED' })
    const waitedMs = clock.elapsedMs() - beganMs
    expect(waitedMs).toBeGreaterThanOrEqual(afterMs)
    expect(waitedMs).toBeLessThan(afterMs + 1_000)
    await first.release()
  })

  test('ends its wait when it is told to', async () => {
    const [directory, clock, over] = [scratch(), new ManualClock(), new AbortController()]
    const first = await clock.drive(lockState(directory, clock))
    const second = lockState(directory, clock, { signal: over.signal, onWait: () => over.abort() })
    await expect(second).rejects.toMatchObject({ code: 'STATE_LOCKED' })
    await first.release()
  })

  test.for([
    [
      'a path that is a file',
      (root: string) => {
        writeFileSync(join(root, 'file'), '')
        return join(root, 'file')
      },
    ],
    ['a name too long for a socket', (root: string) => join(root, 'x'.repeat(110))],
  ] as const)('says what is wrong with %s', async ([, make]) => {
    const directory = make(scratch())
    const locking = lockState(directory, SYSTEM_CLOCK)
    await expect(locking).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
    await expect(locking).rejects.toThrow(/^Cannot use state directory ".*": .*; set state.directory to/)
  })
})
