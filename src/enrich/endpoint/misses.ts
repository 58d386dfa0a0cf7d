/** A pod address that nobody is known to have had at the time of a line. */
export interface Miss {
  readonly ip: string
  readonly atMs: number
}

/** So many addresses of one chunk are named; what is beyond them is not waited for. */
const MAX_MISSES = 64
const NO_MISSES: readonly Miss[] = []

/** Collects what was asked for in vain, each address once, at its latest time. */
export class Misses {
  #latest: Map<string, number> | undefined

  add(ips: readonly string[], atMs: number): void {
    this.#latest ??= new Map()
    for (const ip of ips) {
      const known = this.#latest.get(ip)
      if (known === undefined ? this.#latest.size < MAX_MISSES : known < atMs) this.#latest.set(ip, atMs)
    }
  }

  /** What was added since the last call. */
  take(): readonly Miss[] {
    if (this.#latest === undefined) return NO_MISSES
    const misses = Array.from(this.#latest, ([ip, atMs]) => ({ ip, atMs }))
    this.#latest = undefined
    return misses
  }
}
