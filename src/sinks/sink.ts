import type { Addressed, Batch } from './batch.ts'

/**
 * What became of one document.
 *
 * `accepted`: durably stored. `refused`: never will be, because of what it is. `retry`: surely not stored, offer it
 * again. `in_doubt`: it may have been stored.
 */
export type Outcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  | { readonly kind: 'in_doubt'; readonly reason: string }

export const ACCEPTED: Outcome = { kind: 'accepted' }

/** A document that may have been stored. */
export interface Doubt extends Addressed {
  readonly id: string
  /** What `mark()` said before it was first sent; undefined when nobody knows. */
  readonly mark: string | undefined
}

/** `stored`: it is there. `missing`: it is not and will not come. `unknown`: ask again; `reason` says what is in the way. */
export type Finding =
  | { readonly kind: 'stored' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown'; readonly reason: string }

export const STORED: Finding = { kind: 'stored' }
export const MISSING: Finding = { kind: 'missing' }

/** Finds out what became of documents that may have been stored. */
export interface Lookup {
  /**
   * Where what is sent from now on of a file will be found, or later: a short text, stored durably before it is sent.
   * `reporterNamespace`: that of the file.
   */
  mark(reporterNamespace: string | undefined): string
  /**
   * One finding per document, in order. The answer is final: it comes only when nothing that was sent before `sinceMs`
   * (rising clock) can still arrive, and waits for that as long as it takes. Throws FlagshipError SINK_UNAVAILABLE when
   * nobody could be asked, and when `signal` is aborted.
   */
  find(doubts: readonly Doubt[], sinceMs: number, signal: AbortSignal): Promise<readonly Finding[]>
}

/** A document for the dead letter. */
export interface Buried {
  readonly id: string
  readonly line: Buffer
}

/**
 * Stores documents and what the pipeline remembers together, or neither: what is accepted becomes visible with the next
 * commit. Where anything fails, `deliver`, `bury` and `commit` throw FlagshipError TRANSACTION_LOST, or SINK_FENCED when
 * another agent has taken over, until it has been recovered.
 */
export interface Transaction {
  /**
   * Bring to an end what anybody of this identity has under way, shut them out, and read what was stored with the last
   * commit; undefined where nothing is known. Comes first, and again whenever the transaction is lost.
   * @throws FlagshipError SINK_UNAVAILABLE to be tried again, SINK_MISCONFIGURED, SINK_FENCED.
   */
  recover(signal: AbortSignal): Promise<ReadonlyMap<string, unknown> | undefined>
  /** Store refused documents with the rest; those that are refused once more come back. */
  bury(documents: readonly Buried[], signal: AbortSignal): Promise<readonly Buried[]>
  /** Store what has changed, undefined for what is forgotten, with all that was accepted since the last commit. */
  commit(changes: ReadonlyMap<string, unknown>): Promise<void>
}

/**
 * A destination. The pipeline owns batching, retry, back-off, order and limits, and offers retried documents byte for
 * byte; a sink only delivers and tells what became of each document.
 */
export interface Sink {
  /** The key under `sinks` in the configuration. */
  readonly name: string
  /** Batches it may be given before it has answered. */
  readonly concurrency: number
  /** Whether documents to be retried may be put together with others. */
  readonly regroups: boolean
  /**
   * Make ready, before the first `deliver`. `mark` is what `mark()` said at the last durable commit, undefined with
   * no state: a sink that has one takes back everything it stored after it.
   * @throws FlagshipError SINK_MISCONFIGURED when it can never work as configured; SINK_UNAVAILABLE to be tried again.
   */
  open(mark: string | undefined): Promise<void>
  /**
   * One outcome per document, in order. Throws only when all of the batch is in doubt. The bytes of a document stay as
   * they are until it is answered (accepted or refused); after that their memory is used again.
   */
  deliver(batch: Batch, signal: AbortSignal): Promise<readonly Outcome[]>
  /** Where it stands after all that was answered: a short text, stored together with the cursors. */
  mark?(): string
  /** Of a sink that knows event ids. Without it, and without a mark, what is in doubt is sent again and may stand twice. */
  readonly lookup?: Lookup | undefined
  /** Of a sink whose answers count only once they are committed. */
  readonly transaction?: Transaction | undefined
  close(): Promise<void>
}
