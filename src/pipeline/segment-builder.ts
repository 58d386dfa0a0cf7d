import { encodeAvro } from '../record/generated/avro.ts'
import type { LogRecord } from '../record/generated/record.ts'
import { type Dataset, type DocumentForm, PLAIN_FORM, type RecordClass, type Segment } from '../sinks/batch.ts'
import { copyToSlab } from './slab.ts'

const INITIAL_BYTES = 1 << 20
/** UTF-8 needs at most three bytes for one UTF-16 unit. */
const BYTES_PER_UNIT = 3

/** Scratch memory of all builders: transcoding is synchronous, so one is in use at a time. */
let scratch = Buffer.allocUnsafeSlow(INITIAL_BYTES)

/** Collects the documents of one chunk and their places. */
export class SegmentBuilder {
  readonly #ids: string[] = []
  readonly #ends: number[] = []
  readonly #datasets: Dataset[] = []
  readonly #classes: RecordClass[] = []
  readonly #reporterNamespace: string | undefined
  readonly #offsets: number[] = []
  readonly #unparsed: Record<string, number> = {}
  readonly #routes: { readonly keys: string[]; readonly timesMs: number[] } | undefined
  #droppedByLevel = 0
  #lengthBytes = 0

  /** `reporterNamespace`: of the proxy that wrote the file. */
  constructor(reporterNamespace: string | undefined, { isRouted }: Pick<DocumentForm, 'isRouted'> = PLAIN_FORM) {
    this.#reporterNamespace = reporterNamespace
    this.#routes = isRouted ? { keys: [], timesMs: [] } : undefined
  }

  /** Append one document: JSON, or a record that is to be Avro. `offsetBytes` is where its line begins. */
  add(document: string | LogRecord, id: string, dataset: Dataset, recordClass: RecordClass, offsetBytes: number): void {
    if (typeof document === 'string') this.#addJson(document)
    else this.#addAvro(document)
    this.#place(id, dataset, recordClass, offsetBytes)
  }

  #addJson(document: string): void {
    const room = document.length * BYTES_PER_UNIT + 1
    if (this.#lengthBytes + room > scratch.length) grow(this.#lengthBytes, room)
    this.#lengthBytes += scratch.write(document, this.#lengthBytes)
    scratch[this.#lengthBytes] = 0x0a
    this.#lengthBytes += 1
  }

  #addAvro(record: LogRecord): void {
    let end = encodeAvro(record, scratch, this.#lengthBytes)
    while (end === -1) {
      grow(this.#lengthBytes, scratch.length)
      end = encodeAvro(record, scratch, this.#lengthBytes)
    }
    this.#lengthBytes = end
  }

  /** Say where the document that was just added goes, where the form asks for it. */
  route(key: string, timeMs: number): void {
    this.#routes?.keys.push(key)
    this.#routes?.timesMs.push(timeMs)
  }

  /** Append one JSON document as it stands. */
  pass(document: Buffer, id: string, dataset: Dataset, recordClass: RecordClass, offsetBytes: number): void {
    const room = document.length + 1
    if (this.#lengthBytes + room > scratch.length) grow(this.#lengthBytes, room)
    document.copy(scratch, this.#lengthBytes)
    this.#lengthBytes += room
    scratch[this.#lengthBytes - 1] = 0x0a
    this.#place(id, dataset, recordClass, offsetBytes)
  }

  #place(id: string, dataset: Dataset, recordClass: RecordClass, offsetBytes: number): void {
    this.#ids.push(id)
    this.#ends.push(this.#lengthBytes)
    this.#datasets.push(dataset)
    this.#classes.push(recordClass)
    this.#offsets.push(offsetBytes)
  }

  countUnparsed(reason: string): void {
    this.#unparsed[reason] = (this.#unparsed[reason] ?? 0) + 1
  }

  countDroppedByLevel(): void {
    this.#droppedByLevel += 1
  }

  /** The segment so far. The builder must not be used after this. */
  finish(readBytes: number): Segment {
    return {
      bytes: copyToSlab(scratch.subarray(0, this.#lengthBytes)),
      ids: this.#ids,
      ends: this.#ends,
      datasets: this.#datasets,
      classes: this.#classes,
      reporterNamespace: this.#reporterNamespace,
      offsets: this.#offsets,
      readBytes,
      counts: {
        lines: this.#ids.length + this.#droppedByLevel,
        unparsed: this.#unparsed,
        droppedByLevel: this.#droppedByLevel,
      },
      ...(this.#routes && { routes: this.#routes }),
    }
  }
}

function grow(usedBytes: number, roomBytes: number): void {
  const larger = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, usedBytes + roomBytes))
  scratch.copy(larger, 0, 0, usedBytes)
  scratch = larger
}
