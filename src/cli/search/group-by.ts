import { didYouMean } from '../../config/nearest.ts'
import type { Field } from '../../record/field.ts'
import { usageError } from '../options.ts'
import { printable } from '../printable.ts'
import { FIELDS_BY_NAME, meantField } from './field-names.ts'

/** What lines are counted by. */
export interface GroupBy {
  readonly name: string
  /** Its values stand in these fields; of two, the first is the namespace of the second. */
  readonly fields: readonly string[]
  /** A line may have several, and counts in the group of each. */
  readonly isMany: boolean
}

const FIELD_OF: Readonly<Record<string, readonly string[]>> = {
  source: ['envoy.source.namespace', 'service.origin.name'],
  destination: ['envoy.destination.namespace', 'service.target.name'],
  reporter: ['kubernetes.namespace', 'service.name'],
  cause: ['envoy.verdict.cause'],
  flag: ['envoy.response_flags'],
  status: ['envoy.response_code'],
  responder: ['envoy.verdict.responder'],
  outcome: ['event.outcome'],
  direction: ['envoy.direction'],
  details: ['envoy.response_code_details'],
  method: ['http.request.method'],
  path: ['url.path'],
  host: ['url.domain'],
  route: ['envoy.route_name'],
  cluster: ['envoy.upstream.cluster'],
  pod: ['kubernetes.pod.name'],
  node: ['host.name'],
}

/** Names for `--group-by`, beside the names of fields. */
export const GROUP_NAMES: readonly string[] = Object.keys(FIELD_OF)

const COUNTABLE: ReadonlySet<string> = new Set(['keyword', 'constant_keyword', 'wildcard', 'ip', 'long', 'boolean'])
const MOST_NAMES = 6

/** @throws FlagshipError USAGE on a name that is neither one of ours nor a field that can be counted by. */
export function groupsOf(names: readonly string[]): readonly GroupBy[] {
  const groups = [...new Set(names)].map(groupOf)
  if (groups.length <= MOST_NAMES) return groups
  throw usageError('search', `Cannot group by ${groups.length} names`, `expected at most ${MOST_NAMES}`)
}

function groupOf(name: string): GroupBy {
  const fields = Object.hasOwn(FIELD_OF, name) ? (FIELD_OF[name] ?? []) : [name]
  const known = fields.map((field) => FIELDS_BY_NAME.get(field))
  if (known.every((field) => field !== undefined && isCountable(field)))
    return { name, fields, isMany: known.some((field) => field?.many === true) }
  const meant = didYouMean(name, GROUP_NAMES) || meantField(name)
  const state = known[0] === undefined ? `no such field${meant}` : 'lines cannot be counted by such a field'
  throw usageError('search', `Cannot group by "${printable(name)}"`, `${state}; expected ${GROUP_NAMES.join(', ')}`)
}

function isCountable({ type, mapping }: Field): boolean {
  return COUNTABLE.has(type) && mapping?.['doc_values'] !== false
}
