import type { Clock } from '../clock.ts'
import { isTransactionOver } from '../errors.ts'
import type { Cursor } from './cursor.ts'
import type { Turns } from './exact/turns.ts'
import type { TroubleSpot } from './trouble.ts'

/** Commits are put together: there is one in this time at most, however fast answers come. */
const INTERVAL_MS = 100
const RETRY_MS = 1_000

/** Where a cursor is kept: each commit is one record, whole or absent after a crash. */
export interface CursorStore {
  commit(changes: ReadonlyMap<string, unknown>): Promise<void>
}

/** What changes as answers come, and is written down. */
export type Progress = Pick<Cursor, 'takeChanges' | 'written' | 'putBack'>

/** Writes the cursor to disk: one record for all files, one write at a time. */
export class Committer {
  readonly #cursor: Progress
  readonly #store: CursorStore
  readonly #clock: Clock
  readonly #trouble: TroubleSpot
  readonly #turns: Turns | undefined
  /** What the cursor was at when it was written last. */
  #writtenVersion = 0
  #isRequested = false
  #nextMs = 0
  #last: Promise<boolean> = Promise.resolve(true)
  #written = Promise.withResolvers<void>()
  readonly #closing = new AbortController()

  /** `turns`: of a sink with transactions. */
  constructor(cursor: Progress, store: CursorStore, clock: Clock, trouble: TroubleSpot, turns?: Turns) {
    this.#cursor = cursor
    this.#store = store
    this.#clock = clock
    this.#trouble = trouble
    this.#turns = turns
  }

  /** Commit soon. */
  request(): void {
    if (this.#isRequested) return
    this.#isRequested = true
    void this.#commitLater()
  }

  /** Commit what is answered now; resolves to whether it is on disk. Never rejects. */
  commit(): Promise<boolean> {
    const write = () => this.#write()
    this.#last = this.#last.then(() => this.#turns?.take(write) ?? write())
    return this.#last
  }

  /** Resolves when the cursor is on disk as it was at `version`, or when `signal` is aborted. */
  async reach(version: number, signal: AbortSignal): Promise<void> {
    if (this.#writtenVersion >= version) return
    const aborted = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => aborted.resolve(), { once: true })
    this.request()
    while (this.#writtenVersion < version && !signal.aborted)
      await Promise.race([this.#written.promise, aborted.promise])
  }

  /** Whether the cursor is on disk as it was at `version`. */
  hasReached(version: number): boolean {
    return this.#writtenVersion >= version
  }

  /** False after a commit that failed, until one succeeds. */
  get isWorking(): boolean {
    return this.#trouble.current === undefined
  }

  /** The last commit; nothing is written after it. */
  close(): Promise<boolean> {
    this.#closing.abort()
    return this.commit()
  }

  async #commitLater(): Promise<void> {
    const { signal } = this.#closing
    await this.#clock.sleep(Math.max(0, this.#nextMs - this.#clock.elapsedMs()), signal)
    this.#isRequested = false
    if (signal.aborted || (await this.commit())) return
    this.request()
  }

  async #write(): Promise<boolean> {
    const changes = this.#cursor.takeChanges()
    try {
      if (changes.values.size > 0) await this.#store.commit(changes.values)
      this.#cursor.written(changes)
      this.#writtenVersion = changes.version
      this.#written.resolve()
      this.#written = Promise.withResolvers()
      this.#trouble.end()
      return true
    } catch (error) {
      this.#cursor.putBack(changes)
      // The whole pipeline ends by that, and who runs it says so.
      if (!isTransactionOver(error)) this.#trouble.begin(error, this.#clock.nowMs())
      return false
    } finally {
      this.#nextMs = this.#clock.elapsedMs() + (this.#writtenVersion === changes.version ? INTERVAL_MS : RETRY_MS)
    }
  }
}
