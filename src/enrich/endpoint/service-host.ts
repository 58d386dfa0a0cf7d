/** What a service host says: `reviews.default.svc.cluster.local` or `api.example.com`. */
export interface ServiceHost {
  readonly host: string
  /** Name of the service in the cluster, or the whole host of one outside. */
  readonly service: string
  /** Absent for a host outside the cluster. */
  readonly namespace: string | undefined
}

/** Split a host; in a cluster's host the third label is `svc` (Kubernetes DNS specification, 2.3). */
export function serviceHostOf(host: string): ServiceHost {
  const first = host.indexOf('.')
  const second = first === -1 ? -1 : host.indexOf('.', first + 1)
  const third = second === -1 ? -1 : host.indexOf('.', second + 1)
  const isInCluster = second !== -1 && host.slice(second + 1, third === -1 ? undefined : third) === 'svc'
  if (!isInCluster) return { host, service: host, namespace: undefined }
  return { host, service: host.slice(0, first), namespace: host.slice(first + 1, second) }
}
