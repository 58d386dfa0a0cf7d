import { classOf, isPrivate } from '../ip.ts'
import { CidrNames, parseCidr } from './cidr.ts'
import { type Freshness, unknownReason } from './freshness.ts'
import { type IndexRecord, keyOf, type RangeRecord, splitKey } from './index-record.ts'
import { type NamespaceFacts, NamespaceTable } from './namespace-table.ts'
import { type NodeFacts, NodeTable } from './node-table.ts'
import { type PodRestart, type PodState, restartBefore, spanAt, stateAt, type StateSpan } from './pod-state.ts'
import { addressKey, type PodFacts, PodTable } from './pod-table.ts'
import { Ranges } from './range.ts'
import { type Hint, podAt, type Query, type Resolution, resolved, unresolved, unsure } from './resolution.ts'
import { LOCAL_NETWORK, type NamespaceRow, type NodeRow, type PodRow, type ServiceRow } from './row.ts'
import type { RowTarget } from './row-target.ts'
import { type ServiceFacts, ServiceTable } from './service-table.ts'
import { choosePod, chooseService } from './tie-break.ts'

export interface EndpointIndexOptions {
  /** Names of ranges Kubernetes does not know, by CIDR. What is no CIDR is left out. */
  readonly networks?: Readonly<Record<string, string>>
  /** How far the clocks of two machines may differ; times of Kubernetes have whole seconds only. */
  readonly skewMs?: number
  /** For how long intervals of the past are kept. */
  readonly historyMs?: number
  /** How many of them at most. */
  readonly maxClosed?: number
}

/**
 * Who is behind an address, at a line's own time. Fed with rows (an inventory file, a live watch) or with the
 * records of another index, asked synchronously, never blocking and never guessing: outside every interval the answer is "unknown" and why.
 */
export class EndpointIndex implements RowTarget {
  readonly #pods: PodTable
  readonly #services = new ServiceTable()
  readonly #nodes = new NodeTable()
  readonly #ranges = new Ranges()
  readonly #networks = new CidrNames()
  readonly #namespaces = new NamespaceTable()
  readonly #listeners = new Set<(key: string) => void>()
  readonly #skewMs: number
  readonly #historyMs: number
  #freshness: Freshness = 'current'
  /** Absent while no source has said how fresh it is: then what was seen last counts. */
  #heardUntilMs: number | undefined
  /** Since when not everything was told. */
  #gapFromMs: number | undefined
  #seenMs = -Infinity
  #version = 0

  constructor(options: EndpointIndexOptions = {}) {
    const { networks = {}, skewMs = 2_000, historyMs = 1_800_000, maxClosed = 500_000 } = options
    this.#pods = new PodTable(maxClosed)
    this.#skewMs = skewMs
    this.#historyMs = historyMs
    for (const [range, name] of [...BUILT_IN_NETWORKS, ...Object.entries(networks)]) {
      const cidr = parseCidr(range)
      if (cidr !== undefined) this.#networks.set(cidr, name)
    }
  }

  /** Rises whenever any answer may be different. */
  get version(): number {
    return this.#version
  }

  /** Objects and closed intervals that are held. */
  get size() {
    const [pods, closedIntervals] = [this.#pods.podCount, this.#pods.closedCount]
    return { pods, services: this.#services.size, nodes: this.#nodes.size, closedIntervals }
  }

  /**
   * How much of what its source has the index knows, since `atMs`. It decides what is said of addresses that nobody is
   * known at, and for how long the last known state of a pod holds: for ever while a source is `current`, else until it
   * was last heard.
   */
  setFreshness(freshness: Freshness, atMs = this.#seenMs): void {
    const before = this.#heardUntilMs
    if (freshness === 'current') this.#gapFromMs = undefined
    else this.#gapFromMs ??= atMs - TELLING_MS
    this.#heardUntilMs = this.#gapFromMs ?? Infinity
    if (freshness === this.#freshness && before === this.#heardUntilMs) return
    this.#freshness = freshness
    this.#version += 1
  }

  /** Hear the key of each thing that changed, as it changes. Returns what ends that. */
  observe(listener: (key: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  upsertPod(row: PodRow, seenAtMs: number): void {
    this.#seenMs = Math.max(this.#seenMs, seenAtMs)
    if (this.#pods.upsert(row, seenAtMs, this.#gapFromMs)) this.#changed(`pod/${row.uid}`)
    if (row.nodeName !== undefined && this.#nodes.learn(row.network, row.hostIps, row.nodeName)) {
      this.#changed(`node/${row.nodeName}`)
    }
    if (!row.isHostNetwork) for (const ip of row.ips) this.#widened(this.#ranges.addPod(ip))
  }

  deletePod(uid: string, seenAtMs: number): void {
    this.#deletePod(uid, seenAtMs, this.#gapFromMs)
  }

  upsertService(row: ServiceRow): void {
    for (const ip of row.clusterIps) this.#widened(this.#ranges.addService(ip))
    if (this.#services.upsert(row)) this.#changed(`service/${row.namespace}/${row.name}`)
  }

  deleteService(namespace: string, name: string): void {
    if (this.#services.delete(namespace, name)) this.#changed(`service/${namespace}/${name}`)
  }

  upsertNode(row: NodeRow): void {
    for (const text of row.podCidrs) this.#widened(this.#ranges.addPodCidr(text))
    if (this.#nodes.upsert(row)) this.#changed(`node/${row.name}`)
  }

  deleteNode(name: string): void {
    if (this.#nodes.delete(name)) this.#changed(`node/${name}`)
  }

  upsertNamespace(row: NamespaceRow): void {
    if (this.#namespaces.upsert(row)) this.#changed(`namespace/${row.name}`)
  }

  deleteNamespace(name: string): void {
    if (this.#namespaces.delete(name)) this.#changed(`namespace/${name}`)
  }

  /** In slices: await it before the list counts as taken in. What is told of a pod meanwhile is newer than the list. */
  retainPods(uids: ReadonlySet<string>, seenAtMs: number): Promise<void> {
    const gapFromMs = this.#gapFromMs // of the time before the list, whatever is heard while it is swept
    return this.#pods.sweep(
      (uid) => uids.has(uid),
      (uid) => this.#deletePod(uid, seenAtMs, gapFromMs),
    )
  }

  retainServices(keys: ReadonlySet<string>): void {
    for (const { namespace, name } of this.#services.all) {
      if (!keys.has(`${namespace}/${name}`)) this.deleteService(namespace, name)
    }
  }

  retainNodes(names: ReadonlySet<string>): void {
    for (const name of this.#nodes.names) if (!names.has(name)) this.deleteNode(name)
  }

  retainNamespaces(names: ReadonlySet<string>): void {
    for (const name of this.#namespaces.names) if (!names.has(name)) this.deleteNamespace(name)
  }

  /** The whole of what is known, one record for each thing. What changes on the way may be in it or not. */
  *records(): Iterable<IndexRecord> {
    yield* this.#ranges.records()
    for (const name of this.#namespaces.names) yield* this.#recordsOf(`namespace/${name}`)
    for (const name of this.#nodes.names) yield* this.#recordsOf(`node/${name}`)
    for (const row of this.#services.all) yield { kind: 'service', row }
    for (const uid of this.#pods.uids) yield* this.#recordsOf(`pod/${uid}`)
  }

  /** What is known of one thing; a tombstone for one that is gone, undefined for a pod that is forgotten. */
  recordOf(key: string): IndexRecord | undefined {
    const { kind, name } = splitKey(key)
    switch (kind) {
      case 'pod':
        return this.#pods.recordOf(name)
      case 'service':
        return this.#serviceRecord(name) ?? { kind: 'gone', key }
      case 'node':
        return this.#nodes.recordOf(name) ?? { kind: 'gone', key }
      case 'namespace': {
        const row = this.#namespaces.byName(name)
        return row === undefined ? { kind: 'gone', key } : { kind: 'namespace', row }
      }
      default:
        return this.#ranges.recordOf(name)
    }
  }

  /** Take over what another index knows of one thing, in place of what was known here. */
  put(record: IndexRecord): void {
    switch (record.kind) {
      case 'pod': {
        if (this.#pods.put(record)) this.#changed(keyOf(record))
        return
      }
      case 'service':
        return this.upsertService(record.row)
      case 'node': {
        for (const text of record.row?.podCidrs ?? []) this.#widened(this.#ranges.addPodCidr(text))
        if (this.#nodes.put(record)) this.#changed(keyOf(record))
        return
      }
      case 'namespace':
        return this.upsertNamespace(record.row)
      case 'range':
        return this.#widened(this.#ranges.put(record) ? record : undefined)
      default:
        return this.#remove(record.key)
    }
  }

  /**
   * A new snapshot was put that was made at `atMs`, of the things `keep` names: of a pod that is not among them nothing is
   * known since then, and everything else is gone. Nothing is cleared: a pod that is gone keeps its past. In slices: await
   * it before the snapshot counts as taken in. What is told of a pod meanwhile is newer than the snapshot.
   */
  sweep(keep: ReadonlySet<string>, atMs: number): Promise<void> {
    const keys = [...this.#namespaces.names].map((name) => `namespace/${name}`)
    for (const name of this.#nodes.names) keys.push(`node/${name}`)
    for (const { namespace, name } of this.#services.all) keys.push(`service/${namespace}/${name}`)
    for (const key of keys) if (!keep.has(key)) this.#remove(key)
    const gapFromMs = this.#gapFromMs
    return this.#pods.sweep(
      (uid) => keep.has(`pod/${uid}`),
      (uid) => this.#missPod(uid, atMs, gapFromMs),
    )
  }

  /**
   * Forget what ended longer ago than the history goes back, and before any line that is still to be looked up. Call it
   * from time to time. Nobody is told: every index forgets by itself. In slices, of which the
   * first is done before this returns.
   */
  forget(nowMs: number, oldestNeededMs = nowMs): void {
    void this.#pods.forget(Math.min(nowMs - this.#historyMs, oldestNeededMs), () => {
      this.#version += 1
    })
  }

  /** By UID, or by the UID kubelet uses in the paths of a static pod. Pods of the past too, as long as they are kept. */
  podByUid(uid: string): PodFacts | undefined {
    return this.#pods.byUid(uid)
  }

  /** The pod that had the name last; without a namespace only when one namespace alone has the name. */
  podByName(namespace: string | undefined, name: string): PodFacts | undefined {
    return this.#pods.byName(namespace, name)
  }

  /** The state a pod was in, where it cannot have been another; see docs/endpoints.md. */
  stateOf(uid: string, atMs: number): { readonly state: PodState; readonly sinceMs: number } | undefined {
    return stateAt(this.#pods.marksOf(uid), atMs, this.#skewMs, this.#heardUntilMs ?? this.#seenMs)
  }

  /** The same with the time in which it holds as long as the index does not change; without a state where there is none to tell. */
  stateSpanOf(uid: string, atMs: number): StateSpan {
    return spanAt(this.#pods.marksOf(uid), atMs, this.#skewMs, this.#heardUntilMs ?? this.#seenMs)
  }

  /** The last end of one of a pod's application containers that may have been before `atMs`. */
  lastRestartOf(uid: string, atMs: number): PodRestart | undefined {
    return restartBefore(this.#pods.restartsOf(uid), atMs, this.#skewMs)
  }

  namespace(name: string): NamespaceFacts | undefined {
    return this.#namespaces.byName(name)
  }

  service(namespace: string, name: string): ServiceFacts | undefined {
    return this.#services.byName(namespace, name)
  }

  node(name: string): NodeFacts | undefined {
    return this.#nodes.byName(name)
  }

  /**
   * Who had the address at `atMs`: pod, then service, then node, then a named range. `hint` decides between several,
   * it never adds one. Without a time (NaN) no pod is found.
   */
  resolve(query: Query, atMs: number, hint?: Hint): Resolution {
    const pod = this.#resolvePod(query, atMs, hint)
    if (pod !== undefined && (pod.pod !== undefined || pod.confidence === 'ambiguous')) return pod
    const other = this.#resolveService(query, atMs, hint) ?? this.#resolveNode(query) ?? this.#resolveRange(query)
    if (pod === undefined) return other
    if (other.kind === 'external' || other.kind === 'unknown') return pod
    return { ...other, sinceMs: Math.max(pod.sinceMs, other.sinceMs), untilMs: Math.min(pod.untilMs, other.untilMs) }
  }

  /**
   * Whether it may still become known which pod had an address at `atMs`: the address is next to those of pods, and
   * nobody is known to have had it then or since. Never so for services: proxies and this index learn of them from the
   * same server, long before anybody dials them.
   */
  awaits(ip: string, atMs: number): boolean {
    const holders = this.#pods.holders(addressKey(LOCAL_NETWORK, ip), atMs, this.#skewMs)
    if (holders === undefined) return this.#ranges.isOfPods(ip)
    return holders.exact === undefined && holders.pods.length === 0 && holders.untilMs === Number.POSITIVE_INFINITY
  }

  #deletePod(uid: string, seenAtMs: number, gapFromMs: number | undefined): void {
    this.#seenMs = Math.max(this.#seenMs, seenAtMs)
    if (this.#pods.delete(uid, seenAtMs, gapFromMs)) this.#changed(`pod/${uid}`)
  }

  #missPod(uid: string, atMs: number, gapFromMs: number | undefined): void {
    if (this.#pods.miss(uid, atMs, gapFromMs)) this.#changed(`pod/${uid}`)
  }

  #changed(key: string): void {
    this.#version += 1
    for (const listener of this.#listeners) listener(key)
  }

  #widened(range: RangeRecord | undefined): void {
    if (range !== undefined) this.#changed(keyOf(range))
  }

  #remove(key: string): void {
    const { kind, name } = splitKey(key)
    if (kind === 'service') this.deleteService(...splitName(name))
    else if (kind === 'namespace') this.deleteNamespace(name)
    else if (kind === 'node' && this.#nodes.put({ kind, name, row: undefined, hostIps: [] })) this.#changed(key)
  }

  #serviceRecord(path: string): IndexRecord | undefined {
    const row = this.#services.byName(...splitName(path))
    return row && { kind: 'service', row }
  }

  *#recordsOf(key: string): Iterable<IndexRecord> {
    const record = this.recordOf(key)
    if (record !== undefined) yield record
  }

  /** Undefined when no pod ever had the address. */
  #resolvePod({ network, ip }: Query, atMs: number, hint: Hint | undefined): Resolution | undefined {
    const holders = this.#pods.holders(addressKey(network, ip), atMs, this.#skewMs)
    if (holders === undefined) return undefined
    if (Number.isNaN(atMs)) return unresolved('no_time')
    const { exact, sinceMs, untilMs } = holders
    if (exact !== undefined) return this.#confirmed(podAt(exact, sinceMs, untilMs), atMs)
    if (holders.pods.length === 0) return { ...unresolved('history'), sinceMs, untilMs }
    const reason = holders.pods.length === 1 ? 'skew' : 'two_owners'
    const chosen = choosePod(holders.pods, hint)
    const pod = chosen !== undefined && holders.likely.includes(chosen) ? chosen : undefined
    return { ...unsure(reason), kind: pod === undefined ? 'unknown' : 'pod', pod, sinceMs: atMs, untilMs: atMs }
  }

  /** That a pod still has its address can be said up to when its source was heard; after that it is the last one known. */
  #confirmed(pod: Resolution, atMs: number): Resolution {
    if (pod.untilMs !== Infinity || this.#heardUntilMs === undefined) return pod
    const sureUntilMs = this.#heardUntilMs - this.#skewMs
    if (atMs < sureUntilMs) return { ...pod, untilMs: sureUntilMs }
    const sinceMs = Math.max(pod.sinceMs, sureUntilMs)
    return { ...pod, sinceMs, confidence: 'ambiguous', reason: unknownReason(this.#freshness) }
  }

  #resolveService(query: Query, atMs: number, hint: Hint | undefined): Resolution | undefined {
    const { network, ip, port, protocol } = query
    const all = this.#services.at(network, ip, port, protocol)
    const behindNode = all.length > 0 || port === undefined ? undefined : this.#nodes.at(network, ip)
    const services = behindNode === undefined ? all : this.#services.atNodePort(port ?? 0, protocol)
    const old = services.filter(({ createdMs = atMs }) => !(createdMs > atMs + this.#skewMs))
    if (old.length === 0) return undefined
    const service = chooseService(old, hint)
    const isAll = old.length === services.length
    const sinceMs = isAll ? Math.max(...old.map(({ createdMs }) => (createdMs ?? -Infinity) - this.#skewMs)) : atMs
    const found = service === undefined ? unsure('shared_address') : resolved('service', { service })
    return { ...found, kind: 'service', node: behindNode, sinceMs, untilMs: isAll ? Infinity : atMs }
  }

  #resolveNode({ network, ip }: Query): Resolution | undefined {
    const node = this.#nodes.at(network, ip)
    return node === undefined ? undefined : resolved('node', { node })
  }

  #resolveRange({ ip }: Query): Resolution {
    if (this.#ranges.isPodCidr(ip)) return unresolved(unknownReason(this.#freshness))
    const networkName = this.#networks.get(ip)
    if (networkName !== undefined) return resolved('external', { networkName })
    const ipClass = classOf(ip)
    if (ipClass !== 'unicast') return unresolved(ipClass === 'unspecified' ? 'no_address' : ipClass)
    if (this.#ranges.isNearby(ip)) return unresolved(unknownReason(this.#freshness))
    // A private address may be anybody's: a pod that the source of rows does not have, a machine, another cluster.
    if (isPrivate(ip)) return unresolved(this.#freshness === 'not_synced' ? 'not_synced' : 'private')
    return resolved('external', {})
  }
}

/** What every cloud has at this address; a configured name replaces it. */
const BUILT_IN_NETWORKS: readonly (readonly [string, string])[] = [['169.254.169.254/32', 'metadata-service']]

/** What happens is told within this time by a source that is current. */
const TELLING_MS = 2_000

/** A service's namespace and name. */
function splitName(path: string): [string, string] {
  const slash = path.indexOf('/')
  return [path.slice(0, slash), path.slice(slash + 1)]
}
