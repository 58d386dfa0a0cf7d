import { type CursorState, readCursorState } from '../../../src/pipeline/cursor-state.ts'
import type { CursorStore } from '../../../src/pipeline/committer.ts'

/** What a cursor writes, kept in memory; fails while `error` is set. */
export class MemoryStore implements CursorStore {
  readonly values = new Map<string, unknown>()
  commits = 0
  error: Error | undefined

  get state(): CursorState {
    return readCursorState(this.values)
  }

  async commit(changes: ReadonlyMap<string, unknown>): Promise<void> {
    if (this.error !== undefined) throw this.error
    this.commits += 1
    for (const [key, value] of changes)
      if (value === undefined) this.values.delete(key)
      else this.values.set(key, JSON.parse(JSON.stringify(value)))
  }
}
