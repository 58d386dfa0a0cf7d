import { maskOf } from '../flag/catalogue.ts'
import type { SidedExplanation } from '../flag/causes.ts'
import type { EnvoyLine } from '../../record/envoy-line.ts'
import type { Signs } from './signs.ts'
import {
  whyConnection,
  whyDetails,
  whyDetailsAfterHeaders,
  whyFlags,
  whyFlagsAfterHeaders,
  whyNoResponse,
  whyNothingIsKnown,
  whyPassedOn,
  whyTcp,
  whyUpgradeEnded,
  whyWithoutUpstream,
  whyZtunnel,
} from './why.ts'

/** Who chose the status, seen from the proxy that wrote the line. */
export type Responder = 'application' | 'envoy' | 'next_hop' | 'none' | 'not_applicable' | 'unknown'

/** One row of the decision table. */
export interface Rule {
  /** Stable: documents carry it. */
  readonly id: string
  /** What it says, for people. */
  readonly says: string
  readonly when: (signs: Signs) => boolean
  /** `origin`: the application on an inbound line, the next hop on every other. */
  readonly responder: Responder | 'origin'
  /** The status is genuine, the response was broken off. */
  readonly isCutShort?: true
  /** An upgraded connection came to its normal end, so its flag is no error. */
  readonly isNormalEnd?: true
  readonly why: (signs: Signs) => SidedExplanation | undefined
}

const ENVOYS_OWN = maskOf(
  'NR', 'NC', 'UH', 'UF', 'UC', 'UT', 'LR', 'UR', 'UO', 'FI', 'RL', 'UAEX', 'RLSE', 'LH', 'IH', 'DPE', 'SI', 'UMSDR',
  'RFCF', 'NFCF', 'UPE', 'OM', 'DF', 'DO', 'UDO', 'DT',
) // biome-ignore format: one set
const RESETS = maskOf('UC', 'UR', 'UPE', 'LR', 'OM')
const TIME_LIMITS = maskOf('SI', 'UMSDR', 'UT', 'DT')
const OVERFLOW = maskOf('UO')
const CLIENT_LEFT = maskOf('DC', 'DR')
const NO_ROUTE = maskOf('NR')

/** The last row: it fits every line. */
export const UNDECIDED: Rule = {
  id: 'undecided',
  responder: 'unknown',
  why: whyNothingIsKnown,
  says: 'Nothing in the line proves who chose the status.',
  when: () => true,
}

/**
 * Who answered: the first row that fits decides. The rows up to `details_local_reply` read RESPONSE_CODE_DETAILS
 * (in Istio's format since 1.9); those below do with flags and the service time alone.
 *
 * Drawn from Envoy's router, HTTP connection manager and TCP proxy; checked against lines a real Envoy wrote
 * (test/fixtures/recorded/scenarios.jsonl).
 */
// biome-ignore format: a table
export const RULES: readonly Rule[] = [
  {
    id: 'ztunnel_connection', responder: 'not_applicable', why: whyZtunnel,
    says: 'A line of ztunnel reports on a connection; it knows of no status.',
    when: ({ line }) => line.format.startsWith('ztunnel'),
  },
  {
    id: 'connection_without_filter_chain', responder: 'none', why: whyConnection,
    says: 'No filter chain fitted the connection: this proxy closed it before any request.',
    when: ({ layer }) => layer === 'connection',
  },
  {
    id: 'connection_without_route', responder: 'none', why: whyConnection,
    says: 'No method, no status, no endpoint and flag NR in a format without details: this proxy closed the connection.',
    when: ({ layer, details, flags, line }) =>
      layer === 'tcp' && details === undefined && (flags.mask & NO_ROUTE) !== 0 && line.upstreamHost === undefined,
  },
  {
    id: 'tcp_connection', responder: 'not_applicable', why: whyTcp,
    says: 'No method, path, protocol or status: a TCP connection, judged by flags, termination details and failure reason.',
    when: ({ layer }) => layer === 'tcp',
  },
  {
    id: 'http_without_response', responder: 'none', why: whyNoResponse,
    says: 'Status 0: no response headers were ever sent.',
    when: ({ line }) => line.responseCode === 0,
  },
  {
    id: 'details_via_upstream_inbound', responder: 'application', why: whyPassedOn,
    says: 'The details say that the status came from the upstream, and on an inbound line that is the application.',
    when: ({ details, side }) => details?.row?.isPassedOn === true && side === 'inbound',
  },
  {
    id: 'details_via_upstream_next_hop', responder: 'next_hop', why: whyPassedOn,
    says: 'The details say that the status came from the upstream, which seen from here is the next hop: often another proxy.',
    when: ({ details }) => details?.row?.isPassedOn === true,
  },
  {
    id: 'details_upgrade_ended', responder: 'origin', why: whyUpgradeEnded, isNormalEnd: true,
    says: 'A WebSocket or tunnel was open and its connection ended: that is its normal end.',
    when: ({ details, isUpgraded }) => isUpgraded && endsAfterHeaders(details) && !isUpstreamReset(details),
  },
  {
    id: 'details_ended_after_headers', responder: 'origin', why: whyDetailsAfterHeaders, isCutShort: true,
    says: 'The details name an end after the response had begun: the status is genuine, the body was cut.',
    when: ({ details }) => endsAfterHeaders(details),
  },
  {
    id: 'details_limit_after_headers', responder: 'origin', why: whyDetailsAfterHeaders, isCutShort: true,
    says: 'The details name a time limit and the upstream had answered (service time): the status is genuine, the body was cut.',
    when: ({ details, hasServiceTime }) => details?.row?.needsServiceTime === true && hasServiceTime,
  },
  {
    id: 'details_local_reply', responder: 'envoy', why: whyDetails,
    says: 'The details name a reason of this proxy itself.',
    when: ({ details }) => details !== undefined,
  },

  {
    id: 'flags_ended_after_headers', responder: 'origin', why: whyFlagsAfterHeaders, isCutShort: true,
    says: 'The upstream had answered (service time) with a status this proxy would not give for the flag: the body was cut.',
    when: (signs) => signs.hasServiceTime && isGenuineDespiteFlags(signs),
  },
  {
    id: 'flags_local_reply', responder: 'envoy', why: whyFlags,
    says: 'The flags name something that this proxy answers itself.',
    when: ({ flags, hasServiceTime }) => (flags.mask & (hasServiceTime ? ENVOYS_OWN & ~OVERFLOW : ENVOYS_OWN)) !== 0,
  },
  {
    id: 'flag_upgrade_ended', responder: 'origin', why: whyUpgradeEnded, isNormalEnd: true,
    says: 'A WebSocket or tunnel was open and the caller closed it: that is its normal end.',
    when: ({ flags, isUpgraded }) => isUpgraded && (flags.mask & CLIENT_LEFT) !== 0,
  },
  {
    id: 'flag_client_left', responder: 'origin', why: whyFlagsAfterHeaders, isCutShort: true,
    says: 'The caller left (flag) after a status had been sent: the status is genuine, the body was cut.',
    when: ({ flags }) => (flags.mask & CLIENT_LEFT) !== 0,
  },
  {
    id: 'service_time', responder: 'origin', why: whyPassedOn,
    says: 'An endpoint was chosen and it answered (service time), so the status is its own.',
    when: ({ line, hasServiceTime }) => hasServiceTime && line.upstreamHost !== undefined,
  },
  {
    id: 'upgrade_with_upstream_host', responder: 'origin', why: whyPassedOn,
    says: 'Status 101 with an endpoint: only the upstream can have agreed to the upgrade.',
    when: ({ line }) => line.responseCode === 101 && line.upstreamHost !== undefined,
  },
  {
    id: 'no_upstream_host', responder: 'envoy', why: whyWithoutUpstream,
    says: 'No endpoint was chosen, so this proxy answered itself.',
    when: ({ line }) => line.upstreamHost === undefined && logsUpstreamHost(line),
  },
  {
    id: 'known_body_without_service_time', responder: 'envoy', why: whyWithoutUpstream,
    says: 'No service time, and the body is as long as the text this proxy sends with that status: it answered itself.',
    when: ({ line, hasServiceTime }) =>
      !hasServiceTime && line.bytesSent !== undefined && OWN_BODY_BYTES[line.responseCode ?? 0] === line.bytesSent,
  },
  UNDECIDED,
]

/** Length of the bodies Envoy sends without setting a flag: `request timeout`, `downstream duration timeout`. */
const OWN_BODY_BYTES: Readonly<Record<number, number>> = { 408: 15, 504: 27 }

function endsAfterHeaders(details: Signs['details']): boolean {
  return details?.row?.afterHeaders !== undefined && details.row.needsServiceTime !== true
}

function isUpstreamReset(details: Signs['details']): boolean {
  return details?.row?.afterHeaders === 'upstream_broke_off_response'
}

/** Envoy gives 503 or 502 for a reset and 504 or 408 for a time limit: another status came from the upstream. */
function isGenuineDespiteFlags({ flags, line: { responseCode: code = 0 } }: Signs): boolean {
  if ((flags.mask & RESETS) !== 0 && code !== 502 && code !== 503) return true
  return (flags.mask & TIME_LIMITS) !== 0 && code !== 504 && code !== 408
}

/**
 * A format of the user's own, or a JSON format cut down to a few keys, may leave the endpoint out: then its absence
 * proves nothing. The formats with both downstream addresses have it.
 */
function logsUpstreamHost({ format, downstreamLocalAddress, downstreamRemoteAddress }: EnvoyLine): boolean {
  if (format === 'json') return downstreamLocalAddress !== undefined && downstreamRemoteAddress !== undefined
  return !format.startsWith('custom')
}
