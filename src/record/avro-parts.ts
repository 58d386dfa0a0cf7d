import { AvroWriter } from './avro-writer.ts'

const INITIAL_BYTES = 4_096

let scratch = Buffer.allocUnsafeSlow(INITIAL_BYTES)
const writer = new AvroWriter()

/** Writes fields that stand next to each other in a record and belong to one object. */
type WriteRun<T> = (to: AvroWriter, value: T) => void

/**
 * The encoded fields of objects that many records share: each is encoded once. One piece for each run of its fields,
 * in the order of `runs`.
 */
export class AvroParts<T extends object> {
  readonly #runs: readonly WriteRun<T>[]
  readonly #known = new WeakMap<T, readonly Buffer[]>()

  constructor(runs: readonly WriteRun<T>[]) {
    this.#runs = runs
  }

  of(part: T): readonly Buffer[] {
    const known = this.#known.get(part)
    if (known !== undefined) return known
    const pieces = this.#runs.map((write) => encoded(part, write))
    this.#known.set(part, pieces)
    return pieces
  }
}

function encoded<T>(value: T, write: WriteRun<T>): Buffer {
  for (;;) {
    writer.start(scratch, 0)
    write(writer, value)
    if (writer.end >= 0) return Buffer.from(scratch.subarray(0, writer.end))
    scratch = Buffer.allocUnsafeSlow(scratch.length * 2)
  }
}
