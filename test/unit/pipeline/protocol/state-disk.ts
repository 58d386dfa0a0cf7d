import { mkdirSync } from 'node:fs'
import { type CursorState, readCursorState } from '../../../../src/pipeline/cursor-state.ts'
import type { OpenedStore } from '../../../../src/pipeline/state/store.ts'

/** What survives the processes of one pipeline: commits, each whole or absent, can be held and end with their process. */
export class StateDisk {
  #values: Map<string, unknown> | undefined
  #released = Promise.withResolvers<void>()
  /** Commits that were held when they were begun. */
  heldCommits = 0
  #isHolding = false
  #untilHeld = Number.POSITIVE_INFINITY
  commits = 0

  /** Commits stay unwritten from now on; those that a crash finds so are lost. */
  hold(): void {
    this.#isHolding = true
    this.#released = Promise.withResolvers()
  }

  /** So many more are written, those after them stay. */
  holdAfter(commits: number): void {
    this.#untilHeld = commits
  }

  release(): void {
    this.#untilHeld = Number.POSITIVE_INFINITY
    this.#isHolding = false
    this.#released.resolve()
  }

  /** Nothing was ever written. */
  lose(): void {
    this.#values = undefined
  }

  get state(): CursorState {
    return readCursorState(this.#values ?? new Map())
  }

  /** As one process has it. */
  async open(directory: string, isDead: () => boolean): Promise<OpenedStore> {
    mkdirSync(directory, { recursive: true }) // of the dead letter
    const origin = this.#values === undefined ? 'new' : 'current'
    const commit = (changes: ReadonlyMap<string, unknown>) => this.#commit(changes, isDead)
    return { store: { commit, close: async () => {} }, values: new Map(this.#values), origin, notes: [] }
  }

  async #commit(changes: ReadonlyMap<string, unknown>, isDead: () => boolean): Promise<void> {
    const texts = [...changes].map(([key, value]) => [key, JSON.stringify(value)] as const)
    if (this.#untilHeld <= 0 && !this.#isHolding) this.hold()
    this.#untilHeld -= 1
    if (this.#isHolding) {
      this.heldCommits += 1
      await this.#released.promise
    }
    if (isDead()) throw new Error('the process is dead')
    const values = new Map(this.#values)
    for (const [key, text] of texts)
      if (text === undefined) values.delete(key)
      else values.set(key, JSON.parse(text))
    this.#values = values
    this.commits += 1
  }
}
