import type { NodeFacts } from './node-table.ts'
import type { PodFacts } from './pod-table.ts'
import type { ServiceFacts } from './service-table.ts'

/** An address as a line has it. */
export interface Query {
  /** Network of the proxy that saw the address; empty for the one the agent is in. */
  readonly network: string
  /** Canonical IP address. */
  readonly ip: string
  readonly port: number | undefined
  readonly protocol: 'TCP' | 'UDP'
}

/** What the cluster name, the SNI or a SPIFFE name says of who should be behind an address. */
export interface Hint {
  readonly namespace: string | undefined
  readonly service?: string | undefined
  readonly serviceAccount?: string | undefined
}

/**
 * Why an end of a hop is not resolved, or not for sure.
 *
 * history: somebody held the address, but not then. not_known: inside a pod or service range, never seen. not_synced,
 * stale: the same, while the index does not have all that its source has. private: a
 * private address of no range that is known; name the range under enrich.networks. no_time: the line has none. two_owners: the address changed hands within the tolerance. skew: only within the tolerance of an
 * owner's time. shared_address: several services have it. namespace_mismatch: the pod does not fit the service.
 * san_mismatch: the pod does not fit the SPIFFE name. other_network: behind another network's gateway. loopback,
 * link_local, no_address: not an address of anybody. xff: a forwarded client, not the peer. nat: a node's address, who
 * is behind it cannot be told. no_upstream: nobody was chosen.
 * authority: only the host that the caller asked for is known. undeclared_port: the pod is sure, but its service does not
 * declare the port.
 */
export type Reason =
  | 'history'
  | 'not_known'
  | 'not_synced'
  | 'stale'
  | 'private'
  | 'no_time'
  | 'two_owners'
  | 'skew'
  | 'shared_address'
  | 'namespace_mismatch'
  | 'san_mismatch'
  | 'other_network'
  | 'loopback'
  | 'link_local'
  | 'no_address'
  | 'xff'
  | 'nat'
  | 'no_upstream'
  | 'authority'
  | 'undeclared_port'

export type Confidence = 'exact' | 'ambiguous' | 'none'

/** Who is behind an address at an instant. The same answer holds in `[sinceMs, untilMs)` of the same index version. */
export interface Resolution {
  readonly kind: 'pod' | 'service' | 'node' | 'external' | 'unknown'
  readonly confidence: Confidence
  readonly reason: Reason | undefined
  readonly pod: PodFacts | undefined
  readonly service: ServiceFacts | undefined
  readonly node: NodeFacts | undefined
  /** Configured name of the range an external address is in. */
  readonly networkName: string | undefined
  readonly sinceMs: number
  readonly untilMs: number
}

/** The pod that surely held an address for a time. */
export function podAt(pod: PodFacts, sinceMs: number, untilMs: number): Resolution {
  return {
    kind: 'pod',
    confidence: 'exact',
    reason: undefined,
    pod,
    service: undefined,
    node: undefined,
    networkName: undefined,
    sinceMs,
    untilMs,
  }
}

type Found = Partial<Pick<Resolution, 'service' | 'node' | 'networkName'>>

/** Surely this, at any time. */
export function resolved(kind: Resolution['kind'], found: Found): Resolution {
  return { ...NOTHING, kind, confidence: 'exact', ...found }
}

/** Nobody is known. */
export function unresolved(reason: Reason): Resolution {
  return { ...NOTHING, confidence: 'none', reason }
}

/** Somebody, but not surely whom. */
export function unsure(reason: Reason): Resolution {
  return { ...NOTHING, confidence: 'ambiguous', reason }
}

const NOTHING: Resolution = {
  kind: 'unknown',
  confidence: 'none',
  reason: undefined,
  pod: undefined,
  service: undefined,
  node: undefined,
  networkName: undefined,
  sinceMs: Number.NEGATIVE_INFINITY,
  untilMs: Number.POSITIVE_INFINITY,
}
