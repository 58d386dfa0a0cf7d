import { createServer as createPlain, type Server } from 'node:http'
import { createServer as createTls, type ServerOptions } from 'node:https'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { FlagshipError, reasonOf } from '../../errors.ts'
import { Turns } from '../breath.ts'
import { isEpoch, isNearSchema, type Position, SCHEMA, STREAM_PATH } from './protocol.ts'
import type { Publisher } from './publisher.ts'

/** Certificates as PEM; with `ca` a reader must show one that it signed. */
export interface ServerTls {
  readonly cert: string
  readonly key: string
  readonly ca: string | undefined
}

/** What it needs from outside. */
export interface ResolverServerParts {
  /** Undefined while there is nothing whole to be told. */
  readonly publisher: () => Publisher | undefined
  /** Whether a request with that header may read; undefined: everybody may. Rejects while that cannot be told. */
  readonly isAuthorized: ((authorization: string | undefined) => Promise<boolean>) | undefined
  /** Told of each request that gets no stream, and whose it is; `detail` where there is more to be said. */
  readonly onRefused: (reason: RefusalReason, address: string, detail?: string) => void
}

/** Why a request gets no stream. */
export type RefusalReason = 'unauthorized' | 'no_credentials' | 'schema' | 'not_synced' | 'busy' | 'not_found'

/** A server that listens. */
export interface ResolverServer {
  /** The address that is listened on, as a URL. */
  readonly url: string
  /** Use other certificates for connections to come. */
  replaceTls(tls: ServerTls): void
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly body: object
  readonly reason: RefusalReason
  readonly detail?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** All agents of the largest cluster, when the other replica is gone. */
const MOST_CONNECTIONS = 10_000
const REQUEST_TIMEOUT_MS = 10_000
/** Agents add up to as much again, at random. */
const RETRY_AFTER = { 'retry-after': '2' }

/** Listen for agents. @throws FlagshipError LISTEN_FAILED when the address is taken or not ours. */
export async function startResolverServer(
  listen: { readonly host: string; readonly port: number },
  tls: ServerTls | undefined,
  parts: ResolverServerParts,
): Promise<ResolverServer> {
  const { host, port } = listen
  const server = createResolverServer(tls, parts)
  try {
    const url = await server.listen({ host, port })
    return {
      url: tls === undefined ? url : url.replace('http:', 'https:'), // fastify does not see what it stands on
      replaceTls: (next) => replaceTls(server.server, next),
      close: async () => {
        parts.publisher()?.stop()
        await server.close()
      },
    }
  } catch (error) {
    await server.close()
    const text = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const message = `Cannot listen on "${text}": ${reasonOf(error)}; set listen to a free address of this host`
    throw new FlagshipError('LISTEN_FAILED', message, error)
  }
}

/** The routes, not yet listening. */
export function createResolverServer(tls: ServerTls | undefined, parts: ResolverServerParts): FastifyInstance {
  const give = (reply: FastifyReply, { status, body, headers, reason, detail }: Answer) => {
    parts.onRefused(reason, reply.request.ip, detail)
    return reply
      .code(status)
      .headers(headers ?? {})
      .send(body)
  }
  const server = Fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: 1, // nothing here takes a body
    serverFactory: (handler) => {
      const options = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }
      return tls === undefined ? createPlain(options, handler) : createTls({ ...options, ...tlsOptions(tls) }, handler)
    },
    frameworkErrors: (_error, _request, reply) => void give(reply, NOT_FOUND),
  })
  server.server.maxConnections = MOST_CONNECTIONS
  const turns = new Turns()
  server.get(STREAM_PATH, async (request, reply) => {
    await turns.next()
    const refusal = (await refusalOf(request, parts)) ?? startStream(request, reply, parts.publisher())
    return refusal === undefined ? reply : give(reply, refusal)
  })
  server.setNotFoundHandler((_request, reply) => void give(reply, NOT_FOUND))
  return server
}

async function refusalOf(request: FastifyRequest, parts: ResolverServerParts): Promise<Answer | undefined> {
  const refusal = await unauthorized(request, parts)
  if (refusal !== undefined) return refusal
  const schema = queryOf(request, 'schema') ?? String(SCHEMA)
  return /^[0-9]{1,6}$/.test(schema) && isNearSchema(Number(schema)) ? undefined : wrongSchema(schema)
}

async function unauthorized(
  { headers }: FastifyRequest,
  { isAuthorized }: ResolverServerParts,
): Promise<Answer | undefined> {
  try {
    if (isAuthorized === undefined || (await isAuthorized(headers.authorization))) return undefined
  } catch (error) {
    return { ...NO_CREDENTIALS, detail: reasonOf(error) }
  }
  const headersOut = { 'www-authenticate': 'Bearer' }
  return { status: 401, reason: 'unauthorized', body: { error: 'unauthorized' }, headers: headersOut }
}

/** What a request for a stream is answered with in its place. */
function startStream(
  request: FastifyRequest,
  reply: FastifyReply,
  publisher: Publisher | undefined,
): Answer | undefined {
  if (publisher === undefined) return NOT_SYNCED
  const { raw } = reply
  const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip', 'cache-control': 'no-store' }
  for (const [name, value] of Object.entries(headers)) raw.setHeader(name, value)
  if (publisher.add(raw, positionOf(request)) !== 'busy') {
    reply.hijack()
    return undefined
  }
  for (const name of Object.keys(headers)) raw.removeHeader(name)
  return BUSY
}

function positionOf(request: FastifyRequest): Position | undefined {
  const epoch = queryOf(request, 'epoch')
  const seq = Number(queryOf(request, 'seq') ?? Number.NaN)
  return isEpoch(epoch) && Number.isSafeInteger(seq) && seq >= 0 ? { epoch, seq } : undefined
}

function queryOf({ query }: FastifyRequest, name: string): string | undefined {
  const value: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, name) : undefined
  return typeof value === 'string' ? value : undefined
}

function wrongSchema(found: string): Answer {
  const spoken = [SCHEMA - 1, SCHEMA, SCHEMA + 1]
  const message = `schema "${found.slice(0, 16)}" of the stream is not spoken here, expected one of ${spoken.join(', ')}: update what is older`
  return { status: 400, reason: 'schema', body: { error: 'schema', message, spoken } }
}

const NOT_FOUND: Answer = { status: 404, reason: 'not_found', body: { error: 'not_found', expected: STREAM_PATH } }
const NO_CREDENTIALS: Answer = {
  status: 503,
  reason: 'no_credentials',
  body: { error: 'no_credentials' },
  headers: RETRY_AFTER,
}
const NOT_SYNCED: Answer = { status: 503, reason: 'not_synced', body: { error: 'not_synced' }, headers: RETRY_AFTER }
const BUSY: Answer = { status: 503, reason: 'busy', body: { error: 'busy' }, headers: RETRY_AFTER }

function tlsOptions({ cert, key, ca }: ServerTls): ServerOptions {
  const client = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true }
  return { cert, key, handshakeTimeout: REQUEST_TIMEOUT_MS, minVersion: 'TLSv1.2', ...client }
}

function replaceTls(server: Server, { cert, key, ca }: ServerTls): void {
  if ('setSecureContext' in server && typeof server.setSecureContext === 'function')
    server.setSecureContext({ cert, key, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) })
}
