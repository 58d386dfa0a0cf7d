import type { EnvoyLine, MoreValues } from '../../record/envoy-line.ts'
import { textOf, wholeNumber } from './json-value.ts'
import { assignStartTime } from './start-time.ts'
import { stripSemicolon } from './text-formats.ts'

type Assign = (line: EnvoyLine, value: unknown) => void
type TextKey = { [K in keyof MoreValues]-?: string extends MoreValues[K] ? K : never }[keyof MoreValues]
type NumberKey = { [K in keyof MoreValues]-?: number extends MoreValues[K] ? K : never }[keyof MoreValues]

/**
 * What built-in JSON formats have beyond Istio's keys: other products' names for the same, and what people add under
 * the operator's own name. Sources: envoyproxy/gateway internal/xds/translator/accesslog.go, projectcontour/contour
 * internal/envoy/v3/accesslog.go.
 */
export const OTHER_KEYS: ReadonlyMap<string, Assign> = new Map<string, Assign>([
  ['@timestamp', assignStartTime],
  ['x-envoy-origin-path', (line, value) => void (line.path = textOf(value))],
  [':path', (line, value) => void (line.path = textOf(value))],
  [':method', (line, value) => void (line.method = textOf(value))],
  [':authority', (line, value) => void (line.authority = textOf(value))],
  ['x-envoy-upstream-service-time', (line, value) => void (line.upstreamServiceTimeMs = wholeNumber(value))],
  ['x-forwarded-for', (line, value) => void (line.xForwardedFor = textOf(value))],
  ['user-agent', (line, value) => void (line.userAgent = textOf(value))],
  ['x-request-id', (line, value) => void (line.requestId = textOf(value))],
  ['x_request_id', (line, value) => void (line.requestId = textOf(value))],
  ['upstream_cluster_raw', (line, value) => void (line.upstreamCluster = stripSemicolon(textOf(value)))],
  ['grpc_status', text('grpcStatus')],
  ['grpc_status_number', number('grpcStatusNumber')],
  ['response_flags_long', text('responseFlagsLong')],
  ['upstream_request_attempt_count', number('upstreamAttemptCount')],
  ['downstream_direct_remote_address', text('downstreamDirectRemoteAddress')],
  ['downstream_peer_uri_san', text('downstreamPeerUriSan')],
  ['downstream_peer_subject', text('downstreamPeerSubject')],
  ['downstream_tls_version', text('downstreamTlsVersion')],
  ['downstream_tls_cipher', text('downstreamTlsCipher')],
  ['upstream_peer_uri_san', text('upstreamPeerUriSan')],
  ['trace_id', text('traceId')],
  ['span_id', text('spanId')],
  ['traceparent', text('traceparent')],
  ['referer', text('referrer')],
  ['hostname', text('hostname')],
])

function text(key: TextKey): Assign {
  return (line, value) => {
    const read = textOf(value)
    if (read !== undefined) (line.more ??= {})[key] = read
  }
}

function number(key: NumberKey): Assign {
  return (line, value) => {
    const read = wholeNumber(value)
    if (read !== undefined) (line.more ??= {})[key] = read
  }
}
