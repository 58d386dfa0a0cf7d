type Resolve = () => void

/**
 * Bytes of documents that are not answered yet: what is held in memory. When it is spent, reading pauses and nothing
 * grows; one read may go beyond it, because a line must be read whole.
 */
export class Budget {
  readonly #mostBytes: number
  readonly #waiting = new Set<Resolve>()
  spentBytes = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  spend(bytes: number): void {
    this.spentBytes += bytes
  }

  giveBack(bytes: number): void {
    this.spentBytes -= bytes
    if (this.spentBytes < this.#mostBytes) for (const wake of this.#waiting) wake()
  }

  /** Whether so much more would not go beyond it. */
  hasRoomFor(bytes: number): boolean {
    return this.spentBytes + bytes <= this.#mostBytes
  }

  /** Resolves when there is room for another read, or when `signal` is aborted. */
  room(signal: AbortSignal): Promise<void> {
    return this.#until(() => this.spentBytes < this.#mostBytes, signal)
  }

  /** Resolves when nothing waits for an answer any more, or when `signal` is aborted. */
  empty(signal: AbortSignal): Promise<void> {
    return this.#until(() => this.spentBytes === 0, signal)
  }

  async #until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    while (!holds() && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const wake = () => resolve()
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake)
      await promise
      signal.removeEventListener('abort', wake)
      this.#waiting.delete(wake)
    }
  }
}
