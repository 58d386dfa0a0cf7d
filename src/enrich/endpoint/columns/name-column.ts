import { Uint32Column } from './column.ts'
import { Interned, itself } from './interned.ts'
import { mix, RowHash } from './row-hash.ts'
import { NONE } from './rows.ts'

/**
 * Names of rows, and rows by name. Pods of one owner have the first part of their names in common (`reviews-v1-7f8d-`),
 * which is held once; the rest (`h9k2m`) takes 8 bytes.
 */
export class NameColumn {
  readonly #heads = new Interned<string>()
  readonly #head = new Uint32Column()
  readonly #tailHigh = new Uint32Column()
  readonly #tailLow = new Uint32Column()
  readonly #byName = new RowHash((row) => this.#hashOf(row))

  set(row: number, name: string): void {
    const { head, high, low } = partsOf(name)
    this.#head.set(row, this.#heads.take(head, itself))
    this.#tailHigh.set(row, high)
    this.#tailLow.set(row, low)
  }

  release(row: number): void {
    this.#heads.release(this.#head.get(row))
  }

  get(row: number): string {
    return `${this.#heads.get(this.#head.get(row)) ?? ''}${charsOf(this.#tailHigh.get(row))}${charsOf(this.#tailLow.get(row))}`
  }

  /** From now on `find` finds the row. */
  add(row: number): void {
    this.#byName.add(row)
  }

  remove(row: number): void {
    this.#byName.remove(row)
  }

  /** The first row with the name that `isWanted`; `NONE` when there is none. */
  find(name: string, isWanted: (row: number) => boolean): number {
    const parts = partsOf(name)
    const head = this.#heads.find(parts.head)
    if (head === undefined) return NONE
    let slot = this.#byName.slotOf(mix(mix(head, parts.high), parts.low))
    for (let row = this.#byName.rowAt(slot); row !== NONE; row = this.#byName.rowAt(slot)) {
      const isSame =
        this.#head.get(row) === head && this.#tailHigh.get(row) === parts.high && this.#tailLow.get(row) === parts.low
      if (isSame && isWanted(row)) return row
      slot = this.#byName.next(slot)
    }
    return NONE
  }

  #hashOf(row: number): number {
    return mix(mix(this.#head.get(row), this.#tailHigh.get(row)), this.#tailLow.get(row))
  }
}

interface Parts {
  readonly head: string
  /** Up to four characters, one in each byte; 0 where there is none. */
  readonly high: number
  readonly low: number
}

const MAX_TAIL = 8

function partsOf(name: string): Parts {
  const at = name.lastIndexOf('-') + 1
  const tail = name.slice(at)
  if (at === 0 || tail.length > MAX_TAIL || !/^[a-z0-9]*$/.test(tail)) return { head: name, high: 0, low: 0 }
  return { head: name.slice(0, at), high: packed(tail, 0), low: packed(tail, 4) }
}

function packed(text: string, from: number): number {
  let word = 0
  for (let at = from; at < from + 4; at += 1) word = (word << 8) | (at < text.length ? text.charCodeAt(at) : 0)
  return word >>> 0
}

function charsOf(word: number): string {
  if (word === 0) return ''
  const [first, second, third, fourth] = [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]
  if (fourth !== 0) return String.fromCharCode(first, second, third, fourth)
  if (third !== 0) return String.fromCharCode(first, second, third)
  return second === 0 ? String.fromCharCode(first) : String.fromCharCode(first, second)
}
