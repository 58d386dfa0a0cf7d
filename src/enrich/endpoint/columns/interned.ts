import { detach } from '../detach.ts'
import { Rows } from './rows.ts'

/** Values that many rows have in common: each is held once, under a number, for as long as a row uses it. */
export class Interned<Value> {
  readonly #ids = new Map<string, number>()
  readonly #keys: string[] = []
  readonly #values: (Value | undefined)[] = []
  /** By how many rows; 0 for a number that is free. */
  readonly #uses: number[] = []
  readonly #rows = new Rows()

  /** The number of the value with this key, used once more; `make` makes the value of a key that is new. */
  take(key: string, make: (key: string) => Value): number {
    const known = this.#ids.get(key)
    if (known !== undefined) {
      this.#uses[known] = (this.#uses[known] ?? 0) + 1
      return known
    }
    const own = detach(key)
    const id = this.#rows.take()
    this.#keys[id] = own
    this.#values[id] = make(own)
    this.#uses[id] = 1
    this.#ids.set(own, id)
    return id
  }

  release(id: number): void {
    const uses = this.#uses[id] ?? 0
    if (uses === 0) return
    this.#uses[id] = uses - 1
    if (uses > 1) return
    this.#ids.delete(this.#keys[id] ?? '')
    this.#keys[id] = ''
    this.#values[id] = undefined
    this.#rows.release(id)
  }

  find(key: string): number | undefined {
    return this.#ids.get(key)
  }

  get(id: number): Value | undefined {
    return this.#values[id]
  }
}

/** For texts that are their own value. */
export function itself(text: string): string {
  return text
}
