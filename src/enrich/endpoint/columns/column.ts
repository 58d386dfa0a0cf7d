/**
 * One number for each row, in memory of the row's own size. Rows that were never set read as 0. Grows by a quarter at a
 * time: what is not used yet stays small.
 */
export class Float64Column {
  #values = new Float64Array(FIRST_ROWS)

  get(row: number): number {
    return this.#values[row] ?? 0
  }

  set(row: number, value: number): void {
    if (row >= this.#values.length) {
      const grown = new Float64Array(grownLength(row))
      grown.set(this.#values)
      this.#values = grown
    }
    this.#values[row] = value
  }
}

/** The same for whole numbers from 0 to 2^32 - 1. */
export class Uint32Column {
  #values = new Uint32Array(FIRST_ROWS)

  get(row: number): number {
    return this.#values[row] ?? 0
  }

  set(row: number, value: number): void {
    if (row >= this.#values.length) {
      const grown = new Uint32Array(grownLength(row))
      grown.set(this.#values)
      this.#values = grown
    }
    this.#values[row] = value
  }
}

/** The same for whole numbers from 0 to 255. */
export class Uint8Column {
  #values = new Uint8Array(FIRST_ROWS)

  get(row: number): number {
    return this.#values[row] ?? 0
  }

  set(row: number, value: number): void {
    if (row >= this.#values.length) {
      const grown = new Uint8Array(grownLength(row))
      grown.set(this.#values)
      this.#values = grown
    }
    this.#values[row] = value
  }
}

const FIRST_ROWS = 64

function grownLength(row: number): number {
  return row + 1 + (row >> 2)
}
