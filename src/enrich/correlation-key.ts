import type { LogRecord } from '../record/generated/record.ts'

/**
 * What the records of one hop share: the request id, in lower case and without its trace decision; without one the two
 * ends of the connection between the two proxies; undefined where the record has neither.
 */
export function correlationKey(record: LogRecord): string | undefined {
  return record.requestId === undefined ? connectionKey(record) : requestKey(record.requestId)
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

/** Of those who dial on: their upstream connection is the downstream one of whom they call. */
const CALLERS: ReadonlySet<string | undefined> = new Set(['outbound', 'gateway', 'waypoint'])

function connectionKey(record: LogRecord): string | undefined {
  const { upstreamHost, upstreamLocalAddress, downstreamRemoteAddress, downstreamLocalAddress } = record
  if (record.logFormat?.startsWith('ztunnel-') === true) return tunnelKey(record)
  if (CALLERS.has(record.outcome?.direction)) {
    if (upstreamHost?.startsWith('envoy://') === true) return tunnelKey(record)
    // Without an own end there was no connection, and so no second line.
    if (upstreamLocalAddress !== undefined) return endsKey(upstreamLocalAddress, upstreamHost)
  }
  return endsKey(downstreamRemoteAddress, downstreamLocalAddress)
}

/** Through a tunnel the ports of the caller differ from line to line, so only its address counts. */
function tunnelKey({ sourceAddress, target }: LogRecord): string | undefined {
  return endsKey(sourceAddress, target && `${target.destinationAddress}:${target.destinationPort}`)
}

function endsKey(from: string | undefined, to: string | undefined): string | undefined {
  return from === undefined && to === undefined ? undefined : `${from ?? ''}>${to ?? ''}`
}
