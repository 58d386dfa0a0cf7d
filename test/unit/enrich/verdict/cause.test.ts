import { describe, expect, test } from 'vitest'
import { judge } from '../../../../src/enrich/verdict/verdict.ts'
import { type EnvoyLine, emptyLine } from '../../../../src/record/envoy-line.ts'
import type { Direction } from '../../../../src/record/layer.ts'

type Values = Partial<EnvoyLine>

const RESET = 'upstream_reset_before_response_started'
const VERIFY_FAILED = '268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED'

function http(responseCode: number, responseFlags?: string, details?: string, values: Values = {}): EnvoyLine {
  const line = { ...emptyLine('istio-json'), method: 'GET', path: '/', protocol: 'HTTP/1.1', ...values }
  return { ...line, responseCode, responseFlags, responseCodeDetails: details }
}

function tcp(responseFlags?: string, values: Values = {}): EnvoyLine {
  return { ...emptyLine('istio-json'), responseCode: 0, responseFlags, ...values }
}

function ztunnel(error: string | undefined): EnvoyLine {
  return { ...emptyLine('ztunnel-text'), connectionTerminationDetails: error }
}

describe('judge() names the most specific cause one line proves:', () => {
  test.for<[string, EnvoyLine, string | undefined]>([
    ['refused, up to Envoy 1.26', http(503, 'UF,URX', `${RESET}{connection_failure,delayed_connect_error:_111}`), 'connection_refused'],
    ['refused, Envoy 1.27 to 1.30', http(503, 'UF', `${RESET}{remote_connection_failure,delayed_connect_error:_111}`), 'connection_refused'],
    ['refused, since Envoy 1.31', http(503, 'URX,UF', `${RESET}{remote_connection_failure|delayed_connect_error:_Connection_refused}`), 'connection_refused'],
    ['refused, with blanks', http(503, 'UF', `${RESET}{connection failure,delayed connect error: 111}`), 'connection_refused'],
    ['refused, only in the failure reason', http(503, 'UF,URX', undefined, { upstreamTransportFailureReason: 'delayed connect error: 111' }), 'connection_refused'],
    ['no network at once', http(503, 'UF', `${RESET}{local_connection_failure|immediate_connect_error:_Network_is_unreachable}`), 'network_unreachable'],
    ['timed out', http(503, 'UF', `${RESET}{connection_timeout}`), 'connection_timeout'],
    ['failed without a word', http(503, 'URX,UF', `${RESET}{remote_connection_failure}`), 'connection_failed'],
    ['UF and nothing more', http(503, 'UF'), 'connection_failed'],
    ['TLS to plaintext, old spelling', http(503, 'UF,URX', `${RESET}{connection_failure,TLS_error:_268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER}`), 'tls_peer_speaks_plaintext'],
    ['TLS to plaintext, new spelling', http(503, 'URX,UF', `${RESET}{remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end}`), 'tls_peer_speaks_plaintext'],
    ['TLS to plaintext, Istio 1.4', http(503, 'UF,URX', undefined, { upstreamTransportFailureReason: 'TLS error: 268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER' }), 'tls_peer_speaks_plaintext'],
    ['another identity', http(503, 'UF', `${RESET}{remote_connection_failure|TLS_error:|${VERIFY_FAILED}:verify_cert_failed:_SAN_matcher,_certificate_SANs_are_[spiffe://cluster.local/ns/shop/sa/x]:TLS_error_end}`), 'tls_san_mismatch'],
    ['expired', http(503, 'UF', `${RESET}{remote_connection_failure|TLS_error:|${VERIFY_FAILED}:verify_cert_failed:_X509_verify_cert:_certificate_verification_error_at_depth_0:_certificate_has_expired:TLS_error_end}`), 'tls_certificate_expired'],
    ['unknown issuer', http(503, 'UF', `${RESET}{remote_connection_failure|TLS_error:|${VERIFY_FAILED}:verify_cert_failed:_X509_verify_cert:_certificate_verification_error_at_depth_0:_unable_to_get_local_issuer_certificate:TLS_error_end}`), 'tls_issuer_unknown'],
    ['not accepted', http(503, 'UF', `${RESET}{connection_failure,TLS_error:_${VERIFY_FAILED}}`), 'tls_certificate_verify_failed'],
    ['own certificate expired', http(503, 'UF', `${RESET}{connection_failure,TLS_error:_268436501:SSL_routines:OPENSSL_internal:SSLV3_ALERT_CERTIFICATE_EXPIRED}`), 'tls_client_certificate_expired'],
    ['own issuer unknown', http(503, 'UF', `${RESET}{remote_connection_failure|TLS_error:|268436504:SSL_routines:OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA:TLS_error_end}`), 'tls_client_certificate_issuer_unknown'],
    ['handshake refused', http(503, 'UF', `${RESET}{remote_connection_failure|TLS_error:|268436496:SSL_routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE:TLS_error_end}`), 'tls_handshake_refused'],
    ['a TLS error nobody knows', http(503, 'UF', `${RESET}{remote_connection_failure|TLS_error:|1:SSL_routines:OPENSSL_internal:ODD:TLS_error_end}`), 'tls_handshake_failed'],
    ['closed before the response: not why', http(503, 'UC', `${RESET}{connection_termination}`), 'upstream_closed_before_response'],
    ['closed before the response, old format', http(503, 'UC'), 'upstream_closed_before_response'],
    ['reset', http(200, 'UR', `${RESET}{remote_reset}`), 'upstream_reset_stream'],
    ['refused stream', http(503, 'UR', `${RESET}{remote_refused_stream_reset}`), 'upstream_refused_stream'],
    ['overflow', http(503, 'UO', `${RESET}{overflow}`), 'circuit_breaker_open'],
    ['invalid HTTP', http(502, 'UPE', `${RESET}{protocol_error}`), 'upstream_protocol_error'],
    ['a reset nobody knows', http(503, undefined, `${RESET}{odd}`), 'upstream_failed_before_response'],
    ['no reason at all', http(503, 'UF', RESET), 'upstream_failed_before_response'],
    ['503 NR of old: no cluster', http(503, 'NR'), 'cluster_not_found'],
    ['404 NR: no route', http(404, 'NR'), 'route_not_found'],
    ['200 NR of a gRPC call: either', http(200, 'NR'), 'route_or_cluster_not_found'],
    ['no cluster', http(503, 'NC', 'cluster_not_found'), 'cluster_not_found'],
    ['REGISTRY_ONLY over HTTP', http(502, undefined, 'direct_response', { routeName: 'block_all' }), 'destination_not_registered'],
    ['a redirect', http(301, undefined, 'direct_response'), 'direct_response'],
    ['other words for no endpoint', http(503, 'UH', 'my_load_balancer_says_no'), 'no_healthy_upstream'],
    ['words nobody knows', http(418, undefined, 'my_plugin_says_no'), 'unknown_details'],
    ['a flag nobody knows', http(503, 'XWAF', 'lua_response'), 'lua_answered'],
    ['denied', http(403, undefined, 'rbac_access_denied_matched_policy[ns[shop]-policy[deny-admin]-rule[0]]'), 'rbac_denied_by_policy'],
    ['not allowed', http(403, undefined, 'rbac_access_denied_matched_policy[none]'), 'rbac_no_allow_policy'],
    ['no token', http(401, undefined, 'jwt_authn_access_denied{Jwt_is_missing}'), 'jwt_missing'],
    ['no token, with blanks', http(401, undefined, 'jwt_authn_access_denied{Jwt is missing}'), 'jwt_missing'],
    ['no key', http(401, undefined, 'jwt_authn_access_denied{Jwks_remote_fetch_is_failed}'), 'jwt_key_unavailable'],
    ['Mixer or an authorizer', http(403, 'UAEX'), 'external_authorization_refused'],
    ['no filter configuration', http(500, 'NFCF'), 'filter_config_missing'],
    ['the caller left', http(0, 'DC', 'downstream_remote_disconnect'), 'client_disconnected'],
    ['the caller cancelled, no flag of old', http(0, undefined, 'http2.remote_reset'), 'client_reset_stream'],
    ['nothing is said', http(0), 'no_response_sent'],
    ['the caller left during the response', http(200, 'DC', 'downstream_remote_disconnect'), 'client_left_during_response'],
    ['broken off', http(200, 'UPE', 'upstream_reset_after_response_started{protocol_error}'), 'upstream_broke_off_response'],
    ['idle during the response', http(200, 'SI', 'stream_idle_timeout', { upstreamServiceTimeMs: 1 }), 'idle_timeout_during_response'],
    ['a time limit during the response, old format', http(200, 'UT', undefined, { upstreamServiceTimeMs: 1 }), 'timeout_during_response'],
    ['a delay', http(200, 'DI', 'via_upstream'), 'delay_injected'],
    ['success', http(200, undefined, 'via_upstream'), undefined],
    ['a WebSocket that ends', http(101, 'DC', 'downstream_remote_disconnect'), 'upgraded_connection_closed'],
    ['the last attempt failed too', http(503, 'URX', 'via_upstream'), 'retries_exhausted'],
    ['no retry allowed', http(503, 'UO', 'via_upstream'), 'retry_overflow'],
    ['an own format that says nothing', { ...http(500), format: 'custom:x' }, 'undecided'],
    ['success in an own format that says nothing', { ...http(200), format: 'custom:x' }, undefined],
    ['plaintext or an undeclared port', { ...tcp('NR'), responseCodeDetails: 'filter_chain_not_found' }, 'no_filter_chain'],
    ['a name nobody serves', { ...tcp('NR', { requestedServerName: 'a.example' }), responseCodeDetails: 'filter_chain_not_found' }, 'no_filter_chain_for_server_name'],
    ['TCP refused', tcp('UF,URX', { upstreamTransportFailureReason: 'delayed_connect_error:_Connection_refused' }), 'connection_refused'],
    ['TCP without endpoints', tcp('UH', { upstreamCluster: 'outbound|1||x' }), 'no_healthy_upstream'],
    ['TCP to nowhere by design', tcp('UH', { upstreamCluster: 'BlackHoleCluster' }), 'blackhole_cluster'],
    ['TCP without cluster', tcp('NC'), 'cluster_not_found'],
    ['TCP reset', tcp('UR'), 'upstream_reset_connection'],
    ['TCP too old', tcp('DT'), 'max_connection_duration_reached'],
    ['TCP denied', tcp(undefined, { connectionTerminationDetails: 'rbac_access_denied_matched_policy[none]' }), 'rbac_no_allow_policy'],
    ['TCP closed for a reason of its own', tcp(undefined, { connectionTerminationDetails: 'my filter' }), 'connection_terminated'],
    ['TCP success', tcp(), undefined],
    ['ztunnel success', ztunnel(undefined), undefined],
    ['ztunnel timeout', ztunnel('connection timed out, maybe a NetworkPolicy is blocking HBONE port 15008: deadline has elapsed'), 'ztunnel_hbone_timeout'],
    ['ztunnel STRICT', ztunnel('connection closed due to policy rejection: explicitly denied by: istio-system/istio_converted_static_strict'), 'ztunnel_strict_refused_plaintext'],
    ['ztunnel 401', ztunnel('http status: 401 Unauthorized'), 'ztunnel_refused_by_peer'],
  ])('%s', ([, line, cause]) => {
    expect(judge(line, 'outbound').cause).toBe(cause)
  })
}) // biome-ignore format: a table

describe('judge() reads an event from the side it is seen from:', () => {
  const closed = http(503, 'UC', `${RESET}{connection_termination}`)
  const refused = http(503, 'UF', `${RESET}{remote_connection_failure|delayed_connect_error:_Connection_refused}`)
  const passthrough = { ...refused, upstreamCluster: 'PassthroughCluster' }

  test.for<[string, EnvoyLine, Direction, RegExp]>([
    ['UC towards a server proves no cause', closed, 'outbound', /does not prove why/],
    ['UC next to the application is the application', closed, 'inbound', /^The application closed/],
    ['UF towards a server', refused, 'outbound', /endpoint refused/],
    ['UF next to the application', refused, 'inbound', /could not reach its own application/],
    ['UF to a destination the mesh does not know', passthrough, 'outbound', /mesh does not know/],
    ['an error of the next hop', http(503, undefined, 'via_upstream'), 'outbound', /^The next hop/],
    ['an error of the application', http(503, undefined, 'via_upstream'), 'inbound', /^The application itself/],
  ])('%s', ([, line, direction, reason]) => {
    expect(judge(line, direction).reason).toMatch(reason)
  })

  test('UC towards a server names the four causes that fit, and first what decides', () => {
    const { checks } = judge(closed, 'outbound')
    expect(checks?.[0]).toMatch(/filter_chain_not_found/)
    expect(checks).toHaveLength(4)
  })

  test('no sentence about a missing filter chain claims a TLS mode', () => {
    const line = { ...tcp('NR'), responseCodeDetails: 'filter_chain_not_found' }
    expect(judge(line, 'inbound').reason).not.toMatch(/mTLS|STRICT|TLS mode/)
  })
})

describe('judge() says whether it is a failure:', () => {
  const grpc = (values: EnvoyLine['more']) => http(200, undefined, 'via_upstream', { more: values })

  test.for<[string, EnvoyLine, boolean, boolean]>([
    ['success', http(200, undefined, 'via_upstream'), false, false],
    ['a redirect of the route', http(301, undefined, 'direct_response'), false, false],
    ['a fixed 503 of the route', http(503, undefined, 'direct_response'), true, false],
    ['a delay', http(200, 'DI', 'via_upstream'), false, false],
    ['a cached answer', http(200, 'RFCF', 'cache.response_from_cache_filter'), false, false],
    ['a preflight', http(200, undefined, 'cors_response'), false, false],
    ['a quota that refuses', http(429, 'RFCF', 'rate_limited_by_quota'), true, true],
    ['404 of the application', http(404, undefined, 'via_upstream'), true, false],
    ['a denial', http(403, undefined, 'rbac_access_denied_matched_policy[none]'), true, true],
    ['a gRPC denial with status 200 and no flag', http(200, undefined, 'rbac_access_denied_matched_policy[none]'), true, true],
    ['a gRPC call with a flag', http(200, 'UH', 'no_healthy_upstream'), true, true],
    ['a gRPC time limit with status 200 and no flag', http(200, undefined, 'max_duration_timeout'), true, true],
    ['a gRPC status by number', grpc({ grpcStatusNumber: 14 }), true, false],
    ['a gRPC status by name', grpc({ grpcStatus: 'Unavailable' }), true, false],
    ['gRPC OK', grpc({ grpcStatus: 'OK', grpcStatusNumber: 0 }), false, false],
    ['the caller left', http(0, 'DC', 'downstream_remote_disconnect'), true, false],
    ['a body cut without a flag', http(200, undefined, 'max_duration_timeout', { upstreamServiceTimeMs: 1 }), true, false],
    ['the end of a WebSocket', http(101, 'DC', 'downstream_remote_disconnect'), false, false],
    ['the end of a tunnel', http(200, 'DC', 'downstream_remote_disconnect', { method: 'CONNECT' }), false, false],
    ['an unknown flag', http(200, 'XWAF', 'via_upstream'), false, false],
    ['unknown words with 200', http(200, undefined, 'my_plugin_answers'), false, false],
    ['TCP', tcp(), false, false],
    ['TCP with a flag', tcp('UF,URX'), true, false],
    ['TCP denied without a flag', tcp(undefined, { connectionTerminationDetails: 'rbac_access_denied_matched_policy[none]' }), true, true],
    ['no filter chain', { ...tcp('NR'), responseCodeDetails: 'filter_chain_not_found' }, true, true],
    ['ztunnel', ztunnel(undefined), false, false],
    ['ztunnel with an error', ztunnel('tls error: x'), true, false],
    ['ztunnel denied', ztunnel('connection closed due to policy rejection: allow policies exist, but none allowed'), true, true],
  ])('%s', ([, line, isFailure, refused]) => {
    const verdict = judge(line, 'inbound')
    expect(verdict).toMatchObject({ isFailure, refused })
    expect(verdict.checks !== undefined).toBe(isFailure)
  })
}) // biome-ignore format: a table
