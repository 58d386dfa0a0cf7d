/** The data stream a document belongs to. */
export type Dataset = 'envoy.access' | 'envoy.log' | 'envoy.unparsed' | 'envoy.loss'

/** Encoded documents of one file, in the order of its lines. Document `i` is `bytes[ends[i - 1] ?? 0, ends[i])`. */
export interface Segment {
  /** NDJSON: each document ends with a newline. */
  readonly bytes: Buffer
  readonly ids: readonly string[]
  readonly ends: readonly number[]
  readonly datasets: readonly Dataset[]
  /** Byte offset of each document's line in the file it began in. */
  readonly offsets: readonly number[]
  /** Raw bytes the segment was made from: what counts against the byte budget. */
  readonly readBytes: number
  readonly counts: SegmentCounts
}

/** What became of the lines of a segment before any sink saw them. */
export interface SegmentCounts {
  /** Whole lines, after joining pieces: documents plus dropped. */
  readonly lines: number
  /** Documents of dataset `envoy.unparsed`, by reason. */
  readonly unparsed: Readonly<Record<string, number>>
  /** Diagnostic lines below the configured level. */
  readonly droppedByLevel: number
}

/** Segments of many files that are delivered together. */
export interface Batch {
  readonly segments: readonly Segment[]
  readonly documentCount: number
  readonly byteCount: number
}
