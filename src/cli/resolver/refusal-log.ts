import type { Clock } from '../../clock.ts'
import type { RefusalReason, ResolverServerParts } from '../../enrich/resolver/server.ts'
import type { Logger } from '../../logger.ts'
import type { Metrics } from '../../telemetry/metrics.ts'

const INTERVAL_MS = 60_000

/** What a person has to mend; agents that come too early mend themselves. */
const SAID: Partial<Readonly<Record<RefusalReason, string>>> = {
  unauthorized: 'Cannot let an agent read: it shows no token of auth.tokenFile',
  no_credentials: 'Cannot let any agent read: there is no token to compare with',
  schema: 'Cannot speak with an agent: it is more than one version of the stream away; update what is older',
}

/** Counts requests that got no stream, and says of each reason once a minute how many there were, and where the last one came from. */
export function refusalLog(parts: {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}): ResolverServerParts['onRefused'] {
  const { clock, logger, metrics } = parts
  const counts = new Map<RefusalReason, { count: number; nextMs: number }>()
  return (reason, address, detail) => {
    metrics.count('flagship_resolver_refused_total', { reason })
    const text = SAID[reason]
    if (text === undefined) return
    const said = counts.get(reason) ?? { count: 0, nextMs: 0 }
    counts.set(reason, said)
    said.count += 1
    if (clock.elapsedMs() < said.nextMs) return
    logger.warn({ requests: said.count, address, ...(detail === undefined ? {} : { reason: detail }) }, text)
    said.count = 0
    said.nextMs = clock.elapsedMs() + INTERVAL_MS
  }
}
