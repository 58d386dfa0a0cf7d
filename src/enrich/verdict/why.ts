import { maskOf } from '../flag/catalogue.ts'
import { type CauseId, explainCause, type SidedExplanation } from '../flag/causes.ts'
import { matchDetails } from '../flag/details.ts'
import { causeOfTransportFailure } from '../flag/transport-failure.ts'
import { causeOfZtunnelError } from '../flag/ztunnel-error.ts'
import type { Signs } from './signs.ts'

/** The upstream's status was passed on: why it is an error, or what the flags add. Undefined for plain success. */
export function whyPassedOn(signs: Signs): SidedExplanation | undefined {
  const { details, flags, line } = signs
  const failed = whyLastAttempt(signs) ?? whyError(signs)
  if (failed !== undefined) return failed
  if (flags.names.length > 0) return explainCause(flags.primaryFlag?.cause ?? 'unknown_flag')
  return line.responseCodeDetails === 'internal_redirect' ? details?.seen : undefined
}

/** The answer was one to be retried: URX says that no attempt was left, UO that no retry was allowed. */
function whyLastAttempt({ flags }: Signs): SidedExplanation | undefined {
  if ((flags.mask & NO_ATTEMPT_LEFT) !== 0) return explainCause('retries_exhausted')
  return (flags.mask & OVERFLOW) === 0 ? undefined : explainCause('retry_overflow')
}
const NO_ATTEMPT_LEFT = maskOf('URX')
const OVERFLOW = maskOf('UO')

function whyError({ line, side, hasGrpcError }: Signs): SidedExplanation | undefined {
  const isInbound = side === 'inbound'
  if ((line.responseCode ?? 0) >= 400)
    return explainCause(isInbound ? 'application_answered_error' : 'next_hop_answered_error')
  if (!hasGrpcError) return undefined
  return explainCause(isInbound ? 'application_answered_grpc_error' : 'next_hop_answered_grpc_error')
}

/** A WebSocket or tunnel ended as it should. */
export function whyUpgradeEnded(): SidedExplanation {
  return explainCause('upgraded_connection_closed')
}

/** This proxy answered, and the details say why. */
export function whyDetails(signs: Signs): SidedExplanation | undefined {
  const { details, line, flags } = signs
  if (details === undefined) return undefined
  const { cause } = details.seen.outbound
  if (cause === 'direct_response' && line.routeName === 'block_all') return explainCause('destination_not_registered')
  // A load balancer extension may put its own words there; the flag still tells.
  if (details.row === undefined && flags.primaryFlag !== undefined) return whyFlags(signs)
  if (cause === 'no_healthy_upstream') return whyNoEndpoint(signs)
  // Up to Envoy 1.19 the reason stands only in its own field.
  if (cause === 'connection_failed' || cause === 'tls_handshake_failed')
    return explainCause(transportCause(signs) ?? cause)
  return details.seen
}

/** The details name an end, or a time limit, after the response had begun. */
export function whyDetailsAfterHeaders({ details }: Signs): SidedExplanation | undefined {
  return details?.seenAfterHeaders
}

/** This proxy answered, and only the flags say why. */
export function whyFlags(signs: Signs): SidedExplanation | undefined {
  const { flags, line, layer } = signs
  const flag = flags.primaryFlag
  if (flag === undefined) return flags.names.length === 0 ? undefined : explainCause('unknown_flag')
  switch (flag.short) {
    case 'NR':
      return explainCause(NO_ROUTE_CAUSES[line.responseCode ?? 0] ?? 'route_or_cluster_not_found')
    case 'UF':
      return explainCause(transportCause(signs) ?? 'connection_failed')
    case 'UH':
      return whyNoEndpoint(signs)
    case 'UR':
      return explainCause(layer === 'http' ? 'upstream_reset_stream' : 'upstream_reset_connection')
    default:
      return explainCause(flag.cause)
  }
}

/** Up to Envoy 1.17 NR stood for a missing cluster too; the status tells the two apart. */
const NO_ROUTE_CAUSES: Readonly<Record<number, CauseId>> = { 404: 'route_not_found', 503: 'cluster_not_found' }

/** The flags name an end after the response had begun. */
export function whyFlagsAfterHeaders({ flags }: Signs): SidedExplanation {
  return explainCause(AFTER_HEADERS[flags.primary ?? ''] ?? 'upstream_broke_off_response')
}

const AFTER_HEADERS: Readonly<Record<string, CauseId>> = {
  DC: 'client_left_during_response',
  DR: 'client_left_during_response',
  LR: 'reset_by_this_proxy',
  OM: 'proxy_overloaded',
  SI: 'idle_timeout_during_response',
  UMSDR: 'duration_limit_during_response',
  DT: 'max_connection_duration_reached',
  UT: 'timeout_during_response',
}

/** Nobody answered. */
export function whyNoResponse(signs: Signs): SidedExplanation {
  const { details } = signs
  if (details?.row !== undefined && details.row.isPassedOn !== true) return details.seen
  return whyFlags(signs) ?? explainCause('no_response_sent')
}

/** The connection fitted no filter chain. From one line never more than that: not which TLS mode the server has. */
export function whyConnection({ line, details }: Signs): SidedExplanation {
  if (details === undefined) return explainCause('no_filter_chain_or_cluster')
  return explainCause(line.requestedServerName === undefined ? 'no_filter_chain' : 'no_filter_chain_for_server_name')
}

/** A TCP connection: its policy decision first, then its flags, then what else it says. */
export function whyTcp(signs: Signs): SidedExplanation | undefined {
  const { line, details } = signs
  const termination = line.connectionTerminationDetails
  const known = termination === undefined ? undefined : matchDetails(termination)
  if (known?.row !== undefined) return known.seen
  if (details?.row !== undefined) return details.seen
  const flagged = whyFlags(signs)
  if (flagged !== undefined) return flagged
  const transport = transportCause(signs)
  if (transport !== undefined) return explainCause(transport)
  return termination === undefined ? undefined : explainCause('connection_terminated')
}

export function whyZtunnel({ line }: Signs): SidedExplanation | undefined {
  const error = line.connectionTerminationDetails
  return error === undefined ? undefined : explainCause(causeOfZtunnelError(error))
}

export function whyWithoutUpstream(signs: Signs): SidedExplanation {
  const cause = OWN_BODY_CAUSES[signs.line.responseCode ?? 0]
  if (signs.line.upstreamHost !== undefined && cause !== undefined) return explainCause(cause)
  return explainCause('answered_without_upstream')
}

const OWN_BODY_CAUSES: Readonly<Record<number, CauseId>> = {
  408: 'request_not_received_in_time',
  504: 'max_stream_duration_reached',
}

/** Nothing is claimed of a line that looks like success. */
export function whyNothingIsKnown({ line, flags, hasGrpcError }: Signs): SidedExplanation | undefined {
  return (line.responseCode ?? 0) >= 400 || hasGrpcError || flags.names.length > 0
    ? explainCause('undecided')
    : undefined
}

function whyNoEndpoint({ line }: Signs): SidedExplanation {
  return explainCause(line.upstreamCluster === 'BlackHoleCluster' ? 'blackhole_cluster' : 'no_healthy_upstream')
}

function transportCause({ line }: Signs): CauseId | undefined {
  const reason = line.upstreamTransportFailureReason
  return reason === undefined ? undefined : causeOfTransportFailure(reason)
}
