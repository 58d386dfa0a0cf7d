import type { Peer } from '../../record/envoy-line.ts'
import { detach } from './detach.ts'
import type { PodFacts } from './pod-table.ts'
import type { Resolution } from './resolution.ts'
import { serviceHostOf } from './service-host.ts'
import type { End } from './slot.ts'
import { type Spiffe, spiffeOf } from './spiffe.ts'
import { restOf, type View } from './view.ts'

/** Everything a line says of a peer beyond its address, as one text; empty when that is nothing. */
export function evidenceOf(peer: Peer | undefined, names: string | undefined): string {
  if (peer === undefined) return names ?? ''
  const { workload, namespace, pod, service, cluster, identity } = peer
  return [names, workload, namespace, pod, service, cluster, identity].join('\n')
}

/** The same metadata in memory of its own. */
export function detachPeer(peer: Peer | undefined): Peer | undefined {
  if (peer === undefined) return undefined
  const detached: Peer = {}
  for (const key of ['workload', 'namespace', 'pod', 'service', 'cluster', 'identity'] as const) {
    const value = peer[key]
    if (value !== undefined) detached[key] = detach(value)
  }
  return detached
}

/** Whether peer metadata says anything of who the peer is. */
export function isTelling(peer: Peer | undefined): peer is Peer {
  if (peer === undefined) return false
  return (
    peer.pod !== undefined || peer.workload !== undefined || peer.namespace !== undefined || peer.identity !== undefined
  )
}

/**
 * An end that the line itself names: Istio's peer metadata or ztunnel's own keys. It is exact by construction; the
 * address only adds pod, node and labels, where it agrees.
 */
export function peerEnd(view: View, peer: Peer, address: string | undefined, atMs: number): End {
  const spiffe = peer.identity === undefined ? undefined : spiffeOf(peer.identity)
  const namespace = peer.namespace ?? spiffe?.namespace
  const resolution =
    address === undefined || view.isElsewhere(peer.cluster)
      ? undefined
      : view.resolve(address, atMs, { namespace, serviceAccount: spiffe?.serviceAccount })
  const host = peer.service === undefined ? undefined : serviceHostOf(peer.service)
  const pod = agreeing(resolution, peer, spiffe)
  return {
    fields: {
      ...(pod === undefined ? namedFields(peer, namespace) : view.podFields(pod)),
      ...(host && { ...view.serviceFields(host.service, host.namespace), namespace: namespace ?? host.namespace }),
      cluster: peer.cluster,
      method: 'peer_metadata',
      confidence: 'exact',
    },
    domain: host?.host,
    ...restOf(resolution),
  }
}

function namedFields(peer: Peer, namespace: string | undefined): End['fields'] {
  const isPod = peer.pod !== undefined || peer.workload !== undefined
  return { kind: isPod ? 'pod' : 'unknown', pod: peer.pod, workload: peer.workload, namespace }
}

function agreeing(resolution: Resolution | undefined, peer: Peer, spiffe: Spiffe | undefined): PodFacts | undefined {
  const pod = resolution?.pod
  if (pod === undefined || (spiffe !== undefined && !isIssuedTo(spiffe, pod))) return undefined
  const agrees =
    (peer.namespace ?? pod.namespace) === pod.namespace &&
    (peer.pod ?? pod.name) === pod.name &&
    (peer.workload ?? pod.workload.name) === pod.workload.name
  return agrees ? pod : undefined
}

/** Whether a certificate is one that this pod can have. */
export function isIssuedTo({ namespace, serviceAccount }: Spiffe, pod: PodFacts): boolean {
  return pod.namespace === namespace && pod.serviceAccount === serviceAccount
}
