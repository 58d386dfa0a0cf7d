import type { PodRestart, PodStateFacts } from '../endpoint/pod-state.ts'
import type { ContainerStatus } from './container-status.ts'
import type { FieldReader, JsonObject } from './field-reader.ts'

/** Read what a `v1` Pod says of the state it is in. */
export function stateFactsOf(
  metadata: JsonObject | undefined,
  status: JsonObject | undefined,
  all: readonly ContainerStatus[],
  reader: FieldReader,
): PodStateFacts {
  const containers = all.filter(({ isInit }) => !isInit)
  const deletionMs = deletionMsOf(metadata, reader)
  const phase = reader.text(status, 'status.phase')
  const isOver = phase === 'Succeeded' || phase === 'Failed'
  const endedMs = lastEndMs(all)
  const ready = readyOf(status, all, reader)
  return {
    createdMs: reader.timeMs(metadata, 'metadata.creationTimestamp'),
    ready,
    deletionMs,
    goneMs: isOver || hasEndedAfter(deletionMs, endedMs) ? endedMs : undefined,
    startsMs: [...new Set(containers.flatMap(startsAnewOf))].sort((one, other) => one - other),
    areStartsKnown: containers.every((container) => knowsStartsSince(container, ready?.sinceMs ?? -Infinity)),
    restarts: containers.flatMap((container) => restartOf(container) ?? []),
  }
}

/** What ended before the deletion was asked for may be started anew until the kubelet hears of it; clocks differ. */
function hasEndedAfter(deletionMs: number | undefined, endedMs: number | undefined): boolean {
  return deletionMs !== undefined && endedMs !== undefined && endedMs >= deletionMs + SURELY_LATER_MS
}

const SURELY_LATER_MS = 3_000

/** The API server adds the grace period to the time at which it is asked (apiserver, registry/rest/delete.go). */
function deletionMsOf(metadata: JsonObject | undefined, reader: FieldReader): number | undefined {
  const deadlineMs = reader.timeMs(metadata, 'metadata.deletionTimestamp')
  const seconds = reader.count(metadata, 'metadata.deletionGracePeriodSeconds') ?? 0
  return deadlineMs === undefined ? undefined : deadlineMs - seconds * 1_000
}

function readyOf(
  status: JsonObject | undefined,
  all: readonly ContainerStatus[],
  reader: FieldReader,
): PodStateFacts['ready'] {
  const condition = reader.objects(status, 'status.conditions').find((each) => each['type'] === 'Ready')
  const sinceMs = reader.timeMs(condition, 'status.conditions.lastTransitionTime')
  const text = condition?.['status']
  if (sinceMs === undefined || (text !== 'True' && text !== 'False')) return undefined
  const isTrue = text === 'True'
  return { isTrue, sinceMs, wasTrue: isTrue || hasBeenReady(sinceMs, all) }
}

/**
 * Whether a pod that is not ready was ready before. The kubelet writes the condition before it starts any container and
 * changes its time only with its status: false since after a container was started, it was true in between.
 */
function hasBeenReady(sinceMs: number, all: readonly ContainerStatus[]): boolean | undefined {
  const startedMs = Math.min(...all.map((container) => Math.min(...startsOf(container))))
  if (startedMs < sinceMs) return true
  const areStartsKnown = all.every(({ isInit, restartCount }) => isInit || restartCount <= 1)
  return areStartsKnown && startedMs > sinceMs ? false : undefined
}

function startsOf({ runningMs, ended, last }: ContainerStatus): number[] {
  return [runningMs, ended?.startedMs, last?.startedMs].map((ms) => ms ?? Infinity)
}

/** Undefined while one of them runs or has yet to run. */
function lastEndMs(containers: readonly ContainerStatus[]): number | undefined {
  if (containers.length === 0 || containers.some(({ ended }) => ended?.finishedMs === undefined)) return undefined
  return Math.max(...containers.map(({ ended }) => ended?.finishedMs ?? 0))
}

/** Starts of all runs that are known but the first. */
function startsAnewOf({ restartCount, runningMs, ended, last }: ContainerStatus): number[] {
  const presentMs = restartCount > 0 ? (runningMs ?? ended?.startedMs) : undefined
  const lastMs = restartCount > 1 ? last?.startedMs : undefined
  return [presentMs, lastMs].filter((ms) => ms !== undefined)
}

/** All runs are known, or one of them began before. */
function knowsStartsSince(container: ContainerStatus, sinceMs: number): boolean {
  return container.restartCount <= 1 || startsOf(container).some((startMs) => startMs < sinceMs)
}

function restartOf({ name, runningMs, ended, last, restartCount }: ContainerStatus): PodRestart | undefined {
  const end = ended ?? (restartCount > 0 ? last : undefined)
  if (end?.finishedMs === undefined || name === '') return undefined
  const { finishedMs: endedMs, reason, exitCode } = end
  return { container: name, endedMs, startedMs: ended === undefined ? runningMs : undefined, reason, exitCode }
}
