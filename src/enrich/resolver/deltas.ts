import { gzipSync } from 'node:zlib'
import type { Clock } from '../../clock.ts'
import type { EndpointIndex } from '../endpoint/index.ts'
import { Breath } from '../breath.ts'
import type { DeltaRing } from './delta-ring.ts'
import { type Lines, RecordLines } from './record-lines.ts'

/** What a stream is made of. */
export type RecordSource = Pick<EndpointIndex, 'records' | 'recordOf' | 'observe'>

/** Longest time a change waits for others; 250 ms are promised. */
const WAIT_MS = 200

/** What it needs from outside. */
export interface DeltasParts {
  readonly ring: DeltaRing
  readonly clock: Clock
  /** The newest version of a pod that the source has. */
  readonly told: () => string | undefined
  /** Told when there are new deltas. */
  readonly onPush: () => void
}

/** Turns changes of the index into deltas: each thing once, as it is when its delta is made. */
export class Deltas {
  readonly #source: RecordSource
  readonly #parts: DeltasParts
  readonly #stopped = new AbortController()
  #changed = new Set<string>()
  #isWaiting = false
  #flushing: Promise<void> = Promise.resolve()
  #flushedMs: number
  /** Records that were too long to be sent. */
  oversizeCount = 0

  constructor(source: RecordSource, parts: DeltasParts) {
    this.#source = source
    this.#parts = parts
    this.#flushedMs = parts.clock.nowMs()
    const ignore = source.observe((key) => this.#note(key))
    this.#stopped.signal.addEventListener('abort', ignore)
  }

  /** The deltas so far say how everything was at this time, at least. */
  get flushedMs(): number {
    return this.#flushedMs
  }

  /** Make deltas of everything that has changed. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#push())
    return this.#flushing
  }

  /** No more deltas. */
  stop(): void {
    this.#stopped.abort()
  }

  #note(key: string): void {
    this.#changed.add(key)
    if (!this.#isWaiting) void this.#flushSoon()
  }

  async #flushSoon(): Promise<void> {
    this.#isWaiting = true
    await this.#parts.clock.sleep(WAIT_MS, this.#stopped.signal)
    this.#isWaiting = false
    if (!this.#stopped.signal.aborted) await this.flush()
  }

  async #push(): Promise<void> {
    const keys = this.#changed
    const nowMs = this.#parts.clock.nowMs()
    this.#changed = new Set()
    const breath = new Breath()
    const lines = new RecordLines()
    for (const key of keys) {
      const record = this.#source.recordOf(key)
      if (record !== undefined) this.#pushOne(lines.add(record))
      if (breath.isDue) await breath.take()
    }
    this.#pushOne(lines.rest())
    this.oversizeCount += lines.oversizeCount
    this.#flushedMs = nowMs
  }

  #pushOne(lines: Lines | undefined): void {
    if (lines === undefined) return
    const { ring, clock, told, onPush } = this.#parts
    const head = JSON.stringify({ type: 'delta', seq: ring.seq + 1, records: lines.count, told: told() })
    ring.push(gzipSync(`${head}\n${lines.text}`, { level: 1 }), clock.elapsedMs())
    onPush()
  }
}
