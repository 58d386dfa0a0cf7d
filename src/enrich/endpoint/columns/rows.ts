/** Numbers of rows: the lowest that was never used, or one that was given back. */
export class Rows {
  #end = 0
  readonly #free: number[] = []

  /** Every row that was ever used is below this. */
  get end(): number {
    return this.#end
  }

  get size(): number {
    return this.#end - this.#free.length
  }

  take(): number {
    const free = this.#free.pop()
    if (free !== undefined) return free
    this.#end += 1
    return this.#end - 1
  }

  release(row: number): void {
    this.#free.push(row)
  }
}

/** Stands for no row where a row is expected. */
export const NONE = -1
