import type { Clock } from '../clock.ts'
import type { Miss } from '../enrich/endpoint/misses.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/** Where news of addresses comes from. */
export interface News {
  /** Longest time for which lines wait. */
  readonly waitMs: number
  /** Whether an address is that of a pod which may still become known. */
  awaits(miss: Miss): boolean
}

/** Told of what becomes of waiting, for metrics. */
export interface WaitCounts {
  waited(): void
  /** So many addresses are not known after the wait either. */
  gaveUp(addresses: number): void
}

/** A chunk waits. */
export interface Wait {
  /** True once all of its addresses are known, or the time is over. */
  isOver(): boolean
  /** To be called once when its chunk goes on. */
  end(): void
}

/** An address is waited for once in this time, by all chunks that have it meanwhile. */
const AGAIN_MS = 60_000
/** Of a line that began longer ago, whatever can be known is known by now. */
const RECENT_MS = 60_000
/** What may be held by what waits; beyond it nothing more begins to. */
const MAX_BYTES = 8_388_608
/** Addresses that are remembered; for what is beyond them nothing waits. */
const MAX_ADDRESSES = 10_000

/** Decides which chunks of one pipeline wait for names, and until when. */
export class Waits {
  readonly #news: News
  readonly #clock: Clock
  readonly #counts: WaitCounts
  /** When the wait for each address began, oldest first. */
  readonly #begun = new Map<string, number>()
  #heldBytes = 0

  constructor(news: News, clock: Clock, counts: WaitCounts) {
    this.#news = news
    this.#clock = clock
    this.#counts = counts
  }

  /** The wait of a chunk of so many bytes that missed these addresses; undefined when it may go on at once. */
  begin(misses: readonly Miss[], bytes: number): Wait | undefined {
    if (misses.length === 0 || this.#heldBytes + bytes > MAX_BYTES) return undefined
    const elapsedMs = this.#clock.elapsedMs()
    this.#forget(elapsedMs)
    const recentMs = this.#clock.nowMs() - RECENT_MS
    const awaited = misses.filter((miss) => miss.atMs > recentMs && this.#news.awaits(miss))
    const untilMs = Math.max(...awaited.map(({ ip }) => this.#untilMs(ip, elapsedMs)))
    if (untilMs <= elapsedMs) return undefined
    this.#counts.waited()
    return this.#waitFor(awaited, untilMs, bytes)
  }

  #waitFor(misses: readonly Miss[], untilMs: number, bytes: number): Wait {
    this.#heldBytes += bytes
    const unknown = () => misses.filter((miss) => this.#news.awaits(miss))
    return {
      isOver: () => this.#clock.elapsedMs() >= untilMs || unknown().length === 0,
      end: () => {
        this.#heldBytes -= bytes
        const { length } = unknown()
        if (length > 0) this.#counts.gaveUp(length)
      },
    }
  }

  /** Until when an address is waited for; in the past when it has been already. */
  #untilMs(ip: string, elapsedMs: number): number {
    const begunMs = this.#begun.get(ip)
    if (begunMs !== undefined) return begunMs + this.#news.waitMs
    if (this.#begun.size >= MAX_ADDRESSES) return elapsedMs
    this.#begun.set(ip, elapsedMs)
    return elapsedMs + this.#news.waitMs
  }

  #forget(elapsedMs: number): void {
    for (const [ip, begunMs] of this.#begun) {
      if (begunMs + AGAIN_MS > elapsedMs) return
      this.#begun.delete(ip)
    }
  }
}

/** Counts in the metrics of a pipeline. */
export function waitCounts(metrics: Metrics, pipeline: string): WaitCounts {
  return {
    waited: () => metrics.count('flagship_name_waits_total', { pipeline }),
    gaveUp: (addresses) => metrics.count('flagship_names_given_up_total', { pipeline }, addresses),
  }
}
