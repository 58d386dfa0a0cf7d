/**
 * Rows of one size, so that what is asked for together lies together: a look-up that finds its row in memory finds all
 * of its columns. Rows that were never set read as 0. Grows by a piece at a time, and nothing is ever copied.
 */
export class RowStore {
  /** Of a row, counted in pieces of eight bytes. */
  readonly width: number
  readonly doubles: Float64Array[] = []
  readonly words: Uint32Array[] = []

  constructor(bytesPerRow: number) {
    this.width = Math.ceil(bytesPerRow / 8)
  }

  /** Make sure that there is room for a row. */
  reach(row: number): void {
    while (this.doubles.length <= row >> PIECE_BITS) {
      const piece = new Float64Array((PLACE_MASK + 1) * this.width)
      this.doubles.push(piece)
      this.words.push(new Uint32Array(piece.buffer))
    }
  }
}

/** A piece has 1,024 rows. */
const PIECE_BITS = 10
const PLACE_MASK = (1 << PIECE_BITS) - 1

/** A number in each row, at so many bytes from its beginning. */
export class Float64Column {
  readonly #store: RowStore
  readonly #pieces: readonly Float64Array[]
  readonly #width: number
  readonly #offset: number

  constructor(store: RowStore, offsetBytes: number) {
    this.#store = store
    this.#pieces = store.doubles
    this.#width = store.width
    this.#offset = offsetBytes / 8
  }

  get(row: number): number {
    const piece = this.#pieces[row >> PIECE_BITS]
    return piece === undefined ? 0 : (piece[(row & PLACE_MASK) * this.#width + this.#offset] ?? 0)
  }

  set(row: number, value: number): void {
    this.#store.reach(row)
    const piece = this.#pieces[row >> PIECE_BITS]
    if (piece !== undefined) piece[(row & PLACE_MASK) * this.#width + this.#offset] = value
  }
}

/** The same for whole numbers from 0 to 2^32 - 1. */
export class Uint32Column {
  readonly #store: RowStore
  readonly #pieces: readonly Uint32Array[]
  readonly #width: number
  readonly #offset: number

  constructor(store: RowStore, offsetBytes: number) {
    this.#store = store
    this.#pieces = store.words
    this.#width = store.width * 2
    this.#offset = offsetBytes / 4
  }

  get(row: number): number {
    const piece = this.#pieces[row >> PIECE_BITS]
    return piece === undefined ? 0 : (piece[(row & PLACE_MASK) * this.#width + this.#offset] ?? 0)
  }

  set(row: number, value: number): void {
    this.#store.reach(row)
    const piece = this.#pieces[row >> PIECE_BITS]
    if (piece !== undefined) piece[(row & PLACE_MASK) * this.#width + this.#offset] = value
  }
}
