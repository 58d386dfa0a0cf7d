import type { Clock } from '../clock.ts'
import { FlagshipError, reasonOf } from '../errors.ts'
import type { Batch } from '../sinks/batch.ts'
import type { Outcome, Sink } from '../sinks/sink.ts'
import { Backoff } from './backoff.ts'
import type { Shipment } from './batcher.ts'
import type { Budget } from './budget.ts'
import type { Committer } from './committer.ts'
import type { Cursor } from './cursor.ts'
import type { DeadLetter, Refused } from './dead-letter.ts'
import type { Meter } from './meter.ts'
import { batchOf, documentAt, selectDocuments } from './segments.ts'
import { reuseSlab } from './slab.ts'
import type { TroubleSpot } from './trouble.ts'

export interface DeliveryParts {
  readonly sink: Sink
  readonly cursor: Cursor
  readonly committer: Committer
  readonly budget: Budget
  readonly deadLetter: DeadLetter
  readonly clock: Clock
  readonly random: () => number
  readonly trouble: TroubleSpot
  readonly meter: Meter
}

/** What one try left to do. */
interface Left {
  readonly shipments: readonly Shipment[]
  /** Some of it may have been stored. */
  readonly isInDoubt: boolean
  readonly reason: string
  readonly afterMs: number
}

/** Offers batches to one sink until every document is answered: batches come in, the cursor moves. */
export class Delivery {
  readonly #parts: DeliveryParts
  readonly #backoff: Backoff

  constructor(parts: DeliveryParts) {
    this.#parts = parts
    this.#backoff = new Backoff(parts.clock, parts.random)
  }

  /**
   * Resolves when every document is accepted or stands in the dead letter, or when `signal` is aborted. Tries for ever.
   * Rejects only on a bug.
   */
  async deliver(batch: readonly Shipment[], signal: AbortSignal): Promise<void> {
    const { clock, trouble, meter } = this.#parts
    await this.#waitForCommits(signal)
    if (signal.aborted) return
    const startedMs = clock.elapsedMs()
    let left = await this.#offer(batch, signal)
    while (left !== undefined && !signal.aborted) {
      trouble.begin(left.reason, clock.nowMs())
      await this.#backoff.wait(signal, left.afterMs)
      if (left.isInDoubt) await this.#takeBack(signal)
      meter.retried(documentsOf(left.shipments).documentCount)
      left = await this.#offer(left.shipments, signal)
    }
    if (signal.aborted) return
    this.#backoff.reset()
    trouble.end()
    meter.took((clock.elapsedMs() - startedMs) / 1_000)
  }

  /** One try; undefined when nothing is left to do. */
  async #offer(shipments: readonly Shipment[], signal: AbortSignal): Promise<Left | undefined> {
    const { sink, cursor } = this.#parts
    let outcomes: readonly Outcome[]
    try {
      outcomes = await sink.deliver(documentsOf(shipments), signal)
    } catch (error) {
      if (!signal.aborted && !(error instanceof FlagshipError)) throw error
      return { shipments, isInDoubt: true, reason: reasonOf(error), afterMs: 0 }
    }
    // In one go with the answers: a commit in between would name what one of them knows and the other does not.
    const mark = sink.mark?.()
    if (mark !== undefined) cursor.mark = mark
    return this.#settle(shipments, outcomes, signal)
  }

  async #settle(
    shipments: readonly Shipment[],
    outcomes: readonly Outcome[],
    signal: AbortSignal,
  ): Promise<Left | undefined> {
    const sorted = sort(shipments, outcomes)
    this.#answer(sorted.accepted)
    this.#parts.meter.delivered(total(sorted.accepted))
    await this.#bury(sorted, signal)
    if (signal.aborted || sorted.left.shipments.length > 0) return sorted.left
    return undefined
  }

  /** Write refused documents to the dead letter, however long that takes, and only then count them as answered. */
  async #bury({ refusals, refused }: Sorted, signal: AbortSignal): Promise<void> {
    if (refusals.length === 0) return
    const { deadLetter, trouble, clock, meter } = this.#parts
    for (;;) {
      try {
        await deadLetter.write(refusals, new Date(clock.nowMs()).toISOString())
        break
      } catch (error) {
        trouble.begin(error, clock.nowMs())
        await this.#backoff.wait(signal)
        if (signal.aborted) return
      }
    }
    this.#answer(refused)
    for (const { reason } of refusals) meter.refused(1, reason)
  }

  #answer(answered: ReadonlyMap<Shipment, number>): void {
    const { cursor, committer, budget } = this.#parts
    for (const [shipment, count] of answered) {
      const { receipt, ledger } = shipment
      receipt.unanswered -= count
      if (receipt.unanswered > 0) continue
      budget.giveBack(receipt.documents.length)
      reuseSlab(receipt.documents)
      ledger.settle(cursor)
    }
    if (answered.size > 0) committer.request()
  }

  /**
   * A sink that takes back what no cursor covers must not run far ahead of a cursor that cannot be written: the lines
   * might be gone by the time they are read again.
   */
  async #waitForCommits(signal: AbortSignal): Promise<void> {
    const { sink, committer } = this.#parts
    while (sink.mark !== undefined && !committer.isWorking && !signal.aborted) {
      await this.#backoff.wait(signal)
      if (await committer.commit()) this.#backoff.reset()
    }
  }

  /** Let the sink take back what no cursor covers. What is answered has to be on disk first, or it would go too. */
  async #takeBack(signal: AbortSignal): Promise<void> {
    const { sink, cursor, committer, trouble, clock } = this.#parts
    if (sink.mark === undefined) return
    while (!signal.aborted) {
      try {
        if (await committer.commit()) return await sink.open(cursor.mark)
      } catch (error) {
        if (!(error instanceof FlagshipError)) throw error
        trouble.begin(error, clock.nowMs())
      }
      await this.#backoff.wait(signal)
    }
  }
}

function documentsOf(shipments: readonly Shipment[]): Batch {
  return batchOf(shipments.map(({ segment }) => segment))
}

interface Sorted {
  readonly accepted: Map<Shipment, number>
  readonly refused: Map<Shipment, number>
  readonly refusals: Refused[]
  readonly left: Left
}

/** Sort documents by what became of them; what is to be offered again keeps its order and its bytes. */
function sort(shipments: readonly Shipment[], outcomes: readonly Outcome[]): Sorted {
  const accepted = new Map<Shipment, number>()
  const refused = new Map<Shipment, number>()
  const refusals: Refused[] = []
  const again: Shipment[] = []
  let position = 0
  let [isInDoubt, reason, afterMs] = [false, '', 0]
  for (const shipment of shipments) {
    const { segment, receipt, ledger } = shipment
    const first = position
    position += segment.ids.length
    const unanswered = selectDocuments(segment, (index) => {
      const outcome = outcomes[first + index] ?? MISSING
      if (outcome.kind === 'accepted') return add(accepted, shipment)
      if (outcome.kind === 'refused') {
        refusals.push(refusedDocument(shipment, index, outcome.reason))
        return add(refused, shipment)
      }
      isInDoubt ||= outcome.kind === 'in_doubt'
      reason = outcome.reason
      afterMs = Math.max(afterMs, outcome.kind === 'retry' ? (outcome.afterMs ?? 0) : 0)
      return true
    })
    if (unanswered.ids.length > 0) again.push({ segment: unanswered, receipt, ledger })
  }
  return { accepted, refused, refusals, left: { shipments: again, isInDoubt, reason, afterMs } }
}

/** A sink that forgets an outcome has not said that the document is stored. */
const MISSING: Outcome = { kind: 'in_doubt', reason: 'the sink gave no outcome' }

/** Count one document of a shipment; false, because it is not to be offered again. */
function add(counts: Map<Shipment, number>, shipment: Shipment): false {
  counts.set(shipment, (counts.get(shipment) ?? 0) + 1)
  return false
}

function refusedDocument({ segment }: Shipment, index: number, reason: string): Refused {
  const [id = '', dataset = ''] = [segment.ids[index], segment.datasets[index]]
  return { id, reason, dataset, document: documentAt(segment, index) }
}

function total(counts: ReadonlyMap<Shipment, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}
