import { parseListen } from '../../config/listen.ts'
import type { ResolverConfig } from '../../config/resolver.ts'
import { startHttp } from '../../telemetry/http.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { explainFlags } from '../explain-flags.ts'
import { version } from '../version.ts'
import type { Resolver } from './start.ts'

/** Listen for probes and scrapes, unless the configuration says not to. @throws FlagshipError LISTEN_FAILED. */
export async function serveResolverStatus(
  { http }: ResolverConfig,
  resolver: Resolver,
  metrics: Metrics,
): Promise<AsyncDisposable> {
  const address = http.listen === 'off' ? undefined : parseListen(http.listen)
  const server =
    address &&
    (await startHttp(address, {
      metrics: () => metrics.render(),
      metricsContentType: metrics.contentType,
      isLive: () => true, // a bug ends the process, and everything else passes by itself
      notReadyBecause: () => (resolver.isSynced ? [] : ['the cluster is not known yet']),
      status: () => ({ version: version(), ...resolver.status() }),
      explain: (flags) => explainFlags(flags),
    }))
  return { [Symbol.asyncDispose]: async () => server?.close() }
}
