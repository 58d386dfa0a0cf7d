import type { Clock } from '../clock.ts'

const FIRST_MS = 100
const LONGEST_MS = 30_000

/** Waits between tries: twice as long each time, up to half a minute, with jitter so that agents do not act in step. */
export class Backoff {
  readonly #clock: Clock
  readonly #random: () => number
  #tries = 0

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  reset(): void {
    this.#tries = 0
  }

  /** Wait; never less than the sink asked for. */
  async wait(signal: AbortSignal, atLeastMs = 0): Promise<void> {
    const fullMs = Math.min(FIRST_MS * 2 ** this.#tries, LONGEST_MS)
    this.#tries += 1
    await this.#clock.sleep(Math.max(fullMs * (0.5 + this.#random() / 2), atLeastMs), signal)
  }
}
