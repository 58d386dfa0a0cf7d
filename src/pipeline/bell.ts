import type { Clock } from '../clock.ts'

/** Ends a wait before its time. A ring that nobody waits for ends the next wait at once. */
export class Bell {
  #isRung = false
  #wake = () => {}

  ring(): void {
    this.#isRung = true
    this.#wake()
  }

  /** Resolves after `ms`, when it is rung, or when `signal` is aborted. One may wait at a time. */
  async wait(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    signal.addEventListener('abort', this.#wake, { once: true })
    if (!this.#isRung && !signal.aborted) await clock.sleep(ms, woken.signal)
    signal.removeEventListener('abort', this.#wake)
    this.#wake = () => {}
    this.#isRung = false
  }
}
