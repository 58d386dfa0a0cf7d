import type { EnvoyLine } from '../../record/envoy-line.ts'
import type { Direction } from '../../record/layer.ts'
import type { CauseExplanation, CauseId } from '../flag/causes.ts'
import { type Responder, type Rule, RULES, UNDECIDED } from './rules.ts'
import { readSigns, type Signs } from './signs.ts'

export type { Responder } from './rules.ts'

/** What one line proves of who answered and why. Frozen and shared between lines. */
export interface Verdict {
  /** Who chose the status, seen from the proxy that wrote the line. */
  readonly responder: Responder
  /** Id of the rule that decided. */
  readonly rule: string
  /** Stable code of the most specific cause the line proves; undefined on plain success. */
  readonly cause: CauseId | undefined
  /** The status is genuine, but the response was broken off. */
  readonly cutShort: boolean
  /** This proxy itself refused or failed the request or connection, whatever status it gave. */
  readonly refused: boolean
  /** Status, flags, gRPC status or refusal say failure; the normal end of a WebSocket or tunnel is none. */
  readonly isFailure: boolean
  /** One sentence of the catalogue, nothing filled in; undefined on plain success without flags. */
  readonly reason: string | undefined
  /** What to look at next; only on failures. */
  readonly checks: readonly string[] | undefined
}

/** Say who answered and why, from one line alone. Costs no allocation on a plain success; never throws. */
export function judge(line: EnvoyLine, direction: Direction): Verdict {
  if (isPlainSuccess(line)) {
    if (line.responseCodeDetails === 'via_upstream') return direction === 'inbound' ? APPLICATION : NEXT_HOP
    if (isAnsweredInTime(line)) return direction === 'inbound' ? APPLICATION_IN_TIME : NEXT_HOP_IN_TIME
  }
  const signs = readSigns(line, direction)
  const index = RULES.findIndex((rule) => rule.when(signs))
  const rule = RULES[index] ?? UNDECIDED
  const explanation = rule.why(signs)?.[signs.side]
  return verdictOf(rule, index, signs, explanation)
}

/** What most lines are: no flags and a status that is no error, nothing in them that needs a rule but the one for success. */
export function isPlainSuccess({ responseFlags, responseCode, more }: EnvoyLine): boolean {
  return (
    responseFlags === undefined &&
    responseCode !== undefined &&
    responseCode > 0 &&
    responseCode < 400 &&
    more === undefined
  )
}

/** The same in a format without details: rule `service_time`. */
function isAnsweredInTime({ responseCodeDetails, upstreamServiceTimeMs, upstreamHost }: EnvoyLine): boolean {
  return responseCodeDetails === undefined && upstreamServiceTimeMs !== undefined && upstreamHost !== undefined
}

function verdictOf(rule: Rule, index: number, signs: Signs, explanation: CauseExplanation | undefined): Verdict {
  const responder = rule.responder === 'origin' ? originOf(signs) : rule.responder
  const refused = isRefusal(responder, rule, explanation)
  const isFailure = refused || rule.isCutShort === true || hasFailed(rule, signs)
  const slots = slotsOf(explanation)
  const slot = index * 4 + (signs.side === 'inbound' ? 2 : 0) + (isFailure ? 1 : 0)
  const made = slots[slot]
  if (made !== undefined) return made
  const verdict: Verdict = Object.freeze({
    responder,
    rule: rule.id,
    cause: explanation?.cause,
    cutShort: rule.isCutShort === true,
    refused,
    isFailure,
    reason: explanation?.sentence,
    checks: isFailure ? explanation?.checks : undefined,
  })
  slots[slot] = verdict
  return verdict
}

/** Bounded: as many as the catalogue has explanations, times rules, times four. */
const VERDICTS = new Map<CauseExplanation | undefined, Verdict[]>()

function slotsOf(explanation: CauseExplanation | undefined): (Verdict | undefined)[] {
  let slots = VERDICTS.get(explanation)
  if (slots === undefined) VERDICTS.set(explanation, (slots = []))
  return slots
}

function originOf({ side }: Signs): Responder {
  return side === 'inbound' ? 'application' : 'next_hop'
}

function isRefusal(responder: Responder, rule: Rule, explanation: CauseExplanation | undefined): boolean {
  if (explanation === undefined || explanation.isBenign) return false
  if (responder === 'envoy' || rule.id.startsWith('connection_')) return true
  return responder === 'not_applicable' && explanation.fault === 'policy'
}

function hasFailed(rule: Rule, { line, layer, flags, hasGrpcError }: Signs): boolean {
  if (rule.isNormalEnd === true) return false
  if (rule.id === 'ztunnel_connection') return line.connectionTerminationDetails !== undefined
  if (flags.hasError || hasGrpcError) return true
  return layer === 'http' && (line.responseCode === 0 || (line.responseCode ?? 0) >= 400)
}

const APPLICATION = plain('details_via_upstream_inbound', 'application')
const NEXT_HOP = plain('details_via_upstream_next_hop', 'next_hop')
const APPLICATION_IN_TIME = plain('service_time', 'application')
const NEXT_HOP_IN_TIME = plain('service_time', 'next_hop')

function plain(rule: string, responder: Responder): Verdict {
  return Object.freeze({
    responder,
    rule,
    cause: undefined,
    cutShort: false,
    refused: false,
    isFailure: false,
    reason: undefined,
    checks: undefined,
  })
}
