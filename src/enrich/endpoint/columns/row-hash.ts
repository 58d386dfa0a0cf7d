import { NONE } from './rows.ts'

/**
 * Rows by a hash of what they hold: open addressing with linear probing, four bytes for each slot. It knows no keys: who
 * looks up walks from `slotOf(hash)` with `next` until `rowAt` is `NONE`, and compares. In 256 parts that grow one by
 * one, so that no row that is added waits for all others to be moved.
 */
export class RowHash {
  readonly #hashOf: (row: number) => number
  /** Row + 1; 0 is empty. */
  readonly #parts = Array.from({ length: PARTS }, () => NO_SLOTS)
  readonly #sizes = new Int32Array(PARTS)

  /** `hashOf`: the hash of a row that is held, the same for as long as it is. */
  constructor(hashOf: (row: number) => number) {
    this.#hashOf = hashOf
  }

  /** The number of its part, and behind it its place there. */
  slotOf(hash: number): number {
    const spreading = spread(hash)
    const part = spreading & (PARTS - 1)
    return (part << PLACE_BITS) | ((spreading >>> PART_BITS) & (this.#partAt(part).length - 1))
  }

  next(slot: number): number {
    return (slot & ~PLACE_MASK) | ((slot + 1) & (this.#partAt(slot >> PLACE_BITS).length - 1))
  }

  /** `NONE` where the walk ends. */
  rowAt(slot: number): number {
    return (this.#partAt(slot >> PLACE_BITS)[slot & PLACE_MASK] ?? 0) - 1
  }

  add(row: number): void {
    const part = spread(this.#hashOf(row)) & (PARTS - 1)
    const size = (this.#sizes[part] ?? 0) + 1
    if (size * 5 > this.#partAt(part).length * 3) this.#grow(part)
    this.#sizes[part] = size
    this.#put(row)
  }

  /** `row` gives its place to `other`, which has the same hash. */
  replace(row: number, other: number): void {
    this.#set(this.#find(row), other + 1)
  }

  /** The rows behind move up, so that no walk ends too early. */
  remove(row: number): void {
    let hole = this.#find(row)
    const part = hole >> PLACE_BITS
    const mask = this.#partAt(part).length - 1
    this.#sizes[part] = (this.#sizes[part] ?? 0) - 1
    for (let slot = this.next(hole); this.rowAt(slot) !== NONE; slot = this.next(slot)) {
      const home = this.slotOf(this.#hashOf(this.rowAt(slot)))
      // Distances around the ring: the row may move to the hole only if that is not before its home.
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue
      this.#set(hole, this.rowAt(slot) + 1)
      hole = slot
    }
    this.#set(hole, 0)
  }

  #partAt(part: number): Int32Array {
    return this.#parts[part] ?? NO_SLOTS
  }

  #set(slot: number, value: number): void {
    this.#partAt(slot >> PLACE_BITS)[slot & PLACE_MASK] = value
  }

  #find(row: number): number {
    let slot = this.slotOf(this.#hashOf(row))
    while (this.rowAt(slot) !== row) {
      if (this.rowAt(slot) === NONE) throw new Error(`row ${row} is not held`)
      slot = this.next(slot)
    }
    return slot
  }

  #put(row: number): void {
    let slot = this.slotOf(this.#hashOf(row))
    while (this.rowAt(slot) !== NONE) slot = this.next(slot)
    this.#set(slot, row + 1)
  }

  #grow(part: number): void {
    const old = this.#partAt(part)
    this.#parts[part] = new Int32Array(Math.max(FIRST_SLOTS, old.length * 2))
    for (const value of old) if (value !== 0) this.#put(value - 1)
  }
}

const PART_BITS = 8
const PARTS = 1 << PART_BITS
const PLACE_BITS = 22
const PLACE_MASK = (1 << PLACE_BITS) - 1
const FIRST_SLOTS = 4
/** Of a part that has no row yet. */
const NO_SLOTS = new Int32Array(1)

/** One number of several, for a hash. */
export function mix(one: number, other: number): number {
  return Math.imul(one ^ (one >>> 15), 0x2c1b_3c6d) ^ other
}

/** Neighbours (addresses, numbers) end up far from each other (the finaliser of MurmurHash3). */
function spread(hash: number): number {
  let spreading = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  spreading = Math.imul(spreading ^ (spreading >>> 13), 0xc2b2_ae35)
  return spreading ^ (spreading >>> 16)
}
