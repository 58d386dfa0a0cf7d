import type { RecordSource } from '../../../../src/enrich/resolver/record-source.ts'
import type { RecordTarget } from '../../../../src/enrich/resolver/stream-state.ts'

/** A thing with a name, and what is known of it. */
export interface Thing {
  readonly key: string
  readonly value: number | 'gone'
}

/** The least an index can be: both ends of a stream. */
export class RecordMap implements RecordSource, RecordTarget {
  readonly things = new Map<string, Thing>()
  readonly #listeners = new Set<(key: string) => void>()
  #swept = new Set<string>()
  /** Times of the sweeps. */
  readonly sweeps: number[] = []
  putCount = 0

  set(key: string, value: number | 'gone'): void {
    this.things.set(key, { key, value })
    for (const listener of this.#listeners) listener(key)
  }

  records(): Iterable<object> {
    return this.things.values()
  }

  recordOf(key: string): object | undefined {
    return this.things.get(key)
  }

  observe(listener: (key: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  put(record: unknown): void {
    this.putCount += 1
    if (!isThing(record)) return
    this.things.set(record.key, { key: record.key, value: record.value })
    this.#swept.delete(record.key)
  }

  beginSweep(): void {
    this.#swept = new Set(this.things.keys())
  }

  sweep(atMs: number): void {
    this.sweeps.push(atMs)
    for (const key of this.#swept) this.things.set(key, { key, value: 'gone' })
  }

  /** What there is, without what is gone. */
  get living(): Record<string, number> {
    const entries: [string, number][] = []
    for (const { key, value } of this.things.values()) if (value !== 'gone') entries.push([key, value])
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }
}

function isThing(record: unknown): record is Thing {
  return typeof record === 'object' && record !== null && 'key' in record && typeof record.key === 'string'
}
