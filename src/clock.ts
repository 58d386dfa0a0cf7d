import { setTimeout as delay } from 'node:timers/promises'

/** Time as the agent sees it; injected, so that tests own it. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch: for what people and other programs read. It may step back. */
  nowMs(): number
  /** Milliseconds that only ever rise: for ages and waits. */
  elapsedMs(): number
  /** Resolves after `ms`, or at once when `signal` is aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const SYSTEM_CLOCK: Clock = {
  nowMs: Date.now,
  elapsedMs: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal && { signal })
    } catch {
      // Aborted: the caller looks at the signal.
    }
  },
}
