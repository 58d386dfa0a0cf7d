import { type EnvoyLine, emptyLine } from '../../record/envoy-line.ts'
import { methodOf } from './json.ts'
import { wholeNumber } from './json-value.ts'
import { assignStartTime } from './start-time.ts'
import { stripSemicolon } from './text-formats.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const LETTER_N = 0x6e
const CLOSE_BRACE = 0x7d
/** More digits may be beyond what a double holds exactly. */
const MAX_DIGITS = 15

/**
 * Read a line of Istio's JSON format as every release since 1.25 writes it: 24 keys in alphabetical order, nothing
 * escaped. Undefined, and nothing said of the line, when it is anything else: `parseAccessJson` then reads it.
 *
 * It gives exactly what `parseAccessJson` gives for the same line (tested), at half the cost: most lines of most meshes
 * look like this, and JSON.parse spends its time on building an object that is thrown away.
 */
export function scanIstioJson(text: string): EnvoyLine | undefined {
  const scanner = new Scanner(text)
  const line = emptyLine('json')
  scanner.read(line)
  return scanner.isAtEnd ? line : undefined
}

/** Walks over a line; once something does not fit it stays failed and gives nothing more. */
class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Everything fitted, to the last character. */
  get isAtEnd(): boolean {
    return this.#at === this.#text.length - 1 && this.#text.charCodeAt(this.#at) === CLOSE_BRACE
  }

  read(line: EnvoyLine): void {
    line.authority = this.#string('{"authority":')
    line.bytesReceived = this.#number(',"bytes_received":')
    line.bytesSent = this.#number(',"bytes_sent":')
    line.connectionTerminationDetails = this.#string(',"connection_termination_details":')
    line.downstreamLocalAddress = this.#string(',"downstream_local_address":')
    line.downstreamRemoteAddress = this.#string(',"downstream_remote_address":')
    line.durationMs = this.#number(',"duration":')
    line.method = methodOf(this.#string(',"method":'))
    line.path = this.#string(',"path":')
    line.protocol = this.#string(',"protocol":')
    line.requestId = this.#string(',"request_id":')
    line.requestedServerName = this.#string(',"requested_server_name":')
    line.responseCode = this.#number(',"response_code":')
    line.responseCodeDetails = this.#string(',"response_code_details":')
    line.responseFlags = this.#string(',"response_flags":')
    line.routeName = this.#string(',"route_name":')
    assignStartTime(line, this.#string(',"start_time":'))
    line.upstreamCluster = stripSemicolon(this.#string(',"upstream_cluster":'))
    line.upstreamHost = this.#string(',"upstream_host":')
    line.upstreamLocalAddress = this.#string(',"upstream_local_address":')
    line.upstreamServiceTimeMs = wholeNumber(this.#string(',"upstream_service_time":'))
    line.upstreamTransportFailureReason = this.#string(',"upstream_transport_failure_reason":')
    line.userAgent = this.#string(',"user_agent":')
    line.xForwardedFor = this.#string(',"x_forwarded_for":')
  }

  /** The value behind `label`: a text, or undefined for null, `-` and the empty text. */
  #string(label: string): string | undefined {
    const start = this.#valueAt(label)
    const text = this.#text
    if (text.charCodeAt(start) !== QUOTE) return this.#null(start)
    let end = start + 1
    for (let code = text.charCodeAt(end); code !== QUOTE; code = text.charCodeAt(end)) {
      // Not printable ASCII, escaped, or past the end, where the code is NaN.
      if (!(code >= 0x20 && code < 0x7f && code !== BACKSLASH)) return this.#fail()
      end += 1
    }
    this.#at = end + 1
    if (end - start === 2 && text.charCodeAt(start + 1) === 0x2d) return undefined
    return end - start === 1 ? undefined : text.slice(start + 1, end)
  }

  /** The whole number behind `label`, or undefined for null. */
  #number(label: string): number | undefined {
    const start = this.#valueAt(label)
    let end = start
    let value = 0
    for (let digit = this.#digit(end); digit >= 0 && digit <= 9; digit = this.#digit(end)) {
      value = value * 10 + digit
      end += 1
    }
    if (end === start) return this.#null(start)
    if (end - start > MAX_DIGITS || (this.#digit(start) === 0 && end - start > 1)) return this.#fail()
    this.#at = end
    return value
  }

  /** Where the value behind `label` begins; past the end when the label is not there. */
  #valueAt(label: string): number {
    return this.#text.startsWith(label, this.#at) ? this.#at + label.length : this.#text.length
  }

  #digit(at: number): number {
    return this.#text.charCodeAt(at) - 0x30
  }

  #null(start: number): undefined {
    if (this.#text.charCodeAt(start) !== LETTER_N || !this.#text.startsWith('null', start)) return this.#fail()
    this.#at = start + 'null'.length
    return undefined
  }

  #fail(): undefined {
    this.#at = this.#text.length
    return undefined
  }
}
