import type { JsonObject } from '../../../src/enrich/kubernetes/field-reader.ts'

/** An answer that is no list and no watch. */
export interface Failure {
  readonly code: number
  /** A Status, or a text where the real server answers with one. */
  readonly body: JsonObject | string
  readonly headers?: Readonly<Record<string, string>>
}

/** A Status as the server writes it. */
export function failureStatus(code: number, reason: string, message: string, more: JsonObject = {}): JsonObject {
  const { metadata = {}, ...rest } = more
  const known = reason === '' ? {} : { reason }
  return { kind: 'Status', apiVersion: 'v1', metadata, status: 'Failure', message, ...known, ...rest, code }
}

export function failed(code: number, reason: string, message: string, more?: JsonObject): Failure {
  return { code, body: failureStatus(code, reason, message, more) }
}

export const UNAUTHORIZED = failed(401, 'Unauthorized', 'Unauthorized')

/** A user may not do it. */
export function forbidden(user: string, verb: string, resource: string): Failure {
  const what = `User "${user}" cannot ${verb} resource "${resource}" in API group "" at the cluster scope`
  return failed(403, 'Forbidden', `${resource} is forbidden: ${what}`, { details: { kind: resource } })
}

/** An option that may not be there; `message` says why. */
export function invalidOption(field: string, message: string): Failure {
  const causes = [{ reason: 'FieldValueForbidden', message: `Forbidden: ${message}`, field }]
  const details = { group: 'meta.k8s.io', kind: 'ListOptions', causes }
  return failed(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${field}: Forbidden: ${message}`, { details })
}

/** The state of a version that has not come yet: a list is answered with it, a WatchList gets it as an event. */
export function tooLargeVersion(version: number, current: number): JsonObject {
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]
  const message = `Timeout: Too large resource version: ${version}, current: ${current}`
  return failureStatus(504, 'Timeout', message, { details: { causes, retryAfterSeconds: 1 } })
}

/** What a watch is told that asks for what is forgotten. */
export function tooOldVersion(version: number, oldest: number): JsonObject {
  return failureStatus(410, 'Expired', `too old resource version: ${version} (${oldest})`)
}

export const EXPIRED_LIST = failed(410, 'Expired', 'The resourceVersion for the provided list is too old.')

/** A continue token of a version that is forgotten; the one in the answer goes on with what is there now. */
export function expiredContinue(token: string): Failure {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
    'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
    'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
    'deleted between the time the first chunk was returned and now may show up in the list.'
  return failed(410, 'Expired', message, { metadata: { continue: token } })
}

/** Too much at once: a text, not a Status. */
export const TOO_MANY_REQUESTS: Failure = {
  code: 429,
  body: 'Too many requests, please try again later.\n',
  headers: { 'retry-after': '1' },
}

/** etcd is away: JSON without a kind, declared as text. */
export const TIMED_OUT: Failure = {
  code: 504,
  body: `${JSON.stringify({
    metadata: {},
    status: 'Failure',
    message: 'Timeout: request did not complete within the allotted timeout',
    reason: 'Timeout',
    details: {},
    code: 504,
  })}\n`,
}
