import type { EndpointFields } from '../../record/generated/record.ts'
import { parseAddress } from '../address.ts'
import type { EndpointIndex } from './index.ts'
import { Lookups } from './lookups.ts'
import type { PodFacts } from './pod-table.ts'
import type { Hint, Reason, Resolution } from './resolution.ts'
import { LOCAL_NETWORK } from './row.ts'
import { type End, podFields } from './slot.ts'

/** The index as one proxy sees it. */
export class View {
  readonly index: EndpointIndex
  /** Configured name of the cluster; peers that name another one are not looked up here. */
  readonly cluster: string | undefined

  readonly #lookups: Lookups

  constructor(index: EndpointIndex, cluster: string | undefined, lookups = new Lookups()) {
    this.index = index
    this.cluster = cluster
    this.#lookups = lookups
  }

  /** Who is behind an address text at `atMs`; undefined when it holds no IP address. */
  resolve(text: string, atMs: number, hint?: Hint): Resolution | undefined {
    const address = parseAddress(text)
    if (address?.ip === undefined) return undefined
    const { ip, port } = address
    const resolution = this.index.resolve(
      { network: LOCAL_NETWORK, ip, port: port === 0 ? undefined : port, protocol: 'TCP' },
      atMs,
      hint,
    )
    this.#lookups.count(resolution.confidence)
    return resolution
  }

  /** Note that an address and a certificate do not agree. */
  countSanMismatch(): void {
    this.#lookups.sanMismatches += 1
  }

  podFields(pod: PodFacts): Partial<EndpointFields> {
    return podFields(pod, pod.nodeName === undefined ? undefined : this.index.node(pod.nodeName)?.zone)
  }

  /** Service fields, with the labels of a service of this cluster. */
  serviceFields(service: string, namespace: string | undefined): Partial<EndpointFields> {
    const known = namespace === undefined ? undefined : this.index.service(namespace, service)
    return { service, namespace, serviceLabels: known?.labels }
  }

  /** Whether peer metadata names another cluster: its addresses may mean others here. */
  isElsewhere(cluster: string | undefined): boolean {
    return cluster !== undefined && this.cluster !== undefined && cluster !== this.cluster
  }
}

/** How long an answer that rests on this resolution holds, and the address that news could resolve. */
export function restOf(
  resolution: Resolution | undefined,
  address?: string,
): Pick<End, 'sinceMs' | 'untilMs' | 'unknownIp'> {
  if (resolution === undefined) return {}
  const { sinceMs, untilMs } = resolution
  const isMissed = address !== undefined && mayBecomeKnown(resolution)
  return { sinceMs, untilMs, unknownIp: isMissed ? parseAddress(address)?.ip : undefined }
}

function isUnknown(reason: Reason | undefined): boolean {
  return reason === 'not_known' || reason === 'stale' || reason === 'not_synced'
}

/** Nobody is known to have had the address then or since: its owner may be newer than what is known. */
function mayBecomeKnown({ reason, untilMs }: Resolution): boolean {
  return reason === 'history' ? untilMs === Number.POSITIVE_INFINITY : isUnknown(reason)
}
