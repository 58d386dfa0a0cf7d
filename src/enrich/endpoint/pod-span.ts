import type { EndpointIndex } from './index.ts'
import type { PodState, StateSpan } from './pod-state.ts'

/** The clocks of two nodes, and that Kubernetes tells whole seconds. */
const TOLERANCE_MS = 3_000
const NEVER: StateSpan = { state: undefined, sinceMs: Number.NaN, fromMs: Number.NaN, untilMs: Number.NaN }

/**
 * The states of the pod at one end, as long as the index does not change. Lines come in the order of their time, so that
 * what was found for one does for those after it.
 */
export class PodSpan {
  readonly #index: EndpointIndex
  readonly #uid: string
  #last: StateSpan = NEVER

  constructor(index: EndpointIndex, uid: string) {
    this.#index = index
    this.#uid = uid
  }

  /** The state at `atMs`, where it cannot have been another. */
  at(atMs: number): StateSpan {
    const last = this.#last
    if (atMs >= last.fromMs && atMs < last.untilMs) return last
    return (this.#last = this.#index.stateSpanOf(this.#uid, atMs))
  }

  /**
   * What explains that something failed that went on from `startMs` to `endMs`: the state at its end, or that a container
   * of a pod that lives on ended meanwhile or just before.
   */
  why(startMs: number, endMs: number): PodState | undefined {
    const { state } = this.at(endMs)
    if (state === 'terminating' || state === 'gone') return state
    const restart = this.#index.lastRestartOf(this.#uid, endMs)
    const isMeanwhile = restart !== undefined && restart.endedMs + TOLERANCE_MS >= startMs
    return isMeanwhile && !this.#isEnding ? 'restarted' : state
  }

  /** Containers end in its course. */
  get #isEnding(): boolean {
    const { state } = this.#index.stateSpanOf(this.#uid, Number.MAX_SAFE_INTEGER)
    return state === 'terminating' || state === 'gone'
  }
}
