import type { FieldReader, JsonObject } from './field-reader.ts'
import type { ContainerLife } from './pod-life.ts'

/** One container of a pod's status. */
export interface ContainerStatus extends ContainerLife {
  readonly name: string
  readonly restartCount: number
  readonly runningMs: number | undefined
  /** It ended and does not run again yet. */
  readonly ended: EndedRun | undefined
  /** The run before the present one. */
  readonly last: EndedRun | undefined
}

/** A run that is over. */
export interface EndedRun {
  readonly startedMs: number | undefined
  readonly finishedMs: number | undefined
  readonly reason: string | undefined
  readonly exitCode: number | undefined
}

/** Read the init containers, then the others. */
export function containerStatusesOf(status: JsonObject | undefined, reader: FieldReader): readonly ContainerStatus[] {
  const init = reader.objects(status, INIT.list).map((each) => statusOf(each, true, reader))
  const others = reader.objects(status, OTHERS.list).map((each) => statusOf(each, false, reader))
  return init.length === 0 ? others : [...init, ...others]
}

function statusOf(container: JsonObject, isInit: boolean, reader: FieldReader): ContainerStatus {
  const paths = isInit ? INIT : OTHERS
  const state = reader.object(container, paths.state)
  const running = reader.object(state, paths.running)
  const runningMs = reader.timeMs(running, paths.runningStartedAt)
  const ended = endedOf(reader.object(state, paths.now.terminated), paths.now, reader)
  const last = reader.object(container, paths.lastState)
  return {
    isInit,
    isRunning: running !== undefined,
    isTerminated: ended !== undefined,
    startedMs: running === undefined ? ended?.startedMs : runningMs,
    finishedMs: ended?.finishedMs,
    name: reader.text(container, paths.name) ?? '',
    restartCount: reader.count(container, paths.restartCount) ?? 0,
    runningMs,
    ended,
    last: endedOf(reader.object(last, paths.last.terminated), paths.last, reader),
  }
}

function endedOf(terminated: JsonObject | undefined, paths: EndedPaths, reader: FieldReader): EndedRun | undefined {
  if (terminated === undefined) return undefined
  return {
    startedMs: reader.timeMs(terminated, paths.startedAt),
    finishedMs: reader.timeMs(terminated, paths.finishedAt),
    reason: reader.text(terminated, paths.reason),
    exitCode: reader.count(terminated, paths.exitCode),
  }
}

type EndedPaths = ReturnType<typeof endedPaths>

function endedPaths(state: string) {
  const terminated = `${state}.terminated`
  return {
    terminated,
    startedAt: `${terminated}.startedAt`,
    finishedAt: `${terminated}.finishedAt`,
    reason: `${terminated}.reason`,
    exitCode: `${terminated}.exitCode`,
  }
}

/** Made once: 100,000 pods are read, and a path that is put together costs more than the field. */
function pathsOf(list: string) {
  return {
    list,
    name: `${list}.name`,
    restartCount: `${list}.restartCount`,
    state: `${list}.state`,
    lastState: `${list}.lastState`,
    running: `${list}.state.running`,
    runningStartedAt: `${list}.state.running.startedAt`,
    now: endedPaths(`${list}.state`),
    last: endedPaths(`${list}.lastState`),
  }
}

const INIT = pathsOf('status.initContainerStatuses')
const OTHERS = pathsOf('status.containerStatuses')
