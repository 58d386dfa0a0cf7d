import type { RowTarget } from '../../src/enrich/endpoint/row-target.ts'

/** A target that keeps nothing. */
export function forgetfulTarget(): RowTarget {
  return {
    upsertPod() {},
    deletePod() {},
    upsertService() {},
    deleteService() {},
    upsertNode() {},
    deleteNode() {},
    upsertNamespace() {},
    deleteNamespace() {},
    retainPods() {},
    retainServices() {},
    retainNodes() {},
    retainNamespaces() {},
  }
}
