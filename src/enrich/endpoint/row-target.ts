import type { NamespaceRow, NodeRow, PodRow, ServiceRow } from './row.ts'

/**
 * What takes rows in. An inventory file, a live watch and the reading of an old snapshot feed it, and nothing tells them
 * apart: `EndpointIndex` is one, and so is whatever a test puts in its place. `seenAtMs` is when the source learnt of it.
 */
export interface RowTarget {
  upsertPod(row: PodRow, seenAtMs: number): void
  deletePod(uid: string, seenAtMs: number): void
  upsertService(row: ServiceRow): void
  deleteService(namespace: string, name: string): void
  upsertNode(row: NodeRow): void
  deleteNode(name: string): void
  upsertNamespace(row: NamespaceRow): void
  deleteNamespace(name: string): void
  /**
   * A whole list was read: what is held and not in it is gone. Never clears: a pod that is gone keeps its past. Where
   * that takes long it is done in slices, and the list is taken in once the promise resolves.
   */
  retainPods(uids: ReadonlySet<string>, seenAtMs: number): void | Promise<void>
  /** Keys are `namespace/name`. */
  retainServices(keys: ReadonlySet<string>): void
  retainNodes(names: ReadonlySet<string>): void
  retainNamespaces(names: ReadonlySet<string>): void
}
