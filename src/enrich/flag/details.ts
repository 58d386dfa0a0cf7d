import { memoized, withoutBlanks } from './bounded-memo.ts'
import { type CauseId, explainCause, type SidedExplanation } from './causes.ts'
import { AUTHORIZATION_DETAILS } from './detail/authorization.ts'
import { CODEC_DETAILS } from './detail/codec.ts'
import { CONNECTION_MANAGER_DETAILS } from './detail/connection-manager.ts'
import { FILTER_DETAILS } from './detail/filter.ts'
import { ROUTER_DETAILS } from './detail/router.ts'
import type { DetailRow } from './detail/row.ts'
import { causeOfTransportFailure } from './transport-failure.ts'

/** The whole catalogue of RESPONSE_CODE_DETAILS, by what produces them. */
export const DETAILS: Readonly<Record<string, readonly DetailRow[]>> = {
  Router: ROUTER_DETAILS,
  'Connection manager, listener, admin': CONNECTION_MANAGER_DETAILS,
  Codecs: CODEC_DETAILS,
  'Authorization and limits': AUTHORIZATION_DETAILS,
  'Other filters': FILTER_DETAILS,
}

/** What one details text means. */
export interface DetailMatch {
  /** The row of the catalogue; undefined for a text it does not know. */
  readonly row: DetailRow | undefined
  /** Why, as seen from each side. */
  readonly seen: SidedExplanation
  /** Why, when headers of the upstream had gone out before; undefined where that cannot be. */
  readonly seenAfterHeaders: SidedExplanation | undefined
}

/**
 * The text up to its first bracket or colon, with `_` for blanks: what can be counted.
 * `upstream_reset_before_response_started{overflow}` gives `upstream_reset_before_response_started`.
 */
export const detailsPrefix: (details: string) => string = memoized((details) => headOf(withoutBlanks(details)))

/** Find what `details` means: first by the whole text, then by its head. Linear in its length; never throws. */
export const matchDetails: (details: string) => DetailMatch = memoized((details) => {
  const text = withoutBlanks(details)
  const exact = EXACT.get(text)
  if (exact !== undefined) return exact
  const head = headOf(text)
  const family = FAMILIES.get(head) ?? openFamily(text) ?? UNKNOWN
  return refine(family, head, text.slice(head.length + 1))
})

function headOf(text: string): string {
  for (let at = 0; at < text.length; at += 1) if (BRACKETS.has(text.charCodeAt(at))) return text.slice(0, at)
  return text
}
const BRACKETS: ReadonlySet<number> = new Set(['{', '[', '(', ':'].map((bracket) => bracket.charCodeAt(0)))

const EXACT = new Map<string, DetailMatch>()
const FAMILIES = new Map<string, DetailMatch>()
const OPEN: { readonly head: string; readonly match: DetailMatch }[] = []
const UNKNOWN = matchOf(undefined, 'unknown_details')

for (const row of Object.values(DETAILS).flat()) {
  const match = matchOf(row, row.cause)
  const placeholder = /[{[(:]?[A-Z]+[}\])]?$/.exec(row.value)
  if (row.isOpen === true) OPEN.push({ head: row.value.slice(0, placeholder?.index), match })
  else if (placeholder === null) EXACT.set(row.value, match)
  else FAMILIES.set(row.value.slice(0, placeholder.index), match)
}

function openFamily(text: string): DetailMatch | undefined {
  return OPEN.find(({ head }) => text.startsWith(head))?.match
}

/** What is filled in after the head often says more than the head. */
function refine(family: DetailMatch, head: string, filledIn: string): DetailMatch {
  switch (head) {
    case 'upstream_reset_before_response_started':
      return refineReset(family, filledIn)
    case 'jwt_authn_access_denied':
      return refined(family, JWT_ERRORS.find(([begin]) => filledIn.startsWith(begin))?.[1])
    default:
      return family
  }
}

/** `REASON`, or `REASON,TRANSPORT_FAILURE` up to Envoy 1.30 and `REASON|TRANSPORT_FAILURE` since. */
function refineReset(family: DetailMatch, filledIn: string): DetailMatch {
  let end = 0
  while (end < filledIn.length && !'|,}'.includes(filledIn.charAt(end))) end += 1
  const reason = EXACT.get(`upstream_reset_before_response_started{${filledIn.slice(0, end)}}`) ?? family
  return refined(reason, causeOfTransportFailure(filledIn.slice(end)))
}

function refined(match: DetailMatch, cause: CauseId | undefined): DetailMatch {
  return cause === undefined ? match : matchOf(match.row, cause, false)
}

function matchOf(row: DetailRow | undefined, cause: CauseId, hasOwnSentence = true): DetailMatch {
  return {
    row,
    seen: explainCause(cause, hasOwnSentence ? row?.sentence : undefined),
    seenAfterHeaders: row?.afterHeaders === undefined ? undefined : explainCause(row.afterHeaders),
  }
}

/** Beginnings of what google/jwt_verify_lib says (src/status.cc, getStatusString), blanks as `_`. */
const JWT_ERRORS: readonly (readonly [begin: string, cause: CauseId])[] = [
  ['Jwt_is_missing', 'jwt_missing'],
  ['Jwt_is_expired', 'jwt_expired'],
  ['Jwt_not_yet_valid', 'jwt_not_yet_valid'],
  ['Jwt_issuer_is_not_configured', 'jwt_issuer_unknown'],
  ['Audiences_in_Jwt_are_not_allowed', 'jwt_audience_not_allowed'],
  ['Jwt_verification_fails', 'jwt_verification_failed'],
  ['Jwt_is_not_in_the_form', 'jwt_malformed'],
  ['Jwt_header', 'jwt_malformed'],
  ['Jwt_payload', 'jwt_malformed'],
  ['Jwt_signature', 'jwt_malformed'],
  ['Jwks', 'jwt_key_unavailable'],
]
