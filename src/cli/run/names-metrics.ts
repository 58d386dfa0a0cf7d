import type { Lookups } from '../../enrich/endpoint/lookups.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { NamesStatus } from './live-names.ts'

/** Show how names stand. */
export function showNames(metrics: Metrics, status: Omit<NamesStatus, 'freshness'>): void {
  const { staleMs, pods, services, nodes, closedIntervals } = status
  metrics.set('flagship_names_stale_seconds', {}, staleMs / 1_000)
  const rows = { pod: pods, service: services, node: nodes, past_address: closedIntervals }
  for (const [kind, count] of Object.entries(rows)) metrics.set('flagship_names_rows', { kind }, count)
}

/** Show how sure the answers were. */
export function showLookups(metrics: Metrics, { totals, sanMismatches }: Lookups): void {
  for (const [result, count] of Object.entries(totals)) metrics.set('flagship_names_lookups', { result }, count)
  metrics.set('flagship_names_san_mismatches', {}, sanMismatches)
}
