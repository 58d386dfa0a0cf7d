import * as fc from './fast-check.ts'
import type { EnvoyLine } from '../../src/record/envoy-line.ts'
import type { Values } from './render.ts'

/** What a client would send to break a parser: separators, whole runs of columns, and what else disturbs. */
const FRAGMENTS = [
  '"',
  ' ',
  '" "',
  '-',
  '\\',
  '\\"',
  '[',
  ']',
  '{',
  '}',
  ',',
  '"" ""',
  '\t',
  '%',
  '商品',
  'é',
  'a',
  '/x',
  'Mozilla/5.0 (X11; Linux)',
  ' HTTP/1.1" 200 - ',
  ' HTTP/1.1" 200 - via_upstream - "-" 0 1 2 3 "',
  ' HTTP/1.1" 200 - "-" "-" 0 1 2 3 "',
  ' HTTP/1.1" 503 UF,URX 0 1 2 - "-" "',
  '" 0 1 2 3 "',
  '" "10.0.0.1:80" inbound|80|| - - - - ',
  '" "10.0.0.1:80"',
  '" "-" - - - - - -',
  '","user-agent":"',
  '","protocol":"HTTP/1.1","response_code":"200","response_flags":"-","response_code_details":"-","connection_termination_details":"',
  '"}',
  '\u0000',
] as const

const hostile = fc.array(fc.constantFrom(...FRAGMENTS), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))
/** Blanks, brackets and backslashes, but no quotes. */
const plain = fc.stringMatching(/^[A-Za-z0-9/._:;()[\]\\@+ -]{1,40}$/).map((text) => `x${text.trim()}`)

const ip = fc.oneof(
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
)
const address = fc.oneof(
  fc.tuple(ip, fc.nat(65_535)).map(([host, number]) => `${host}:${number}`),
  fc.constantFrom('envoy://connect_originate/10.0.0.1:80', 'envoy://internal_client_address/', '/var/run/app.sock'),
)
const count = fc.nat().map(String)
const token = fc.stringMatching(/^[A-Za-z0-9_.{}|[\],:<>'=;-]{1,30}$/).filter((text) => text !== '-' && text !== ';')

function orAbsent(values: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> {
  return fc.option(values, { nil: undefined, freq: 5 })
}

/** Columns a client fills. */
export const CLIENT_COLUMNS = [
  'REQ(X-ENVOY-ORIGINAL-PATH?:PATH)',
  'REQ(X-FORWARDED-FOR)',
  'REQ(USER-AGENT)',
  'REQ(X-REQUEST-ID)',
  'REQ(:AUTHORITY)',
] as const

/** Columns that servers, mesh operators and filters fill, where nothing forbids blanks and quotes. */
export const SERVER_COLUMNS = [
  'CONNECTION_TERMINATION_DETAILS',
  'UPSTREAM_TRANSPORT_FAILURE_REASON',
  'ROUTE_NAME',
] as const

const BOUNDED = {
  START_TIME: fc
    .date({ min: new Date('2016-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  'REQ(:METHOD)': orAbsent(fc.constantFrom('GET', 'POST', 'CONNECT', 'M-SEARCH')),
  PROTOCOL: orAbsent(fc.constantFrom('HTTP/1.0', 'HTTP/1.1', 'HTTP/2', 'HTTP/3')),
  RESPONSE_CODE: fc.constantFrom('0', '101', '200', '404', '503'),
  RESPONSE_FLAGS: orAbsent(fc.constantFrom('UF', 'UF,URX', 'NR', 'XWAF', 'DC')),
  RESPONSE_CODE_DETAILS: orAbsent(token),
  'DYNAMIC_METADATA(istio.mixer:status)': orAbsent(fc.constantFrom('""', '"UNAVAILABLE:no healthy upstream"')),
  BYTES_RECEIVED: count,
  BYTES_SENT: count,
  DURATION: orAbsent(count),
  'RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)': orAbsent(count),
  UPSTREAM_HOST: orAbsent(address),
  UPSTREAM_CLUSTER: orAbsent(token),
  UPSTREAM_LOCAL_ADDRESS: orAbsent(address),
  DOWNSTREAM_LOCAL_ADDRESS: orAbsent(address),
  DOWNSTREAM_REMOTE_ADDRESS: orAbsent(address),
  REQUESTED_SERVER_NAME: orAbsent(token),
}

/** Values of a line whose `loose` columns hold anything a client can think of, and the others ordinary texts. */
export function lineValues(loose: readonly string[]): fc.Arbitrary<Values> {
  const texts = Object.fromEntries(
    [...CLIENT_COLUMNS, ...SERVER_COLUMNS].map((column) => [
      column,
      orAbsent(loose.includes(column) ? fc.oneof(hostile, plain) : plain),
    ]),
  )
  return fc.record({ ...BOUNDED, ...texts })
}

/** The property each operator of the built-in formats fills. */
const PROPERTIES = {
  START_TIME: 'startTime',
  'REQ(:METHOD)': 'method',
  'REQ(X-ENVOY-ORIGINAL-PATH?:PATH)': 'path',
  PROTOCOL: 'protocol',
  RESPONSE_CODE: 'responseCode',
  RESPONSE_FLAGS: 'responseFlags',
  RESPONSE_CODE_DETAILS: 'responseCodeDetails',
  CONNECTION_TERMINATION_DETAILS: 'connectionTerminationDetails',
  UPSTREAM_TRANSPORT_FAILURE_REASON: 'upstreamTransportFailureReason',
  BYTES_RECEIVED: 'bytesReceived',
  BYTES_SENT: 'bytesSent',
  DURATION: 'durationMs',
  'RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)': 'upstreamServiceTimeMs',
  'REQ(X-FORWARDED-FOR)': 'xForwardedFor',
  'REQ(USER-AGENT)': 'userAgent',
  'REQ(X-REQUEST-ID)': 'requestId',
  'REQ(:AUTHORITY)': 'authority',
  UPSTREAM_HOST: 'upstreamHost',
  UPSTREAM_CLUSTER: 'upstreamCluster',
  UPSTREAM_LOCAL_ADDRESS: 'upstreamLocalAddress',
  DOWNSTREAM_LOCAL_ADDRESS: 'downstreamLocalAddress',
  DOWNSTREAM_REMOTE_ADDRESS: 'downstreamRemoteAddress',
  REQUESTED_SERVER_NAME: 'requestedServerName',
  ROUTE_NAME: 'routeName',
} as const satisfies Readonly<Record<string, keyof EnvoyLine>>

const NUMBERS = new Set([
  'RESPONSE_CODE',
  'BYTES_RECEIVED',
  'BYTES_SENT',
  'DURATION',
  'RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)',
])

/**
 * What was read otherwise than printed: nothing when the line was read back, or says itself that it is ambiguous.
 * A line that was not read at all is one difference.
 */
export function misread(template: string, values: Values, line: EnvoyLine | undefined): string[] {
  if (line === undefined) return ['not read']
  if (line.isAmbiguous) return []
  const differences: string[] = []
  for (const [property, value] of Object.entries(expectedOf(template, values))) {
    const found: unknown = Object.entries(line).find(([key]) => key === property)?.[1]
    if (found !== value) differences.push(`${property} is ${JSON.stringify(found)} and was ${JSON.stringify(value)}`)
  }
  return differences
}

/** What a line of `template` with these values must be read as. */
export function expectedOf(template: string, values: Values): Partial<EnvoyLine> {
  const expected: Record<string, unknown> = {}
  for (const [operator, property] of Object.entries(PROPERTIES)) {
    if (template.includes(`%${operator}%`)) expected[property] = valueOf(operator, values[operator])
  }
  return expected
}

function valueOf(operator: string, value: string | undefined): unknown {
  if (value === undefined || value === '' || value === '-') return undefined
  if (NUMBERS.has(operator)) return Number(value)
  return operator === 'UPSTREAM_CLUSTER' ? value.replace(/;$/, '') : value
}
