/**
 * Rows of one size in one piece of memory, so that what is asked for together lies together: a look-up that finds its
 * row in memory finds all of its columns. Rows that were never set read as 0. Grows by a quarter at a time.
 */
export class RowStore {
  /** Of a row, counted in pieces of eight bytes. */
  readonly width: number
  doubles: Float64Array
  words: Uint32Array

  constructor(bytesPerRow: number) {
    this.width = Math.ceil(bytesPerRow / 8)
    this.doubles = new Float64Array(FIRST_ROWS * this.width)
    this.words = new Uint32Array(this.doubles.buffer)
  }

  /** Make sure that there is room for a row. */
  reach(row: number): void {
    if ((row + 1) * this.width <= this.doubles.length) return
    const grown = new Float64Array((row + 1 + (row >> 2)) * this.width)
    grown.set(this.doubles)
    this.doubles = grown
    this.words = new Uint32Array(grown.buffer)
  }
}

const FIRST_ROWS = 64

/** A number in each row, at so many bytes from its beginning. */
export class Float64Column {
  readonly #store: RowStore
  readonly #width: number
  readonly #offset: number

  constructor(store: RowStore, offsetBytes: number) {
    this.#store = store
    this.#width = store.width
    this.#offset = offsetBytes / 8
  }

  get(row: number): number {
    return this.#store.doubles[row * this.#width + this.#offset] ?? 0
  }

  set(row: number, value: number): void {
    this.#store.reach(row)
    this.#store.doubles[row * this.#width + this.#offset] = value
  }
}

/** The same for whole numbers from 0 to 2^32 - 1. */
export class Uint32Column {
  readonly #store: RowStore
  readonly #width: number
  readonly #offset: number

  constructor(store: RowStore, offsetBytes: number) {
    this.#store = store
    this.#width = store.width * 2
    this.#offset = offsetBytes / 4
  }

  get(row: number): number {
    return this.#store.words[row * this.#width + this.#offset] ?? 0
  }

  set(row: number, value: number): void {
    this.#store.reach(row)
    this.#store.words[row * this.#width + this.#offset] = value
  }
}
