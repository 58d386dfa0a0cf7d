/** A part of a body that is one thing by itself. */
export interface Part {
  /** `oversize` where it was larger than allowed; it was not kept. */
  readonly what: 'item' | 'metadata' | 'oversize'
  readonly bytes: Buffer
}

/** Cuts a body that comes in chunks into its parts, holding no more of it than the part that is not whole yet. */
export interface Splitter {
  /** The parts that are whole now. Throws MalformedBytes where this is no such body. */
  push(chunk: Buffer): readonly Part[]
  /** Nothing is left that was begun: a body that ends now has not been cut. */
  isWhole(): boolean
}

/**
 * The longest object that is read. Kubernetes stores at most 1.5 MiB of one (etcd's limit of a request), which JSON can
 * make longer.
 */
export const MOST_OBJECT_BYTES = 3_145_728

const NOTHING = Buffer.alloc(0)

/** Pieces of one part; of a part that is too long nothing is kept but that it was there. */
export class Pieces {
  readonly #mostBytes: number
  #pieces: Buffer[] = []
  #length = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  get length(): number {
    return this.#length
  }

  add(piece: Buffer): void {
    this.#length += piece.length
    if (this.#length > this.#mostBytes) this.#pieces = []
    else if (piece.length > 0) this.#pieces.push(piece)
  }

  /** The part, and begin the next. */
  take(what: 'item' | 'metadata'): Part {
    const isTooLong = this.#length > this.#mostBytes
    const [first = NOTHING] = this.#pieces
    const bytes = this.#pieces.length > 1 ? Buffer.concat(this.#pieces) : first
    this.#pieces = []
    this.#length = 0
    return isTooLong ? { what: 'oversize', bytes: NOTHING } : { what, bytes }
  }
}

/** Lines, as a watch in JSON has them. */
export class LineSplitter implements Splitter {
  readonly #line: Pieces

  constructor(mostBytes = MOST_OBJECT_BYTES) {
    this.#line = new Pieces(mostBytes)
  }

  push(chunk: Buffer): readonly Part[] {
    const parts: Part[] = []
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#line.add(chunk.subarray(start, end))
      if (this.#line.length > 0) parts.push(this.#line.take('item'))
      start = end + 1
    }
    this.#line.add(chunk.subarray(start))
    return parts
  }

  isWhole(): boolean {
    return this.#line.length === 0
  }
}

const NEWLINE = 0x0a
