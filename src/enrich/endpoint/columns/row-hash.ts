import { NONE } from './rows.ts'

/**
 * Rows by a hash of what they hold: open addressing with linear probing, four bytes for each slot. It knows no keys: who
 * looks up walks from `slotOf(hash)` with `next` until `rowAt` is `NONE`, and compares.
 */
export class RowHash {
  readonly #hashOf: (row: number) => number
  /** Row + 1; 0 is empty. */
  #slots = new Int32Array(FIRST_SLOTS)
  #mask = FIRST_SLOTS - 1
  #size = 0

  /** `hashOf`: the hash of a row that is held, the same for as long as it is. */
  constructor(hashOf: (row: number) => number) {
    this.#hashOf = hashOf
  }

  slotOf(hash: number): number {
    return spread(hash) & this.#mask
  }

  next(slot: number): number {
    return (slot + 1) & this.#mask
  }

  /** `NONE` where the walk ends. */
  rowAt(slot: number): number {
    return (this.#slots[slot] ?? 0) - 1
  }

  add(row: number): void {
    if ((this.#size + 1) * 5 > this.#slots.length * 3) this.#grow()
    this.#size += 1
    this.#put(row)
  }

  /** `row` gives its place to `other`, which has the same hash. */
  replace(row: number, other: number): void {
    this.#slots[this.#find(row)] = other + 1
  }

  /** The rows behind move up, so that no walk ends too early. */
  remove(row: number): void {
    let hole = this.#find(row)
    this.#size -= 1
    for (let slot = this.next(hole); this.rowAt(slot) !== NONE; slot = this.next(slot)) {
      const home = this.slotOf(this.#hashOf(this.rowAt(slot)))
      // Distances around the ring: the row may move to the hole only if that is not before its home.
      if (((slot - home) & this.#mask) < ((slot - hole) & this.#mask)) continue
      this.#slots[hole] = this.#slots[slot] ?? 0
      hole = slot
    }
    this.#slots[hole] = 0
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
    this.#slots[slot] = row + 1
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 2)
    this.#mask = this.#slots.length - 1
    for (const value of old) if (value !== 0) this.#put(value - 1)
  }
}

const FIRST_SLOTS = 64

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
