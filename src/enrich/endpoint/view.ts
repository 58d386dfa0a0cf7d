import type { EndpointFields } from '../../record/generated/record.ts'
import { parseAddress } from '../address.ts'
import type { EndpointIndex } from './index.ts'
import type { PodFacts } from './pod-table.ts'
import type { Hint, Resolution } from './resolution.ts'
import { LOCAL_NETWORK } from './row.ts'
import { type End, podFields } from './slot.ts'

/** The index as one proxy sees it. */
export class View {
  readonly index: EndpointIndex
  /** Configured name of the cluster; peers that name another one are not looked up here. */
  readonly cluster: string | undefined

  constructor(index: EndpointIndex, cluster: string | undefined) {
    this.index = index
    this.cluster = cluster
  }

  /** Who is behind an address text at `atMs`; undefined when it holds no IP address. */
  resolve(text: string, atMs: number, hint?: Hint): Resolution | undefined {
    const address = parseAddress(text)
    if (address?.ip === undefined) return undefined
    const { ip, port } = address
    return this.index.resolve(
      { network: LOCAL_NETWORK, ip, port: port === 0 ? undefined : port, protocol: 'TCP' },
      atMs,
      hint,
    )
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
  const isUnknown = address !== undefined && mayBecomeKnown(resolution)
  return { sinceMs, untilMs, unknownIp: isUnknown ? parseAddress(address)?.ip : undefined }
}

/** Nobody is known to have had the address then or since: its owner may be newer than what is known. */
function mayBecomeKnown({ reason, untilMs }: Resolution): boolean {
  return reason === 'not_known' || (reason === 'history' && untilMs === Number.POSITIVE_INFINITY)
}
