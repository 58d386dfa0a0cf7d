/** The data stream a document belongs to. */
export type Dataset = 'envoy.access' | 'envoy.log' | 'envoy.unparsed' | 'envoy.loss'

/**
 * Whether a record reports a failure, or carries a response flag. Decided by the line and the catalogue alone, so that a
 * line that is read again has the same class. What is no access record is healthy.
 */
export type RecordClass = 'healthy' | 'failed'

/** What decides where a document goes. */
export interface Addressed {
  readonly dataset: Dataset
  readonly recordClass: RecordClass
  /** Kubernetes namespace of the proxy that wrote the line, as its path or the configuration says. */
  readonly reporterNamespace: string | undefined
}

/** How a sink wants its documents. */
export interface DocumentForm {
  /** `json`: ECS, each ended by a newline. `avro`: the binary encoding of the record's schema, with nothing around it. */
  readonly encoding: 'json' | 'avro'
  /** Whether each document comes with a key and a time of its own. */
  readonly isRouted: boolean
}

/** What most sinks want. */
export const PLAIN_FORM: DocumentForm = { encoding: 'json', isRouted: false }

/** What places documents in a partitioned log, one entry for each document. */
export interface Routes {
  /** Lines of the same request or connection have the same one. */
  readonly keys: readonly string[]
  /** When the runtime wrote the line, else the time of the record: milliseconds since the epoch. */
  readonly timesMs: readonly number[]
}

/** That of one document. */
export interface Route {
  readonly key: string
  readonly timeMs: number
}

/** Encoded documents of one file, in the order of its lines. Document `i` is `bytes[ends[i - 1] ?? 0, ends[i])`. */
export interface Segment {
  /** NDJSON, where each document ends with a newline, or Avro: as the sink's form has it. */
  readonly bytes: Buffer
  readonly ids: readonly string[]
  readonly ends: readonly number[]
  readonly datasets: readonly Dataset[]
  readonly classes: readonly RecordClass[]
  /** Kubernetes namespace of the proxy that wrote the file, as its path or the configuration says. */
  readonly reporterNamespace: string | undefined
  /** Byte offset of each document's line in the file it began in. */
  readonly offsets: readonly number[]
  /** Raw bytes the segment was made from: what counts against the byte budget. */
  readonly readBytes: number
  readonly counts: SegmentCounts
  /** Where the sink's form asks for them. */
  readonly routes?: Routes | undefined
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

/** What decides where one document of a segment goes. */
export function addressOf({ datasets, classes, reporterNamespace }: Segment, index: number): Addressed {
  const [dataset, recordClass] = [datasets[index], classes[index]]
  if (dataset === undefined || recordClass === undefined) throw new Error(`a segment has no document ${index}`)
  return { dataset, recordClass, reporterNamespace }
}
