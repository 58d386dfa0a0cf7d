import { Addresses, hashOfAddress } from './columns/addresses.ts'
import { Float64Column, RowStore, Uint32Column } from './columns/column.ts'
import { RowHash } from './columns/row-hash.ts'
import { NONE, Rows } from './columns/rows.ts'
import { aloneSince, type Holders, holdersAt, type Interval, RESOLUTION_MS } from './interval.ts'

/**
 * Intervals in columns, 56 bytes each: which pod (by its row) held which address when. Each is in up to three chains: of
 * its pod in the order of opening, of its address in the order of beginning, and of the closed ones in the order of
 * closing. A chain's end, and no chain, is `NONE`.
 */
export class IntervalTable {
  readonly #rows = new Rows()
  readonly #addresses = new Addresses()
  readonly #store = new RowStore(56)
  readonly #address = new Float64Column(this.#store, 0)
  readonly #pod = new Uint32Column(this.#store, 32)
  readonly #fromMs = new Float64Column(this.#store, 8)
  readonly #toMs = new Float64Column(this.#store, 16)
  readonly #floorMs = new Float64Column(this.#store, 24)
  /** Position of the address in the pod's own list, from 1; 0 when it is not in it. */
  readonly #place = new Uint32Column(this.#store, 52)
  /** These hold a row + 1, 0 for none. */
  readonly #firstOfPod = new Uint32Column(new RowStore(4), 0)
  readonly #nextOfPod = new Uint32Column(this.#store, 40)
  readonly #nextAt = new Uint32Column(this.#store, 36)
  readonly #closedBefore = new Uint32Column(this.#store, 44)
  readonly #closedAfter = new Uint32Column(this.#store, 48)
  readonly #byAddress = new RowHash((row) => hashOfAddress(this.#address.get(row)))
  #oldestClosed = NONE
  #newestClosed = NONE
  #closedCount = 0

  get closedCount(): number {
    return this.#closedCount
  }

  /** The one that was closed first. */
  get oldestClosed(): number {
    return this.#oldestClosed
  }

  /** Every interval is below this. */
  get end(): number {
    return this.#rows.end
  }

  /** Those of a pod, in the order they were opened. */
  ofPod(pod: number): number[] {
    const list: number[] = []
    for (let at = this.#firstOfPod.get(pod) - 1; at !== NONE; at = this.#nextOfPod.get(at) - 1) list.push(at)
    return list
  }

  /** The only one of a pod that has only one, else `NONE`. */
  onlyOf(pod: number): number {
    const first = this.#firstOfPod.get(pod) - 1
    return first === NONE || this.#nextOfPod.get(first) !== 0 ? NONE : first
  }

  podOf(interval: number): number {
    return this.#pod.get(interval)
  }

  /** Empty for one that no look-up finds. */
  keyOf(interval: number): string {
    return this.#addresses.keyOf(this.#address.get(interval))
  }

  fromMs(interval: number): number {
    return this.#fromMs.get(interval)
  }

  /** Infinity while it is open, and where there is none. */
  toMs(interval: number): number {
    return this.#toMs.get(interval)
  }

  floorMs(interval: number): number {
    return this.#floorMs.get(interval)
  }

  placeOf(interval: number): number {
    return this.#place.get(interval)
  }

  setPlace(interval: number, place: number): void {
    this.#place.set(interval, place)
  }

  open(pod: number, key: string, fromMs: number, floorMs: number): number {
    const interval = this.#rows.take()
    this.#address.set(interval, this.#addresses.take(key))
    this.#pod.set(interval, pod)
    this.#fromMs.set(interval, fromMs)
    this.#toMs.set(interval, Number.POSITIVE_INFINITY)
    this.#floorMs.set(interval, floorMs)
    this.#place.set(interval, 0)
    this.#append(pod, interval)
    if (key !== '') this.#chain(interval)
    return interval
  }

  /** Begin at another time. */
  begin(interval: number, fromMs: number): void {
    this.#unchain(interval)
    this.#fromMs.set(interval, fromMs)
    this.#chain(interval)
  }

  /** End it, or end it at another time. */
  close(interval: number, toMs: number): void {
    const isOpen = this.#toMs.get(interval) === Number.POSITIVE_INFINITY
    this.#toMs.set(interval, toMs)
    if (!isOpen) return
    this.#closedCount += 1
    this.#closedBefore.set(interval, this.#newestClosed + 1)
    this.#closedAfter.set(interval, 0)
    if (this.#newestClosed === NONE) this.#oldestClosed = interval
    else this.#closedAfter.set(this.#newestClosed, interval + 1)
    this.#newestClosed = interval
  }

  remove(interval: number): void {
    if (this.#toMs.get(interval) !== Number.POSITIVE_INFINITY) this.#unlinkClosed(interval)
    this.#detach(interval)
    if (this.keyOf(interval) !== '') this.#unchain(interval)
    this.#addresses.release(this.#address.get(interval))
    this.#toMs.set(interval, Number.POSITIVE_INFINITY)
    this.#rows.release(interval)
  }

  /** The pods that could have held the address at `atMs`; undefined when none ever did. */
  holders(key: string, atMs: number, skewMs: number): Holders<number> | undefined {
    const address = this.#addresses.find(key)
    const first = address === NONE ? NONE : this.#firstAt(address)
    if (first === NONE) return undefined
    return this.#lastAlone(first, atMs, skewMs) ?? holdersAt(this.#listAt(first), atMs, skewMs)
  }

  /** The holder where it is the last in the chain that begins with `first`, and nobody else can be; nearly always. */
  #lastAlone(first: number, atMs: number, skewMs: number): Holders<number> | undefined {
    let last = first
    let before = NONE
    let earlier = NONE
    for (let next = this.#nextAt.get(last) - 1; next !== NONE; next = this.#nextAt.get(last) - 1) {
      earlier = before
      before = last
      last = next
    }
    const fromMs = this.#fromMs.get(last)
    const untilMs = this.#toMs.get(last)
    if (!(fromMs <= atMs && atMs < untilMs)) return undefined
    const sinceMs = before === NONE ? fromMs : aloneSince(fromMs, this.#timesOf(before, earlier), atMs, skewMs)
    if (Number.isNaN(sinceMs)) return undefined
    const exact = this.#pod.get(last)
    const owners = before === NONE ? NOBODY : [exact]
    return { owners, likely: atMs <= untilMs - RESOLUTION_MS + skewMs ? owners : NOBODY, exact, sinceMs, untilMs }
  }

  #timesOf(interval: number, earlier: number): Parameters<typeof aloneSince>[1] {
    return {
      fromMs: this.#fromMs.get(interval),
      toMs: this.#toMs.get(interval),
      earlierFromMs: earlier === NONE ? Number.NEGATIVE_INFINITY : this.#fromMs.get(earlier),
    }
  }

  #listAt(first: number): Interval<number>[] {
    const list: Interval<number>[] = []
    for (let at = first; at !== NONE; at = this.#nextAt.get(at) - 1) {
      list.push({ owner: this.#pod.get(at), fromMs: this.#fromMs.get(at), toMs: this.#toMs.get(at) })
    }
    return list
  }

  #firstAt(address: number): number {
    let slot = this.#byAddress.slotOf(hashOfAddress(address))
    for (let row = this.#byAddress.rowAt(slot); row !== NONE; row = this.#byAddress.rowAt(slot)) {
      if (this.#address.get(row) === address) return row
      slot = this.#byAddress.next(slot)
    }
    return NONE
  }

  #append(pod: number, interval: number): void {
    this.#nextOfPod.set(interval, 0)
    const last = this.ofPod(pod).at(-1)
    if (last === undefined) this.#firstOfPod.set(pod, interval + 1)
    else this.#nextOfPod.set(last, interval + 1)
  }

  #detach(interval: number): void {
    const pod = this.#pod.get(interval)
    const list = this.ofPod(pod)
    const before = list[list.indexOf(interval) - 1]
    if (before === undefined) this.#firstOfPod.set(pod, this.#nextOfPod.get(interval))
    else this.#nextOfPod.set(before, this.#nextOfPod.get(interval))
  }

  /** Into the chain of its address, behind those that begin no later. */
  #chain(interval: number): void {
    const first = this.#firstAt(this.#address.get(interval))
    const fromMs = this.#fromMs.get(interval)
    if (first === NONE || this.#fromMs.get(first) > fromMs) {
      this.#nextAt.set(interval, first + 1)
      if (first === NONE) this.#byAddress.add(interval)
      else this.#byAddress.replace(first, interval)
      return
    }
    let before = first
    for (let next = first; next !== NONE && this.#fromMs.get(next) <= fromMs; next = this.#nextAt.get(next) - 1) {
      before = next
    }
    this.#nextAt.set(interval, this.#nextAt.get(before))
    this.#nextAt.set(before, interval + 1)
  }

  #unchain(interval: number): void {
    const first = this.#firstAt(this.#address.get(interval))
    const next = this.#nextAt.get(interval) - 1
    if (first !== interval) {
      let before = first
      while (this.#nextAt.get(before) - 1 !== interval) before = this.#nextAt.get(before) - 1
      this.#nextAt.set(before, next + 1)
    } else if (next === NONE) this.#byAddress.remove(interval)
    else this.#byAddress.replace(interval, next)
  }

  #unlinkClosed(interval: number): void {
    const before = this.#closedBefore.get(interval) - 1
    const after = this.#closedAfter.get(interval) - 1
    if (before === NONE) this.#oldestClosed = after
    else this.#closedAfter.set(before, after + 1)
    if (after === NONE) this.#newestClosed = before
    else this.#closedBefore.set(after, before + 1)
    this.#closedCount -= 1
  }
}

const NOBODY: readonly number[] = []
