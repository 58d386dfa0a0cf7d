import { type EnvoyLine, emptyLine } from '../../record/envoy-line.ts'
import { OTHER_KEYS } from './json-keys.ts'
import { extraOf, isBeyondSafe, isTooDeep, type JsonObject, textOf, wholeNumber } from './json-value.ts'
import { assignStartTime } from './start-time.ts'
import { stripSemicolon } from './text-formats.ts'

/**
 * Read an access line in one of the built-in JSON formats: Istio 1.1 to today, Envoy Gateway, Contour, Consul, Emissary.
 *
 * Key order does not matter, numbers may be texts, and absent, null, `-` and the empty text are the same. Keys that
 * nothing here knows are kept in `extra`. Undefined when the object is not an access line, `too_deep` when one of those
 * keys is nested too deep to be kept.
 */
export function parseAccessJson(object: JsonObject, text: string): EnvoyLine | 'too_deep' | undefined {
  if (!isAccess(object)) return undefined
  const line = emptyLine('json')
  readIstioKeys(object, line)
  for (const key in object) if (!ISTIO_KEYS.has(key)) return withOtherKeys(object, line, text)
  return hasUnsafeAmount(object) ? withOtherKeys(object, line, text) : line
}

/** The line with what its other keys say; numbers that a double cannot hold are kept with them. */
function withOtherKeys(object: JsonObject, line: EnvoyLine, text: string): EnvoyLine | 'too_deep' {
  const others: Record<string, unknown> = Object.create(null)
  for (const [key, value] of Object.entries(object)) {
    if (ISTIO_KEYS.has(key) && !isBeyondSafe(value)) continue
    const assign = OTHER_KEYS.get(key)
    if (assign === undefined) others[key] = value
    else assign(line, value)
  }
  if (isTooDeep(others, text)) return 'too_deep'
  line.extra = extraOf(others, text)
  return line
}

function hasUnsafeAmount({ bytes_received, bytes_sent, duration }: JsonObject): boolean {
  return isBeyondSafe(bytes_received) || isBeyondSafe(bytes_sent) || isBeyondSafe(duration)
}

/** An access record has a status or flags to speak of, or a start and is no diagnostic. */
function isAccess(o: JsonObject): boolean {
  if (o['response_code'] !== undefined || o['response_flags'] !== undefined) return true
  return o['start_time'] !== undefined && o['msg'] === undefined
}

/**
 * Istio's keys, which Consul and Emissary use too. One plain statement a key: this runs for every line, and a loop over
 * a table of setters takes five times as long (measured).
 * Source: istio/istio pilot/pkg/model/telemetry_logging.go (EnvoyJSONLogFormatIstio).
 */
function readIstioKeys(o: JsonObject, line: EnvoyLine): void {
  assignStartTime(line, o['start_time'])
  line.method = methodOf(o['method'])
  line.path = textOf(o['path'])
  line.protocol = textOf(o['protocol'])
  line.responseCode = wholeNumber(o['response_code'])
  line.responseFlags = textOf(o['response_flags'])
  line.responseCodeDetails = textOf(o['response_code_details'])
  line.connectionTerminationDetails = textOf(o['connection_termination_details'])
  line.upstreamTransportFailureReason = textOf(o['upstream_transport_failure_reason'])
  line.bytesReceived = wholeNumber(o['bytes_received'])
  line.bytesSent = wholeNumber(o['bytes_sent'])
  line.durationMs = wholeNumber(o['duration'])
  line.upstreamServiceTimeMs = wholeNumber(o['upstream_service_time'])
  line.xForwardedFor = textOf(o['x_forwarded_for'])
  line.userAgent = textOf(o['user_agent'])
  line.requestId = textOf(o['request_id'])
  line.authority = textOf(o['authority'])
  line.upstreamHost = textOf(o['upstream_host'])
  line.upstreamCluster = stripSemicolon(textOf(o['upstream_cluster']))
  line.upstreamLocalAddress = textOf(o['upstream_local_address'])
  line.downstreamLocalAddress = textOf(o['downstream_local_address'])
  line.downstreamRemoteAddress = textOf(o['downstream_remote_address'])
  line.requestedServerName = textOf(o['requested_server_name'])
  line.routeName = textOf(o['route_name'])
}

const ISTIO_KEYS: ReadonlySet<string> = new Set(
  `start_time method path protocol response_code response_flags response_code_details connection_termination_details
  upstream_transport_failure_reason bytes_received bytes_sent duration upstream_service_time x_forwarded_for user_agent
  request_id authority upstream_host upstream_cluster upstream_local_address downstream_local_address
  downstream_remote_address requested_server_name route_name`.split(/\s+/),
)

/** Istio 1.1.0 to 1.1.2 printed the start time as the method: no method begins with a digit. */
export function methodOf(value: unknown): string | undefined {
  const text = textOf(value)
  return text !== undefined && text.charCodeAt(0) >= 0x30 && text.charCodeAt(0) <= 0x39 ? undefined : text
}
