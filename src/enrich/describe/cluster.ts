import { parseClusterName } from '../../record/cluster-name.ts'
import type { LogRecord } from '../../record/generated/record.ts'
import { memoized } from '../flag/bounded-memo.ts'

/** Fill in the cluster and, where Istio made its name, the parts of it. */
export function assignCluster(cluster: string, record: LogRecord): void {
  record.upstreamCluster = cluster
  const { name } = partsOf(cluster)
  if (name === undefined) return
  record.clusterDirection = name.direction
  record.clusterPort = name.port
  record.clusterSubset = name.subset
  record.clusterFqdn = name.fqdn
}

const partsOf = memoized((cluster) => ({ name: parseClusterName(cluster) }))
