import type { EnvoyLine } from '../record/envoy-line.ts'
import type { Direction } from '../record/layer.ts'

/** What has to be known of a proxy to tell on which side of a hop it stood. */
export interface ReporterFacts {
  /** Canonical addresses of its pod; empty when unknown. */
  readonly ips: readonly string[]
  readonly role: ProxyRole | undefined
}

/** What a proxy is there for, where its pod says so; a sidecar has none. */
export type ProxyRole = 'gateway' | 'waypoint' | 'ztunnel'

/**
 * On which side of the hop the reporting proxy stood, from the values of one line and, where known, its pod.
 *
 * Order of evidence: ztunnel's own word, a waypoint's pod, the cluster name, a gateway's pod, the SNI, loopback
 * addresses of inbound traffic, the pod's addresses. What none of them decides is `unknown`.
 * Source: istio/istio pilot (cluster names: pkg/model/push_context; 127.0.0.6: listener_address.go).
 */
export function directionOf(line: EnvoyLine, reporter: ReporterFacts | undefined): Direction {
  const ownWord = line.more?.ztunnelDirection
  if (ownWord !== undefined) return ownWord
  const role = reporter?.role
  if (role === 'waypoint') return 'waypoint'
  const told = directionOfCluster(line.upstreamCluster)
  if (told === 'outbound') return role === 'gateway' || dialsFromListener(line) ? 'gateway' : 'outbound'
  if (told !== undefined) return told
  if (role === 'gateway') return 'gateway'
  if (isInbound(line)) return 'inbound'
  return reporter === undefined ? 'unknown' : byOwnAddress(line, reporter)
}

/** What the name of a cluster says; undefined for names Istio did not make, and for BlackHoleCluster, which has two sides. */
function directionOfCluster(cluster: string | undefined): Direction | undefined {
  if (cluster === undefined) return undefined
  if (cluster.startsWith('outbound|') || cluster === 'PassthroughCluster') return 'outbound'
  if (cluster.startsWith('inbound|') || cluster.startsWith('InboundPassthroughCluster')) return 'inbound'
  if (cluster.startsWith('inbound-vip|')) return 'waypoint'
  if (cluster.startsWith('outbound_.')) return 'gateway' // routed by SNI: only gateways have such clusters
  return undefined
}

/** A gateway dials from the address it listens on; a sidecar dials from the address its application dials from. */
function dialsFromListener(line: EnvoyLine): boolean {
  const { upstreamLocalAddress: own, downstreamLocalAddress: dialled, downstreamRemoteAddress: peer } = line
  if (own === undefined || dialled === undefined || !isSameHost(own, dialled)) return false
  return peer === undefined || !isSameHost(own, peer)
}

/**
 * The SNI of a sidecar's mTLS, unless the cluster is somebody's own; or the application dialled at loopback: from
 * 127.0.0.6 or ::6 since Istio 1.10, at 127.0.0.1 before.
 */
function isInbound({
  upstreamCluster,
  requestedServerName,
  upstreamLocalAddress: local,
  upstreamHost,
}: EnvoyLine): boolean {
  if (upstreamCluster === undefined && requestedServerName?.startsWith('outbound_.') === true) return true
  if (local !== undefined && (local.startsWith('127.0.0.6:') || local.startsWith('[::6]:'))) return true
  return upstreamHost?.startsWith('127.0.0.1:') === true
}

/** A pod that calls itself is the case that addresses cannot tell. */
function byOwnAddress(line: EnvoyLine, reporter: ReporterFacts): Direction {
  if (reporter.ips.length === 0) return 'unknown'
  const isCaller = isOwn(line.downstreamRemoteAddress, reporter)
  const isCalled = isOwn(line.downstreamLocalAddress, reporter)
  if (isCaller) return isCalled ? 'unknown' : 'outbound'
  if (isCalled) return 'inbound'
  // What an application dials is redirected to its sidecar; what others dial at a sidecar is its own address.
  return isDialled(line.downstreamLocalAddress) ? 'outbound' : 'unknown'
}

function isDialled(address: string | undefined): boolean {
  if (address === undefined) return false
  const first = address.charCodeAt(0)
  const isNumber = (first >= 0x30 && first <= 0x39) || first === 0x5b
  return isNumber && !address.startsWith('127.') && !address.startsWith('[::1]') && !address.startsWith('0.0.0.0')
}

/** Whether an address is one of the pod's, whatever its port. */
export function isOwn(address: string | undefined, reporter: Pick<ReporterFacts, 'ips'>): boolean {
  if (address === undefined) return false
  for (const ip of reporter.ips) if (isAt(address, ip)) return true
  return false
}

const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** Whether `IP`, `IP:PORT` or `[IP]:PORT` is at `ip`. */
function isAt(address: string, ip: string): boolean {
  if (address.charCodeAt(0) === OPEN_BRACKET) {
    return address.charCodeAt(ip.length + 1) === CLOSE_BRACKET && address.startsWith(ip, 1)
  }
  // The first colon ends an IPv4 address; in an IPv6 address without brackets there is no port.
  return (
    address === ip ||
    (address.charCodeAt(ip.length) === COLON && address.startsWith(ip) && address.indexOf(':') === ip.length)
  )
}

/** Whether two `HOST:PORT` texts have the same host. */
function isSameHost(one: string, other: string): boolean {
  const end = one.lastIndexOf(':')
  if (end !== other.lastIndexOf(':')) return false
  for (let at = end - 1; at >= 0; at -= 1) {
    if (one.charCodeAt(at) !== other.charCodeAt(at)) return false
  }
  return end > 0
}
