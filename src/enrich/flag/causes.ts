import { CONNECTION_CAUSES } from './cause/connection.ts'
import { DOWNSTREAM_CAUSES } from './cause/downstream.ts'
import { FILTER_CAUSES } from './cause/filter.ts'
import { OVERLOAD_CAUSES } from './cause/overload.ts'
import { POD_CAUSES } from './cause/pod.ts'
import { POLICY_CAUSES } from './cause/policy.ts'
import { ROUTING_CAUSES } from './cause/routing.ts'
import { TIMEOUT_CAUSES } from './cause/timeout.ts'
import { TLS_CAUSES } from './cause/tls.ts'
import { UNKNOWN_CAUSES } from './cause/unknown.ts'
import { UPSTREAM_CAUSES } from './cause/upstream.ts'
import { ZTUNNEL_CAUSES } from './cause/ztunnel.ts'
import type { Cause, Explanation, Side, SideText } from './explanation.ts'

/** Every cause a verdict may name. The codes are stable: alerts group by them. */
export const CAUSES = {
  ...CONNECTION_CAUSES,
  ...TLS_CAUSES,
  ...UPSTREAM_CAUSES,
  ...POD_CAUSES,
  ...TIMEOUT_CAUSES,
  ...ROUTING_CAUSES,
  ...DOWNSTREAM_CAUSES,
  ...POLICY_CAUSES,
  ...OVERLOAD_CAUSES,
  ...FILTER_CAUSES,
  ...ZTUNNEL_CAUSES,
  ...UNKNOWN_CAUSES,
} as const

export type CauseId = keyof typeof CAUSES
export type CauseExplanation = Explanation<CauseId>
export type SidedExplanation = Readonly<Record<Side, CauseExplanation>>

/**
 * What a cause reads like from each side. `sentence`, where given, is the more precise one of a details value and
 * replaces the general one on every side.
 */
export function explainCause(id: CauseId, sentence?: string): SidedExplanation {
  const made = sentence === undefined ? CACHE.get(id) : undefined
  if (made !== undefined) return made
  const outbound = seenFrom(id, 'outbound', sentence)
  const { inbound, passthrough }: Cause = CAUSES[id]
  const sided = Object.freeze({
    outbound,
    inbound: inbound === undefined ? outbound : seenFrom(id, 'inbound', sentence),
    passthrough: passthrough === undefined ? outbound : seenFrom(id, 'passthrough', sentence),
  })
  if (sentence === undefined) CACHE.set(id, sided)
  return sided
}
const CACHE = new Map<CauseId, SidedExplanation>()

function seenFrom(id: CauseId, side: Side, sentence: string | undefined): CauseExplanation {
  const cause: Cause = CAUSES[id]
  const text: SideText = (side === 'outbound' ? undefined : cause[side]) ?? cause
  return Object.freeze({
    cause: id,
    fault: text.fault ?? cause.fault,
    sentence: sentence ?? text.sentence,
    typical: text.typical ?? cause.typical,
    checks: text.checks,
    isBenign: cause.isBenign === true,
  })
}

/** Whether `text` is the code of a cause. */
export function isCauseId(text: string): text is CauseId {
  return Object.hasOwn(CAUSES, text)
}
