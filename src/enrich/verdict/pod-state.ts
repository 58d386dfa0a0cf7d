import type { PodState } from '../endpoint/pod-state.ts'
import { type CauseId, explainCause } from '../flag/causes.ts'
import type { Direction } from '../../record/layer.ts'
import type { Verdict } from './verdict.ts'

/** States that are a reason to fail. */
const CAUSES: Readonly<Partial<Record<PodState, CauseId>>> = {
  terminating: 'pod_terminating',
  gone: 'pod_gone',
  restarted: 'pod_restarted',
  starting: 'pod_starting',
  not_ready: 'pod_not_ready',
}

/** The endpoint was not reached, or broke off: what a pod does that is on its way. */
const OF_ENDPOINT: ReadonlySet<CauseId | undefined> = new Set<CauseId>([
  'connection_refused',
  'connection_timeout',
  'connection_reset',
  'connection_failed',
  'host_unreachable',
  'tls_connection_reset',
  'upstream_closed_before_response',
  'upstream_reset_stream',
  'upstream_refused_stream',
  'upstream_reset_connection',
  'upstream_half_closed_early',
  'upstream_failed_before_response',
  'upstream_broke_off_response',
  'reset_by_this_proxy',
  'ztunnel_peer_unavailable',
  'ztunnel_connection_refused',
  'ztunnel_connect_failed',
])
/** It did not answer in time: only a pod that was not there explains that. */
const OF_SILENCE: ReadonlySet<CauseId | undefined> = new Set<CauseId>([
  'upstream_timeout',
  'per_try_timeout',
  'per_try_idle_timeout',
  'timeout_during_response',
])

/** Whether the state of the called pod could be why. */
export function mayLieInPod({ isFailure, cause }: Verdict): boolean {
  return isFailure && (OF_ENDPOINT.has(cause) || OF_SILENCE.has(cause))
}

/** The verdict with the state of the called pod as its cause, where that explains the failure; else the same. */
export function withPodState(verdict: Verdict, state: PodState | undefined, direction: Direction): Verdict {
  const cause = state === undefined ? undefined : CAUSES[state]
  if (state === undefined || cause === undefined || !mayLieInPod(verdict)) return verdict
  if (OF_SILENCE.has(verdict.cause) && state !== 'gone' && state !== 'restarted') return verdict
  let made = MADE.get(verdict)
  if (made === undefined) MADE.set(verdict, (made = new Map()))
  const known = made.get(cause)
  if (known !== undefined) return known
  const { sentence, checks } = explainCause(cause)[direction === 'inbound' ? 'inbound' : 'outbound']
  const explained = Object.freeze({ ...verdict, cause, reason: sentence, checks })
  made.set(cause, explained)
  return explained
}

/** Bounded as verdicts are: five for each at most. A verdict is of one side. */
const MADE = new WeakMap<Verdict, Map<CauseId, Verdict>>()
