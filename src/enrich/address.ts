import { canonicalIp, ipv4End } from './ip.ts'

/** What one of Envoy's address texts says. */
export interface Address {
  /** Canonical IP address, host name, or the path of a pipe. */
  readonly host: string
  /** Canonical IP address; absent for names and pipes. */
  readonly ip: string | undefined
  /** 0 marks an address that Envoy took from x-forwarded-for. Absent where the text has none. */
  readonly port: number | undefined
}

/**
 * Read an address as Envoy prints it: `10.0.0.1:80`, `[::1]:80`, `::1`, `tcp://10.0.0.1:80`, a name, a pipe's path.
 *
 * Behind an internal listener (`envoy://connect_originate/10.0.0.1:80`) stands the address that counts; without one
 * (`envoy://internal_client_address/`) there is none and the result is undefined. Linear in the length of `text`.
 * Source: Envoy docs, config/observability/access_log (address operators) and network/address_impl.cc.
 */
export function parseAddress(text: string): Address | undefined {
  const end = ipv4End(text)
  if (end !== -1 && text.charCodeAt(end) === COLON) {
    const port = portOf(text, end + 1)
    const ip = text.slice(0, end)
    if (port !== undefined) return { host: ip, ip, port }
  }
  const colon = text.indexOf(':')
  return colon !== -1 && text.startsWith('//', colon + 1) ? behindScheme(text, colon) : bare(text, colon)
}

const COLON = 0x3a
const SLASH = 0x2f
const AT = 0x40
const OPEN_BRACKET = 0x5b

function bare(text: string, colon: number): Address | undefined {
  const first = text.charCodeAt(0)
  if (first === OPEN_BRACKET) return bracketed(text)
  if (colon === -1 || first === SLASH || first === AT) return hostOnly(text)
  if (text.indexOf(':', colon + 1) !== -1) return hostOnly(text) // IPv6 without brackets has no port
  const port = portOf(text, colon + 1)
  if (port === undefined) return hostOnly(text)
  const host = text.slice(0, colon)
  return { host, ip: canonicalIp(host), port }
}

function bracketed(text: string): Address | undefined {
  const close = text.indexOf(']')
  const inner = close === -1 ? undefined : canonicalIp(text.slice(1, close))
  if (inner === undefined) return hostOnly(text)
  return { host: inner, ip: inner, port: text.charAt(close + 1) === ':' ? portOf(text, close + 2) : undefined }
}

function hostOnly(text: string): Address | undefined {
  if (text === '') return undefined
  const ip = canonicalIp(text)
  return { host: ip ?? text, ip, port: undefined }
}

function behindScheme(text: string, colon: number): Address | undefined {
  const rest = text.slice(colon + 3)
  if (text.startsWith('envoy')) return internal(rest)
  if (text.startsWith('unix') || text.startsWith('pipe')) return hostOnly(rest)
  return bare(rest, rest.indexOf(':'))
}

/** `LISTENER/ENDPOINT`: an endpoint that is no IP address is only a name inside that Envoy. */
function internal(rest: string): Address | undefined {
  const slash = rest.indexOf('/')
  const endpoint = slash === -1 ? '' : rest.slice(slash + 1)
  const address = bare(endpoint, endpoint.indexOf(':'))
  return address?.ip === undefined ? undefined : address
}

/** A number from 0 to 65535 and nothing behind it. */
function portOf(text: string, from: number): number | undefined {
  const { length } = text
  if (from >= length || length - from > 5) return undefined
  let port = 0
  for (let at = from; at < length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return undefined
    port = port * 10 + digit
  }
  return port > 65_535 ? undefined : port
}
