import type { CauseId } from '../../enrich/flag/causes.ts'
import { thresholdOf } from '../alert-thresholds.ts'
import type { Condition } from './condition.ts'

/** Lines with this response flag, first or not. For searches: the field is a list. */
export function hasFlag(...flags: readonly string[]): Condition {
  return { field: 'envoy.response_flags', is: flags }
}

/** Lines whose primary flag this is: one value, so a line with several flags counts once. */
export function isFlag(...flags: readonly string[]): Condition {
  return { field: 'event.code', is: flags }
}

/** Lines with one of these causes. */
export function hasCause(...causes: readonly CauseId[]): Condition {
  return { field: 'envoy.verdict.cause', is: causes }
}

export const FAILED: Condition = { field: 'event.outcome', is: ['failure'] }

/**
 * The caller's line of a hop, which every failure has: also the one that never reached a server. What is neither
 * inbound nor a waypoint: a line without a cluster (NR, NC, DPE) may be `unknown`, and it is a caller's.
 */
export const SEEN_BY_CALLER: Condition = { not: { field: 'envoy.direction', is: ['inbound', 'waypoint'] } }

/** What the next hop said of itself stands better in its own line. */
export const PASSED_ON = hasCause('next_hop_answered_error', 'next_hop_answered_grpc_error')

/** Refusals by whose business they are. */
// biome-ignore format: a table
export const DENIALS = {
  authorization: [
    'rbac_denied_by_policy', 'rbac_no_allow_policy', 'rbac_denied', 'ztunnel_no_allow_policy', 'ztunnel_denied_by_policy',
    'ztunnel_strict_refused_plaintext', 'ztunnel_policy_refused', 'ztunnel_refused_by_peer',
  ],
  authorizer: ['ext_authz_denied', 'ext_authz_error', 'ext_authz_invalid', 'external_authorization_refused'],
  credentials: [
    'jwt_missing', 'jwt_expired', 'jwt_not_yet_valid', 'jwt_issuer_unknown', 'jwt_audience_not_allowed', 'jwt_malformed',
    'jwt_key_unavailable', 'jwt_verification_failed', 'jwt_denied', 'basic_auth_failed', 'api_key_failed',
    'client_certificate_not_allowed', 'csrf_origin_mismatch',
  ],
  rate_limit: [
    'rate_limited', 'rate_limited_locally', 'rate_limited_globally', 'rate_limited_by_quota', 'rate_limit_service_error',
  ],
} as const satisfies Readonly<Record<string, readonly CauseId[]>>

/** In parts: some parsers nest a list as deep as it is long, and Elasticsearch takes no more than 30 levels. */
export const DENIED: Condition = { any: Object.values(DENIALS).map((causes) => hasCause(...causes)) }

/**
 * Signs that one side spoke plaintext where the other wanted TLS. `no_filter_chain` is the server's line for a
 * connection without SNI: as a rule plaintext to a workload in mode STRICT, but a port scan looks the same.
 */
export const PLAINTEXT = hasCause(
  'no_filter_chain',
  'tls_peer_speaks_plaintext',
  'tls_peer_sent_http',
  'ztunnel_strict_refused_plaintext',
)

/** No route or no cluster; a connection that fits no filter chain has flag NR too and is another matter. */
export const NO_ROUTE: Condition = {
  all: [hasFlag('NR', 'NC'), { not: hasCause('no_filter_chain', 'no_filter_chain_for_server_name') }],
}

/** To where the mesh knows nobody: let through, or stopped. */
export const LEAVES_MESH: Condition = {
  any: [
    { field: 'envoy.upstream.cluster', is: ['PassthroughCluster', 'BlackHoleCluster'] },
    hasCause('blackhole_cluster', 'destination_not_registered'),
  ],
}

/** A WebSocket or tunnel lives as long as it is wanted, and a TCP connection too. */
export const SLOW: Condition = {
  all: [
    { field: 'event.duration', atLeast: thresholdOf('slow') * 1_000_000 },
    { field: 'network.protocol', is: ['http', 'grpc'] },
    { not: { field: 'envoy.response_code', is: [101] } },
    { not: { field: 'http.request.method', is: ['CONNECT'] } },
  ],
}

/** A gRPC status that says the server or the way to it failed, as name, in capitals or as number: `%GRPC_STATUS%` has all three. */
const GRPC_FAILURES = [
  ['Unknown', 'UNKNOWN', 2],
  ['DeadlineExceeded', 'DEADLINE_EXCEEDED', 4],
  ['ResourceExhausted', 'RESOURCE_EXHAUSTED', 8],
  ['Unimplemented', 'UNIMPLEMENTED', 12],
  ['Internal', 'INTERNAL', 13],
  ['Unavailable', 'UNAVAILABLE', 14],
  ['DataLoss', 'DATA_LOSS', 15],
] as const

/** gRPC calls that failed at the server or on the way; NotFound and the like are answers. */
export const GRPC_FAILED: Condition = {
  any: [
    { field: 'envoy.grpc.status', is: GRPC_FAILURES.flatMap((status) => status.map(String)) },
    { field: 'envoy.grpc.status_code', is: GRPC_FAILURES.map(([, , code]) => code) },
  ],
}
