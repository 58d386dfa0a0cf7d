import type { Clock } from '../clock.ts'
import type { Segment } from '../sinks/batch.ts'
import type { BatchConfig } from '../sinks/batch-config.ts'

/** Documents that were made at once, of which some are on their way: memory that is held until all are answered. */
export interface Held {
  readonly documents: Buffer
  unanswered: number
}

/** A segment on its way to the sink, and what its answers settle. */
export interface Shipment {
  readonly segment: Segment
  readonly receipt: Held
  /** Called when all of its receipt is answered. */
  readonly settle: () => void
  /** It may be sent once progress is durable as it was at this version; 0 where nothing has to be. */
  readonly cursorVersion: number
  /** Where its documents will be found, when it has to be looked for: what the sink said before they were first sent. */
  readonly markOf: (id: string) => string | undefined
  /** Whether somebody else answers for it now: then it is not offered any more. */
  readonly isWithdrawn?: () => boolean
}

/** Wakes up to look at the clock now and then, whatever it was told. */
const LONGEST_WAIT_MS = 60_000

/** Puts segments of many files together, by bytes, count and age, in the order in which they come. */
export class Batcher {
  readonly #limits: BatchConfig
  readonly #clock: Clock
  readonly #ready: (readonly Shipment[])[] = []
  #open: Shipment[] = []
  #openBytes = 0
  #openDocuments = 0
  #openSinceMs = 0
  #isInHurry = false
  #isClosed = false
  /** Who waits for a batch. */
  readonly #waiters = new Set<AbortController>()

  constructor(limits: BatchConfig, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  add(shipment: Shipment): void {
    if (this.#open.length === 0) this.#openSinceMs = this.#clock.elapsedMs()
    this.#open.push(shipment)
    this.#openBytes += shipment.segment.bytes.length
    this.#openDocuments += shipment.segment.ids.length
    const isFull = this.#openBytes >= this.#limits.maxBytes || this.#openDocuments >= this.#limits.maxDocuments
    if (isFull) this.#finish()
    if (isFull || this.#isInHurry || this.#open.length === 1) this.#wake()
  }

  /** What is there, and what still comes, need not wait to be more. */
  hurry(): void {
    this.#isInHurry = true
    this.#wake()
  }

  /** Nothing more comes. */
  close(): void {
    this.#isClosed = true
    this.#wake()
  }

  /** The next batch; undefined when there will be none, or when `signal` is aborted. */
  async next(signal: AbortSignal): Promise<readonly Shipment[] | undefined> {
    while (!signal.aborted) {
      if (this.#open.length > 0 && this.#waitMs() <= 0) this.#finish()
      const batch = this.#ready.shift()
      if (batch !== undefined || this.#isClosed) return batch
      await this.#wait(this.#open.length > 0 ? this.#waitMs() : LONGEST_WAIT_MS, signal)
    }
    return undefined
  }

  #waitMs(): number {
    if (this.#isInHurry || this.#isClosed) return 0
    return Math.max(0, this.#openSinceMs + this.#limits.maxAgeMs - this.#clock.elapsedMs())
  }

  #finish(): void {
    this.#ready.push(this.#open)
    this.#open = []
    this.#openBytes = 0
    this.#openDocuments = 0
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController()
    const wake = () => woken.abort()
    this.#waiters.add(woken)
    signal.addEventListener('abort', wake, { once: true })
    await this.#clock.sleep(ms, woken.signal)
    signal.removeEventListener('abort', wake)
    this.#waiters.delete(woken)
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter.abort()
  }
}
