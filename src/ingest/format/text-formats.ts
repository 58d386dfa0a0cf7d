import { type EnvoyLine, emptyLine } from '../../record/envoy-line.ts'
import { MIXER_STATUS } from './columns.ts'
import { compileTextFormat, type TextFormat } from './compile-text.ts'
import type { Fit } from './matcher.ts'
import { DEFAULT_TIME } from './start-time.ts'

export { stripSemicolon } from './homes.ts'

// The parts the built-in text formats are made of.
const REQUEST =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS%'
const AMOUNTS =
  '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"'
const MIXER = '"%DYNAMIC_METADATA(istio.mixer:status)%"'
const TRANSPORT_FAILURE = '"%UPSTREAM_TRANSPORT_FAILURE_REASON%"'
const ADDRESSES =
  '%UPSTREAM_CLUSTER% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME%'

/** Envoy Gateway up to 1.3 wrote a text format in the shape of JSON. Source: envoyproxy/gateway internal/xds/translator/accesslog.go. */
const ENVOY_GATEWAY = [
  ['start_time', 'START_TIME'],
  ['method', 'REQ(:METHOD)'],
  ['x-envoy-origin-path', 'REQ(X-ENVOY-ORIGINAL-PATH?:PATH)'],
  ['protocol', 'PROTOCOL'],
  ['response_code', 'RESPONSE_CODE'],
  ['response_flags', 'RESPONSE_FLAGS'],
  ['response_code_details', 'RESPONSE_CODE_DETAILS'],
  ['connection_termination_details', 'CONNECTION_TERMINATION_DETAILS'],
  ['upstream_transport_failure_reason', 'UPSTREAM_TRANSPORT_FAILURE_REASON'],
  ['bytes_received', 'BYTES_RECEIVED'],
  ['bytes_sent', 'BYTES_SENT'],
  ['duration', 'DURATION'],
  ['x-envoy-upstream-service-time', 'RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)'],
  ['x-forwarded-for', 'REQ(X-FORWARDED-FOR)'],
  ['user-agent', 'REQ(USER-AGENT)'],
  ['x-request-id', 'REQ(X-REQUEST-ID)'],
  [':authority', 'REQ(:AUTHORITY)'],
  ['upstream_host', 'UPSTREAM_HOST'],
  ['upstream_cluster', 'UPSTREAM_CLUSTER'],
  ['upstream_local_address', 'UPSTREAM_LOCAL_ADDRESS'],
  ['downstream_local_address', 'DOWNSTREAM_LOCAL_ADDRESS'],
  ['downstream_remote_address', 'DOWNSTREAM_REMOTE_ADDRESS'],
  ['requested_server_name', 'REQUESTED_SERVER_NAME'],
  ['route_name', 'ROUTE_NAME'],
]
  .map(([key, operator]) => `"${key}":"%${operator}%"`)
  .join(',')

/**
 * Every built-in text format by name, in Envoy's operator grammar. Those with more columns come first: a line of one
 * may also fit another with fewer, never the other way round.
 *
 * Sources: envoyproxy/envoy source/common/formatter/substitution_format_utility.cc (the default),
 * istio/istio pilot/pkg/model/telemetry_logging.go and its history back to 1.1, emissary-ingress/emissary. Istio 1.23
 * changed the cluster operator, which shows in nothing but a trailing `;`, so 1.9 to today are one format.
 */
export const TEXT_TEMPLATES = {
  'istio-text-1.9': `${REQUEST} %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% ${TRANSPORT_FAILURE} ${AMOUNTS} ${ADDRESSES} %ROUTE_NAME%`,
  'istio-text-1.3': `${REQUEST} ${MIXER} ${TRANSPORT_FAILURE} ${AMOUNTS} ${ADDRESSES} %ROUTE_NAME%`,
  'istio-text-1.2': `${REQUEST} ${MIXER} ${TRANSPORT_FAILURE} ${AMOUNTS} ${ADDRESSES}`,
  'istio-text-1.8': `${REQUEST} ${TRANSPORT_FAILURE} ${AMOUNTS} ${ADDRESSES} %ROUTE_NAME%`,
  'istio-text-1.1': `${REQUEST} ${MIXER} ${AMOUNTS} ${ADDRESSES}`,
  'envoy-text': `${REQUEST} ${AMOUNTS}`,
  'emissary-text': `ACCESS ${REQUEST} ${AMOUNTS}`,
  'envoy-gateway-text-json': `{${ENVOY_GATEWAY}}`,
} as const

export type TextFormatName = keyof typeof TEXT_TEMPLATES

/**
 * Metadata printed with quotes of its own before Envoy 1.19, so a Mixer status is absent or has these two quotes. More
 * of them were taken from other columns; none at all may be part of another column.
 */
function judgeMixerStatus(value: string): Fit {
  if (value === '-' || /^"(?:[^" ][^"]*)?"$/.test(value)) return 'one'
  return value.includes('"') ? 'none' : 'many'
}

const OPTIONS = { judge: { [MIXER_STATUS]: judgeMixerStatus } }

const ENVOY = builtIn('envoy-text')
const ISTIO = (['istio-text-1.9', 'istio-text-1.3', 'istio-text-1.2', 'istio-text-1.8', 'istio-text-1.1'] as const).map(
  builtIn,
)
/** Only Envoy's own default ends with a quote: a route name is never the client's. */
const QUOTED_END = [ENVOY, ...ISTIO]
const EMISSARY = [builtIn('emissary-text')]
const GATEWAY = [builtIn('envoy-gateway-text-json')]
const NONE: readonly TextFormat[] = []

function builtIn(name: TextFormatName): TextFormat {
  return compileTextFormat(name, TEXT_TEMPLATES[name], OPTIONS)
}

/** Read a line by whichever built-in text format fits; undefined when none does. Linear in the length of the line. */
export function parseTextLine(text: string): EnvoyLine | undefined {
  const formats = candidates(text)
  const line = emptyLine('')
  for (const format of formats)
    if (format.parse(text, line)) return hasQuote(line) ? compared(line, text, formats) : line
  for (const format of formats) if (format.parseLeniently(text, line)) return line
  return undefined
}

function candidates(text: string): readonly TextFormat[] {
  switch (text.charCodeAt(0)) {
    case 0x5b: // [
      if (DEFAULT_TIME.read(text, 1) === -1) return NONE
      return text.charCodeAt(text.length - 1) === QUOTE ? QUOTED_END : ISTIO
    case 0x41: // ACCESS
      return EMISSARY
    case 0x7b: // {
      return GATEWAY
    default:
      return NONE
  }
}
const QUOTE = 0x22

/**
 * Whether a client may have sent a quote, which is what it takes to forge columns. Loose columns that are not a
 * client's take what a forgery leaves over.
 */
function hasQuote(line: EnvoyLine): boolean {
  return (
    quoted(line.path) ||
    quoted(line.userAgent) ||
    quoted(line.requestId) ||
    quoted(line.authority) ||
    quoted(line.xForwardedFor) ||
    quoted(line.routeName) ||
    quoted(line.connectionTerminationDetails) ||
    quoted(line.upstreamTransportFailureReason)
  )
}

function quoted(value: string | undefined): boolean {
  return value !== undefined && value.includes('"')
}

/**
 * A client may forge what tells one format from another. A line that another format reads otherwise is ambiguous, and
 * the format in which the path ends first is the one that did not take forged columns for real.
 */
function compared(line: EnvoyLine, text: string, formats: readonly TextFormat[]): EnvoyLine {
  let best = line
  let isAmbiguous = line.isAmbiguous
  for (const format of formats) {
    const other = emptyLine('')
    if (format.name === line.format || !isConflict(format, text, line, other)) continue
    isAmbiguous = true
    if (other.format !== '' && (other.path ?? '').length < (best.path ?? '').length) best = other
  }
  best.isAmbiguous = isAmbiguous
  return best
}

/** Whether a format reads a line otherwise, or in several ways, of which the one taken may have been refused. */
function isConflict(format: TextFormat, text: string, line: EnvoyLine, other: EnvoyLine): boolean {
  const fit = format.fit(text)
  if (fit === 'none') return false
  const isRead = format.parse(text, other)
  return fit === 'many' || (isRead && !isSameRequest(line, other))
}

/**
 * A line also fits formats that lack a column: they agree on what was requested, and put that column into the failure
 * reason. A reason that holds quotes itself may be either.
 */
function isSameRequest(a: EnvoyLine, b: EnvoyLine): boolean {
  return (
    !quoted(a.upstreamTransportFailureReason) &&
    a.path === b.path &&
    a.responseCode === b.responseCode &&
    a.xForwardedFor === b.xForwardedFor &&
    a.userAgent === b.userAgent &&
    a.requestId === b.requestId &&
    a.authority === b.authority
  )
}

/** Whether a line begins like a text access line (`[`, the start time, `] "`) though no format fits: its end is missing. */
export function isTruncatedTextLine(text: string): boolean {
  const start = text.startsWith('ACCESS [') ? 8 : 1
  if (start === 1 && text.charCodeAt(0) !== 0x5b) return false
  const end = DEFAULT_TIME.read(text, start)
  return end !== -1 && text.startsWith('] "', end)
}
