/** What a pod is in; see docs/endpoints.md. */
export const POD_STATES = ['starting', 'ready', 'not_ready', 'restarted', 'terminating', 'gone'] as const
export type PodState = (typeof POD_STATES)[number]

/** Since when a pod is in a state, in whole seconds of the clock that told; `unknown` where what was told has a gap. */
export interface StateMark {
  readonly state: PodState | 'unknown'
  readonly sinceMs: number
}

/** An application container that ended, and was started anew or not yet; whole seconds of its node's clock. */
export interface PodRestart {
  readonly container: string
  readonly endedMs: number
  /** Absent until it runs again. */
  readonly startedMs: number | undefined
  /** `OOMKilled`, `Error`, `Completed`: the kubelet's word. */
  readonly reason: string | undefined
  readonly exitCode: number | undefined
}
