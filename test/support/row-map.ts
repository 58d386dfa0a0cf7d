import type { RowTarget } from '../../src/enrich/endpoint/row-target.ts'
import type { NamespaceRow, NodeRow, PodRow, ServiceRow } from '../../src/enrich/endpoint/row.ts'

/** A target that holds the rows as they came, and nothing of what was before. */
export class RowMap implements RowTarget {
  readonly pods = new Map<string, PodRow>()
  readonly services = new Map<string, ServiceRow>()
  readonly nodes = new Map<string, NodeRow>()
  readonly namespaces = new Map<string, NamespaceRow>()
  /** Deletions of pods by `uid@seenAtMs`. */
  readonly deletions: string[] = []

  /** Names of the pods, in order. */
  get podNames(): readonly string[] {
    return [...this.pods.values()].map(({ name }) => name).toSorted()
  }

  upsertPod(row: PodRow): void {
    this.pods.set(row.uid, row)
  }

  deletePod(uid: string, seenAtMs: number): void {
    this.deletions.push(`${uid}@${seenAtMs}`)
    this.pods.delete(uid)
  }

  upsertService(row: ServiceRow): void {
    this.services.set(`${row.namespace}/${row.name}`, row)
  }

  deleteService(namespace: string, name: string): void {
    this.services.delete(`${namespace}/${name}`)
  }

  upsertNode(row: NodeRow): void {
    this.nodes.set(row.name, row)
  }

  deleteNode(name: string): void {
    this.nodes.delete(name)
  }

  upsertNamespace(row: NamespaceRow): void {
    this.namespaces.set(row.name, row)
  }

  deleteNamespace(name: string): void {
    this.namespaces.delete(name)
  }

  retainPods(uids: ReadonlySet<string>): void {
    keepOnly(this.pods, uids)
  }

  retainServices(keys: ReadonlySet<string>): void {
    keepOnly(this.services, keys)
  }

  retainNodes(names: ReadonlySet<string>): void {
    keepOnly(this.nodes, names)
  }

  retainNamespaces(names: ReadonlySet<string>): void {
    keepOnly(this.namespaces, names)
  }
}

function keepOnly(rows: Map<string, unknown>, keys: ReadonlySet<string>): void {
  for (const key of rows.keys()) if (!keys.has(key)) rows.delete(key)
}
