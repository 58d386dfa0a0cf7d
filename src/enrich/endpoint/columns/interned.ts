import { detach } from '../detach.ts'
import { Rows } from './rows.ts'

/** Values that many rows have in common: each is held once, under a number, for as long as a row uses it. */
export class Interned<Value> {
  readonly #ids = new Map<string, number>()
  readonly #entries: ({ readonly key: string; readonly value: Value; uses: number } | undefined)[] = []
  readonly #rows = new Rows()

  /** The number of the value with this key, used once more; `make` makes the value of a key that is new. */
  take(key: string, make: (key: string) => Value): number {
    const known = this.#ids.get(key)
    const entry = known === undefined ? undefined : this.#entries[known]
    if (known !== undefined && entry !== undefined) {
      entry.uses += 1
      return known
    }
    const own = detach(key)
    const id = this.#rows.take()
    this.#entries[id] = { key: own, value: make(own), uses: 1 }
    this.#ids.set(own, id)
    return id
  }

  release(id: number): void {
    const entry = this.#entries[id]
    if (entry === undefined) return
    entry.uses -= 1
    if (entry.uses > 0) return
    this.#entries[id] = undefined
    this.#ids.delete(entry.key)
    this.#rows.release(id)
  }

  find(key: string): number | undefined {
    return this.#ids.get(key)
  }

  get(id: number): Value | undefined {
    return this.#entries[id]?.value
  }
}

/** For texts that are their own value. */
export function itself(text: string): string {
  return text
}
