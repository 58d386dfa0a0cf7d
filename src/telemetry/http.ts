import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { FlagshipError, reasonOf } from '../errors.ts'

/** What the server answers with. None of it may hold anything of a log line. */
export interface HttpSources {
  metrics(): Promise<string>
  readonly metricsContentType: string
  /** False only when a restart would help. */
  isLive(): boolean
  /** Why the agent is not ready; empty when it is. */
  notReadyBecause(): readonly string[]
  /** What else stands beside that, and makes nothing unready. */
  readonly besides?: () => object
  /** For `/v1/status`. */
  status(): unknown
  /** For `/v1/explain/UF,URX`. */
  explain(flags: string): unknown
}

export interface HttpServer {
  /** The address that is listened on, as a URL. */
  readonly url: string
  close(): Promise<void>
}

const LONGEST_FLAGS = 1_024
const REQUEST_TIMEOUT_MS = 10_000

/** Listen on `address`. @throws FlagshipError LISTEN_FAILED when it is taken or not ours. */
export async function startHttp(
  address: { readonly host: string; readonly port: number },
  sources: HttpSources,
): Promise<HttpServer> {
  const server = createHttp(sources)
  try {
    const url = await server.listen(address)
    return { url, close: () => server.close() }
  } catch (error) {
    await server.close()
    const text = `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
    const message = `Cannot listen on "${text}": ${reasonOf(error)}; set http.listen or FLAGSHIP_HTTP_LISTEN to a free address of this host`
    throw new FlagshipError('LISTEN_FAILED', message, error)
  }
}

/** The routes, not yet listening. */
export function createHttp(sources: HttpSources): FastifyInstance {
  const server = Fastify({
    logger: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true, // a scraper's idle connection must not hold up the end
    bodyLimit: 1, // nothing here takes a body
    routerOptions: { maxParamLength: LONGEST_FLAGS },
    frameworkErrors: refuse,
  })
  server.addHook('onSend', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  })
  server.get('/metrics', async (_request, reply) => {
    reply.type(sources.metricsContentType)
    return sources.metrics()
  })
  server.get('/livez', async (_request, reply) => {
    const live = sources.isLive()
    reply.code(live ? 200 : 503)
    return { live }
  })
  server.get('/readyz', async (_request, reply) => {
    const reasons = sources.notReadyBecause()
    reply.code(reasons.length === 0 ? 200 : 503)
    return { ready: reasons.length === 0, reasons, ...sources.besides?.() }
  })
  server.get('/v1/status', async () => sources.status())
  server.get<{ Params: { flags: string } }>('/v1/explain/:flags', async ({ params }) => sources.explain(params.flags))
  server.setNotFoundHandler(async (_request, reply) => {
    reply.code(404)
    return { error: 'not_found', paths: ['/metrics', '/livez', '/readyz', '/v1/status', '/v1/explain/{flags}'] }
  })
  server.setErrorHandler(async (error, _request, reply) => {
    const status = statusOf(error)
    reply.code(status)
    return { error: status < 500 ? 'bad_request' : 'internal_error' }
  })
  return server
}

/** For a URL that is none: there is no route whose error handler could answer. */
function refuse(_error: unknown, _request: unknown, reply: FastifyReply): void {
  void reply.code(400).send({ error: 'bad_request' })
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500
  return typeof error.statusCode === 'number' && error.statusCode >= 400 ? error.statusCode : 500
}
