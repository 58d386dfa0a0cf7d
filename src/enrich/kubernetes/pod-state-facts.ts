import type { PodRestart, PodStateFacts } from '../endpoint/pod-state.ts'
import type { FieldReader, JsonObject } from './field-reader.ts'

/** Read what a `v1` Pod says of the state it is in. */
export function stateFactsOf(
  metadata: JsonObject | undefined,
  status: JsonObject | undefined,
  reader: FieldReader,
): PodStateFacts {
  const containers = reader.objects(status, 'status.containerStatuses').map((each) => containerOf(each, reader))
  const initContainers = reader.objects(status, 'status.initContainerStatuses').map((each) => containerOf(each, reader))
  const deletionMs = deletionMsOf(metadata, reader)
  const phase = reader.text(status, 'status.phase')
  const isOver = phase === 'Succeeded' || phase === 'Failed'
  const endedMs = lastEndMs([...containers, ...initContainers])
  const ready = readyOf(status, containers, initContainers, reader)
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

interface Container {
  readonly name: string
  readonly restartCount: number
  readonly runningMs: number | undefined
  /** It ended and does not run again yet. */
  readonly ended: Ended | undefined
  /** The run before the present one. */
  readonly last: Ended | undefined
}

interface Ended {
  readonly startedMs: number | undefined
  readonly finishedMs: number | undefined
  readonly reason: string | undefined
  readonly exitCode: number | undefined
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
  containers: readonly Container[],
  initContainers: readonly Container[],
  reader: FieldReader,
): PodStateFacts['ready'] {
  const condition = reader.objects(status, 'status.conditions').find((each) => each['type'] === 'Ready')
  const sinceMs = reader.timeMs(condition, 'status.conditions.lastTransitionTime')
  const text = condition?.['status']
  if (sinceMs === undefined || (text !== 'True' && text !== 'False')) return undefined
  const isTrue = text === 'True'
  return { isTrue, sinceMs, wasTrue: isTrue || hasBeenReady(sinceMs, containers, initContainers) }
}

/**
 * Whether a pod that is not ready was ready before. The kubelet writes the condition before it starts any container and
 * changes its time only with its status: false since after a container was started, it was true in between.
 */
function hasBeenReady(
  sinceMs: number,
  containers: readonly Container[],
  initContainers: readonly Container[],
): boolean | undefined {
  const all = [...containers, ...initContainers]
  const startedMs = Math.min(...all.map((container) => Math.min(...startsOf(container))))
  if (startedMs < sinceMs) return true
  const areStartsKnown = containers.every(({ restartCount }) => restartCount <= 1)
  return areStartsKnown && startedMs > sinceMs ? false : undefined
}

function startsOf({ runningMs, ended, last }: Container): number[] {
  return [runningMs, ended?.startedMs, last?.startedMs].map((ms) => ms ?? Infinity)
}

/** Undefined while one of them runs or has yet to run. */
function lastEndMs(containers: readonly Container[]): number | undefined {
  if (containers.length === 0 || containers.some(({ ended }) => ended?.finishedMs === undefined)) return undefined
  return Math.max(...containers.map(({ ended }) => ended?.finishedMs ?? 0))
}

/** Starts of all runs that are known but the first. */
function startsAnewOf({ restartCount, runningMs, ended, last }: Container): number[] {
  const presentMs = restartCount > 0 ? (runningMs ?? ended?.startedMs) : undefined
  const lastMs = restartCount > 1 ? last?.startedMs : undefined
  return [presentMs, lastMs].filter((ms) => ms !== undefined)
}

/** All runs are known, or one of them began before. */
function knowsStartsSince(container: Container, sinceMs: number): boolean {
  return container.restartCount <= 1 || startsOf(container).some((startMs) => startMs < sinceMs)
}

function restartOf({ name, runningMs, ended, last, restartCount }: Container): PodRestart | undefined {
  const end = ended ?? (restartCount > 0 ? last : undefined)
  if (end?.finishedMs === undefined || name === '') return undefined
  const { finishedMs: endedMs, reason, exitCode } = end
  return { container: name, endedMs, startedMs: ended === undefined ? runningMs : undefined, reason, exitCode }
}

function containerOf(container: JsonObject, reader: FieldReader): Container {
  const path = 'status.containerStatuses'
  const state = reader.object(container, `${path}.state`)
  const last = reader.object(container, `${path}.lastState`)
  const running = reader.object(state, `${path}.state.running`)
  return {
    name: reader.text(container, `${path}.name`) ?? '',
    restartCount: reader.count(container, `${path}.restartCount`) ?? 0,
    runningMs: reader.timeMs(running, `${path}.state.running.startedAt`),
    ended: endedOf(reader.object(state, `${path}.state.terminated`), reader),
    last: endedOf(reader.object(last, `${path}.lastState.terminated`), reader),
  }
}

function endedOf(terminated: JsonObject | undefined, reader: FieldReader): Ended | undefined {
  const path = 'status.containerStatuses.state.terminated'
  if (terminated === undefined) return undefined
  return {
    startedMs: reader.timeMs(terminated, `${path}.startedAt`),
    finishedMs: reader.timeMs(terminated, `${path}.finishedAt`),
    reason: reader.text(terminated, `${path}.reason`),
    exitCode: reader.count(terminated, `${path}.exitCode`),
  }
}
