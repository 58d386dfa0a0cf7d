import type { Resource } from './object.ts'
import { parseSelector, type Selector } from './selector.ts'
import { failed, type Failure, failureStatus, invalidOption } from './status.ts'

/** What a list or watch was asked with. */
export interface ListOptions {
  readonly namespace: string | undefined
  readonly isWatch: boolean
  readonly selects: Selector
  /** Whether a selector or a namespace may leave objects out. */
  readonly isSelective: boolean
  /** Undefined when none was given. */
  readonly version: number | undefined
  readonly match: string
  readonly limit: number
  readonly continue: string
  readonly sendsInitialEvents: boolean
  readonly allowsBookmarks: boolean
  readonly timeoutSeconds: number | undefined
}

/** Options, or what is answered in place of a list or watch. */
export type ParsedOptions =
  | { readonly ok: true; readonly options: ListOptions }
  | { readonly ok: false; readonly failure: Failure }

/** How the server is set up. */
export interface OptionRules {
  readonly hasWatchList: boolean
}

/** Read the query of a list or watch, with the refusals of the real server. */
export function parseOptions(
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
  rules: OptionRules,
): ParsedOptions {
  const isWatch = isTrue(query.get('watch'))
  const failure = refused(query, isWatch, rules) ?? badVersion(query, isWatch)
  if (failure !== undefined) return { ok: false, failure }
  const fieldSelector = query.get('fieldSelector') ?? ''
  const selector = parseSelector(resource, fieldSelector)
  if (!selector.ok)
    return { ok: false, failure: failed(400, 'BadRequest', `field label not supported: ${selector.field}`) }
  const version = query.get('resourceVersion') ?? ''
  const timeoutSeconds = Number(query.get('timeoutSeconds') ?? 0)
  const options = {
    namespace,
    isWatch,
    selects: selector.selects,
    isSelective: fieldSelector !== '',
    version: version === '' ? undefined : Number(version),
    match: query.get('resourceVersionMatch') ?? '',
    limit: Number(query.get('limit') ?? 0),
    continue: query.get('continue') ?? '',
    sendsInitialEvents: sendsInitialEvents(query, version, rules),
    allowsBookmarks: isTrue(query.get('allowWatchBookmarks')),
    timeoutSeconds: timeoutSeconds > 0 ? timeoutSeconds : undefined,
  }
  return { ok: true, options }
}

/** A watch with bookmarks and without a version is a WatchList too, where there is one. */
function sendsInitialEvents(query: URLSearchParams, version: string, { hasWatchList }: OptionRules): boolean {
  const asked = query.get('sendInitialEvents')
  if (asked !== null) return isTrue(asked)
  return hasWatchList && version === '' && isTrue(query.get('allowWatchBookmarks'))
}

/** Source: k8s.io/apimachinery, pkg/apis/meta/internalversion/validation. */
function refused(query: URLSearchParams, isWatch: boolean, { hasWatchList }: OptionRules): Failure | undefined {
  const [match, version] = [query.get('resourceVersionMatch') ?? '', query.get('resourceVersion') ?? '']
  if (query.has('sendInitialEvents')) return refusedInitialEvents(match, isWatch, hasWatchList)
  if (match === '') return undefined
  if (isWatch)
    return invalidOption(
      'resourceVersionMatch',
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    )
  if (query.get('continue'))
    return invalidOption('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided')
  if (version === '')
    return invalidOption('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided')
  if (match === 'Exact' && version === '0')
    return invalidOption('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
  return undefined
}

function refusedInitialEvents(match: string, isWatch: boolean, hasWatchList: boolean): Failure | undefined {
  if (!isWatch) return invalidOption('sendInitialEvents', 'sendInitialEvents is forbidden for list')
  if (!hasWatchList)
    return invalidOption(
      'sendInitialEvents',
      'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
    )
  return match === 'NotOlderThan'
    ? undefined
    : invalidOption('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
}

function badVersion(query: URLSearchParams, isWatch: boolean): Failure | undefined {
  const version = query.get('resourceVersion') ?? ''
  if (/^\d*$/.test(version)) return undefined
  const message = `resourceVersion: Invalid value: "${version}": strconv.ParseUint: parsing "${version}": invalid syntax`
  if (isWatch) return { code: 500, body: failureStatus(500, '', message) }
  return failed(400, 'BadRequest', `invalid resource version: ${message}`)
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1'
}
