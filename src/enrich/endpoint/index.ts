import { classOf, isPrivate } from '../ip.ts'
import { CidrNames, parseCidr } from './cidr.ts'
import { type NodeFacts, NodeTable } from './node-table.ts'
import { addressKey, type PodFacts, PodTable } from './pod-table.ts'
import { Ranges } from './range.ts'
import { type Hint, podAt, type Query, type Resolution, resolved, unresolved, unsure } from './resolution.ts'
import { LOCAL_NETWORK, type NodeRow, type PodRow, type ServiceRow } from './row.ts'
import { type ServiceFacts, ServiceTable } from './service-table.ts'
import { choosePod, chooseService } from './tie-break.ts'

export interface EndpointIndexOptions {
  /** Names of ranges Kubernetes does not know, by CIDR. What is no CIDR is left out. */
  readonly networks?: Readonly<Record<string, string>>
  /** How far the clocks of two machines may differ; times of Kubernetes have whole seconds only. */
  readonly skewMs?: number
  /** Intervals of the past that are kept. */
  readonly maxClosed?: number
}

/**
 * Who is behind an address, at a line's own time. Fed with rows (an inventory file now, a live watch later), asked
 * synchronously, never blocking and never guessing: outside every interval the answer is "unknown" and why.
 */
export class EndpointIndex {
  readonly #pods: PodTable
  readonly #services = new ServiceTable()
  readonly #nodes = new NodeTable()
  readonly #ranges = new Ranges()
  readonly #networks = new CidrNames()
  readonly #skewMs: number
  #version = 0

  constructor({ networks = {}, skewMs = 2_000, maxClosed = 500_000 }: EndpointIndexOptions = {}) {
    this.#pods = new PodTable(maxClosed)
    this.#skewMs = skewMs
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
  get size(): { readonly pods: number; readonly services: number; readonly closedIntervals: number } {
    return { pods: this.#pods.podCount, services: this.#services.size, closedIntervals: this.#pods.closedCount }
  }

  /** `seenAtMs`: when the source learnt of it; a time in the row itself goes before it. */
  upsertPod(row: PodRow, seenAtMs: number): void {
    const changed = this.#pods.upsert(row, seenAtMs)
    const learnt = row.nodeName !== undefined && this.#nodes.learn(row.network, row.hostIps, row.nodeName)
    if (!row.isHostNetwork) for (const ip of row.ips) this.#ranges.addPod(ip)
    if (changed || learnt) this.#version += 1
  }

  deletePod(uid: string, seenAtMs: number): void {
    if (this.#pods.delete(uid, seenAtMs)) this.#version += 1
  }

  upsertService(row: ServiceRow): void {
    for (const ip of row.clusterIps) this.#ranges.addService(ip)
    if (this.#services.upsert(row)) this.#version += 1
  }

  deleteService(namespace: string, name: string): void {
    if (this.#services.delete(namespace, name)) this.#version += 1
  }

  upsertNode(row: NodeRow): void {
    for (const text of row.podCidrs) {
      const cidr = parseCidr(text)
      if (cidr !== undefined) this.#ranges.addPodCidr(cidr)
    }
    if (this.#nodes.upsert(row)) this.#version += 1
  }

  deleteNode(name: string): void {
    if (this.#nodes.delete(name)) this.#version += 1
  }

  /** By UID, or by the UID kubelet uses in the paths of a static pod. Pods of the past too, as long as they are kept. */
  podByUid(uid: string): PodFacts | undefined {
    return this.#pods.byUid(uid)
  }

  /** The pod that had the name last; without a namespace only when one namespace alone has the name. */
  podByName(namespace: string | undefined, name: string): PodFacts | undefined {
    return this.#pods.byName(namespace, name)
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

  /** Undefined when no pod ever had the address. */
  #resolvePod({ network, ip }: Query, atMs: number, hint: Hint | undefined): Resolution | undefined {
    const holders = this.#pods.holders(addressKey(network, ip), atMs, this.#skewMs)
    if (holders === undefined) return undefined
    if (Number.isNaN(atMs)) return unresolved('no_time')
    const { exact, sinceMs, untilMs } = holders
    if (exact !== undefined) return podAt(exact, sinceMs, untilMs)
    if (holders.pods.length === 0) return { ...unresolved('history'), sinceMs, untilMs }
    const reason = holders.pods.length === 1 ? 'skew' : 'two_owners'
    const chosen = choosePod(holders.pods, hint)
    const pod = chosen !== undefined && holders.likely.includes(chosen) ? chosen : undefined
    return { ...unsure(reason), kind: pod === undefined ? 'unknown' : 'pod', pod, sinceMs: atMs, untilMs: atMs }
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
    if (this.#ranges.isPodCidr(ip)) return unresolved('not_known')
    const networkName = this.#networks.get(ip)
    if (networkName !== undefined) return resolved('external', { networkName })
    const ipClass = classOf(ip)
    if (ipClass !== 'unicast') return unresolved(ipClass === 'unspecified' ? 'no_address' : ipClass)
    if (this.#ranges.isNearby(ip)) return unresolved('not_known')
    // A private address may be anybody's: a pod that the source of rows does not have, a machine, another cluster.
    return isPrivate(ip) ? unresolved('private') : resolved('external', {})
  }
}

/** What every cloud has at this address; a configured name replaces it. */
const BUILT_IN_NETWORKS: readonly (readonly [string, string])[] = [['169.254.169.254/32', 'metadata-service']]
