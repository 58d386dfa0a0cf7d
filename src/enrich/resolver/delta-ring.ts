/** A packed delta. */
interface Delta {
  readonly bytes: Buffer
  readonly atMs: number
}

/** How much of the past is kept. */
export interface RingBounds {
  readonly maxBytes: number
  readonly maxAgeMs: number
}

/** The last deltas, packed once for all readers: what a reader still has to be sent waits here and nowhere else. */
export class DeltaRing {
  readonly #bounds: RingBounds
  readonly #deltas: Delta[] = []
  #seq = 0
  #bytes = 0
  #pushedBytes = 0

  constructor(bounds: RingBounds) {
    this.#bounds = bounds
  }

  /** Number of the last delta; 0 before the first. */
  get seq(): number {
    return this.#seq
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#bytes
  }

  /** Bytes of all deltas there ever were. */
  get pushedBytes(): number {
    return this.#pushedBytes
  }

  /** Keep one more, `atMs` by a clock that only rises. */
  push(bytes: Buffer, atMs: number): void {
    this.#seq += 1
    this.#deltas.push({ bytes, atMs })
    this.#bytes += bytes.length
    this.#pushedBytes += bytes.length
    this.expire(atMs)
  }

  /** Let go of what is too old or too much. */
  expire(nowMs: number): void {
    const { maxBytes, maxAgeMs } = this.#bounds
    for (;;) {
      const [oldest] = this.#deltas
      if (oldest === undefined || (this.#bytes <= maxBytes && nowMs - oldest.atMs <= maxAgeMs)) return
      this.#deltas.shift()
      this.#bytes -= oldest.bytes.length
    }
  }

  /** Whether every delta after `seq` is here, if there is any. */
  hasAllAfter(seq: number): boolean {
    return seq <= this.#seq && seq >= this.#seq - this.#deltas.length
  }

  /** Undefined when it is not here any more, or not yet. */
  at(seq: number): Buffer | undefined {
    return this.#deltas[seq - (this.#seq - this.#deltas.length) - 1]?.bytes
  }
}
