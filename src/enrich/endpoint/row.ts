import type { JsonText } from '../../record/field.ts'
import type { ProxyRole } from '../direction.ts'
import type { PodStateFacts } from './pod-state.ts'

/**
 * What the index is fed with: the few values of a Kubernetes object that a record can need. An inventory file, a live
 * watch and a resolver's stream are all sources of these rows and nothing else.
 */

/**
 * The network of everything one API server tells of. Istio's network label does not decide: only injected pods have it,
 * and the addresses of one cluster differ anyway. Rows of other clusters would have the name of theirs.
 */
export const LOCAL_NETWORK = ''

/** The owner of a pod by Istio's rules (src/enrich/kubernetes/owner.ts). */
export interface Workload {
  readonly name: string
  readonly kind: string
}

export interface PodRow {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  /** Absent until the pod is scheduled. */
  readonly nodeName: string | undefined
  /** Where its addresses mean it: they may mean others elsewhere. */
  readonly network: string
  /** Canonical addresses, of both families. */
  readonly ips: readonly string[]
  /** Addresses of the node, as the pod knows them. */
  readonly hostIps: readonly string[]
  readonly isHostNetwork: boolean
  readonly workload: Workload
  readonly serviceAccount: string
  readonly role: ProxyRole | undefined
  /** Istio's canonical service: a label, `app`, or the workload. */
  readonly canonicalService: string
  /** Selected labels. */
  readonly labels: JsonText | undefined
  /** The UID kubelet uses in paths, where it is not the UID: static pods. */
  readonly pathUid: string | undefined
  readonly life: PodLife
  readonly state: PodStateFacts
}

/** What a pod's status proves about the time in which it held its addresses; milliseconds since the epoch. */
export interface PodLife {
  /** Since when its network was surely up; absent when nothing says so. */
  readonly fromMs: number | undefined
  /** When it surely was down again, whole seconds rounded up; absent while it is up, or when nothing says so. */
  readonly toMs: number | undefined
  /** It will never run again, whether or not `toMs` is known. */
  readonly isOver: boolean
  /** When its present network namespace was made: later than `fromMs` where it had to be made again. */
  readonly sandboxMs: number | undefined
}

export interface ServicePort {
  readonly port: number
  readonly protocol: string
  readonly nodePort: number | undefined
  /** A number, or the name of a container's port. */
  readonly targetPort: number | string | undefined
}

export interface ServiceRow {
  readonly namespace: string
  readonly name: string
  readonly network: string
  /** Virtual addresses that only this cluster has. */
  readonly clusterIps: readonly string[]
  /** External and load-balancer addresses: several services may share one. */
  readonly externalIps: readonly string[]
  readonly ports: readonly ServicePort[]
  readonly labels: JsonText | undefined
  /** No line before this can mean this service. */
  readonly createdMs: number | undefined
}

export interface NodeRow {
  readonly name: string
  readonly network: string
  readonly ips: readonly string[]
  readonly podCidrs: readonly string[]
  /** Label topology.kubernetes.io/zone. */
  readonly zone: string | undefined
}

export interface NamespaceRow {
  readonly name: string
  /** Selected labels. */
  readonly labels: JsonText | undefined
}
