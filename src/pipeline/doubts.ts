import type { Clock } from '../clock.ts'
import { FlagshipError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { addressOf } from '../sinks/batch.ts'
import type { Doubt, Finding, Lookup } from '../sinks/sink.ts'
import { Backoff } from './backoff.ts'
import type { Shipment } from './batcher.ts'
import { selectDocuments } from './segments.ts'
import type { Trouble, TroubleSpot } from './trouble.ts'

/** Documents that are asked for at once. */
const MOST_AT_ONCE = 5_000

export interface DoubtsParts {
  /** Of the pipeline. */
  readonly name: string
  readonly logger: Logger
  readonly lookup: Lookup
  readonly clock: Clock
  readonly random: () => number
  readonly trouble: TroubleSpot
  /** They are stored: answered. */
  readonly found: (shipments: readonly Shipment[]) => void
  /** They were never stored: to be sent as if new. */
  readonly missing: (shipments: readonly Shipment[]) => void
}

/**
 * Documents that may have been stored. A document in doubt is never just sent again: it waits, while others go on,
 * until the sink can tell for sure. Found is answered; missing was never stored.
 */
export class Doubts {
  readonly #parts: DoubtsParts
  readonly #signal: AbortSignal
  /** What waits, by the moment at which the doubt began. */
  readonly #waiting = new Map<number, Shipment[]>()
  readonly #failed = Promise.withResolvers<never>()
  #begunMs = 0
  #hasEarlier = false
  /** How many there are. */
  documents = 0

  constructor(parts: DoubtsParts, signal: AbortSignal) {
    this.#parts = parts
    this.#signal = signal
    this.failed.catch(() => {}) // told to whoever waits for it
  }

  /** Never resolves; rejects on a bug. */
  get failed(): Promise<never> {
    return this.#failed.promise
  }

  /** What is in the way; undefined while nothing is in doubt. */
  get trouble(): Trouble | undefined {
    return this.#parts.trouble.current
  }

  /** The sink is open: what an earlier run has sent, it has sent before this. */
  begin(): void {
    this.#begunMs = this.#parts.clock.elapsedMs()
  }

  /** Take in documents that an earlier run may have sent. */
  addEarlier(shipments: readonly Shipment[]): void {
    if (!this.#hasEarlier) this.#sayEarlier()
    this.#hasEarlier = true
    this.#take(shipments, this.#begunMs)
  }

  #sayEarlier(): void {
    const text = 'documents that an earlier run may have sent are looked up before they are sent'
    this.#parts.logger.info({ pipeline: this.#parts.name }, text)
  }

  /** Take in documents that may have been sent until `sinceMs` (rising clock). */
  add(shipments: readonly Shipment[], sinceMs: number, reason: string): void {
    this.#parts.trouble.begin(reason, this.#parts.clock.nowMs(), this)
    this.#take(shipments, sinceMs)
  }

  #take(shipments: readonly Shipment[], sinceMs: number): void {
    const waiting = this.#waiting.get(sinceMs)
    this.documents += countOf(shipments)
    if (waiting !== undefined) return void waiting.push(...shipments)
    this.#waiting.set(sinceMs, [...shipments])
    this.#resolveAll(sinceMs).catch(this.#failed.reject)
  }

  async #resolveAll(sinceMs: number): Promise<void> {
    const backoff = new Backoff(this.#parts.clock, this.#parts.random)
    for (;;) {
      const waiting = this.#waiting.get(sinceMs) ?? []
      const taken = waiting.splice(0, howMany(waiting))
      if (taken.length === 0) break
      const unknown = await this.#resolve(taken, sinceMs, backoff)
      if (this.#signal.aborted) return
      waiting.push(...unknown)
      if (unknown.length > 0) await backoff.wait(this.#signal)
    }
    this.#waiting.delete(sinceMs)
  }

  /** Ask for some; those nobody could tell of are given back. */
  async #resolve(shipments: readonly Shipment[], sinceMs: number, backoff: Backoff): Promise<readonly Shipment[]> {
    const { lookup, trouble, clock, found, missing } = this.#parts
    try {
      const findings = await lookup.find(shipments.flatMap(doubtsOf), sinceMs, this.#signal)
      if (this.#signal.aborted) return shipments
      backoff.reset()
      const sorted = sort(shipments, findings)
      this.documents -= countOf(sorted.stored) + countOf(sorted.missing)
      if (this.documents === 0) trouble.end(this)
      found(sorted.stored)
      missing(sorted.missing)
      if (sorted.unknown.length > 0) trouble.begin(reasonIn(findings), clock.nowMs(), this)
      return sorted.unknown
    } catch (error) {
      if (this.#signal.aborted) return shipments
      if (!(error instanceof FlagshipError)) throw error
      trouble.begin(error, clock.nowMs(), this)
      return shipments
    }
  }
}

function doubtsOf({ segment, markOf }: Shipment): readonly Doubt[] {
  return segment.ids.map((id, index) => ({ id, ...addressOf(segment, index), mark: markOf(id) }))
}

/** So many shipments are asked for at once: one at least. */
function howMany(shipments: readonly Shipment[]): number {
  let documents = 0
  const first = shipments.findIndex(({ segment }) => (documents += segment.ids.length) > MOST_AT_ONCE)
  return first === -1 ? shipments.length : Math.max(first, 1)
}

function sort(
  shipments: readonly Shipment[],
  findings: readonly Finding[],
): Readonly<Record<Finding['kind'], readonly Shipment[]>> {
  const sorted: Record<Finding['kind'], Shipment[]> = { stored: [], missing: [], unknown: [] }
  let first = 0
  for (const shipment of shipments) {
    for (const kind of ['stored', 'missing', 'unknown'] as const) {
      const segment = selectDocuments(
        shipment.segment,
        (index) => (findings[first + index]?.kind ?? 'unknown') === kind,
      )
      if (segment.ids.length > 0) sorted[kind].push({ ...shipment, segment })
    }
    first += shipment.segment.ids.length
  }
  return sorted
}

/** What is in the way of the first document that nobody could tell of. */
function reasonIn(findings: readonly Finding[]): string {
  return findings.find((finding) => finding.kind === 'unknown')?.reason ?? 'the sink did not tell of every document'
}

function countOf(shipments: readonly Shipment[]): number {
  return shipments.reduce((count, { segment }) => count + segment.ids.length, 0)
}
