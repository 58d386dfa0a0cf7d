import { type Home, moreNumber, moreText, number, port, text } from './home.ts'
import { peerHome } from './peer.ts'

const PATH = text('path', (line, value) => void (line.path = value))
const AUTHORITY = text('authority', (line, value) => void (line.authority = value))
const CLUSTER = text('upstreamCluster', (line, value) => void (line.upstreamCluster = stripSemicolon(value)))
const HOST = text('upstreamHost', (line, value) => void (line.upstreamHost = value))
const UPSTREAM_LOCAL = text('upstreamLocalAddress', (line, value) => void (line.upstreamLocalAddress = value))
const DOWNSTREAM_LOCAL = text('downstreamLocalAddress', (line, value) => void (line.downstreamLocalAddress = value))
const DOWNSTREAM_REMOTE = text('downstreamRemoteAddress', (line, value) => void (line.downstreamRemoteAddress = value))
const DIRECT = moreText('direct', (more, value) => void (more.downstreamDirectRemoteAddress = value))
const TRACE_ID = moreText('traceId', (more, value) => void (more.traceId = value))
const SPAN_ID = moreText('spanId', (more, value) => void (more.spanId = value))
/** gRPC status is in the trailers, or in the headers of an answer without body. */
const GRPC_NUMBER: Home = {
  ...moreNumber('grpcStatusNumber', (more, value) => void (more.grpcStatusNumber ??= value)),
  isShared: true,
}
const GRPC_NAME = moreText('grpcStatus', (more, value) => void (more.grpcStatus = value))
/** GRPC_STATUS prints a name, or the number when its argument says so. */
const GRPC_STATUS: Home = {
  property: 'grpcStatus',
  assign: (line, value) => GRPC_NUMBER.assign(line, value) || GRPC_NAME.assign(line, value),
}

/**
 * Operators with a property of their own, by their text in lower case; header operators by their older names. Of two
 * for one property the upper one gets it, the other goes to `extra`.
 */
// biome-ignore format: a table, one row a line
const HOMES: ReadonlyMap<string, Home> = new Map<string, Home>([
  ['req(:method)', text('method', (line, value) => void (line.method = value))],
  ['req(x-envoy-original-path?:path)', PATH],
  ['req(:path)', PATH],
  ['path', PATH],
  ['req_without_query(x-envoy-original-path?:path)', PATH],
  ['req_without_query(:path)', PATH],
  ['req(x-envoy-original-path)', PATH],
  ['protocol', text('protocol', (line, value) => void (line.protocol = value))],
  ['response_code', number('responseCode', (line, value) => void (line.responseCode = value))],
  ['response_flags', text('responseFlags', (line, value) => void (line.responseFlags = value))],
  ['response_code_details', text('responseCodeDetails', (line, value) => void (line.responseCodeDetails = value))],
  ['connection_termination_details', text('connectionTermination', (line, value) => void (line.connectionTerminationDetails = value))],
  ['upstream_transport_failure_reason', text('transportFailure', (line, value) => void (line.upstreamTransportFailureReason = value))],
  ['bytes_received', number('bytesReceived', (line, value) => void (line.bytesReceived = value))],
  ['bytes_sent', number('bytesSent', (line, value) => void (line.bytesSent = value))],
  ['duration', number('durationMs', (line, value) => void (line.durationMs = value))],
  ['resp(x-envoy-upstream-service-time)', number('serviceTime', (line, value) => void (line.upstreamServiceTimeMs = value))],
  ['req(x-forwarded-for)', text('xForwardedFor', (line, value) => void (line.xForwardedFor = value))],
  ['req(user-agent)', text('userAgent', (line, value) => void (line.userAgent = value))],
  ['req(x-request-id)', text('requestId', (line, value) => void (line.requestId = value))],
  ['req(:authority)', AUTHORITY],
  ['req(host)', AUTHORITY],
  ['upstream_host', HOST],
  ['upstream_remote_address', HOST],
  ['upstream_remote_address_without_port', HOST],
  ['upstream_remote_port', port('upstreamHost')],
  ['upstream_cluster_raw', CLUSTER],
  ['upstream_cluster', CLUSTER],
  ['upstream_local_address', UPSTREAM_LOCAL],
  ['upstream_local_address_without_port', UPSTREAM_LOCAL],
  ['upstream_local_port', port('upstreamLocalAddress')],
  ['downstream_local_address', DOWNSTREAM_LOCAL],
  ['downstream_local_address_without_port', DOWNSTREAM_LOCAL],
  ['downstream_local_port', port('downstreamLocalAddress')],
  ['downstream_remote_address', DOWNSTREAM_REMOTE],
  ['downstream_remote_address_without_port', DOWNSTREAM_REMOTE],
  ['downstream_remote_port', port('downstreamRemoteAddress')],
  ['requested_server_name', text('requestedServerName', (line, value) => void (line.requestedServerName = value))],
  ['route_name', text('routeName', (line, value) => void (line.routeName = value))],
  ['grpc_status', GRPC_STATUS],
  ['grpc_status(number)', GRPC_NUMBER],
  ['grpc_status_number', GRPC_NUMBER],
  ['trailer(grpc-status)', GRPC_NUMBER],
  ['resp(grpc-status)', GRPC_NUMBER],
  ['response_flags_long', moreText('responseFlagsLong', (more, value) => void (more.responseFlagsLong = value))],
  ['upstream_request_attempt_count', moreNumber('attempts', (more, value) => void (more.upstreamAttemptCount = value))],
  ['downstream_direct_remote_address', DIRECT],
  ['downstream_direct_remote_address_without_port', DIRECT],
  ['downstream_peer_uri_san', moreText('peerUriSan', (more, value) => void (more.downstreamPeerUriSan = value))],
  ['downstream_peer_subject', moreText('peerSubject', (more, value) => void (more.downstreamPeerSubject = value))],
  ['downstream_tls_version', moreText('tlsVersion', (more, value) => void (more.downstreamTlsVersion = value))],
  ['downstream_tls_cipher', moreText('tlsCipher', (more, value) => void (more.downstreamTlsCipher = value))],
  ['upstream_peer_uri_san', moreText('upstreamUriSan', (more, value) => void (more.upstreamPeerUriSan = value))],
  ['trace_id', TRACE_ID],
  ['req(x-b3-traceid)', TRACE_ID],
  ['span_id', SPAN_ID],
  ['req(x-b3-spanid)', SPAN_ID],
  ['req(traceparent)', moreText('traceparent', (more, value) => void (more.traceparent = value))],
  ['req(referer)', moreText('referrer', (more, value) => void (more.referrer = value))],
  ['req(:scheme)', moreText('scheme', (more, value) => void (more.scheme = value))],
  ['hostname', moreText('hostname', (more, value) => void (more.hostname = value))],
])
const RANKS: ReadonlyMap<string, number> = new Map([...HOMES.keys()].map((key, rank) => [key, rank]))

/** Where an operator's value goes, and how much it is to be preferred (lower is first); undefined: into `extra`. */
export function homeOf(canonical: string): { readonly home: Home; readonly rank: number } | undefined {
  const peer = peerHome(canonical)
  if (peer !== undefined) return { home: peer, rank: 0 }
  const key = keyOf(canonical)
  const home = HOMES.get(key)
  return home === undefined ? undefined : { home, rank: RANKS.get(key) ?? 0 }
}

/** An argument that only says how to print makes no other operator; a header with an alternative is its first header. */
function keyOf(canonical: string): string {
  if (HOMES.has(canonical)) return canonical
  const [, name = '', argument = ''] = /^([a-z_]+)\((.*)\)$/s.exec(canonical) ?? []
  if (name === 'req' || name === 'resp' || name === 'trailer') return `${name}(${argument.split('?')[0]})`
  return PRINTS_ONE_VALUE.has(name) ? name : canonical
}
const PRINTS_ONE_VALUE = new Set(['path', 'grpc_status', 'response_code_details', 'requested_server_name'])

/** Istio 1.23.0 to 1.24.1, and every copy of their format, print `NAME;` (alt_stat_name). */
export function stripSemicolon(name: string | undefined): string | undefined {
  return name?.endsWith(';') === true ? name.slice(0, -1) || undefined : name
}
