/**
 * Bytes of documents that are not answered yet: what is held in memory. When it is spent, reading pauses and nothing
 * grows; one read may go beyond it, because a line must be read whole.
 */
export class Budget {
  readonly #mostBytes: number
  #waiting: (() => void) | undefined
  spentBytes = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  spend(bytes: number): void {
    this.spentBytes += bytes
  }

  giveBack(bytes: number): void {
    this.spentBytes -= bytes
    if (this.spentBytes < this.#mostBytes) this.#waiting?.()
  }

  /** Resolves when there is room for another read, or when `signal` is aborted. One may wait at a time. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.spentBytes >= this.#mostBytes && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const wake = () => resolve()
      this.#waiting = wake
      signal.addEventListener('abort', wake)
      await promise
      signal.removeEventListener('abort', wake)
      this.#waiting = undefined
    }
  }
}
