import { classOf } from '../../../../src/enrich/ip.ts'
import {
  type Holders,
  holdersAt,
  type Interval,
  insertInterval,
  RESOLUTION_MS,
} from '../../../../src/enrich/endpoint/interval.ts'
import type { IntervalRecord, PodRecord } from '../../../../src/enrich/endpoint/index-record.ts'
import {
  marksAfter,
  marksWhenGone,
  type PodRestart,
  restartsAfter,
  type StateMark,
  type Telling,
} from '../../../../src/enrich/endpoint/pod-state.ts'
import { encodeRecord } from '../../../../src/enrich/endpoint/record-line.ts'
import type { PodRow } from '../../../../src/enrich/endpoint/row.ts'
import { Shared } from './object-shared.ts'

/** What is known of a pod, whenever it lived. */
export type PodFacts = Omit<PodRow, 'life' | 'state' | 'hostIps' | 'pathUid'>

/** One pod and the addresses it held. */
interface Pod {
  facts: PodFacts
  /** Open and closed, in the order they were opened. */
  intervals: readonly HeldInterval[]
  pathUid: string | undefined
  firstSeenMs: number
  /** When its network was made, by the last event. */
  sandboxMs: number | undefined
  isDeleted: boolean
  marks: readonly StateMark[]
  restarts: readonly PodRestart[]
}

interface HeldInterval extends Interval<Pod> {
  readonly key: string
  /** Not before this: the pod held another address until then. */
  readonly floorMs: number
}

/** Answer for one address at one instant; `facts` of the owners may be newer than the instant. */
export type PodHolders = Pick<Holders<unknown>, 'sinceMs' | 'untilMs'> & {
  readonly pods: readonly PodFacts[]
  readonly likely: readonly PodFacts[]
  readonly exact: PodFacts | undefined
}

const NO_PODS: readonly PodFacts[] = []
const NO_INTERVALS: readonly HeldInterval[] = []

function listOf(held: HeldInterval | readonly HeldInterval[] | undefined): readonly HeldInterval[] {
  if (held === undefined) return NO_INTERVALS
  return 'owner' in held ? [held] : held
}

/** The key of an address in a network; the network the agent is in is the empty one. */
export function addressKey(network: string, ip: string): string {
  return network === '' ? ip : `${ip}|${network}`
}

/**
 * The table as it was before it had columns, for comparison. Which pod held which address when. An interval belongs to (network, address, UID): a pod may change its address
 * within one life. Closed intervals are kept, at most `maxClosed`, the longest closed go first.
 */
export class ObjectPodTable {
  readonly #maxClosed: number
  readonly #byUid = new Map<string, Pod>()
  /** Static pods: kubelet's paths have another UID. Such a UID never hides a real one. */
  readonly #byPathUid = new Map<string, Pod>()
  readonly #byName = new Map<string, Map<string, Pod>>()
  /** Most addresses have had one owner: then without a list. */
  readonly #byAddress = new Map<string, HeldInterval | readonly HeldInterval[]>()
  /** In the order they were closed. */
  readonly #closed = new Set<HeldInterval>()
  readonly #shared = new Shared()

  constructor(maxClosed: number) {
    this.#maxClosed = maxClosed
  }

  get podCount(): number {
    return this.#byUid.size
  }

  /** In the order in which they were learnt of. */
  get uids(): Iterable<string> {
    return this.#byUid.keys()
  }

  get closedCount(): number {
    return this.#closed.size
  }

  byUid(uid: string): PodFacts | undefined {
    return (this.#byUid.get(uid) ?? this.#byPathUid.get(uid))?.facts
  }

  /** The pod that had the name last; without a namespace only when one namespace alone has the name. */
  byName(namespace: string | undefined, name: string): PodFacts | undefined {
    if (namespace !== undefined) return this.#byName.get(namespace)?.get(name)?.facts
    let found: Pod | undefined
    for (const names of this.#byName.values()) {
      const pod = names.get(name)
      if (pod !== undefined && found !== undefined) return undefined
      found = pod ?? found
    }
    return found?.facts
  }

  /** Take in what an object says, seen at `seenAtMs`. Returns whether any answer may be different now. */
  upsert(row: PodRow, seenAtMs: number, gapFromMs?: number): boolean {
    const known = this.#byUid.get(row.uid)
    if (known?.isDeleted === true) return false // an old event that came late: a UID never comes back
    const pod = known ?? this.#add(factsOf(row, this.#shared), row.pathUid, seenAtMs)
    const isOther = known !== undefined && !isSame(known.facts, row)
    if (isOther) pod.facts = factsOf(row, this.#shared)
    const moved = this.#hold(pod, row, seenAtMs)
    const isTold = this.#tell(pod, row, { isOver: row.life.isOver, seenAtMs, gapFromMs })
    return known === undefined || isOther || moved || isTold
  }

  /** The object is gone, known at `seenAtMs`. Its intervals stay, closed. */
  delete(uid: string, seenAtMs: number, gapFromMs?: number): boolean {
    const pod = this.#byUid.get(uid)
    if (pod === undefined || pod.isDeleted) return false
    pod.isDeleted = true
    pod.marks = marksWhenGone(pod.marks, seenAtMs, gapFromMs)
    for (const interval of pod.intervals) this.#end(interval, seenAtMs)
    // A pod without an interval would never be forgotten: it gets one that no look-up finds.
    if (pod.intervals.length === 0) this.#close(this.#open(pod, '', seenAtMs, seenAtMs), seenAtMs)
    return true
  }

  isDeleted(uid: string): boolean {
    return this.#byUid.get(uid)?.isDeleted === true
  }

  recordOf(uid: string): PodRecord | undefined {
    const pod = this.#byUid.get(uid)
    if (pod === undefined) return undefined
    const { facts, pathUid, firstSeenMs, sandboxMs, isDeleted, marks: states, restarts } = pod
    const intervals = pod.intervals.map(recordOfInterval)
    return { kind: 'pod', facts, pathUid, firstSeenMs, sandboxMs, isDeleted, intervals, states, restarts }
  }

  /** Take over what another index knows of a pod. Returns whether anything changed. */
  put(record: PodRecord): boolean {
    const { uid } = record.facts
    const known = this.recordOf(uid)
    if (known !== undefined && encodeRecord(known) === encodeRecord(record)) return false
    const { pathUid, firstSeenMs, sandboxMs, isDeleted, states: marks, restarts } = record
    const facts = factsOf(record.facts, this.#shared)
    const pod = this.#byUid.get(uid) ?? this.#add(facts, pathUid, firstSeenMs)
    for (const interval of pod.intervals) {
      this.#closed.delete(interval)
      if (interval.key !== '') this.#take(interval.key, interval)
    }
    pod.intervals = NO_INTERVALS
    Object.assign(pod, { facts, pathUid, firstSeenMs, sandboxMs, isDeleted, marks, restarts })
    for (const { ip, network, fromMs, toMs, floorMs } of record.intervals) {
      const interval = this.#open(pod, addressKey(network, ip), fromMs, floorMs ?? Number.NEGATIVE_INFINITY)
      if (toMs !== undefined) this.#close(interval, toMs)
    }
    if (isDeleted && pod.intervals.length === 0) this.#forgetPod(pod)
    return true
  }

  marksOf(uid: string): readonly StateMark[] {
    return this.#byUid.get(uid)?.marks ?? []
  }

  restartsOf(uid: string): readonly PodRestart[] {
    return this.#byUid.get(uid)?.restarts ?? []
  }

  /** Who could have held an address at `atMs`; undefined when nobody ever did. */
  holders(key: string, atMs: number, skewMs: number): PodHolders | undefined {
    const held = this.#byAddress.get(key)
    if (held === undefined) return undefined
    if ('owner' in held && held.fromMs <= atMs && atMs < held.toMs) {
      const { facts } = held.owner
      return { pods: NO_PODS, likely: NO_PODS, exact: facts, sinceMs: held.fromMs, untilMs: held.toMs }
    }
    const { owners, likely, exact, sinceMs, untilMs } = holdersAt(listOf(held), atMs, skewMs)
    const pods = owners.map((pod) => pod.facts)
    return { pods, likely: likely.map((pod) => pod.facts), exact: exact?.facts, sinceMs, untilMs }
  }

  #add(facts: PodFacts, pathUid: string | undefined, firstSeenMs: number): Pod {
    const pod: Pod = {
      facts,
      intervals: NO_INTERVALS,
      pathUid,
      firstSeenMs,
      sandboxMs: undefined,
      isDeleted: false,
      marks: [],
      restarts: [],
    }
    this.#byUid.set(facts.uid, pod)
    if (pathUid !== undefined) this.#byPathUid.set(pathUid, pod)
    let names = this.#byName.get(facts.namespace)
    if (names === undefined) this.#byName.set(facts.namespace, (names = new Map()))
    names.set(facts.name, pod)
    return pod
  }

  #tell(pod: Pod, { state }: PodRow, telling: Telling): boolean {
    const { marks, restarts } = pod
    pod.marks = marksAfter(marks, state, telling)
    pod.restarts = restartsAfter(restarts, state.restarts)
    return marks !== pod.marks || restarts !== pod.restarts
  }

  /** Bring the pod's intervals in line with the addresses and the life its status tells of. */
  #hold(pod: Pod, row: PodRow, seenAtMs: number): boolean {
    const keys = row.isHostNetwork ? [] : row.ips.filter(isOwnable).map((ip) => addressKey(row.network, ip))
    let changed = false
    let freeMs = Number.NEGATIVE_INFINITY
    for (const interval of pod.intervals) {
      if (!keys.includes(interval.key)) changed = this.#end(interval, lostMs(interval, row, seenAtMs)) || changed
      if (interval.toMs !== Number.POSITIVE_INFINITY) freeMs = Math.max(freeMs, interval.toMs - RESOLUTION_MS)
    }
    for (const key of keys) changed = this.#holdOne(pod, key, row, { seenAtMs, freeMs }) || changed
    const sandboxMs = row.life.sandboxMs ?? pod.sandboxMs
    changed = changed || sandboxMs !== pod.sandboxMs
    pod.sandboxMs = sandboxMs
    return changed
  }

  #holdOne(pod: Pod, key: string, row: PodRow, { seenAtMs, freeMs }: { seenAtMs: number; freeMs: number }): boolean {
    const { life } = row
    const toMs = life.toMs ?? (life.isOver ? seenAtMs : undefined)
    const held = pod.intervals.findLast((interval) => interval.key === key)
    if (held !== undefined && (held.toMs === Number.POSITIVE_INFINITY || toMs !== undefined)) {
      const isEarlier = this.#beginEarlier(held, life.fromMs)
      return (toMs !== undefined && this.#end(held, toMs)) || isEarlier
    }
    const interval =
      held === undefined
        ? this.#open(pod, key, Math.max(life.fromMs ?? seenAtMs, freeMs), freeMs)
        : this.#openAgain(pod, key, againMs(held.toMs, life, seenAtMs))
    if (toMs !== undefined) this.#end(interval, toMs)
    return true
  }

  /** An address that was lost and is back; what happened in between is not its. */
  #openAgain(pod: Pod, key: string, fromMs: number): HeldInterval {
    return this.#open(pod, key, fromMs, fromMs)
  }

  #open(pod: Pod, key: string, fromMs: number, floorMs: number): HeldInterval {
    const interval = { owner: pod, key, fromMs, toMs: Number.POSITIVE_INFINITY, floorMs }
    pod.intervals = [...pod.intervals, interval]
    if (key !== '') this.#put(key, interval)
    return interval
  }

  #put(key: string, interval: HeldInterval): void {
    const held = this.#byAddress.get(key)
    this.#byAddress.set(key, held === undefined ? interval : insertInterval(listOf(held), interval))
  }

  #take(key: string, interval: HeldInterval): void {
    const rest = listOf(this.#byAddress.get(key)).filter((each) => each !== interval)
    const [first] = rest
    if (first === undefined) this.#byAddress.delete(key)
    else this.#byAddress.set(key, rest.length === 1 ? first : rest)
  }

  /** A later event may tell of an earlier beginning; never of one while the pod held another address. */
  #beginEarlier(interval: HeldInterval, fromMs: number | undefined): boolean {
    const earlierMs = Math.max(fromMs ?? interval.fromMs, interval.floorMs)
    if (earlierMs >= interval.fromMs) return false
    this.#take(interval.key, interval)
    interval.fromMs = earlierMs
    this.#put(interval.key, interval)
    return true
  }

  /** An end is only ever corrected to an earlier time. */
  #end(interval: HeldInterval, toMs: number): boolean {
    const endMs = Math.max(toMs, interval.fromMs)
    if (endMs >= interval.toMs) return false
    if (interval.toMs === Number.POSITIVE_INFINITY) this.#close(interval, endMs)
    else interval.toMs = endMs
    return true
  }

  #close(interval: HeldInterval, toMs: number): void {
    interval.toMs = toMs
    this.#closed.add(interval)
    for (const oldest of this.#closed) {
      if (this.#closed.size <= this.#maxClosed) return
      this.#forget(oldest)
    }
  }

  #forget(interval: HeldInterval): void {
    const pod = interval.owner
    this.#closed.delete(interval)
    pod.intervals = pod.intervals.filter((each) => each !== interval)
    if (interval.key !== '') this.#take(interval.key, interval)
    if (pod.isDeleted && pod.intervals.length === 0) this.#forgetPod(pod)
  }

  #forgetPod(pod: Pod): void {
    const { uid, namespace, name } = pod.facts
    this.#byUid.delete(uid)
    if (pod.pathUid !== undefined && this.#byPathUid.get(pod.pathUid) === pod) this.#byPathUid.delete(pod.pathUid)
    const names = this.#byName.get(namespace)
    if (names?.get(name) !== pod) return
    names.delete(name)
    if (names.size === 0) this.#byName.delete(namespace)
  }
}

/**
 * When a pod lost an address its status no longer has: at the end of its life, or when its network was made again, else
 * when that was seen. An update that only lacks the address (kubernetes#125370) ends nothing earlier.
 */
function lostMs({ owner }: HeldInterval, { life, ips }: PodRow, seenAtMs: number): number {
  if (life.toMs !== undefined) return life.toMs
  if (ips.length === 0 || life.sandboxMs === undefined || owner.sandboxMs === undefined) return seenAtMs
  return life.sandboxMs > owner.sandboxMs ? Math.min(life.sandboxMs + RESOLUTION_MS, seenAtMs) : seenAtMs
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

function recordOfInterval({ key, fromMs, toMs, floorMs }: HeldInterval): IntervalRecord {
  const [ip = '', network = ''] = key.split('|', 2)
  return {
    ip,
    network,
    fromMs,
    toMs: toMs === Number.POSITIVE_INFINITY ? undefined : toMs,
    floorMs: floorMs === Number.NEGATIVE_INFINITY ? undefined : floorMs,
  }
}

function factsOf(row: PodFacts, shared: Shared): PodFacts {
  const { uid, name, nodeName, ips, isHostNetwork, role, labels } = row
  return {
    uid,
    namespace: shared.text(row.namespace),
    name,
    nodeName: nodeName === undefined ? undefined : shared.text(nodeName),
    network: shared.text(row.network),
    ips,
    isHostNetwork,
    workload: shared.workload(row.workload),
    serviceAccount: shared.text(row.serviceAccount),
    role,
    canonicalService: shared.text(row.canonicalService),
    labels: labels === undefined ? undefined : shared.text(labels),
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
