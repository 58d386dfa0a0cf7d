import type { JsonObject } from '../../../src/enrich/kubernetes/field-reader.ts'
import { isObject } from '../../../src/enrich/kubernetes/field-reader.ts'
import { keyOf, type StoredObject } from './object.ts'
import type { ListOptions } from './options.ts'
import { EXPIRED_LIST, expiredContinue, failed, type Failure, tooLargeVersion } from './status.ts'
import type { History } from './store.ts'

/** A page of a list, or what is answered in its place. */
export type Listed =
  | { readonly ok: true; readonly metadata: JsonObject; readonly items: readonly StoredObject[] }
  | { readonly ok: false; readonly failure: Failure }

interface Continue {
  readonly version: number
  /** Keys after this one are still to come. */
  readonly after: string
}

/** List a resource as the API server does from 1.34 on, from its watch cache. */
export function list(history: History, current: number, options: ListOptions): Listed {
  const { version = 0, match, limit } = options
  if (options.continue !== '') return listOn(history, current, options)
  if (version > current)
    return refused({ code: 504, body: tooLargeVersion(version, current), headers: { 'retry-after': '1' } })
  const isExact = match === 'Exact' || (match === '' && version > 0 && limit > 0)
  const objects = isExact ? history.at(version) : history.sorted
  if (objects === undefined) return refused(EXPIRED_LIST)
  // From version 0 a list comes whole.
  const isWhole = options.version === 0 && match !== 'Exact'
  return page(objects, isExact ? version : current, { ...options, limit: isWhole ? 0 : limit }, '')
}

function listOn(history: History, current: number, options: ListOptions): Listed {
  const token = parseContinue(options.continue)
  if (token === undefined) return refused(INVALID_CONTINUE)
  if (options.version !== undefined && options.version > 0) return refused(CONTINUE_WITH_VERSION)
  const version = token.version === -1 ? current : token.version
  const objects = history.at(version)
  if (objects === undefined) return refused(expiredContinue(continueToken(-1, token.after)))
  return page(objects, version, options, token.after)
}

function page(objects: readonly StoredObject[], version: number, options: ListOptions, after: string): Listed {
  const { limit, isSelective } = options
  const wanted = objects.slice(firstAfter(objects, after)).filter(isAskedFor(options))
  const items = limit > 0 ? wanted.slice(0, limit) : wanted
  const remaining = wanted.length - items.length
  const last = items.at(-1)
  const more = remaining > 0 && last !== undefined ? { continue: continueToken(version, keyOf(last)) } : {}
  const count = remaining > 0 && !isSelective ? { remainingItemCount: remaining } : {}
  return { ok: true, metadata: { resourceVersion: String(version), ...more, ...count }, items }
}

/** Whether an object is in the namespace and selected. */
export function isAskedFor({ namespace, selects }: ListOptions): (object: StoredObject) => boolean {
  return (object) => (namespace === undefined || object.metadata.namespace === namespace) && selects(object)
}

const INVALID_CONTINUE = failed(
  400,
  'BadRequest',
  "invalid continue token: continue key is not valid: invalid character 'i' looking for beginning of value",
)

const CONTINUE_WITH_VERSION = failed(
  400,
  'BadRequest',
  'specifying resource version is not allowed when using continue',
)

function continueToken(version: number, after: string): string {
  const start = `${version === -1 ? '' : '/'}${after}\0`
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start })).toString('base64url')
}

function parseContinue(token: string): Continue | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (!isObject(value) || typeof value['start'] !== 'string') return undefined
    return { version: Number(value['rv']), after: value['start'].replace(/^\//, '').replace(/\0$/, '') }
  } catch {
    return undefined
  }
}

function firstAfter(objects: readonly StoredObject[], key: string): number {
  if (key === '') return 0
  let [low, high] = [0, objects.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const object = objects[middle]
    if (object !== undefined && keyOf(object) > key) high = middle
    else low = middle + 1
  }
  return low
}

function refused(failure: Failure): Listed {
  return { ok: false, failure }
}
