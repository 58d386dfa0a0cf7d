import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { type Resource, resourceNamed } from './object.ts'
import { forbidden, type Failure, UNAUTHORIZED } from './status.ts'

/** A request as it came. */
export interface LoggedRequest {
  readonly method: string
  /** With its query. */
  readonly url: string
  readonly verb: 'list' | 'watch' | 'other'
  /** Empty for one that is about no resource. */
  readonly resource: string
  readonly query: URLSearchParams
  readonly token: string | undefined
  readonly headers: IncomingMessage['headers']
}

/** Who a token stands for. */
export interface User {
  readonly name: string
  /** Whether it may list and watch. */
  readonly mayRead: boolean
}

/** What is asked for by a path; undefined when nothing is there. */
export interface Target {
  readonly resource: Resource
  readonly namespace: string | undefined
}

/** What everybody may ask who is somebody. */
const FREE = /^\/(version|readyz|livez|healthz)/

/** Read a request. */
export function loggedRequest({ method = '', url = '/', headers }: IncomingMessage): LoggedRequest {
  const { pathname, searchParams: query } = new URL(url, 'http://fake')
  const resource = targetOf(pathname)?.resource ?? ''
  const isWatch = query.get('watch') === 'true' || query.get('watch') === '1'
  const verb = resource === '' ? 'other' : isWatch ? 'watch' : 'list'
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
  return { method, url, verb, resource, query, token, headers }
}

/** Read a path: `/api/v1/pods`, `/api/v1/namespaces/shop/pods`. */
export function targetOf(pathname: string): Target | undefined {
  const [, namespace, name] = /^\/api\/v1\/(?:namespaces\/([^/]+)\/)?(\w+)$/.exec(pathname) ?? []
  const resource = resourceNamed(name)
  return resource && { resource, namespace }
}

/** What refuses a request; undefined when its user may do it. Without `users` everybody may do everything. */
export function refusalOf(
  { token, verb, resource, url }: LoggedRequest,
  users: ReadonlyMap<string, User> | undefined,
  certificateUser: string | undefined,
): Failure | undefined {
  if (users === undefined || certificateUser !== undefined) return undefined
  if (token === undefined) return forbidden('system:anonymous', verb, resource)
  const isFree = verb === 'other' && FREE.test(url)
  const user = users.get(token)
  if (user === undefined) return UNAUTHORIZED
  return isFree || (user.mayRead && verb !== 'other') ? undefined : forbidden(user.name, verb, resource)
}

/** The name in a client's certificate that a known authority has signed. */
export function certificateUserOf(socket: IncomingMessage['socket'] | TLSSocket): string | undefined {
  if (!('authorized' in socket) || !socket.authorized) return undefined
  const { CN } = socket.getPeerCertificate().subject
  return Array.isArray(CN) ? CN[0] : CN
}
