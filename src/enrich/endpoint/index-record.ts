import type { PodRestart, StateMark } from './pod-state.ts'
import type { PodFacts } from './pod-table.ts'
import type { NamespaceRow, NodeRow, ServiceRow } from './row.ts'

/** The time in which a pod held an address. */
export interface IntervalRecord {
  /** Canonical; empty for what only says that the pod is gone. */
  readonly ip: string
  readonly network: string
  readonly fromMs: number
  /** Absent while it holds it. */
  readonly toMs: number | undefined
  /** It held another address until then; absent when it did not. */
  readonly floorMs: number | undefined
}

/** Everything an index knows of one pod, whether it lives or not. */
export interface PodRecord {
  readonly kind: 'pod'
  readonly facts: PodFacts
  /** The UID kubelet uses in paths, where it is not the UID. */
  readonly pathUid: string | undefined
  readonly firstSeenMs: number
  readonly sandboxMs: number | undefined
  readonly isDeleted: boolean
  /** In the order they were begun. */
  readonly intervals: readonly IntervalRecord[]
  readonly states: readonly StateMark[]
  readonly restarts: readonly PodRestart[]
}

export interface ServiceRecord {
  readonly kind: 'service'
  readonly row: ServiceRow
}

export interface NodeRecord {
  readonly kind: 'node'
  readonly name: string
  /** Absent for a node that only pods told of. */
  readonly row: NodeRow | undefined
  /** Addresses that pods told of. */
  readonly hostIps: readonly { readonly ip: string; readonly network: string }[]
}

export interface NamespaceRecord {
  readonly kind: 'namespace'
  readonly row: NamespaceRow
}

/** Addresses that are the cluster's though nobody is known to hold them; only ever widened. */
export interface RangeRecord {
  readonly kind: 'range'
  /** `near`: the neighbourhood of pods. `pods`: what a node gives to its pods. `services`: all of one family. */
  readonly of: 'near' | 'pods' | 'services'
  readonly cidr: string
}

/** A service, node or namespace that is there no longer. */
export interface GoneRecord {
  readonly kind: 'gone'
  readonly key: string
}

/**
 * The whole of what an index knows of one thing. All records of an index, put into another one, make that one answer as
 * the first. The later of two records of one key replaces the earlier.
 */
export type IndexRecord = PodRecord | ServiceRecord | NodeRecord | NamespaceRecord | RangeRecord | GoneRecord

/** The name of what a record is of: `pod/UID`, `service/NAMESPACE/NAME`, `node/NAME`, `namespace/NAME`, `range/OF/CIDR`. */
export function keyOf(record: IndexRecord): string {
  switch (record.kind) {
    case 'pod':
      return `pod/${record.facts.uid}`
    case 'service':
      return `service/${record.row.namespace}/${record.row.name}`
    case 'node':
      return `node/${record.name}`
    case 'namespace':
      return `namespace/${record.row.name}`
    case 'range':
      return `range/${record.of}/${record.cidr}`
    default:
      return record.key
  }
}

/** A key in its parts: the kind, and the name that the kind's table knows it by. */
export function splitKey(key: string): { readonly kind: string; readonly name: string } {
  const slash = key.indexOf('/')
  return slash === -1 ? { kind: '', name: key } : { kind: key.slice(0, slash), name: key.slice(slash + 1) }
}
