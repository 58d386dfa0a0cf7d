import type { EnvoyLine } from '../../record/envoy-line.ts'
import type { LogRecord } from '../../record/generated/record.ts'
import type { Direction } from '../../record/layer.ts'
import { type Address, parseAddress } from '../address.ts'

/**
 * Fill in `source.*`, `destination.*`, `client.*` and `network.forwarded_ip` from the addresses of a line.
 *
 * The destination falls back to the dialled address, so that a failure that chose no endpoint still has one. Port 0
 * marks a client taken from x-forwarded-for (Envoy's http_conn_man/headers, x-forwarded-for).
 */
export function assignAddresses(line: EnvoyLine, direction: Direction, record: LogRecord): void {
  const peer = addressOf(line.downstreamRemoteAddress)
  const destination = destinationOf(line, direction)
  if (peer !== undefined) {
    record.sourceAddress = peer.host
    record.sourceIp = peer.ip
    if (peer.port !== 0) record.sourcePort = peer.port
    if (peer.port === 0 || direction === 'gateway') {
      record.clientAddress = peer.host
      record.clientIp = peer.ip
    }
  }
  if (destination !== undefined) {
    record.destinationAddress = destination.host
    record.destinationIp = destination.ip
    record.destinationPort = destination.port
  }
  record.relatedIp = distinct(peer?.ip, destination?.ip)
  if (line.xForwardedFor !== undefined) assignForwarded(line.xForwardedFor, record)
}

function destinationOf(line: EnvoyLine, direction: Direction): Address | undefined {
  const upstream = line.more?.hboneAddress ?? line.upstreamHost
  const [first, second] =
    direction === 'inbound' ? [line.downstreamLocalAddress, upstream] : [upstream, line.downstreamLocalAddress]
  return addressOf(first) ?? addressOf(second)
}

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
