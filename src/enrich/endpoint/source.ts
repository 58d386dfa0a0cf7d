import type { EnvoyLine, MoreValues, Peer } from '../../record/envoy-line.ts'
import type { Direction } from '../../record/layer.ts'
import { isIssuedTo, isTelling, peerEnd } from './peer.ts'
import type { Reason, Resolution } from './resolution.ts'
import type { End } from './slot.ts'
import { type Spiffe, spiffeOf } from './spiffe.ts'
import { restOf, type View } from './view.ts'

/** What a line says of who called. */
export interface Caller {
  /** The peer's address without its port; absent when the line has none, or only that of a forwarded client (port 0). */
  readonly address: string | undefined
  readonly isForwarded: boolean
  readonly peer: Peer | undefined
  /** URI names of the certificate the caller showed. */
  readonly names: string | undefined
  readonly direction: Direction
}

/** What `line` says; undefined when it says nothing. */
export function callerOf(line: EnvoyLine, direction: Direction): Caller | undefined {
  const { more = NO_VALUES, downstreamRemoteAddress: remote } = line
  const direct = more.downstreamDirectRemoteAddress
  const { sourcePeer: peer, downstreamPeerUriSan: names } = more
  const isForwarded = direct === undefined && isForwardedClient(remote)
  const full = direct ?? remote
  if (full === undefined && peer === undefined && names === undefined) return undefined
  return {
    address: full === undefined || isForwarded ? undefined : hostPart(full),
    isForwarded,
    peer,
    names,
    direction,
  }
}

const NO_VALUES: MoreValues = {}

/** Envoy took the address from x-forwarded-for: its port is 0. */
export function isForwardedClient(remote: string | undefined): boolean {
  return remote !== undefined && remote.endsWith(':0') && hostPart(remote) !== remote
}

/** The address without its port: a peer's port says nothing of who it is. */
export function hostPart(address: string): string {
  const colon = address.lastIndexOf(':')
  const hasPort = colon > 0 && (address.charCodeAt(colon - 1) === CLOSE_BRACKET || address.indexOf(':') === colon)
  return hasPort ? address.slice(0, colon) : address
}

const CLOSE_BRACKET = 0x5d

/** Who called: peer metadata, then the certificate, then the address. Never the forwarded client. */
export function sourceEnd(view: View, caller: Caller, atMs: number): End {
  const { peer, address } = caller
  if (isTelling(peer)) return peerEnd(view, peer, address, atMs)
  const spiffe = caller.names === undefined ? undefined : spiffeOf(caller.names)
  if (spiffe !== undefined) return certifiedEnd(view, spiffe, caller, atMs)
  if (address === undefined) return unresolvedEnd(caller.isForwarded ? 'xff' : 'no_address')
  const resolution = view.resolve(address, atMs)
  return resolution === undefined ? unresolvedEnd('no_address') : addressEnd(view, resolution, caller)
}

/** The certificate proves namespace and service account; which of their pods it was, only the address can tell. */
function certifiedEnd(view: View, spiffe: Spiffe, caller: Caller, atMs: number): End {
  const { namespace, serviceAccount } = spiffe
  const { address } = caller
  const resolution = address === undefined ? undefined : view.resolve(address, atMs, { namespace, serviceAccount })
  const pod = resolution?.pod
  if (pod !== undefined && isIssuedTo(spiffe, pod)) {
    const { confidence, reason } = resolution ?? {}
    return { fields: { ...view.podFields(pod), method: 'san', confidence, reason }, ...restOf(resolution) }
  }
  if (pod !== undefined) view.countSanMismatch()
  const reason = pod === undefined ? reasonWithoutPod(resolution, caller) : 'san_mismatch'
  const fields = { kind: 'unknown', namespace, method: 'san', confidence: 'ambiguous', reason }
  return { fields, ...restOf(resolution, address) }
}

function reasonWithoutPod(resolution: Resolution | undefined, { isForwarded }: Caller): Reason {
  if (resolution === undefined) return isForwarded ? 'xff' : 'no_address'
  return resolution.reason ?? (resolution.kind === 'node' ? 'nat' : 'other_network')
}

function addressEnd(view: View, resolution: Resolution, { address, direction }: Caller): End {
  const rest = restOf(resolution, address)
  const { pod, node, service, networkName, confidence, reason } = resolution
  if (pod !== undefined) return { fields: { ...view.podFields(pod), method: 'ip', confidence, reason }, ...rest }
  if (resolution.kind === 'node' && node !== undefined) {
    // Behind a node port traffic comes from the node's address, whoever the client is.
    const isNat = direction === 'gateway'
    const sure = isNat ? { confidence: 'ambiguous', reason: 'nat' } : { confidence }
    return { fields: { kind: 'node', node: node.name, zone: node.zone, method: 'ip', ...sure }, ...rest }
  }
  if (service !== undefined) {
    const fields = view.serviceFields(service.name, service.namespace)
    return { fields: { kind: 'service', ...fields, method: 'ip', confidence, reason }, ...rest }
  }
  const method = networkName === undefined ? 'ip' : 'cidr'
  const fields = { kind: resolution.kind, service: networkName, method, confidence, reason }
  return { fields, ...rest }
}

function unresolvedEnd(reason: Reason): End {
  return { fields: { kind: 'unknown', confidence: 'none', reason } }
}
