import type { Clock } from '../clock.ts'
import { LOSS_REASONS, type Loss } from '../record/loss.ts'
import type { Segment } from '../sinks/batch.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/** What one pipeline has done since the start. */
export interface PipelineTotals {
  readonly bytesRead: number
  /** Whole lines, after joining pieces. */
  readonly linesRead: number
  readonly linesDropped: number
  readonly documentsDelivered: number
  readonly documentsRefused: number
  readonly documentsRetried: number
}

/** Counts for one pipeline, for its status and for the metrics at once. */
export class Meter {
  readonly #metrics: Metrics
  readonly #pipeline: string
  readonly #clock: Clock
  readonly #totals = {
    bytesRead: 0,
    linesRead: 0,
    linesDropped: 0,
    documentsDelivered: 0,
    documentsRefused: 0,
    documentsRetried: 0,
  }

  constructor(metrics: Metrics, pipeline: string, clock: Clock) {
    this.#metrics = metrics
    this.#pipeline = pipeline
    this.#clock = clock
    // A rise is seen only in a series that was there before.
    for (const reason of LOSS_REASONS) this.lost({ reason, bytes: 0 }, 0)
  }

  get totals(): PipelineTotals {
    return { ...this.#totals }
  }

  /** A chunk was read and transcoded. */
  read({ readBytes, counts, datasets }: Segment): void {
    const pipeline = this.#pipeline
    this.#totals.bytesRead += readBytes
    this.#totals.linesRead += counts.lines
    this.#metrics.count('flagship_read_bytes_total', { pipeline }, readBytes)
    for (const [dataset, lines] of countValues(datasets))
      this.#metrics.count('flagship_lines_total', { pipeline, dataset }, lines)
    for (const [reason, lines] of Object.entries(counts.unparsed))
      this.#metrics.count('flagship_lines_unparsed_total', { pipeline, reason }, lines)
    if (counts.droppedByLevel === 0) return
    this.#metrics.count('flagship_lines_total', { pipeline, dataset: 'envoy.log' }, counts.droppedByLevel)
    this.dropped(counts.droppedByLevel, 'level')
  }

  delivered(documents: number): void {
    if (documents === 0) return
    const pipeline = this.#pipeline
    this.#totals.documentsDelivered += documents
    this.#metrics.count('flagship_documents_delivered_total', { pipeline }, documents)
    this.#metrics.set('flagship_last_delivery_timestamp_seconds', { pipeline }, this.#clock.nowMs() / 1_000)
  }

  /** Documents were left out by our own choice. */
  dropped(documents: number, policy: 'level' | 'dead_letter_full'): void {
    if (documents === 0) return
    this.#totals.linesDropped += documents
    this.#metrics.count('flagship_documents_dropped_total', { pipeline: this.#pipeline, policy }, documents)
  }

  refused(documents: number, reason: string): void {
    this.#totals.documentsRefused += documents
    this.#metrics.count('flagship_documents_refused_total', { pipeline: this.#pipeline, reason }, documents)
  }

  /** Bytes were lost, and named. */
  lost({ reason, bytes }: Pick<Loss, 'reason' | 'bytes'>, times = 1): void {
    const pipeline = this.#pipeline
    this.#metrics.count('flagship_losses_total', { pipeline, reason }, times)
    this.#metrics.count('flagship_lost_bytes_total', { pipeline, reason }, bytes)
  }

  retried(documents: number): void {
    this.#totals.documentsRetried += documents
    this.#metrics.count('flagship_retries_total', { pipeline: this.#pipeline }, documents)
  }

  /** How long a batch took, from its first offer to its last answer. */
  took(seconds: number): void {
    this.#metrics.observe('flagship_deliver_seconds', { pipeline: this.#pipeline }, seconds)
  }
}

function countValues(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
