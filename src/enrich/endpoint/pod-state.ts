import { RESOLUTION_MS } from './interval.ts'

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

/** What one status says of the state a pod is in; times are whole seconds, in milliseconds since the epoch. */
export interface PodStateFacts {
  readonly createdMs: number | undefined
  /** Condition Ready. `wasTrue`: it was true before it became false; absent where nothing proves either. */
  readonly ready:
    | { readonly isTrue: boolean; readonly sinceMs: number; readonly wasTrue: boolean | undefined }
    | undefined
  /** When its deletion was asked for. */
  readonly deletionMs: number | undefined
  /** When the last of its containers ended, for good. */
  readonly goneMs: number | undefined
  /** When application containers were started anew, as far as their statuses still tell; in order. */
  readonly startsMs: readonly number[]
  /** All such starts since the condition Ready became what it is are among them. */
  readonly areStartsKnown: boolean
  /** The last end of each application container that ended, each once. */
  readonly restarts: readonly PodRestart[]
}

/** How a status is taken in. */
export interface Telling {
  readonly isOver: boolean
  readonly seenAtMs: number
  /** Since when not everything is told; absent while everything is. */
  readonly gapFromMs: number | undefined
}

/** Of one pod; a pod that changes more often than that has lost its past. */
const MAX_MARKS = 16
const MAX_RESTARTS = 4

/**
 * The marks after one more status. Marks are in order, and the same list comes back when the status says nothing new.
 *
 * A state that a status skips (ready, then ready since later) leaves a gap behind it: what was in between is unknown.
 */
export function marksAfter(
  marks: readonly StateMark[],
  facts: PodStateFacts,
  { isOver, seenAtMs, gapFromMs }: Telling,
): readonly StateMark[] {
  const { deletionMs, goneMs } = facts
  let next = withCondition(marks, facts, gapFromMs)
  // What the status still says was so all the time, told or not.
  const gapMs = isConfirmed(next, facts) ? undefined : gapFromMs
  if (deletionMs !== undefined) next = withEnding(next, { state: 'terminating', sinceMs: deletionMs }, gapMs)
  const overMs = goneMs ?? (isOver && !stateIn(next, 'gone') ? seenAtMs : undefined)
  if (overMs !== undefined) next = withEnding(next, { state: 'gone', sinceMs: overMs }, gapMs)
  return next.length > MAX_MARKS ? next.slice(-MAX_MARKS) : next
}

/** The marks of a pod whose object is gone, as was seen at `atMs`. */
export function marksWhenGone(
  marks: readonly StateMark[],
  atMs: number,
  gapFromMs: number | undefined,
): readonly StateMark[] {
  if (stateIn(marks, 'gone')) return marks
  return withEnding(marks, { state: 'gone', sinceMs: atMs }, gapFromMs)
}

/** The marks of a pod that a snapshot made at `atMs` does not have. */
export function marksWhenMissed(
  marks: readonly StateMark[],
  atMs: number,
  gapFromMs: number | undefined,
): readonly StateMark[] {
  return stateIn(marks, 'gone') ? marks : withGap(marks, Math.min(gapFromMs ?? atMs, atMs), Infinity)
}

function isConfirmed(marks: readonly StateMark[], { ready }: PodStateFacts): boolean {
  const last = marks.at(-1)
  return ready?.isTrue === true && last?.state === 'ready' && last.sinceMs === ready.sinceMs
}

function stateIn(marks: readonly StateMark[], state: PodState): boolean {
  return marks.some((mark) => mark.state === state)
}

/** The condition Ready is of no account once the pod has begun to end. */
function withCondition(
  marks: readonly StateMark[],
  facts: PodStateFacts,
  gapFromMs: number | undefined,
): readonly StateMark[] {
  if (stateIn(marks, 'terminating') || stateIn(marks, 'gone')) return marks
  const told = readinessOf(marks, facts, gapFromMs === undefined)
  return told.reduce((next, mark) => withReadiness(next, mark, gapFromMs), marks)
}

/** What the condition Ready says, as marks; what it was before decides how "not ready" is called. */
function readinessOf(marks: readonly StateMark[], facts: PodStateFacts, isAllTold: boolean): readonly StateMark[] {
  const { ready, createdMs } = facts
  if (ready === undefined) return []
  const { isTrue, sinceMs } = ready
  if (isTrue) return [{ state: 'ready', sinceMs }]
  const wasReady = marks.some(({ state }) => state === 'ready' || state === 'not_ready' || state === 'restarted')
  const wasTrue = wasReady || (ready.wasTrue ?? (isAllTold && stateIn(marks, 'starting') ? false : undefined))
  if (wasTrue === undefined) return [{ state: 'unknown', sinceMs }]
  return wasTrue ? notReady(sinceMs, facts) : [{ state: 'starting', sinceMs: createdMs ?? sinceMs }]
}

/** Within one second it cannot be told what came first. */
function notReady(sinceMs: number, { startsMs, areStartsKnown }: PodStateFacts): readonly StateMark[] {
  const isSure = areStartsKnown && !startsMs.includes(sinceMs)
  const later = startsMs.filter((startMs) => startMs > sinceMs)
  return [
    { state: isSure ? 'not_ready' : 'unknown', sinceMs },
    ...later.map((startMs): StateMark => ({ state: 'restarted', sinceMs: startMs })),
  ]
}

/** What may come directly after what; otherwise a state in between was never told. */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  starting: ['ready', 'unknown'],
  ready: ['not_ready', 'unknown'],
  not_ready: ['ready', 'restarted', 'unknown'],
  restarted: ['ready', 'restarted', 'unknown'],
  unknown: ['ready', 'not_ready', 'restarted', 'starting'],
}

function withReadiness(
  marks: readonly StateMark[],
  mark: StateMark,
  gapFromMs: number | undefined,
): readonly StateMark[] {
  const last = marks.at(-1)
  if (last === undefined) return [mark]
  if (isKnown(marks, mark)) return marks
  if (mark.sinceMs < last.sinceMs) return last.state === 'starting' ? [...marks.slice(0, -1), mark] : marks
  const isDirect = FOLLOWS[last.state]?.includes(mark.state) === true
  const before = isDirect ? withGap(marks, gapFromMs, mark.sinceMs) : withoutLast(marks, last)
  return [...before, mark]
}

/** Already there since the pod was last ready, or not yet ready; within one second it may have been so before that. */
function isKnown(marks: readonly StateMark[], { state, sinceMs }: StateMark): boolean {
  const tail = marks.slice(
    Math.max(
      0,
      marks.findLastIndex((mark) => mark.state === 'ready' || mark.state === 'starting'),
    ),
  )
  if (state === 'starting') return tail.at(-1)?.state === state
  if (state === 'ready' && tail.length > 1) return false
  return tail.some((mark) => mark.state === state && mark.sinceMs === sinceMs)
}

/** When `last` ended is not known. */
function withoutLast(marks: readonly StateMark[], last: StateMark): readonly StateMark[] {
  return last.state === 'unknown' ? marks : [...marks.slice(0, -1), { state: 'unknown', sinceMs: last.sinceMs }]
}

/** Nothing is known from where telling stopped to `untilMs`. */
function withGap(marks: readonly StateMark[], gapFromMs: number | undefined, untilMs: number): readonly StateMark[] {
  const last = marks.at(-1)
  if (gapFromMs === undefined || gapFromMs >= untilMs || last === undefined || last.state === 'unknown') return marks
  return gapFromMs <= last.sinceMs ? withoutLast(marks, last) : [...marks, { state: 'unknown', sinceMs: gapFromMs }]
}

/** `terminating` and `gone` end everything else; of two ends of one kind the earlier one holds. */
function withEnding(marks: readonly StateMark[], mark: StateMark, gapFromMs: number | undefined): readonly StateMark[] {
  const known = marks.find(({ state }) => state === mark.state)
  if (known !== undefined && known.sinceMs <= mark.sinceMs) return marks
  const gone = mark.state === 'terminating' ? marks.find(({ state }) => state === 'gone') : undefined
  if (gone !== undefined && gone.sinceMs <= mark.sinceMs) return marks
  const told = stateIn(marks, 'terminating') ? marks : withGap(marks, gapFromMs, mark.sinceMs)
  const before = told.filter(({ state, sinceMs }) => sinceMs < mark.sinceMs && state !== mark.state && state !== 'gone')
  const isOverlapped = told.some(({ state, sinceMs }) => sinceMs >= mark.sinceMs && FOLLOWS[state] !== undefined)
  const ended = [...(isOverlapped ? withDoubt(before, mark.sinceMs) : before), mark]
  return gone === undefined ? ended : [...ended, gone]
}

/** What is known of a state from `fromMs` to before `untilMs`: the same at every instant. */
export interface StateSpan {
  /** Absent where it may have been one or another. */
  readonly state: PodState | undefined
  /** When it was entered. */
  readonly sinceMs: number
  readonly fromMs: number
  readonly untilMs: number
}

/** What seems to have come after an end may have come just before it, by another clock. */
function withDoubt(marks: readonly StateMark[], endMs: number): readonly StateMark[] {
  const fromMs = Math.max(endMs - DOUBT_MS, marks.at(-1)?.sinceMs ?? endMs)
  return [...marks, { state: 'unknown', sinceMs: fromMs }]
}

const DOUBT_MS = 3_000

/**
 * The state at `atMs`, when it cannot have been another: the mark before it surely was there already, and the one after
 * it surely was not, whatever the clocks and the seconds of the marks. `heardUntilMs`: what came later nobody told; only
 * an end that was told of lasts beyond it.
 */
export function spanAt(marks: readonly StateMark[], atMs: number, skewMs: number, heardUntilMs: number): StateSpan {
  const at = marks.findLastIndex(({ sinceMs }) => sinceMs - skewMs <= atMs)
  const [mark, next] = [marks[at], marks[at + 1]]
  const nextMs = (next?.sinceMs ?? Infinity) - skewMs
  if (mark === undefined) return { state: undefined, sinceMs: NaN, fromMs: -Infinity, untilMs: nextMs }
  const { state, sinceMs } = mark
  const fromMs = sinceMs + RESOLUTION_MS + skewMs
  if (atMs < fromMs) return { state: undefined, sinceMs, fromMs: sinceMs - skewMs, untilMs: Math.min(fromMs, nextMs) }
  const isEnding = state === 'terminating' || state === 'gone'
  // The end of what was told is an instant at which it still holds.
  const toldMs = next === undefined && !isEnding ? heardUntilMs - RESOLUTION_MS - skewMs : Infinity
  if (state === 'unknown' || atMs > toldMs) {
    return {
      state: undefined,
      sinceMs,
      fromMs: state === 'unknown' ? fromMs : Math.min(atMs, Math.max(fromMs, toldMs + 1)),
      untilMs: nextMs,
    }
  }
  return { state, sinceMs, fromMs, untilMs: Math.min(nextMs, toldMs) }
}

/** The same for one instant alone. */
export function stateAt(
  marks: readonly StateMark[],
  atMs: number,
  skewMs: number,
  heardUntilMs: number,
): { readonly state: PodState; readonly sinceMs: number } | undefined {
  const { state, sinceMs } = spanAt(marks, atMs, skewMs, heardUntilMs)
  return state && { state, sinceMs }
}

/** The ends of containers after one more status, the latest last. */
export function restartsAfter(known: readonly PodRestart[], told: readonly PodRestart[]): readonly PodRestart[] {
  const news = told.filter((restart) => !known.some((each) => isSameRestart(each, restart)))
  if (news.length === 0) return known
  const kept = known.filter((each) => !news.some((restart) => isSameEnd(each, restart)))
  return [...kept, ...news].sort((one, other) => one.endedMs - other.endedMs).slice(-MAX_RESTARTS)
}

function isSameEnd(one: PodRestart, other: PodRestart): boolean {
  return one.container === other.container && one.endedMs === other.endedMs
}

/** An end that is told once more without its new beginning says nothing new. */
function isSameRestart(one: PodRestart, other: PodRestart): boolean {
  return isSameEnd(one, other) && (other.startedMs === undefined || one.startedMs === other.startedMs)
}

/** The last end of a container that may have been before `atMs`. */
export function restartBefore(restarts: readonly PodRestart[], atMs: number, skewMs: number): PodRestart | undefined {
  return restarts.findLast(({ endedMs }) => endedMs - skewMs <= atMs)
}
