import type { EnvoyLine } from '../../record/envoy-line.ts'
import { type Authority, type LogRecord, makeAuthority } from '../../record/generated/record.ts'
import { memoized } from '../flag/bounded-memo.ts'

/** Fill in what only an HTTP request has: method, status, body sizes, URL. */
export function assignHttp(line: EnvoyLine, record: LogRecord): void {
  record.method = line.method
  record.requestId = line.requestId
  record.userAgent = line.userAgent
  record.httpBytesReceived = line.bytesReceived
  record.httpBytesSent = line.bytesSent
  if (line.responseCode !== 0) record.httpStatusCode = line.responseCode
  record.httpVersion = line.protocol?.startsWith('HTTP/') === true ? line.protocol.slice(5) : line.protocol
  if (line.path !== undefined) assignPath(line.path, record)
  if (line.authority !== undefined) record.authority = authorityOf(line.authority)
}

/** `url.original` is kept only where path and query do not give it back: an empty query. */
function assignPath(path: string, record: LogRecord): void {
  const mark = path.indexOf('?')
  if (mark === -1) {
    record.urlPath = path
  } else if (mark === path.length - 1 || mark === 0) {
    record.urlOriginal = path
    record.urlPath = path.slice(0, mark)
  } else {
    record.urlPath = path.slice(0, mark)
    record.urlQuery = path.slice(mark + 1)
  }
}

/** `host`, `host:port`, `[v6]:port`; what is no port stays part of the host. One object for each text. */
const authorityOf: (authority: string) => Authority = memoized((authority) => {
  const colon = authority.lastIndexOf(':')
  const isBracketed = authority.charCodeAt(0) === 0x5b
  const hasPort =
    colon !== -1 && (isBracketed ? authority.charCodeAt(colon - 1) === 0x5d : authority.indexOf(':') === colon)
  const port = hasPort ? portOf(authority, colon + 1) : undefined
  const host = port === undefined ? authority : authority.slice(0, colon)
  return makeAuthority({ serverAddress: host, serverPort: port, urlDomain: host, urlPort: port })
})

/** A number from 1 to 65535. */
function portOf(text: string, from: number): number | undefined {
  let port = 0
  for (let at = from; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9 || port > 65_535) return undefined
    port = port * 10 + digit
  }
  return port === 0 || port > 65_535 ? undefined : port
}
