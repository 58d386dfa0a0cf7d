import { inSlices } from '../breath.ts'
import { classOf } from '../ip.ts'
import { NONE } from './columns/rows.ts'
import type { IntervalRecord, PodRecord } from './index-record.ts'
import { type Holders, RESOLUTION_MS } from './interval.ts'
import { IntervalTable } from './interval-table.ts'
import { MarkTable } from './mark-table.ts'
import { PodColumns, type PodRest } from './pod-columns.ts'
import {
  marksAfter,
  marksWhenGone,
  marksWhenMissed,
  type PodRestart,
  restartsAfter,
  type StateMark,
  type Telling,
} from './pod-state.ts'
import { encodeRecord } from './record-line.ts'
import type { PodRow } from './row.ts'
import { takeOver } from './take-over.ts'

/** What is known of a pod, whenever it lived. */
export type PodFacts = Omit<PodRow, 'life' | 'state' | 'hostIps' | 'pathUid'>

/** Answer for one address at one instant; `facts` of the owners may be newer than the instant. */
export type PodHolders = Pick<Holders<unknown>, 'sinceMs' | 'untilMs'> & {
  readonly pods: readonly PodFacts[]
  readonly likely: readonly PodFacts[]
  readonly exact: PodFacts | undefined
}

/** The key of an address in a network; the network the agent is in is the empty one. */
export function addressKey(network: string, ip: string): string {
  return network === '' ? ip : `${ip}|${network}`
}

/**
 * Which pod held which address when, and the states it was in. An interval belongs to (network, address, UID): a pod may
 * change its address within one life. Closed intervals are kept, at most `maxClosed`, the longest closed go first.
 */
export class PodTable {
  readonly #maxClosed: number
  readonly #pods = new PodColumns()
  readonly #intervals = new IntervalTable()
  readonly #marks = new MarkTable()
  /** Most pods have none. */
  readonly #restarts = new Map<number, readonly PodRestart[]>()
  /** The facts that were asked for last, each in the place of its row. */
  readonly #views = Array.from<PodFacts | undefined>({ length: VIEWS })
  readonly #viewed = new Int32Array(VIEWS)
  /** Counts sweeps: what is told while one runs is news to it. */
  #sweep = 0

  constructor(maxClosed: number) {
    this.#maxClosed = maxClosed
  }

  get podCount(): number {
    return this.#pods.size
  }

  get closedCount(): number {
    return this.#intervals.closedCount
  }

  get uids(): Iterable<string> {
    return this.#allUids()
  }

  *#allUids(): Iterable<string> {
    for (let row = 0; row < this.#pods.end; row += 1) if (this.#pods.isUsed(row)) yield this.#pods.uidOf(row)
  }

  byUid(uid: string): PodFacts | undefined {
    const row = this.#pods.find(uid)
    return this.#known(row === NONE ? this.#pods.findByPath(uid) : row)
  }

  /** The pod that had the name last; without a namespace only when one namespace alone has the name. */
  byName(namespace: string | undefined, name: string): PodFacts | undefined {
    return this.#known(this.#pods.findByName(namespace, name))
  }

  /**
   * Take in what an object says, seen at `seenAtMs`. Returns whether any answer may be different now. `gapFromMs`: since
   * when not everything was told; absent while everything is.
   */
  upsert(row: PodRow, seenAtMs: number, gapFromMs?: number): boolean {
    const known = this.#pods.find(row.uid)
    if (known === NONE) {
      this.#add(row, seenAtMs)
      return true
    }
    const rest = this.#pods.restOf(known)
    this.#pods.setToldIn(known, this.#sweep)
    if (rest.isDeleted) return false // an old event that came late: a UID never comes back
    const sandboxMs = row.life.sandboxMs ?? rest.sandboxMs
    const isOther = !isSame(this.#factsOf(known), row) || sandboxMs !== rest.sandboxMs
    if (isOther) this.#pods.update(known, row, { ...rest, sandboxMs })
    const moved = this.#hold(known, row, rest.sandboxMs, seenAtMs)
    if (isOther || moved) this.#setIps(known, row.network, row.ips)
    const isTold = this.#tell(known, row, { isOver: row.life.isOver, seenAtMs, gapFromMs })
    return isOther || moved || isTold
  }

  /** The object is gone, known at `seenAtMs`. Its intervals stay, closed. */
  delete(uid: string, seenAtMs: number, gapFromMs?: number): boolean {
    return this.#remove(uid, seenAtMs, gapFromMs, marksWhenGone)
  }

  /** Another index does not have the pod at `atMs`: it is gone, or that index lags. */
  miss(uid: string, atMs: number, gapFromMs?: number): boolean {
    return this.#remove(uid, atMs, gapFromMs, marksWhenMissed)
  }

  #remove(uid: string, seenAtMs: number, gapFromMs: number | undefined, marksAfterIt: typeof marksWhenGone): boolean {
    const pod = this.#pods.find(uid)
    const rest = pod === NONE ? undefined : this.#pods.restOf(pod)
    if (rest === undefined || rest.isDeleted) return false
    this.#pods.update(pod, this.#factsOf(pod), { ...rest, isDeleted: true })
    this.#marks.set(pod, marksAfterIt(this.#marks.of(pod), seenAtMs, gapFromMs))
    const intervals = this.#intervals.ofPod(pod)
    // A pod without an interval would never be forgotten: it gets one that no look-up finds.
    if (intervals.length === 0) intervals.push(this.#intervals.open(pod, '', seenAtMs, seenAtMs))
    // Whoever else had its address while nothing was told is not known, so it is not said that the pod had it.
    for (const interval of intervals) this.#end(interval, Math.min(seenAtMs, gapFromMs ?? seenAtMs))
    return true
  }

  recordOf(uid: string): PodRecord | undefined {
    const pod = this.#pods.find(uid)
    if (pod === NONE) return undefined
    return {
      kind: 'pod',
      facts: this.#factsOf(pod),
      ...this.#pods.restOf(pod),
      intervals: this.#intervals.ofPod(pod).map((interval) => recordOfInterval(this.#intervals, interval)),
      states: this.#marks.of(pod),
      restarts: this.#restarts.get(pod) ?? [],
    }
  }

  /** Take over what another index knows of a pod. Returns whether anything changed. */
  put(told: PodRecord): boolean {
    const pod = this.#pods.find(told.facts.uid)
    if (pod !== NONE) this.#pods.setToldIn(pod, this.#sweep)
    const known = this.recordOf(told.facts.uid)
    const record = known === undefined ? told : takeOver(known, told)
    if (record === undefined || (known !== undefined && encodeRecord(known) === encodeRecord(record))) return false
    this.#replace(record)
    return true
  }

  #replace(record: PodRecord): void {
    const { facts, intervals, states, restarts } = record
    let pod = this.#pods.find(facts.uid)
    if (pod === NONE) pod = this.#addPod(facts, record)
    else {
      for (const interval of this.#intervals.ofPod(pod)) this.#intervals.remove(interval)
      this.#pods.update(pod, facts, record)
    }
    this.#marks.set(pod, states)
    this.#setRestarts(pod, restarts)
    this.#putIntervals(pod, record)
    if (record.isDeleted && intervals.length === 0) this.#forgetPod(pod)
  }

  #putIntervals(pod: number, { facts, intervals }: PodRecord): void {
    for (const { ip, network, fromMs, floorMs } of intervals) {
      this.#intervals.open(pod, addressKey(network, ip), fromMs, floorMs ?? Number.NEGATIVE_INFINITY)
    }
    this.#setIps(pod, facts.network, facts.ips)
    for (const [at, interval] of this.#intervals.ofPod(pod).entries()) {
      const toMs = intervals[at]?.toMs
      if (toMs !== undefined) this.#close(interval, toMs)
    }
  }

  marksOf(uid: string): readonly StateMark[] {
    const pod = this.#pods.find(uid)
    return pod === NONE ? [] : this.#marks.of(pod)
  }

  restartsOf(uid: string): readonly PodRestart[] {
    return this.#restarts.get(this.#pods.find(uid)) ?? []
  }

  /** Who could have held an address at `atMs`; undefined when nobody ever did. */
  holders(key: string, atMs: number, skewMs: number): PodHolders | undefined {
    const holders = this.#intervals.holders(key, atMs, skewMs)
    if (holders === undefined) return undefined
    const { owners, likely, exact, sinceMs, untilMs } = holders
    if (exact !== undefined) {
      const pod = this.#factsOf(exact)
      const pods = owners.length === 0 ? NOBODY : [pod]
      return { pods, likely: likely.length === 0 ? NOBODY : pods, exact: pod, sinceMs, untilMs }
    }
    const pods = owners.map((pod) => this.#factsOf(pod))
    return {
      pods,
      likely: pods.filter((_, at) => likely.includes(owners[at] ?? NONE)),
      exact,
      sinceMs,
      untilMs,
    }
  }

  /** Call `remove` for each pod that is there, is not wanted and was not told of since this began. In slices. */
  async sweep(isWanted: (uid: string) => boolean, remove: (uid: string) => void): Promise<void> {
    this.#sweep += 1
    const sweep = this.#sweep
    await inSlices(
      () => this.#pods.end,
      (pod) => {
        if (!this.#pods.isUsed(pod) || this.#pods.isDeleted(pod) || this.#pods.toldIn(pod) >= sweep) return
        const uid = this.#pods.uidOf(pod)
        if (!isWanted(uid)) remove(uid)
      },
    )
  }

  /** Forget the intervals that ended before `beforeMs`, in slices. `onForgotten` hears of each. */
  forget(beforeMs: number, onForgotten: () => void): Promise<void> {
    return inSlices(
      () => this.#intervals.end,
      (interval) => {
        if (this.#intervals.toMs(interval) >= beforeMs) return
        this.#forget(interval)
        onForgotten()
      },
    )
  }

  #add(row: PodRow, seenAtMs: number): void {
    const { pathUid, life } = row
    const { sandboxMs } = life
    const pod = this.#addPod(row, { pathUid, firstSeenMs: seenAtMs, sandboxMs, isDeleted: false })
    this.#hold(pod, row, undefined, seenAtMs)
    this.#setIps(pod, row.network, row.ips)
    this.#tell(pod, row, { isOver: life.isOver, seenAtMs, gapFromMs: undefined })
  }

  #addPod(facts: PodFacts, rest: PodRest): number {
    const pod = this.#pods.add(facts, rest)
    this.#pods.setToldIn(pod, this.#sweep)
    return pod
  }

  #known(pod: number): PodFacts | undefined {
    return pod === NONE ? undefined : this.#factsOf(pod)
  }

  #factsOf(pod: number): PodFacts {
    const place = pod % VIEWS
    const isAskedAgain = this.#viewed[place] === pod
    const known = this.#views[place]
    if (isAskedAgain && known !== undefined) return known
    const facts = this.#pods.factsOf(pod, this.#ipsOf(pod))
    this.#viewed[place] = pod
    // What is asked for once is not kept: what outlives its look-up costs the garbage collector most.
    this.#views[place] = isAskedAgain ? facts : undefined
    return facts
  }

  /** What was known of the pod has changed. */
  #drop(pod: number): void {
    if (this.#viewed[pod % VIEWS] === pod) this.#views[pod % VIEWS] = undefined
  }

  /** Addresses that intervals hold are not held twice. */
  #setIps(pod: number, network: string, ips: readonly string[]): void {
    const intervals = this.#intervals.ofPod(pod)
    for (const interval of intervals) this.#intervals.setPlace(interval, 0)
    let areHeld = ips.length <= MAX_PLACE
    for (const [at, ip] of ips.entries()) {
      const key = addressKey(network, ip)
      const interval = intervals.findLast((each) => this.#intervals.keyOf(each) === key)
      if (interval === undefined || this.#intervals.placeOf(interval) !== 0) areHeld = false
      else if (areHeld) this.#intervals.setPlace(interval, at + 1)
    }
    this.#pods.setIps(pod, areHeld ? undefined : ips)
    this.#drop(pod)
  }

  #ipsOf(pod: number): readonly string[] {
    const only = this.#intervals.onlyOf(pod)
    if (only !== NONE && this.#intervals.placeOf(only) === 1) return [splitAddress(this.#intervals.keyOf(only)).ip]
    const placed = this.#intervals.ofPod(pod).filter((interval) => this.#intervals.placeOf(interval) !== 0)
    if (placed.length > 1) placed.sort((one, other) => this.#intervals.placeOf(one) - this.#intervals.placeOf(other))
    return placed.map((interval) => splitAddress(this.#intervals.keyOf(interval)).ip)
  }

  #tell(pod: number, { state }: PodRow, telling: Telling): boolean {
    const marks = this.#marks.of(pod)
    const nextMarks = marksAfter(marks, state, telling)
    if (marks !== nextMarks) this.#marks.set(pod, nextMarks)
    const restarts = this.#restarts.get(pod) ?? NO_RESTARTS
    const nextRestarts = restartsAfter(restarts, state.restarts)
    if (restarts !== nextRestarts) this.#setRestarts(pod, nextRestarts)
    return marks !== nextMarks || restarts !== nextRestarts
  }

  #setRestarts(pod: number, restarts: readonly PodRestart[]): void {
    if (restarts.length === 0) this.#restarts.delete(pod)
    else this.#restarts.set(pod, restarts)
  }

  /** Bring the pod's intervals in line with the addresses and the life its status tells of. */
  #hold(pod: number, row: PodRow, sandboxMs: number | undefined, seenAtMs: number): boolean {
    const keys = row.isHostNetwork ? [] : row.ips.filter(isOwnable).map((ip) => addressKey(row.network, ip))
    let changed = false
    let freeMs = Number.NEGATIVE_INFINITY
    for (const interval of this.#intervals.ofPod(pod)) {
      const isLost = !keys.includes(this.#intervals.keyOf(interval))
      if (isLost) changed = this.#end(interval, lostMs(sandboxMs, row, seenAtMs)) || changed
      const toMs = this.#intervals.toMs(interval)
      if (toMs !== Number.POSITIVE_INFINITY) freeMs = Math.max(freeMs, toMs - RESOLUTION_MS)
    }
    for (const key of keys) changed = this.#holdOne(pod, key, row, { seenAtMs, freeMs }) || changed
    return changed
  }

  #holdOne(pod: number, key: string, row: PodRow, { seenAtMs, freeMs }: { seenAtMs: number; freeMs: number }): boolean {
    const { life } = row
    const toMs = endOf(life, seenAtMs)
    const held = this.#intervals.ofPod(pod).findLast((interval) => this.#intervals.keyOf(interval) === key)
    const heldToMs = held === undefined ? Number.NaN : this.#intervals.toMs(held)
    if (held !== undefined && (heldToMs === Number.POSITIVE_INFINITY || toMs !== undefined)) {
      const isEarlier = this.#beginEarlier(held, life.fromMs)
      return (toMs !== undefined && this.#end(held, toMs)) || isEarlier
    }
    // What was before an address was lost and came back is not its.
    const againFromMs = againMs(heldToMs, life, seenAtMs)
    const interval =
      held === undefined
        ? this.#intervals.open(pod, key, Math.max(life.fromMs ?? seenAtMs, freeMs), freeMs)
        : this.#intervals.open(pod, key, againFromMs, againFromMs)
    if (toMs !== undefined) this.#end(interval, toMs)
    return true
  }

  /** A later event may tell of an earlier beginning; never of one while the pod held another address. */
  #beginEarlier(interval: number, fromMs: number | undefined): boolean {
    const knownMs = this.#intervals.fromMs(interval)
    const earlierMs = Math.max(fromMs ?? knownMs, this.#intervals.floorMs(interval))
    if (earlierMs >= knownMs) return false
    this.#intervals.begin(interval, earlierMs)
    return true
  }

  /** An end is only ever corrected to an earlier time. */
  #end(interval: number, toMs: number): boolean {
    const endMs = Math.max(toMs, this.#intervals.fromMs(interval))
    if (endMs >= this.#intervals.toMs(interval)) return false
    this.#close(interval, endMs)
    return true
  }

  #close(interval: number, toMs: number): void {
    this.#intervals.close(interval, toMs)
    while (this.#intervals.closedCount > this.#maxClosed) this.#forget(this.#intervals.oldestClosed)
  }

  #forget(interval: number): void {
    const pod = this.#intervals.podOf(interval)
    if (this.#intervals.placeOf(interval) !== 0) this.#pods.setIps(pod, this.#factsOf(pod).ips)
    this.#intervals.remove(interval)
    if (this.#pods.restOf(pod).isDeleted && this.#intervals.ofPod(pod).length === 0) this.#forgetPod(pod)
  }

  #forgetPod(pod: number): void {
    this.#marks.set(pod, [])
    this.#restarts.delete(pod)
    this.#pods.remove(pod)
    this.#drop(pod)
  }
}

const NOBODY: readonly PodFacts[] = []
const NO_RESTARTS: readonly PodRestart[] = []
const VIEWS = 8_192
const MAX_PLACE = 255

/** The IP address and the network of a key. */
function splitAddress(key: string): { readonly ip: string; readonly network: string } {
  const bar = key.indexOf('|')
  return bar === -1 ? { ip: key, network: '' } : { ip: key.slice(0, bar), network: key.slice(bar + 1) }
}

/**
 * When a pod lost an address its status no longer has: at the end of its life, or when its network was made again, else
 * when that was seen. An update that only lacks the address (kubernetes#125370) ends nothing earlier.
 */
function lostMs(sandboxMs: number | undefined, { life, ips }: PodRow, seenAtMs: number): number {
  if (life.toMs !== undefined) return life.toMs
  if (ips.length === 0 || life.sandboxMs === undefined || sandboxMs === undefined) return seenAtMs
  return life.sandboxMs > sandboxMs ? Math.min(life.sandboxMs + RESOLUTION_MS, seenAtMs) : seenAtMs
}

/** When a pod's life ended, if it did. */
function endOf({ toMs, isOver }: PodRow['life'], seenAtMs: number): number | undefined {
  return toMs ?? (isOver ? seenAtMs : undefined)
}

/** Since when an address that was lost at `lostAtMs` is held again: what proves it, else when it was seen. */
function againMs(lostAtMs: number, { sandboxMs, fromMs }: PodRow['life'], seenAtMs: number): number {
  const earliestMs = lostAtMs - RESOLUTION_MS
  for (const proofMs of [sandboxMs, fromMs]) if (proofMs !== undefined && proofMs >= earliestMs) return proofMs
  return Math.max(seenAtMs, earliestMs)
}

/** Loopback, unspecified and link-local addresses mean "this machine" everywhere and belong to nobody. */
function isOwnable(ip: string): boolean {
  return classOf(ip) === 'unicast'
}

function recordOfInterval(intervals: IntervalTable, interval: number): IntervalRecord {
  const toMs = intervals.toMs(interval)
  const floorMs = intervals.floorMs(interval)
  return {
    ...splitAddress(intervals.keyOf(interval)),
    fromMs: intervals.fromMs(interval),
    toMs: toMs === Number.POSITIVE_INFINITY ? undefined : toMs,
    floorMs: floorMs === Number.NEGATIVE_INFINITY ? undefined : floorMs,
  }
}

function isSame(facts: PodFacts, row: PodRow): boolean {
  return (
    facts.nodeName === row.nodeName &&
    facts.labels === row.labels &&
    facts.role === row.role &&
    facts.canonicalService === row.canonicalService &&
    facts.workload.name === row.workload.name &&
    facts.workload.kind === row.workload.kind &&
    facts.ips.length === row.ips.length &&
    facts.ips.every((ip, index) => ip === row.ips[index])
  )
}
