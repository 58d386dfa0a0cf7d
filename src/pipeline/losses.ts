import { hash } from 'node:crypto'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { ChainSource } from '../ingest/chain.ts'
import type { Logger } from '../logger.ts'
import type { Loss } from '../record/loss.ts'
import type { Batcher } from './batcher.ts'
import type { Budget } from './budget.ts'
import type { Committer } from './committer.ts'
import type { Transcoder } from './contract.ts'
import type { Cursor } from './cursor.ts'
import type { Doubts } from './doubts.ts'
import type { Receipt } from './ledger.ts'
import type { Meter } from './meter.ts'

const ID_BYTES = 14

/** A loss whose document is not answered yet, as the cursor keeps it. */
const Kept = Type.Object({ loss: Type.Unknown(), source: Type.Unknown() })

export interface LossesParts {
  /** Of the pipeline. */
  readonly name: string
  readonly cursor: Cursor
  readonly committer: Committer
  readonly batcher: Batcher
  readonly budget: Budget
  readonly doubts: Doubts | undefined
  readonly makeTranscoder: (source: ChainSource) => Transcoder
  readonly meter: Meter
  readonly logger: Logger
}

/** Names losses, each once: a log line, a metric and a document of dataset `envoy.loss`, kept until it is answered. */
export class Losses {
  readonly #parts: LossesParts
  /** What the cursor was at when each was noted. */
  readonly #versions = new WeakMap<Loss, number>()
  readonly #kept: ReadonlyMap<string, unknown>
  readonly #unanswered = new Map<string, Receipt>()

  /** `kept`: what an earlier run named and had no answer for. */
  constructor(parts: LossesParts, kept: ReadonlyMap<string, unknown>) {
    this.#parts = parts
    this.#kept = kept
  }

  /** Bytes of a chain are lost. */
  add(loss: Loss, source: ChainSource): void {
    const { cursor, committer, logger, meter } = this.#parts
    const id = idOf(loss)
    if (this.#unanswered.has(id)) return
    const { lostBytes = 0, losses = 0 } = cursor.head
    cursor.note({ lostBytes: lostBytes + loss.bytes, losses: losses + 1 })
    cursor.noteLoss(id, { loss, source })
    this.#versions.set(loss, cursor.version)
    committer.request()
    meter.lost(loss)
    // Possibly nothing is lost: that needs nobody at night.
    if (loss.size === 'unknown') logger.warn(this.#fieldsOf(loss), textOf(loss))
    else logger.error(this.#fieldsOf(loss), textOf(loss))
    this.#ship(id, loss, source, false)
  }

  /** Deliver what an earlier run named and had no answer for; its documents may have been sent. */
  resume(): void {
    for (const [id, value] of this.#kept)
      if (isKept(value)) this.#ship(id, value.loss, value.source, true)
      else this.#parts.cursor.noteLoss(id, undefined)
  }

  /** Whether a loss that was added is on disk. */
  isDurable(loss: Loss): boolean {
    const version = this.#versions.get(loss)
    return version !== undefined && this.#parts.committer.hasReached(version)
  }

  /** For the log: readable, and without the control characters of a scope. */
  #fieldsOf({ reason, path, size, bytes, afterMs, beforeMs }: Loss): object {
    const [after, before] = [afterMs, beforeMs].map((ms) => ms && new Date(ms).toISOString())
    return { pipeline: this.#parts.name, path, reason, size, bytes, after, before }
  }

  #settle(cursor: Cursor): void {
    for (const [id, receipt] of this.#unanswered) {
      if (receipt.unanswered > 0) continue
      this.#unanswered.delete(id)
      cursor.noteLoss(id, undefined)
    }
  }

  #ship(id: string, loss: Loss, source: ChainSource, isEarlier: boolean): void {
    const { makeTranscoder, cursor, budget, batcher, doubts } = this.#parts
    const segment = makeTranscoder(source).loss(loss, id)
    const receipt: Receipt = { span: undefined, openLines: [], documents: segment.bytes, unanswered: 1 }
    this.#unanswered.set(id, receipt)
    budget.spend(segment.bytes.length)
    const settle = () => this.#settle(cursor)
    const shipment = { segment, receipt, settle, cursorVersion: cursor.version, markOf: () => undefined }
    if (isEarlier && doubts !== undefined) doubts.addEarlier([shipment])
    else batcher.add(shipment)
  }
}

function isKept(value: unknown): value is { readonly loss: Loss; readonly source: ChainSource } {
  return Value.Check(Kept, value)
}

/** As long as the id of a line. */
function idOf({ reason, scope, path, fileKey, offsetBytes, afterMs, beforeMs }: Loss): string {
  const facts = JSON.stringify([reason, scope, path, fileKey, offsetBytes, afterMs, beforeMs])
  return hash('sha256', facts, 'buffer').subarray(0, ID_BYTES).toString('base64url')
}

function textOf({ reason, path, size, bytes }: Loss): string {
  const amount =
    size === 'unknown' ? 'some lines, possibly none,' : `${size === 'exact' ? '' : 'at least '}${bytes} bytes`
  return `Cannot deliver ${amount} of "${path}": ${TEXTS[reason]}`
}

const TEXTS: Readonly<Record<Loss['reason'], string>> = {
  spool_full: 'the spool is full and gave the file up',
  deleted: 'it was deleted before it was read',
  unseen: 'files before it may have come and gone unseen',
  truncated: 'it was truncated before it was read to its end',
  corrupt: 'it cannot be unpacked to its end',
}
