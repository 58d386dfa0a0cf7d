import type { EnvoyLine } from '../../record/envoy-line.ts'
import { type LogRecord, makeTarget, type Target } from '../../record/generated/record.ts'
import type { Direction } from '../../record/layer.ts'
import { type Address, parseAddress } from '../address.ts'
import { memoized } from '../flag/bounded-memo.ts'

/**
 * Fill in `source.*`, `destination.*`, `client.*` and `network.forwarded_ip` from the addresses of a line.
 *
 * The destination falls back to the dialled address, so that a failure that chose no endpoint still has one. Port 0
 * marks a client taken from x-forwarded-for (Envoy's http_conn_man/headers, x-forwarded-for). `isNat`: the peer is a
 * node that stands for clients behind it, never itself one.
 */
export function assignAddresses(line: EnvoyLine, direction: Direction, isNat: boolean, record: LogRecord): void {
  const peer = addressOf(line.downstreamRemoteAddress)
  const target = targetIn(line, direction)
  if (peer !== undefined) {
    record.sourceAddress = peer.host
    record.sourceIp = peer.ip
    if (peer.port !== 0) record.sourcePort = peer.port
    const client = isNat ? clientBehind(peer, line.xForwardedFor) : peer
    if (client !== undefined && (peer.port === 0 || direction === 'gateway')) {
      record.clientAddress = client.host
      record.clientIp = client.ip
    }
  }
  record.target = target
  record.relatedIp = distinct(peer?.ip, target?.destinationIp)
  if (line.xForwardedFor !== undefined) assignForwarded(line.xForwardedFor, record)
}

/** The last hop of x-forwarded-for before the peer, which a proxy appends itself. */
function clientBehind(peer: Address, xForwardedFor: string | undefined): Address | undefined {
  if (xForwardedFor === undefined) return undefined
  const entries = xForwardedFor.slice(-MAX_TAIL).split(',')
  return entries
    .map((entry) => parseAddress(entry.trim()))
    .findLast((each) => each !== undefined && each.ip !== peer.ip)
}
const MAX_TAIL = 256

function targetIn(line: EnvoyLine, direction: Direction): Target | undefined {
  const upstream = line.more?.hboneAddress ?? line.upstreamHost
  const dialled = line.downstreamLocalAddress
  return direction === 'inbound' ? (targetAt(dialled) ?? targetAt(upstream)) : (targetAt(upstream) ?? targetAt(dialled))
}

function targetAt(text: string | undefined): Target | undefined {
  return text === undefined ? undefined : targetOf(text).target
}

/** One object for each text. */
const targetOf = memoized((text): { readonly target: Target | undefined } => {
  const address = parseAddress(text)
  if (address === undefined) return { target: undefined }
  const { host, ip, port } = address
  return { target: makeTarget({ destinationAddress: host, destinationIp: ip, destinationPort: port }) }
})

function addressOf(text: string | undefined): Address | undefined {
  return text === undefined ? undefined : parseAddress(text)
}

function distinct(first: string | undefined, second: string | undefined): readonly string[] | undefined {
  if (first === undefined) return second === undefined ? undefined : [second]
  return second === undefined || second === first ? [first] : [first, second]
}

/** At most this many entries of a list the client may have written. */
const MAX_FORWARDED = 32

function assignForwarded(xForwardedFor: string, record: LogRecord): void {
  const entries = xForwardedFor.includes(',')
    ? xForwardedFor.split(',', MAX_FORWARDED).map((entry) => entry.trim())
    : [xForwardedFor]
  record.xForwardedFor = entries
  record.networkForwardedIp = entries[0] === undefined ? undefined : parseAddress(entries[0])?.ip
}
