import type { Clock } from '../../../src/clock.ts'

interface Sleeper {
  readonly untilMs: number
  wake(): void
}

/** A clock that stands still until it is told to go on. Timers fire in the order of their time. */
export class ManualClock implements Clock {
  #elapsedMs = 0
  #sleepers: Sleeper[] = []
  /** 2026-11-22T13:00:00Z */
  startMs = 1_795_352_400_000

  nowMs(): number {
    return this.startMs + this.#elapsedMs
  }

  elapsedMs(): number {
    return this.#elapsedMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const sleeper = { untilMs: this.#elapsedMs + ms, wake: resolve }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        resolve()
      })
    })
  }

  /** Go on, waking who waits on the way, and let what they do settle each time. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#elapsedMs + ms
    for (;;) {
      await settle()
      const next = this.#sleepers.filter((sleeper) => sleeper.untilMs <= endMs).sort((a, b) => a.untilMs - b.untilMs)[0]
      if (next === undefined) break
      this.#elapsedMs = Math.max(this.#elapsedMs, next.untilMs)
      this.#sleepers = this.#sleepers.filter((other) => other !== next)
      next.wake()
    }
    this.#elapsedMs = endMs
    await settle()
  }

  /** Go on for as long as `work` takes; its result. */
  async drive<T>(work: Promise<T>): Promise<T> {
    const over = new AbortController()
    const end = () => over.abort()
    work.then(end, end)
    while (!over.signal.aborted) await this.advance(100)
    return work
  }
}

/** Turns of the event loop in which nothing was under way that make a rest. */
const RESTING_TURNS = 5

/** Let everything that can go on without the clock go on: promises, and calls to the file system. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < RESTING_TURNS; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    if (process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'))) turns = 0
  }
}
