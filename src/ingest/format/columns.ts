import type { EnvoyLine } from '../../record/envoy-line.ts'
import { invalid, type OperatorUse } from './grammar.ts'
import type { Assign } from './home.ts'
import { homeOf } from './homes.ts'
import { textOf } from './json-value.ts'
import { OPERATORS, type ValueKind } from './operators.ts'
import { type TimeUse, timeUseOf } from './start-time.ts'
import type { TimeReader } from './time-pattern.ts'

/** What one value of a format is and where it goes. */
export interface Column {
  /** The operator's text in lower case, header operators by their older names: its key in `extra`. */
  readonly key: string
  readonly kind: ValueKind
  /** Metadata texts had quotes of their own before Envoy 1.19: they are no part of the value. */
  readonly isQuoted: boolean
  /** Set when the kind is `time`. */
  readonly reader: TimeReader | undefined
  /** How much of a line a client can fill through it: 0 nothing, 1 a header, 2 a path, 3 a user agent. */
  readonly clientWidth: number
  /** Undefined, as `time` is: no property holds it, it goes to `extra`. */
  readonly assign: Assign | undefined
  /** What a time says about the line. */
  readonly time: TimeUse | undefined
  /** Assigned after the others, because it builds on them. */
  readonly isLate: boolean
}

/**
 * Say for each place of a format what it holds. A place is one operator, or several without anything between, kept as
 * one value (but a URL is told from its first slash).
 *
 * @throws FlagshipError FORMAT_INVALID for a time pattern that cannot be read.
 */
export function resolveColumns(format: string, places: readonly (readonly OperatorUse[])[]): Column[] {
  const columns = places.map((place) => columnOf(format, place))
  const owners = ownersOf(columns)
  return columns.map((column, i) => {
    const { property, isShared } = column
    const isOwner = property === undefined || isShared || owners.get(property) === i
    const isPortWithoutAddress = property?.endsWith(' port') === true && !hasBareAddress(property, columns, owners)
    return isOwner && !isPortWithoutAddress ? column : { ...column, assign: undefined, time: undefined }
  })
}

interface Candidate extends Column {
  readonly property: string | undefined
  readonly rank: number
  readonly isShared: boolean
}

/** Index of the column that gets each property. */
function ownersOf(columns: readonly Candidate[]): Map<string, number> {
  const owners = new Map<string, number>()
  columns.forEach(({ property, rank }, i) => {
    if (property === undefined) return
    const owner = columns[owners.get(property) ?? -1]
    if (owner === undefined || rank < owner.rank) owners.set(property, i)
  })
  return owners
}

/** A port is joined to an address only when the address itself was logged without one. */
function hasBareAddress(property: string, columns: readonly Candidate[], owners: ReadonlyMap<string, number>): boolean {
  const address = columns[owners.get(property.replace(/ port$/, '')) ?? -1]
  return address?.key.endsWith('_without_port') === true
}

const NO_COLUMN = {
  isQuoted: false,
  reader: undefined,
  clientWidth: 0,
  assign: undefined,
  time: undefined,
  isLate: false,
  property: undefined,
  rank: 0,
  isShared: false,
} as const

function columnOf(format: string, place: readonly OperatorUse[]): Candidate {
  const [use] = place
  if (use === undefined || place.length > 1) return jointColumn(place)
  const key = canonicalOf(use)
  const kind = kindOf(use, key)
  if (kind === 'time') return timeColumn(format, use, key)
  const found = homeOf(key)
  return {
    ...NO_COLUMN,
    key,
    kind,
    isQuoted: use.name === 'DYNAMIC_METADATA',
    clientWidth: clientWidthOf(key),
    assign: found?.home.assign,
    isLate: found?.home.isLate === true,
    property: found?.home.property,
    rank: found?.rank ?? 0,
    isShared: found?.home.isShared === true,
  }
}

function timeColumn(format: string, use: OperatorUse, key: string): Candidate {
  const found = timeUseOf(use.name, use.argument)
  if ('problem' in found) throw invalid(format, use.position + use.name.length + 1 + found.index, found.problem)
  const { reader, time, rank } = found
  const property = time === undefined ? undefined : 'startTime'
  return { ...NO_COLUMN, key, kind: 'time', reader, time, isLate: time?.isEnd === true, property, rank }
}

const HEADER_NAMES: Readonly<Record<string, string>> = {
  REQUEST_HEADER: 'req',
  RESPONSE_HEADER: 'resp',
  RESPONSE_TRAILER: 'trailer',
}

/** Key of the Mixer status, as in the JSON formats of Istio 1.1 to 1.7. */
export const MIXER_STATUS = 'istio_policy_status'

/** Envoy 1.37 gave header operators longer names; both mean the same. */
function canonicalOf({ name, argument }: OperatorUse): string {
  const operator = HEADER_NAMES[name] ?? name.toLowerCase()
  const key = argument === undefined || argument === '' ? operator : `${operator}(${argument.toLowerCase()})`
  return key === 'dynamic_metadata(istio.mixer:status)' ? MIXER_STATUS : key
}

/** Headers whose values are of a kind, because Envoy makes or checks them. */
const HEADER_KINDS: ReadonlyMap<string, ValueKind> = new Map([
  ['req(:method)', 'token'],
  ['req(:scheme)', 'token'],
  ['resp(x-envoy-upstream-service-time)', 'number'],
])

function kindOf({ name, argument, limit }: OperatorUse, key: string): ValueKind {
  if (name === 'RESPONSE_CODE_DETAILS' && argument !== undefined) return 'loose' // ALLOW_WHITESPACES
  const kind = HEADER_KINDS.get(key) ?? OPERATORS.get(name)?.kind ?? 'loose'
  const isCut = limit !== undefined && (kind === 'address' || kind === 'protocol' || kind === 'time')
  return isCut ? 'token' : kind
}

const CLIENTS =
  /^(?:req|req_without_query|path|query_params?|xfcc_value|stream_info_req|cel|typed_cel|coalesce)(?:\(|$)/

function clientWidthOf(key: string): number {
  if (key === 'req(user-agent)') return 3
  if (/^(?:path|query_params?)(?:\(|$)|path\)$|^req\(referer\)$/.test(key)) return 2
  return CLIENTS.test(key) ? 1 : 0
}

function jointColumn(place: readonly OperatorUse[]): Candidate {
  const keys = place.map(canonicalOf)
  const isUrl = keys.length === 2 && keys[0] === 'req(:authority)' && homeOf(keys[1] ?? '')?.home.property === 'path'
  return {
    ...NO_COLUMN,
    key: keys.join(''),
    kind: 'loose',
    clientWidth: Math.max(0, ...keys.map(clientWidthOf)),
    assign: isUrl ? assignUrl : undefined,
  }
}

/** Host and path written together: a host holds no slash, a path begins with one or is absent. */
function assignUrl(line: EnvoyLine, value: unknown): boolean {
  const url = textOf(value)
  if (url === undefined) return false
  const slash = url.indexOf('/')
  const end = slash !== -1 ? slash : /[-*]$/.test(url) ? url.length - 1 : url.length
  line.authority = textOf(url.slice(0, end))
  line.path = textOf(url.slice(end))
  return true
}
