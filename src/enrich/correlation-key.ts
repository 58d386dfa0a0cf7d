import type { EnvoyLine } from '../record/envoy-line.ts'
import { parseAddress } from './address.ts'

/**
 * What lines of one hop share: the request id, in lower case and without its trace decision; without one the two ends of
 * the connection between the two proxies; undefined where the line has neither. `direction`: of its record.
 */
export function correlationKey(line: EnvoyLine, direction: string | undefined): string | undefined {
  return line.requestId === undefined ? connectionKey(line, direction) : requestKey(line.requestId)
}

/** Envoy writes its trace decision into this character of a UUID, and the proxies of a hop may decide differently. */
const TRACE_AT = 14
const NO_TRACE = 0x34
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Source: Envoy source/extensions/request_id/uuid/config.cc; 4 is what a UUID without a decision has there. */
function requestKey(requestId: string): string {
  const id = UUID.test(requestId) ? requestId : requestId.toLowerCase()
  if (id.charCodeAt(TRACE_AT) === NO_TRACE || !UUID.test(id)) return id
  return `${id.slice(0, TRACE_AT)}4${id.slice(TRACE_AT + 1)}`
}

/**
 * The caller's proxy knows the connection as its upstream one, the called one's as its downstream one. Through a tunnel
 * the ports of the caller differ from line to line, so only its address counts.
 */
function connectionKey(line: EnvoyLine, direction: string | undefined): string | undefined {
  const { upstreamHost, upstreamLocalAddress, downstreamRemoteAddress, downstreamLocalAddress, more } = line
  const peer = more?.downstreamDirectRemoteAddress ?? downstreamRemoteAddress
  if (more?.ztunnelDirection !== undefined) return tunnelKey(peer, more.hboneAddress ?? upstreamHost)
  const accepted = endsKey(peer, downstreamLocalAddress)
  if (direction !== 'outbound' && direction !== 'gateway' && direction !== 'waypoint') return accepted
  if (upstreamHost?.startsWith('envoy://') === true) return tunnelKey(peer, upstreamHost)
  // Without an own end there was no connection, and so no second line.
  return upstreamLocalAddress === undefined ? accepted : endsKey(upstreamLocalAddress, upstreamHost)
}

function endsKey(from: string | undefined, to: string | undefined): string | undefined {
  return from === undefined && to === undefined ? undefined : `${from ?? ''}>${to ?? ''}`
}

function tunnelKey(from: string | undefined, to: string | undefined): string | undefined {
  const caller = from === undefined ? undefined : parseAddress(from)
  const called = to === undefined ? undefined : parseAddress(to)
  return endsKey(caller?.host, called && `${called.host}:${called.port ?? ''}`)
}
