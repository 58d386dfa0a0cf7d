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
}

/** Let everything that can go on without the clock go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
