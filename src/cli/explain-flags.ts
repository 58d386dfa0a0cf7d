import { FLAGS, type FlagSet, findFlag, flagSetOf, UNKNOWN_FLAG_SENTENCE } from '../enrich/flag/catalogue.ts'
import { type CauseExplanation, explainCause, type SidedExplanation } from '../enrich/flag/causes.ts'
import { matchDetails } from '../enrich/flag/details.ts'
import type { Fault } from '../enrich/flag/explanation.ts'
import { type RefusingPolicy, refusingPolicyOf } from '../enrich/flag/rbac-policy.ts'
import { RULES } from '../enrich/verdict/rules.ts'
import { judge, type Verdict } from '../enrich/verdict/verdict.ts'
import { emptyLine } from '../record/envoy-line.ts'
import type { Direction } from '../record/layer.ts'

/** What else is known of the line the flags stood in. */
export interface ExplainOptions {
  /** RESPONSE_CODE_DETAILS. */
  readonly details?: string | undefined
  readonly status?: number | undefined
  readonly direction?: Direction | undefined
}

/** Plain values: what `--json` prints and `/v1/explain/FLAGS` answers. Absent where nothing is known. */
export interface FlagsExplanation {
  /** Whether the catalogue knows every flag and the details. */
  readonly isKnown: boolean
  /** The flag that says most, whatever the order. */
  readonly primary: string | undefined
  readonly flags: readonly ExplainedFlag[]
  readonly details: ExplainedDetails | undefined
  /** What a line with these values proves; only where more than flags were given. */
  readonly verdict: ExplainedVerdict | undefined
}

export interface ExplainedFlag {
  readonly flag: string
  readonly isKnown: boolean
  readonly meaning: string
  readonly longName?: string
  readonly class?: string
  readonly isError?: boolean
  readonly atFault?: Fault
  readonly typicalCauses?: readonly string[]
  readonly checks?: readonly string[]
  /** First Envoy release that has it. */
  readonly since?: string
}

export interface ExplainedDetails {
  readonly details: string
  readonly isKnown: boolean
  readonly meaning: string
  readonly cause: string
  readonly atFault: Fault
  readonly typicalCauses: readonly string[]
  readonly checks: readonly string[]
  readonly since?: string
  readonly until?: string
  readonly policy?: RefusingPolicy
}

export interface ExplainedVerdict extends Omit<Verdict, 'cause' | 'reason' | 'checks'> {
  /** The rule in words. */
  readonly ruleSays: string
  readonly cause?: string
  readonly atFault?: Fault
  readonly reason?: string
  readonly typicalCauses?: readonly string[]
  readonly checks?: readonly string[]
}

/** Explain flags such as `UF,URX`, by short or long name and in any case. Unknown ones say so. Never throws. */
export function explainFlags(flags: string, options: ExplainOptions = {}): FlagsExplanation {
  const set = flagSetOf(flags.split(',').map(knownSpelling).join(','))
  const details = options.details === undefined ? undefined : explainDetails(options.details, options)
  const explained = set.names.map(explainFlag)
  return {
    isKnown: explained.every((flag) => flag.isKnown) && details?.isKnown !== false,
    primary: set.primary,
    flags: explained,
    details,
    verdict: hasMore(options) ? verdictOf(set, options) : undefined,
  }
}

/** Explain one flag; one that is not in the catalogue gives `isKnown: false`. */
export function explainFlag(name: string): ExplainedFlag {
  const flag = findFlag(knownSpelling(name))
  if (flag === undefined) return { flag: name, isKnown: false, meaning: UNKNOWN_FLAG_SENTENCE }
  return {
    flag: flag.short,
    isKnown: true,
    meaning: flag.sentence,
    longName: flag.long,
    class: flag.class,
    isError: flag.isError,
    atFault: flag.fault,
    typicalCauses: flag.typical,
    checks: flag.checks,
    since: flag.since,
  }
}

/** Explain a value of RESPONSE_CODE_DETAILS as seen from one side; with a status also what it means after headers. */
export function explainDetails(details: string, { direction, status = 0 }: ExplainOptions): ExplainedDetails {
  const { row, seen, seenAfterHeaders } = matchDetails(details)
  const hadHeaders = status !== 0 && row?.needsServiceTime !== true
  const sided = (hadHeaders ? seenAfterHeaders : undefined) ?? seen
  const { sentence, cause, fault, typical, checks } = sided[direction === 'inbound' ? 'inbound' : 'outbound']
  const policy = refusingPolicyOf(details)
  return {
    details,
    isKnown: row !== undefined,
    meaning: sentence,
    cause,
    atFault: fault,
    typicalCauses: typical,
    checks,
    ...(row?.since === undefined ? {} : { since: row.since }),
    ...(row?.until === undefined ? {} : { until: row.until }),
    ...(policy === undefined ? {} : { policy }),
  }
}

/** A verdict in plain values, its rule and cause in words. */
export function explainVerdict(verdict: Verdict): ExplainedVerdict {
  const { cause, reason, checks, ...rest } = verdict
  const known = cause === undefined ? undefined : seenAs(explainCause(cause), reason)
  return {
    ...rest,
    ruleSays: RULES.find((rule) => rule.id === verdict.rule)?.says ?? '',
    ...(known === undefined ? {} : { cause: known.cause, atFault: known.fault, typicalCauses: known.typical }),
    ...(reason === undefined ? {} : { reason }),
    ...(checks === undefined ? {} : { checks }),
  }
}

/** The side a verdict was given from shows in its sentence. */
function seenAs({ outbound, inbound, passthrough }: SidedExplanation, reason: string | undefined): CauseExplanation {
  return [inbound, passthrough].find((side) => side.sentence === reason) ?? outbound
}

function hasMore({ details, status, direction }: ExplainOptions): boolean {
  return details !== undefined || status !== undefined || direction !== undefined
}

/** Judge a line made of nothing but these values. */
function verdictOf(set: FlagSet, { details, status, direction }: ExplainOptions): ExplainedVerdict {
  const line = emptyLine('custom:explain') // as with a user's own format, the absence of other values proves nothing
  // A connection line has no protocol; everything else that has details or a status is HTTP.
  if (details !== 'filter_chain_not_found') line.protocol = 'HTTP/1.1'
  line.responseCode = status
  line.responseFlags = set.names.length === 0 ? undefined : set.names.join(',')
  line.responseCodeDetails = details === '' ? undefined : details
  return explainVerdict(judge(line, direction ?? 'unknown'))
}

/** The short name of a flag in any case, short or long: `uf` and `noroutefound` are what people type. */
export function knownSpelling(name: string): string {
  const typed = name.trim()
  if (findFlag(typed) !== undefined) return typed
  return SPELLINGS.get(typed.toLowerCase()) ?? typed
}
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  FLAGS.flatMap(({ short, long }) => [
    [short.toLowerCase(), short],
    [long.toLowerCase(), short],
  ]),
)
