import { parseClusterName } from '../../record/cluster-name.ts'
import { type Cluster, makeCluster } from '../../record/generated/record.ts'
import { memoized } from '../flag/bounded-memo.ts'

/** A cluster name and, where Istio made it, the parts of it. One object for each name. */
export const clusterOf: (cluster: string) => Cluster = memoized((cluster) => {
  const name = parseClusterName(cluster)
  return makeCluster({
    upstreamCluster: cluster,
    clusterDirection: name?.direction,
    clusterPort: name?.port,
    clusterSubset: name?.subset,
    clusterFqdn: name?.fqdn,
  })
})
