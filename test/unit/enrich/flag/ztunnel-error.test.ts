import { describe, expect, test } from 'vitest'
import { causeOfZtunnelError } from '../../../../src/enrich/flag/ztunnel-error.ts'

describe('causeOfZtunnelError()', () => {
  test.for([
    [
      'connection timed out, maybe a NetworkPolicy is blocking HBONE port 15008: deadline has elapsed',
      'ztunnel_hbone_timeout',
    ],
    ['connection closed due to policy rejection: allow policies exist, but none allowed', 'ztunnel_no_allow_policy'],
    ['connection closed due to policy rejection: explicitly denied by: shop/deny', 'ztunnel_denied_by_policy'],
    [
      'connection closed due to policy rejection: explicitly denied by: istio-system/istio_converted_static_strict',
      'ztunnel_strict_refused_plaintext',
    ],
    ['connection closed due to policy rejection: workload not found', 'ztunnel_policy_refused'],
    ['connection closed due to policy change', 'ztunnel_policy_refused'],
    ['http status: 401 Unauthorized', 'ztunnel_refused_by_peer'],
    ['http status: 503 Service Unavailable', 'ztunnel_peer_unavailable'],
    ['http status: 502 Bad Gateway', 'ztunnel_peer_answered_error'],
    ['tls error: invalid peer certificate: Expired', 'ztunnel_tls_error'],
    ['connection failed: Connection refused (os error 111)', 'ztunnel_connection_refused'],
    ['io error: Connection refused (os error 111)', 'ztunnel_connection_refused'],
    ['connection failed: deadline has elapsed', 'ztunnel_connect_failed'],
    ['no healthy upstream: 10.96.0.1:80', 'ztunnel_no_healthy_upstream'],
    ['unknown waypoint: waypoint not found', 'ztunnel_waypoint_unknown'],
    ['connection closed due to connection drain', 'ztunnel_drained'],
    ['identity error: failed to fetch', 'ztunnel_identity_error'],
    ['unknown source: 10.0.0.1', 'ztunnel_workload_unknown'],
    ['h2 failed: broken pipe', 'ztunnel_http2_error'],
    ['dns lookup: no record', 'ztunnel_dns_failed'],
    ['something quite new', 'ztunnel_error'],
    ['', 'ztunnel_error'],
  ] as const)('reads "%s" as %s', ([error, cause]) => {
    expect(causeOfZtunnelError(error)).toBe(cause)
  })
})
