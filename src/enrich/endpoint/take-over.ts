import type { IntervalRecord, PodRecord } from './index-record.ts'
import type { StateMark } from './pod-state.ts'

/**
 * What is to be known of a pod of which `known` is known and `told` is told; undefined when that is nothing new. Two
 * replicas of a resolver hear the same events, one of them later, and each has the past since its own start only: what
 * was told stays told. A pod that was only missed in a snapshot comes back with whatever is told of it.
 */
export function takeOver(known: PodRecord, told: PodRecord): PodRecord | undefined {
  if (isOutdated(known, told)) return undefined
  const lost = known.intervals.filter((interval) => isPast(interval) && !told.intervals.some(isAt(interval)))
  return lost.length === 0 ? told : { ...told, intervals: [...lost, ...told.intervals] }
}

function isOutdated(known: PodRecord, told: PodRecord): boolean {
  const goneMs = goneMsOf(known)
  if (goneMs !== undefined) return goneMs <= (goneMsOf(told) ?? Infinity)
  if (known.isDeleted || told.isDeleted) return false
  const [sandboxMs, toldMs] = [known.sandboxMs ?? -Infinity, told.sandboxMs ?? -Infinity]
  return sandboxMs === toldMs ? isBeginningOf(told.states, known.states) : toldMs < sandboxMs
}

/** When a pod that was told to be deleted was gone: of one that was missed in a snapshot nobody knows. */
function goneMsOf({ isDeleted, states }: PodRecord): number | undefined {
  return isDeleted ? states.find(({ state }) => state === 'gone')?.sinceMs : undefined
}

/** No news ever takes a mark away and puts none in its place. */
function isBeginningOf(marks: readonly StateMark[], all: readonly StateMark[]): boolean {
  if (marks.length >= all.length) return false
  return marks.every(({ state, sinceMs }, at) => all[at]?.state === state && all[at]?.sinceMs === sinceMs)
}

function isPast({ ip, toMs }: IntervalRecord): boolean {
  return ip !== '' && toMs !== undefined
}

function isAt({ ip, network }: IntervalRecord): (other: IntervalRecord) => boolean {
  return (other) => other.ip === ip && other.network === network
}
