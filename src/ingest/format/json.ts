import { type EnvoyLine, emptyLine, type MoreValues } from '../../record/envoy-line.ts'
import { extraOf, isBeyondSafe, type JsonObject, textOf, wholeNumber } from './json-value.ts'
import { assignStartTime } from './start-time.ts'
import { stripSemicolon } from './text-formats.ts'

/**
 * Read an access line in one of the built-in JSON formats: Istio 1.1 to today, Envoy Gateway, Contour, Consul, Emissary.
 *
 * Key order does not matter, numbers may be texts, and absent, null, `-` and the empty text are the same. Keys that
 * nothing here knows are kept in `extra`. Returns undefined when the object is not an access line.
 */
export function parseAccessJson(object: JsonObject, text: string): EnvoyLine | undefined {
  if (!isAccess(object)) return undefined
  const line = emptyLine('json')
  let others: Record<string, unknown> | undefined
  for (const key in object) {
    const value = object[key]
    const assign = KEYS.get(key)
    if (assign === undefined || isBeyondSafe(value)) (others ??= Object.create(null))[key] = value
    else if (value !== null) assign(line, value)
  }
  if (others !== undefined) line.extra = extraOf(others, text)
  return line
}

/** An access record has a start, or a status or flags to speak of. */
function isAccess(o: JsonObject): boolean {
  if (o['response_code'] !== undefined || o['response_flags'] !== undefined) return true
  return o['start_time'] !== undefined && (o['scope'] === undefined || o['msg'] === undefined)
}

type Assign = (line: EnvoyLine, value: unknown) => void

function more(line: EnvoyLine): MoreValues {
  line.more ??= {}
  return line.more
}

/** A setter for a text that only some formats have. */
function moreText(key: TextKey): Assign {
  return (line, value) => {
    const text = textOf(value)
    if (text !== undefined) more(line)[key] = text
  }
}
type TextKey = { [K in keyof MoreValues]-?: string extends MoreValues[K] ? K : never }[keyof MoreValues]

/** Istio's keys. Source: istio/istio pilot/pkg/model/telemetry_logging.go (EnvoyJSONLogFormatIstio). Consul and Emissary use the same. */
const ISTIO: readonly (readonly [string, Assign])[] = [
  ['start_time', assignStartTime],
  ['method', (line, value) => void (line.method = methodOf(value))],
  ['path', (line, value) => void (line.path = textOf(value))],
  ['protocol', (line, value) => void (line.protocol = textOf(value))],
  ['response_code', (line, value) => void (line.responseCode = wholeNumber(value))],
  ['response_flags', (line, value) => void (line.responseFlags = textOf(value))],
  ['response_code_details', (line, value) => void (line.responseCodeDetails = textOf(value))],
  ['connection_termination_details', (line, value) => void (line.connectionTerminationDetails = textOf(value))],
  ['upstream_transport_failure_reason', (line, value) => void (line.upstreamTransportFailureReason = textOf(value))],
  ['bytes_received', (line, value) => void (line.bytesReceived = wholeNumber(value))],
  ['bytes_sent', (line, value) => void (line.bytesSent = wholeNumber(value))],
  ['duration', (line, value) => void (line.durationMs = wholeNumber(value))],
  ['upstream_service_time', (line, value) => void (line.upstreamServiceTimeMs = wholeNumber(value))],
  ['x_forwarded_for', (line, value) => void (line.xForwardedFor = textOf(value))],
  ['user_agent', (line, value) => void (line.userAgent = textOf(value))],
  ['request_id', (line, value) => void (line.requestId = textOf(value))],
  ['authority', (line, value) => void (line.authority = textOf(value))],
  ['upstream_host', (line, value) => void (line.upstreamHost = textOf(value))],
  ['upstream_cluster', (line, value) => void (line.upstreamCluster = stripSemicolon(textOf(value)))],
  ['upstream_local_address', (line, value) => void (line.upstreamLocalAddress = textOf(value))],
  ['downstream_local_address', (line, value) => void (line.downstreamLocalAddress = textOf(value))],
  ['downstream_remote_address', (line, value) => void (line.downstreamRemoteAddress = textOf(value))],
  ['requested_server_name', (line, value) => void (line.requestedServerName = textOf(value))],
  ['route_name', (line, value) => void (line.routeName = textOf(value))],
]

/** Keys other products use for the same. Source: envoyproxy/gateway internal/xds/translator/accesslog.go, projectcontour/contour internal/envoy/v3/accesslog.go. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  '@timestamp': 'start_time',
  'x-envoy-origin-path': 'path',
  'x-envoy-upstream-service-time': 'upstream_service_time',
  'x-forwarded-for': 'x_forwarded_for',
  'user-agent': 'user_agent',
  'x-request-id': 'request_id',
  x_request_id: 'request_id',
  ':authority': 'authority',
  ':method': 'method',
  ':path': 'path',
  upstream_cluster_raw: 'upstream_cluster',
}

/** What people add to the default formats, under the operator's name in lower case. */
const ADDED: readonly (readonly [string, Assign])[] = [
  ['grpc_status', moreText('grpcStatus')],
  ['grpc_status_number', moreNumber('grpcStatusNumber')],
  ['response_flags_long', moreText('responseFlagsLong')],
  ['upstream_request_attempt_count', moreNumber('upstreamAttemptCount')],
  ['downstream_direct_remote_address', moreText('downstreamDirectRemoteAddress')],
  ['downstream_peer_uri_san', moreText('downstreamPeerUriSan')],
  ['downstream_peer_subject', moreText('downstreamPeerSubject')],
  ['downstream_tls_version', moreText('downstreamTlsVersion')],
  ['downstream_tls_cipher', moreText('downstreamTlsCipher')],
  ['upstream_peer_uri_san', moreText('upstreamPeerUriSan')],
  ['trace_id', moreText('traceId')],
  ['span_id', moreText('spanId')],
  ['traceparent', moreText('traceparent')],
  ['referer', moreText('referrer')],
  ['hostname', moreText('hostname')],
]

function moreNumber(key: 'grpcStatusNumber' | 'upstreamAttemptCount'): Assign {
  return (line, value) => {
    const number = wholeNumber(value)
    if (number !== undefined) more(line)[key] = number
  }
}

/** Istio 1.1.0 to 1.1.2 printed the start time as the method: no method holds a blank, a colon or a digit first. */
function methodOf(value: unknown): string | undefined {
  const text = textOf(value)
  return text !== undefined && text.charCodeAt(0) >= 0x30 && text.charCodeAt(0) <= 0x39 ? undefined : text
}

const KEYS: ReadonlyMap<string, Assign> = new Map([...ISTIO, ...ADDED, ...otherNames()])

function otherNames(): [string, Assign][] {
  const istio = new Map(ISTIO)
  return Object.entries(OTHER_NAMES).flatMap(([key, name]) => {
    const assign = istio.get(name)
    return assign === undefined ? [] : [[key, assign]]
  })
}
