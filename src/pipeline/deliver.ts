import type { Clock } from '../clock.ts'
import { FlagshipError, isTransactionOver, reasonOf } from '../errors.ts'
import { addressOf, type Batch } from '../sinks/batch.ts'
import type { Outcome, Sink } from '../sinks/sink.ts'
import { fileKeyOf } from '../ingest/event-id.ts'
import { Backoff } from './backoff.ts'
import type { Answers } from './answers.ts'
import type { Batcher, Shipment } from './batcher.ts'
import type { Committer } from './committer.ts'
import type { Cursor } from './cursor.ts'
import type { Doubts } from './doubts.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { Refused } from './dead-letter-line.ts'
import type { Turns } from './exact/turns.ts'
import type { Meter } from './meter.ts'
import { batchOf, documentAt, selectDocuments } from './segments.ts'
import type { TroubleSpot } from './trouble.ts'

export interface DeliveryParts {
  readonly sink: Sink
  /** Where a sink that takes back what no cursor covers says it stands. */
  readonly cursor: Pick<Cursor, 'mark'>
  readonly committer: Pick<Committer, 'reach' | 'isWorking' | 'commit'>
  readonly answers: Answers
  readonly deadLetter: Pick<DeadLetter, 'write'>
  readonly clock: Clock
  readonly random: () => number
  readonly trouble: TroubleSpot
  readonly meter: Meter
  /** A line as it stands in its file, where it can be read. */
  readonly lineAt: (fileKey: string, offsetBytes: number) => Promise<Buffer | undefined>
  /** Where documents in doubt go, when the sink can look them up. */
  readonly doubts: Pick<Doubts, 'add'> | undefined
  /** Of a sink with transactions: answers are taken in one turn with what they answer. */
  readonly turns?: Turns | undefined
}

/** What one try left to do. */
interface Left {
  readonly shipments: readonly Shipment[]
  /** Some of it may have been stored, and cannot be looked up. */
  readonly isInDoubt: boolean
  readonly reason: string
  readonly afterMs: number
}

/**
 * Offers batches to one sink until every document is answered or in doubt: batches come in, the cursor moves. There is
 * one for each batch that may be in flight.
 */
export class Delivery {
  readonly #parts: DeliveryParts
  readonly #backoff: Backoff

  constructor(parts: DeliveryParts) {
    this.#parts = parts
    this.#backoff = new Backoff(parts.clock, parts.random)
  }

  /** Deliver one batch after the other, until there is none any more or `signal` is aborted. As `deliver` otherwise. */
  async deliverAll(batcher: Pick<Batcher, 'next'>, signal: AbortSignal): Promise<void> {
    for (;;) {
      const batch = await batcher.next(signal)
      if (batch === undefined) return
      await this.deliver(batch, signal)
    }
  }

  /**
   * Resolves when every document is accepted, stands in the dead letter or waits to be looked up, or when `signal` is
   * aborted. Tries for ever. Rejects only on a bug, and when a transaction is over.
   */
  async deliver(batch: readonly Shipment[], signal: AbortSignal): Promise<void> {
    const { clock, trouble, meter } = this.#parts
    await this.#waitForCommits(batch, signal)
    if (signal.aborted) return
    const startedMs = clock.elapsedMs()
    let left = await this.#takeTurn(batch, signal)
    while (left !== undefined && !signal.aborted) {
      trouble.begin(left.reason, clock.nowMs(), this)
      await this.#backoff.wait(signal, left.afterMs)
      if (left.isInDoubt) await this.#takeBack(signal)
      meter.retried(documentsOf(left.shipments).documentCount)
      left = await this.#takeTurn(left.shipments, signal)
    }
    if (signal.aborted) return
    this.#backoff.reset()
    trouble.end(this)
    meter.took((clock.elapsedMs() - startedMs) / 1_000)
  }

  #takeTurn(wanted: readonly Shipment[], signal: AbortSignal): Promise<Left | undefined> {
    const { turns } = this.#parts
    return turns === undefined ? this.#offer(wanted, signal) : turns.take(() => this.#offer(wanted, signal))
  }

  /** One try; undefined when nothing is left to do. */
  async #offer(wanted: readonly Shipment[], signal: AbortSignal): Promise<Left | undefined> {
    const { sink, cursor, answers } = this.#parts
    const shipments = answers.withoutWithdrawn(wanted)
    if (shipments.length === 0) return undefined
    let outcomes: readonly Outcome[]
    try {
      outcomes = await sink.deliver(documentsOf(shipments), signal)
    } catch (error) {
      if ((!signal.aborted && !(error instanceof FlagshipError)) || isTransactionOver(error)) throw error
      const reason = reasonOf(error)
      return this.#leave({ doubted: shipments, retried: [], reason, doubtReason: reason, afterMs: 0 }, signal)
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
    this.#parts.answers.take(sorted.accepted)
    this.#parts.meter.delivered(total(sorted.accepted))
    await this.#bury(sorted, signal)
    return this.#leave(sorted, signal)
  }

  /** What is in doubt is looked up by others, where that can be; the rest is to be offered again. */
  #leave(unanswered: Unanswered, signal: AbortSignal): Left | undefined {
    const { doubted, retried, reason, doubtReason, afterMs } = unanswered
    const { doubts, clock } = this.#parts
    if (doubts === undefined) {
      const shipments = [...doubted, ...retried]
      return shipments.length === 0 ? undefined : { shipments, isInDoubt: doubted.length > 0, reason, afterMs }
    }
    if (doubted.length > 0 && !signal.aborted) doubts.add(doubted, clock.elapsedMs(), doubtReason)
    return retried.length === 0 ? undefined : { shipments: retried, isInDoubt: false, reason, afterMs }
  }

  /** Write refused documents to the dead letter, however long that takes, and only then count them as answered: refused, or dropped where it is full. */
  async #bury({ refusals, refused }: Sorted, signal: AbortSignal): Promise<void> {
    if (refusals.length === 0) return
    const complete = await this.#withLines(refusals)
    const { deadLetter, trouble, clock, meter } = this.#parts
    let dropped: ReadonlySet<Refused>
    for (;;) {
      try {
        dropped = new Set(await deadLetter.write(complete, new Date(clock.nowMs()).toISOString()))
        break
      } catch (error) {
        if (isTransactionOver(error)) throw error
        trouble.begin(error, clock.nowMs(), this)
        await this.#backoff.wait(signal)
        if (signal.aborted) return
      }
    }
    this.#parts.answers.take(refused)
    meter.dropped(dropped.size, 'dead_letter_full')
    for (const each of complete) if (!dropped.has(each)) meter.refused(1, each.reason)
  }

  /** One after the other: there may be thousands. */
  async #withLines(refusals: readonly Located[]): Promise<readonly Refused[]> {
    const complete: Refused[] = []
    for (const { offsetBytes, ...refused } of refusals) {
      const line = await this.#parts.lineAt(fileKeyOf(refused.id), offsetBytes)
      complete.push({ ...refused, line: line?.toString('utf8') })
    }
    return complete
  }

  /**
   * A sink that looks up may only be sent what the cursor on disk says may have been sent. One that takes back what no
   * cursor covers must not run far ahead of a cursor that cannot be written: the lines might be gone by the time they
   * are read again.
   */
  async #waitForCommits(batch: readonly Shipment[], signal: AbortSignal): Promise<void> {
    const { sink, committer } = this.#parts
    await committer.reach(Math.max(...batch.map((shipment) => shipment.cursorVersion)), signal)
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

/** A refused document and where its line begins. */
interface Located extends Refused {
  readonly offsetBytes: number
}

/** Documents without an answer. */
interface Unanswered {
  readonly doubted: readonly Shipment[]
  /** Surely not stored. */
  readonly retried: readonly Shipment[]
  readonly reason: string
  readonly doubtReason: string
  readonly afterMs: number
}

interface Sorted extends Unanswered {
  readonly accepted: Map<Shipment, number>
  readonly refused: Map<Shipment, number>
  readonly refusals: Located[]
}

/** Sort documents by what became of them; what is to be offered again keeps its order and its bytes. */
function sort(shipments: readonly Shipment[], outcomes: readonly Outcome[]): Sorted {
  const accepted = new Map<Shipment, number>()
  const refused = new Map<Shipment, number>()
  const refusals: Located[] = []
  const [doubted, retried]: [Shipment[], Shipment[]] = [[], []]
  let position = 0
  let [reason, doubtReason, afterMs] = ['', '', 0]
  for (const shipment of shipments) {
    const { segment } = shipment
    const first = position
    position += segment.ids.length
    const outcomeOf = (index: number) => outcomes[first + index] ?? MISSING
    for (const [index] of segment.ids.entries()) {
      const outcome = outcomeOf(index)
      if (outcome.kind === 'accepted') add(accepted, shipment)
      if (outcome.kind === 'refused') {
        refusals.push(refusedDocument(shipment, index, outcome.reason))
        add(refused, shipment)
      }
      if (outcome.kind === 'in_doubt') doubtReason = outcome.reason
      if (outcome.kind === 'retry') [reason, afterMs] = [outcome.reason, Math.max(afterMs, outcome.afterMs ?? 0)]
    }
    if ((accepted.get(shipment) ?? 0) === segment.ids.length) continue
    keep(doubted, shipment, (index) => outcomeOf(index).kind === 'in_doubt')
    keep(retried, shipment, (index) => outcomeOf(index).kind === 'retry')
  }
  return { accepted, refused, refusals, doubted, retried, reason: reason || doubtReason, doubtReason, afterMs }
}

/** Keep what `isKept` of a shipment, where that is anything. */
function keep(list: Shipment[], shipment: Shipment, isKept: (index: number) => boolean): void {
  const segment = selectDocuments(shipment.segment, isKept)
  if (segment.ids.length > 0) list.push({ ...shipment, segment })
}

/** A sink that forgets an outcome has not said that the document is stored. */
const MISSING: Outcome = { kind: 'in_doubt', reason: 'the sink gave no outcome' }

/** Count one document of a shipment. */
function add(counts: Map<Shipment, number>, shipment: Shipment): void {
  counts.set(shipment, (counts.get(shipment) ?? 0) + 1)
}

function refusedDocument({ segment }: Shipment, index: number, reason: string): Located {
  const [id = '', offsetBytes = 0] = [segment.ids[index], segment.offsets[index]]
  const [key, timeMs] = [segment.routes?.keys[index], segment.routes?.timesMs[index]]
  const route = key === undefined || timeMs === undefined ? undefined : { key, timeMs }
  return { id, reason, ...addressOf(segment, index), route, document: documentAt(segment, index), offsetBytes }
}

function total(counts: ReadonlyMap<Shipment, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}
