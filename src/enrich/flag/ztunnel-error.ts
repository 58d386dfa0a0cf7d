import { memoized } from './bounded-memo.ts'
import type { CauseId } from './causes.ts'

/**
 * What an error text of a ztunnel access line means. `ztunnel_error` for a text that is not known.
 *
 * Source: istio/ztunnel src/proxy.rs (enum Error, AuthorizationRejectionError) and src/state/policy.rs, where
 * `istio_converted_static_strict` is the policy istiod makes of STRICT.
 */
export const causeOfZtunnelError: (error: string) => CauseId = (error) => MEMO(error)

const MEMO = memoized((error): CauseId => {
  const row = ZTUNNEL_ERRORS.find(({ begins, has }) => error.startsWith(begins) && error.includes(has ?? ''))
  return row?.cause ?? 'ztunnel_error'
})

/** Error texts by how they begin and, where that decides, what else they hold; the first that fits is taken. */
// biome-ignore format: a table, one row a line
export const ZTUNNEL_ERRORS: readonly { readonly begins: string; readonly has?: string; readonly cause: CauseId }[] = [
  { begins: 'connection timed out, maybe a NetworkPolicy is blocking HBONE port 15008', cause: 'ztunnel_hbone_timeout' },
  { begins: 'connection closed due to policy rejection', has: 'istio_converted_static_strict', cause: 'ztunnel_strict_refused_plaintext' },
  { begins: 'connection closed due to policy rejection', has: 'explicitly denied by', cause: 'ztunnel_denied_by_policy' },
  { begins: 'connection closed due to policy rejection', has: 'allow policies exist, but none allowed', cause: 'ztunnel_no_allow_policy' },
  { begins: 'connection closed due to policy', cause: 'ztunnel_policy_refused' },
  { begins: 'http status: 401', cause: 'ztunnel_refused_by_peer' },
  { begins: 'http status: 503', cause: 'ztunnel_peer_unavailable' },
  { begins: 'http status: ', cause: 'ztunnel_peer_answered_error' },
  { begins: 'tls error', cause: 'ztunnel_tls_error' },
  { begins: 'connection failed', has: 'onnection refused', cause: 'ztunnel_connection_refused' },
  { begins: 'io error', has: 'onnection refused', cause: 'ztunnel_connection_refused' },
  { begins: 'connection failed: ', cause: 'ztunnel_connect_failed' },
  { begins: 'io error: ', cause: 'ztunnel_connect_failed' },
  { begins: 'no healthy upstream', cause: 'ztunnel_no_healthy_upstream' },
  { begins: 'unknown waypoint', cause: 'ztunnel_waypoint_unknown' },
  { begins: 'connection closed due to connection drain', cause: 'ztunnel_drained' },
  { begins: 'connection failed to drain', cause: 'ztunnel_drained' },
  { begins: 'pool draining', cause: 'ztunnel_drained' },
  { begins: 'identity error', cause: 'ztunnel_identity_error' },
  { begins: 'failed to fetch information about local workload', cause: 'ztunnel_workload_unknown' },
  { begins: 'unknown source', cause: 'ztunnel_workload_unknown' },
  { begins: 'unknown destination', cause: 'ztunnel_workload_unknown' },
  { begins: 'no valid routing destination for workload', cause: 'ztunnel_workload_unknown' },
  { begins: 'destination disconnected before all data was written', cause: 'ztunnel_peer_disconnected' },
  { begins: 'client disconnected before all data was written', cause: 'ztunnel_peer_disconnected' },
  { begins: 'receive: ', cause: 'ztunnel_peer_disconnected' },
  { begins: 'send: ', cause: 'ztunnel_peer_disconnected' },
  { begins: 'http2 handshake failed', cause: 'ztunnel_http2_error' },
  { begins: 'h2 failed', cause: 'ztunnel_http2_error' },
  { begins: 'dns', cause: 'ztunnel_dns_failed' },
  { begins: 'no ip addresses were resolved', cause: 'ztunnel_dns_failed' },
  { begins: 'ip addresses were resolved', cause: 'ztunnel_dns_failed' },
]
