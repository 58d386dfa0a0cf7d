import { RESOLUTION_MS } from '../endpoint/interval.ts'
import type { PodLife } from '../endpoint/row.ts'

/** One container of a pod's status; times in milliseconds since the epoch. */
export interface ContainerLife {
  readonly isInit: boolean
  readonly startedMs: number | undefined
  /** Absent while it runs or waits. */
  readonly finishedMs: number | undefined
  readonly isTerminated: boolean
  readonly isRunning: boolean
}

/** What of a pod's status bears on the time in which it held its addresses. */
export interface PodStatus {
  readonly phase: string | undefined
  readonly isDeleting: boolean
  readonly createdMs: number | undefined
  /** Condition PodReadyToStartContainers: the sandbox and its network are up (KEP-3085). */
  readonly networkReady: { readonly isTrue: boolean; readonly sinceMs: number | undefined } | undefined
  readonly containers: readonly ContainerLife[]
}

/**
 * What a status proves of the time in which the pod held its addresses.
 *
 * `status.startTime` proves nothing: it precedes the address. `deletionTimestamp` neither: it is a deadline, and a
 * terminating pod still serves. Times have whole seconds, so an end is the second after. Containers that have all ended end it only when none will be started again.
 */
export function lifeOf(status: PodStatus): PodLife {
  const { phase, networkReady } = status
  const isOver = phase === 'Succeeded' || phase === 'Failed'
  const sandboxMs = networkReady?.isTrue === true ? networkReady.sinceMs : undefined
  const fromMs = beganMs(status, sandboxMs)
  const toMs = earlier(downMs(status, fromMs), endedMs(status, isOver))
  return { fromMs, toMs: toMs === undefined ? undefined : toMs + RESOLUTION_MS, isOver, sandboxMs }
}

/** The network went down again; before it was ever up the condition is false as well. */
function downMs({ networkReady }: PodStatus, fromMs: number | undefined): number | undefined {
  if (networkReady?.isTrue !== false || networkReady.sinceMs === undefined || fromMs === undefined) return undefined
  return networkReady.sinceMs >= fromMs ? networkReady.sinceMs : undefined
}

function endedMs({ containers, isDeleting }: PodStatus, isOver: boolean): number | undefined {
  const hasEnded = containers.length > 0 && containers.every((container) => container.isTerminated)
  return isOver || (isDeleting && hasEnded) ? lastFinishedMs(containers) : undefined
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
}

/** The earliest proof that the network was up: the condition, or a container that was started in it. */
function beganMs({ containers, createdMs }: PodStatus, sandboxMs: number | undefined): number | undefined {
  const isRunning = containers.some((container) => container.isRunning)
  let earliestMs = sandboxMs
  for (const container of containers) {
    // A container that ended and stayed so may have run in an earlier sandbox, with another address.
    if (container.startedMs === undefined || (isRunning && !container.isInit && !container.isRunning)) continue
    if (earliestMs === undefined || container.startedMs < earliestMs) earliestMs = container.startedMs
  }
  if (earliestMs === undefined || createdMs === undefined) return earliestMs
  return Math.max(earliestMs, createdMs)
}

function lastFinishedMs(containers: readonly ContainerLife[]): number | undefined {
  let lastMs: number | undefined
  for (const { finishedMs } of containers) {
    if (finishedMs !== undefined && (lastMs === undefined || finishedMs > lastMs)) lastMs = finishedMs
  }
  return lastMs
}
