import { Float64Column, Uint32Column, Uint8Column } from './columns/column.ts'
import { NONE, Rows } from './columns/rows.ts'
import { POD_STATES, type StateMark } from './pod-state.ts'

/** The marks of pods (by their row) in columns, 13 bytes each. */
export class MarkTable {
  readonly #rows = new Rows()
  readonly #state = new Uint8Column()
  readonly #sinceMs = new Float64Column()
  /** These hold a row + 1, 0 for none. */
  readonly #next = new Uint32Column()
  readonly #first = new Uint32Column()

  /** In the order in which they were set. */
  of(pod: number): readonly StateMark[] {
    const marks: StateMark[] = []
    for (let at = this.#first.get(pod) - 1; at !== NONE; at = this.#next.get(at) - 1) {
      marks.push({ state: POD_STATES[this.#state.get(at)] ?? 'unknown', sinceMs: this.#sinceMs.get(at) })
    }
    return marks
  }

  /** In place of those the pod had. */
  set(pod: number, marks: readonly StateMark[]): void {
    for (let at = this.#first.get(pod) - 1; at !== NONE; at = this.#next.get(at) - 1) this.#rows.release(at)
    let next = NONE
    for (const { state, sinceMs } of marks.toReversed()) {
      const row = this.#rows.take()
      this.#state.set(row, state === 'unknown' ? POD_STATES.length : POD_STATES.indexOf(state))
      this.#sinceMs.set(row, sinceMs)
      this.#next.set(row, next + 1)
      next = row
    }
    this.#first.set(pod, next + 1)
  }
}
