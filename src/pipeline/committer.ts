import type { Clock } from '../clock.ts'
import type { Cursor } from './cursor.ts'
import { writeCursorFile } from './cursor-file.ts'
import type { TroubleSpot } from './trouble.ts'

/** Commits are put together: there is one in this time at most, however fast answers come. */
const INTERVAL_MS = 100
const RETRY_MS = 1_000

/** Writes the cursor to disk: one record for all files, one write at a time. */
export class Committer {
  readonly #cursor: Cursor
  readonly #path: string
  readonly #clock: Clock
  readonly #trouble: TroubleSpot
  #writtenVersion = -1
  #isRequested = false
  #nextMs = 0
  #last: Promise<boolean> = Promise.resolve(true)
  readonly #closing = new AbortController()

  constructor(cursor: Cursor, path: string, clock: Clock, trouble: TroubleSpot) {
    this.#cursor = cursor
    this.#path = path
    this.#clock = clock
    this.#trouble = trouble
  }

  /** Commit soon. */
  request(): void {
    if (this.#isRequested) return
    this.#isRequested = true
    void this.#commitLater()
  }

  /** Commit what is answered now; resolves to whether it is on disk. Never rejects. */
  commit(): Promise<boolean> {
    this.#last = this.#last.then(() => this.#write())
    return this.#last
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
    const { version } = this.#cursor
    if (version === this.#writtenVersion) return true
    try {
      await writeCursorFile(this.#path, this.#cursor.state)
      this.#writtenVersion = version
      this.#trouble.end()
      return true
    } catch (error) {
      this.#trouble.begin(error, this.#clock.nowMs())
      return false
    } finally {
      this.#nextMs = this.#clock.elapsedMs() + (this.#trouble.current === undefined ? INTERVAL_MS : RETRY_MS)
    }
  }
}
