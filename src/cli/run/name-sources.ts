import type { Config } from '../../config/schema.ts'
import type { Freshness } from '../../enrich/endpoint/freshness.ts'
import type { EndpointIndex } from '../../enrich/endpoint/index.ts'
import { accessOf } from '../../enrich/kubernetes/api/access-of.ts'
import { UNOBSERVED } from '../../enrich/kubernetes/api/observer.ts'
import { watchCluster } from '../../enrich/kubernetes/api/watch-cluster.ts'
import { followResolver } from '../../enrich/resolver/follow.ts'
import type { NameSource } from './live-names.ts'
import type { NamesParts } from './names.ts'

/** What begins to feed an index, in the mode that is configured. @throws FlagshipError KUBECONFIG_INVALID. */
export function connectorOf(
  config: Config,
  mode: 'resolver' | 'direct',
  parts: NamesParts,
): Promise<(index: EndpointIndex) => NameSource> {
  return mode === 'resolver' ? resolverConnector(config, parts) : watchConnector(config, parts)
}

async function resolverConnector({ enrich }: Config, { metrics, ...parts }: NamesParts) {
  const onStream = (how: string) => metrics.count('flagship_names_streams_total', { how })
  const onFailure = () => metrics.count('flagship_names_errors_total', { source: 'resolver' })
  return (index: EndpointIndex) => followResolver(enrich.kubernetes.resolver, index, { ...parts, onStream, onFailure })
}

async function watchConnector({ enrich }: Config, { metrics, ...parts }: NamesParts) {
  const { kubernetes, labels, namespaceLabels } = enrich
  const access = await accessOf(kubernetes.api, process.env, parts.clock)
  const observer = {
    ...UNOBSERVED,
    list: () => metrics.count('flagship_names_streams_total', { how: 'snapshot' }),
    failure: (source: string) => metrics.count('flagship_names_errors_total', { source }),
  }
  const watch = { ...parts, observer, labels, namespaceLabels, encoding: kubernetes.api.encoding }
  return (index: EndpointIndex) => {
    // At once: what comes after a gap must not be taken in as if there had been none.
    const onFreshness = (freshness: Freshness, heardAtMs: number) => index.setFreshness(freshness, heardAtMs)
    return watchCluster(access, index, { ...watch, onFreshness })
  }
}
