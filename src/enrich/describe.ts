import type { ComponentLine, EnvoyLine, UnparsedReason } from '../record/envoy-line.ts'
import { emptyRecord, type LogRecord } from '../record/generated/record.ts'
import { isoTime } from '../record/iso-time.ts'
import type { Loss } from '../record/loss.ts'
import { type Layer, layerOf } from '../record/layer.ts'
import { assignAddresses } from './describe/addresses.ts'
import { clusterOf } from './describe/cluster.ts'
import { assignHttp } from './describe/http.ts'
import { assignDetails } from './describe/details.ts'
import { assignMore } from './describe/more.ts'
import { LOG_OUTCOME, lossOutcome, outcomeOf, unparsedOutcome } from './describe/outcome.ts'
import { assignRoute } from './describe/route.ts'
import { directionOf } from './direction.ts'
import type { Vantage } from './vantage.ts'
import { mayLieInPod, withPodState } from './verdict/pod-state.ts'
import { judge } from './verdict/verdict.ts'

const NS_PER_MS = 1_000_000

/** The record of an access line: what it says, who was at both ends, who answered and why. */
export function describeAccess(line: EnvoyLine, from: Vantage): LogRecord {
  const record = emptyRecord()
  const layer = layerOf(line)
  const direction = directionOf(line, from.facts)
  const judged = judge(line, direction)
  const { startTimeMs: startMs = Number.NaN, durationMs = 0 } = line
  const endMs = startMs + durationMs
  // A failure is known at its end, and often is the end; a success says nothing of what came after it had begun.
  const hop = from.hopOf(line, direction, judged.isFailure ? endMs : startMs, judged.isFailure)
  const state = mayLieInPod(judged) ? from.whyOf(line, direction, startMs, endMs) : undefined
  const verdict = withPodState(judged, state, direction)
  record.outcome = outcomeOf(line, layer, direction, verdict)
  record.logFormat = line.format
  assignTimes(line, record)
  assignRaw(line, record)
  assignDetails(line, verdict, record)
  assignAmounts(line, layer, record)
  if (line.upstreamCluster !== undefined) record.cluster = clusterOf(line.upstreamCluster)
  if (line.routeName !== undefined) assignRoute(line.routeName, record)
  if (line.more !== undefined) assignMore(line.more, record)
  record.hop = hop
  assignAddresses(line, direction, hop.source?.reason === 'nat', record)
  record.reporter = from.reporter
  return record
}

/** The record of a diagnostic line. */
export function describeLog(line: ComponentLine, from: Vantage): LogRecord {
  const record = emptyRecord()
  record.outcome = LOG_OUTCOME
  record.logFormat = line.format
  record.timestamp = line.time
  record.logLevel = line.level
  record.logLogger = line.logger
  record.message = line.message
  record.extra = line.extra
  record.hop = from.ownHop
  record.reporter = from.reporter
  return record
}

/** The record of lines that will never be delivered. Its time is the last moment at which they can have been written. */
export function describeLoss(loss: Loss, from: Vantage): LogRecord {
  const { reason, path, offsetBytes, size, bytes, afterMs, beforeMs } = loss
  const record = emptyRecord()
  record.outcome = lossOutcome(reason)
  record.timestamp = beforeMs === undefined ? undefined : isoTime(beforeMs)
  record.lossBytes = bytes
  record.lossSize = size
  record.lossAfter = afterMs === undefined ? undefined : isoTime(afterMs)
  record.lossBefore = record.timestamp
  record.logFilePath = path
  record.logOffset = offsetBytes
  record.hop = from.ownHop
  record.reporter = from.reporter
  return record
}

/** The record of a line that could not be read. */
export function describeUnparsed(reason: UnparsedReason, from: Vantage): LogRecord {
  const record = emptyRecord()
  record.outcome = unparsedOutcome(reason)
  record.hop = from.ownHop
  record.reporter = from.reporter
  return record
}

function assignTimes(line: EnvoyLine, record: LogRecord): void {
  const { startTime, startTimeMs, durationMs } = line
  record.timestamp = startTime
  if (durationMs !== undefined) {
    record.eventDurationNs = durationMs * NS_PER_MS
    if (startTimeMs !== undefined) record.eventEnd = isoTime(startTimeMs + durationMs)
  }
}

/** What goes into the record as it stands. */
function assignRaw(line: EnvoyLine, record: LogRecord): void {
  record.connectionTerminationDetails = line.connectionTerminationDetails
  record.upstreamTransportFailureReason = line.upstreamTransportFailureReason
  record.upstreamServiceTimeMs = line.upstreamServiceTimeMs
  record.upstreamHost = line.upstreamHost
  record.upstreamLocalAddress = line.upstreamLocalAddress
  record.downstreamLocalAddress = line.downstreamLocalAddress
  record.downstreamRemoteAddress = line.downstreamRemoteAddress
  record.requestedServerName = line.requestedServerName
  record.routeName = line.routeName
  record.extra = line.extra
  if (line.isAmbiguous) record.ambiguous = true
}

/** HTTP bytes are those of the bodies, TCP bytes those of the connection. */
function assignAmounts(line: EnvoyLine, layer: Layer, record: LogRecord): void {
  if (layer === 'http') {
    assignHttp(line, record)
    return
  }
  record.sourceBytes = line.bytesReceived
  record.destinationBytes = line.bytesSent
  if (line.bytesReceived !== undefined && line.bytesSent !== undefined)
    record.networkBytes = line.bytesReceived + line.bytesSent
}
