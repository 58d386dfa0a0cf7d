import type { EnvoyLine, MoreValues, Peer } from '../../record/envoy-line.ts'
import type { Direction } from '../../record/layer.ts'
import { hostOfName, isSniName, namesHost } from './called-host.ts'
import { isIssuedTo, isTelling, peerEnd } from './peer.ts'
import type { Confidence, Reason, Resolution } from './resolution.ts'
import { type ServiceHost, serviceHostOf } from './service-host.ts'
import type { End } from './slot.ts'
import { spiffeOf } from './spiffe.ts'
import { restOf, type View } from './view.ts'

/** What a line says of who was called. */
export interface Called {
  /** The cluster name or the SNI that has the service host in it. */
  readonly name: string | undefined
  readonly method: 'cluster' | 'sni'
  /** The chosen endpoint; absent when none was chosen. */
  readonly upstream: string | undefined
  /** The address the caller dialled. */
  readonly dialled: string | undefined
  /** Host the caller asked for: its own word, proven by nothing. */
  readonly authority: string | undefined
  readonly peer: Peer | undefined
  /** URI names of the certificate the endpoint showed. */
  readonly names: string | undefined
  readonly direction: Direction
}

/** The cluster name or the SNI that has the service host in it. */
export function calledName({ upstreamCluster, requestedServerName }: EnvoyLine): string | undefined {
  if (namesHost(upstreamCluster)) return upstreamCluster
  return isSniName(requestedServerName) ? requestedServerName : undefined
}

/** The endpoint that was chosen: behind a tunnel the address it leads to, inbound the pod's own. */
export function upstreamOf(
  { more, upstreamHost, downstreamLocalAddress }: EnvoyLine,
  direction: Direction,
): string | undefined {
  return more?.hboneAddress ?? (direction === 'inbound' ? downstreamLocalAddress : upstreamHost)
}

/** What `line` says; undefined when it says nothing. */
export function calledOf(line: EnvoyLine, direction: Direction): Called | undefined {
  const { more = NO_VALUES, upstreamCluster, downstreamLocalAddress: dialled, authority } = line
  const { destinationPeer: peer, upstreamPeerUriSan: names } = more
  const named = calledName(line)
  const name = named !== undefined && hostOfName(named) !== undefined ? named : undefined
  const upstream = upstreamOf(line, direction)
  if ((name ?? upstream ?? dialled ?? peer ?? names) === undefined) return undefined
  const method = name === upstreamCluster ? 'cluster' : 'sni'
  return { name, method, upstream, dialled, authority, peer, names, direction }
}

const NO_VALUES: MoreValues = {}

/** Who was called: the service from the cluster name, the pod from the endpoint's address, never from the service. */
export function destinationEnd(view: View, called: Called, atMs: number): End {
  const { name, peer, upstream } = called
  if (isTelling(peer)) return peerEnd(view, peer, upstream, atMs)
  const host = name === undefined ? undefined : hostOfName(name)
  if (host === undefined)
    return upstream === undefined ? dialledEnd(view, called, atMs) : upstreamEnd(view, called, upstream, atMs)
  const target = serviceHostOf(host)
  if (upstream !== undefined) return chosenEnd(view, called, target, upstream, atMs)
  const kind = target.namespace === undefined ? 'external' : 'service'
  return targetEnd(view, called, target, { kind, confidence: 'exact' })
}

interface Outcome {
  readonly kind: string
  readonly confidence: Confidence
  readonly reason?: Reason | undefined
  readonly method?: 'ip'
  readonly node?: string | undefined
  readonly zone?: string | undefined
}

/** The service is known; of the endpoint only what `outcome` says. */
function targetEnd(view: View, { method }: Called, { host, service, namespace }: ServiceHost, outcome: Outcome): End {
  return { fields: { ...view.serviceFields(service, namespace), method, ...outcome }, domain: host }
}

function chosenEnd(view: View, called: Called, target: ServiceHost, upstream: string, atMs: number): End {
  const spiffe = called.names === undefined ? undefined : spiffeOf(called.names)
  const { namespace, service } = target
  const resolution = view.resolve(upstream, atMs, { namespace, service, serviceAccount: spiffe?.serviceAccount })
  const kind = namespace === undefined ? 'external' : 'service'
  if (resolution === undefined) {
    return targetEnd(view, called, target, { kind, confidence: 'none', reason: 'no_address' })
  }
  const rest = restOf(resolution, upstream)
  const { pod, confidence, reason } = resolution
  if (pod === undefined)
    return {
      ...targetEnd(view, called, target, withoutPod(resolution, target)),
      ...rest,
    }
  const mismatch = mismatchOf(pod.namespace, target, spiffe !== undefined && !isIssuedTo(spiffe, pod))
  if (mismatch === 'san_mismatch') view.countSanMismatch()
  if (mismatch !== undefined) {
    const isGateway = pod.role === 'gateway' && mismatch === 'namespace_mismatch'
    const outcome: Outcome = isGateway
      ? { kind: 'gateway', confidence: 'none', reason: 'other_network' }
      : { kind, confidence: 'ambiguous', reason: mismatch }
    return { ...targetEnd(view, called, target, outcome), ...rest }
  }
  const serviceFields = { ...view.serviceFields(service, namespace), namespace: pod.namespace }
  const method = spiffe === undefined ? 'ip' : 'san'
  return {
    fields: { ...view.podFields(pod), ...serviceFields, method, confidence, reason },
    domain: target.host,
    ...rest,
  }
}

function mismatchOf(namespace: string, target: ServiceHost, isOther: boolean): Reason | undefined {
  if (isOther) return 'san_mismatch'
  return target.namespace === undefined || target.namespace === namespace ? undefined : 'namespace_mismatch'
}

/** What an endpoint's address says when it is no pod's. */
function withoutPod({ kind, node, confidence, reason }: Resolution, { namespace }: ServiceHost): Outcome {
  const isInCluster = namespace !== undefined
  switch (kind) {
    case 'node': // pods in the host's network: which one, the address does not tell
      return { kind: 'node', method: 'ip', confidence: 'exact', node: node?.name, zone: node?.zone }
    case 'service':
      return { kind: isInCluster ? 'service' : 'external', confidence: 'exact' }
    case 'external':
      return isInCluster
        ? { kind: 'service', confidence: 'none', reason: 'other_network' }
        : { kind: 'external', confidence: 'exact' }
    default:
      return { kind: isInCluster ? 'service' : 'unknown', confidence, reason }
  }
}

/** No service is named: passthrough, somebody's own cluster, or a direction that is not known. */
function upstreamEnd(view: View, called: Called, upstream: string, atMs: number): End {
  const resolution = view.resolve(upstream, atMs)
  if (resolution === undefined || resolution.reason === 'loopback') return dialledEnd(view, called, atMs)
  const end = addressedEnd(view, resolution, upstream)
  const dialled = called.dialled === undefined ? undefined : view.resolve(called.dialled, atMs)
  const service = dialled?.service
  // A service selects pods of its own namespace only.
  if (dialled === undefined || service === undefined || resolution.pod?.namespace !== service.namespace) return end
  return {
    ...end,
    fields: { ...view.serviceFields(service.name, service.namespace), ...end.fields },
    sinceMs: Math.max(resolution.sinceMs, dialled.sinceMs),
    untilMs: Math.min(resolution.untilMs, dialled.untilMs),
  }
}

/** Nobody was chosen: what was dialled is all there is. A gateway is dialled at its own address, which says nothing. */
function dialledEnd(view: View, called: Called, atMs: number): End {
  const { dialled, direction } = called
  const resolution = dialled === undefined || direction === 'gateway' ? undefined : view.resolve(dialled, atMs)
  if (resolution === undefined) return { fields: { kind: 'unknown', confidence: 'none', reason: 'no_upstream' } }
  const end = addressedEnd(view, resolution, dialled ?? '')
  const isNamed = resolution.kind !== 'external' && resolution.kind !== 'unknown'
  if (isNamed || resolution.networkName !== undefined || called.authority === undefined) return end
  return {
    ...end,
    fields: { ...end.fields, service: hostOf(called.authority), confidence: 'ambiguous', reason: 'authority' },
  }
}

function addressedEnd(view: View, resolution: Resolution, address: string): End {
  const { kind, pod, node, service, networkName, confidence, reason } = resolution
  const how = { kind, method: networkName === undefined ? 'ip' : 'cidr', confidence, reason }
  const rest = restOf(resolution, address)
  if (pod !== undefined) return { fields: { ...how, ...view.podFields(pod) }, ...rest }
  if (service !== undefined)
    return { fields: { ...how, ...view.serviceFields(service.name, service.namespace) }, ...rest }
  return { fields: { ...how, node: node?.name, zone: node?.zone, service: networkName }, ...rest }
}

/** An authority without its port. */
function hostOf(authority: string): string {
  const colon = authority.lastIndexOf(':')
  return colon === -1 || authority.endsWith(']') ? authority : authority.slice(0, colon)
}
