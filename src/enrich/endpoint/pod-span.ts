import { encodeEndpoint, type Endpoint } from '../../record/generated/record.ts'
import type { EndpointIndex } from './index.ts'
import type { PodState, StateSpan } from './pod-state.ts'

/** Labels are all that stands behind the state. */
function cutOf(end: Endpoint): number {
  return encodeEndpoint({ ...end, labels: undefined, serviceLabels: undefined }).length - 1
}

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
  readonly #end: Endpoint
  /** Where in the JSON of the end the state goes. */
  #cutAt = 0
  #last: StateSpan = NEVER

  /** `end`: the pod as it is written without a state. */
  constructor(index: EndpointIndex, uid: string, end: Endpoint) {
    this.#index = index
    this.#uid = uid
    this.#end = end
  }

  /** The end with the state its pod was in at `atMs`: of a failure always, else where it was not ready; else the same. */
  stated(atMs: number, isFailure: boolean): Endpoint {
    const { state, sinceMs } = this.at(atMs)
    if (state === undefined || (state === 'ready' && !isFailure)) return this.#end
    if (this.#cutAt === 0) this.#cutAt = cutOf(this.#end)
    const { json } = this.#end
    const podStateMs = Math.round(atMs - sinceMs)
    const members = `,"pod_state":"${state}","pod_state_ms":${podStateMs}`
    return {
      ...this.#end,
      podState: state,
      podStateMs,
      json: json.slice(0, this.#cutAt) + members + json.slice(this.#cutAt),
    }
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
