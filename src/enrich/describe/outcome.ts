import type { EnvoyLine, UnparsedReason } from '../../record/envoy-line.ts'
import { makeOutcome, type Outcome, type OutcomeFields } from '../../record/generated/record.ts'
import type { Direction, Layer } from '../../record/layer.ts'
import { flagSetOf } from '../flag/catalogue.ts'
import type { LossReason } from '../../record/loss.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** What an access line reports on and what happened. One object for each combination, so that its JSON is made once. */
export function outcomeOf(line: EnvoyLine, layer: Layer, direction: Direction, verdict: Verdict): Outcome {
  const protocol = protocolOf(line, layer)
  const isUdp = line.protocol === 'HTTP/3'
  const isTold = layer !== 'http' || line.responseCode !== undefined || line.responseFlags !== undefined
  const slot =
    (DIRECTIONS[direction] * PROTOCOLS.length + PROTOCOLS.indexOf(protocol)) * 4 + (isUdp ? 2 : 0) + (isTold ? 1 : 0)
  const slots = slotsOf(verdict, line.responseFlags ?? '')
  return (slots[slot] ??= makeOutcome({
    dataset: 'envoy.access',
    ...flagsOf(line.responseFlags, verdict),
    ...verdictOf(verdict),
    eventOutcome: verdict.isFailure ? 'failure' : isTold ? 'success' : 'unknown',
    eventCategory: layer === 'http' ? ['web'] : ['network'],
    eventType: typeOf(layer, verdict),
    direction,
    networkDirection: NETWORK_DIRECTIONS[direction],
    networkTransport: isUdp ? 'udp' : 'tcp',
    networkProtocol: protocol,
  }))
}

/** What is known of every diagnostic line. */
export const LOG_OUTCOME: Outcome = makeOutcome({ dataset: 'envoy.log' })

/** What is known of lines that were lost. */
export function lossOutcome(reason: LossReason): Outcome {
  return LOST[reason]
}

/** What is known of a line that could not be read. */
export function unparsedOutcome(reason: UnparsedReason): Outcome {
  return UNPARSED[reason]
}

const DIRECTIONS: Readonly<Record<Direction, number>> = { inbound: 0, outbound: 1, gateway: 2, waypoint: 3, unknown: 4 }
/** A gateway or waypoint stands on neither side. */
const NETWORK_DIRECTIONS: Readonly<Partial<Record<Direction, string>>> = { inbound: 'ingress', outbound: 'egress' }
const PROTOCOLS = ['http', 'grpc', 'tcp'] as const

type Protocol = (typeof PROTOCOLS)[number]

function protocolOf(line: EnvoyLine, layer: Layer): Protocol {
  if (layer !== 'http') return 'tcp'
  const { more } = line
  return more !== undefined && (more.grpcStatus !== undefined || more.grpcStatusNumber !== undefined) ? 'grpc' : 'http'
}

const OUTCOMES = new Map<Verdict, Map<string, Outcome[]>>()
/** Verdicts are a bounded set; texts of flags are whatever stands in the line. */
const MAX_FLAG_TEXTS = 512

function slotsOf(verdict: Verdict, flags: string): Outcome[] {
  let byFlags = OUTCOMES.get(verdict)
  if (byFlags === undefined) OUTCOMES.set(verdict, (byFlags = new Map()))
  let slots = byFlags.get(flags)
  if (slots === undefined) {
    if (byFlags.size >= MAX_FLAG_TEXTS) byFlags.clear()
    byFlags.set(flags, (slots = []))
  }
  return slots
}

function typeOf(layer: Layer, verdict: Verdict): readonly string[] {
  if (layer === 'http') return verdict.isFailure ? ['access', 'error'] : ['access']
  return verdict.refused ? ['connection', 'denied'] : ['connection']
}

function verdictOf(verdict: Verdict): Partial<OutcomeFields> {
  return {
    eventReason: verdict.reason,
    verdictResponder: verdict.responder,
    verdictRule: verdict.rule,
    verdictCause: verdict.cause,
    verdictCutShort: verdict.cutShort ? true : undefined,
    verdictChecks: verdict.checks,
  }
}

function flagsOf(text: string | undefined, verdict: Verdict): Partial<OutcomeFields> {
  if (text === undefined) return {}
  const flags = flagSetOf(text)
  return {
    eventCode: flags.primary,
    errorType: verdict.isFailure ? flags.primary : undefined,
    responseFlags: flags.names,
    responseFlagsRaw: text,
    responseFlagsLong: flags.longNames,
    responseFlagsExplained: flags.sentences,
    flagClass: flags.primaryFlag?.class ?? 'other',
  }
}

const UNPARSED: Readonly<Record<UnparsedReason, Outcome>> = {
  empty: unparsed('empty', 'it is empty'),
  invalid_json: unparsed('invalid_json', 'it begins like JSON and is none'),
  no_format_fits: unparsed(
    'no_format_fits',
    'no built-in or configured format fits; configure its format under ingest.formats',
  ),
  truncated: unparsed('truncated', 'it begins like an access line and its end is missing'),
  lost_by_envoy: unparsed('lost_by_envoy', 'Envoy could not write the record and wrote this in its place'),
  too_deep: unparsed('too_deep', 'its JSON is nested deeper than 100 levels'),
  wrong_envelope: unparsed(
    'wrong_envelope',
    'the message is not of the configured envelope; set envelope to what its shipper writes',
  ),
  internal_error: unparsed('internal_error', 'a bug in flagship; please report the line'),
}

const LOST: Readonly<Record<LossReason, Outcome>> = {
  spool_full: lost('spool_full', 'the spool had no room for them; raise spool.maxBytes or free the disk'),
  deleted: lost('deleted', 'the file was deleted before they were read and could not be linked into the spool'),
  unseen: lost('unseen', 'files may have come and gone while nobody looked; possibly nothing is lost'),
  truncated: lost('truncated', 'the file was truncated before they were read; rotate by renaming instead'),
  corrupt: lost('corrupt', 'the compressed file cannot be unpacked to its end'),
}

function lost(reason: LossReason, state: string): Outcome {
  return makeOutcome({ dataset: 'envoy.loss', errorType: reason, errorMessage: `Cannot deliver lines: ${state}` })
}

function unparsed(reason: UnparsedReason, state: string): Outcome {
  return makeOutcome({ dataset: 'envoy.unparsed', errorType: reason, errorMessage: `Cannot read line: ${state}` })
}
