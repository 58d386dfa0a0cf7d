/** How long to wait before the next try. */
export interface BackoffTimes {
  readonly firstMs: number
  readonly mostMs: number
}

/** From 0.8 s, doubling, to 30 s. */
export const BACKOFF_TIMES: BackoffTimes = { firstMs: 800, mostMs: 30_000 }

/** Waits that double, with jitter, so that those who failed together do not come back together. */
export class Backoff {
  readonly #times: BackoffTimes
  readonly #random: () => number
  #failures = 0

  constructor(random: () => number, times: BackoffTimes = BACKOFF_TIMES) {
    this.#random = random
    this.#times = times
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures
  }

  /** Milliseconds to wait: from once to twice what doubles, at most `mostMs`, and no less than what a server asked for. */
  nextMs(askedMs = 0): number {
    const { firstMs, mostMs } = this.#times
    const longestMs = Math.min(mostMs, 2 * firstMs * 2 ** Math.min(this.#failures, 16))
    this.#failures += 1
    const jitter = this.#random()
    return Math.max((longestMs / 2) * (1 + jitter), askedMs * (1 + jitter / 2))
  }

  reset(): void {
    this.#failures = 0
  }
}
