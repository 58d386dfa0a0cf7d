import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Clock } from '../../clock.ts'
import { FlagshipError, reasonOf } from '../../errors.ts'
import type { LineEnvelope } from '../envelope/open.ts'
import { type Credentials, challengeOf, isAuthorized } from './authorization.ts'
import { contentTypesOf, messagesOfRequest } from './messages-of-request.ts'
import { ENCODINGS, readBody } from './read-body.ts'
import { Reception } from './reception.ts'

/** The lines of one request. */
export interface LinesRequest {
  readonly messages: readonly Buffer[]
  /** Unpacked. */
  readonly body: Buffer
  /** What the client calls this request, however often it sends it. */
  readonly key: string | undefined
}

/** What becomes of requests. */
export interface LineTaker {
  /** Why no more is taken now, while so many bytes are on their way in; undefined when more is. */
  refusalOf(receivingBytes: number): 'full' | 'closed' | undefined
  /** Resolves when every line is answered for good, or `closed` when that will not come. */
  take(request: LinesRequest): Promise<'answered' | 'closed'>
}

/** What a server does. */
export interface LineServerSettings {
  readonly listen: { readonly host: string; readonly port: number }
  readonly maxBodyBytes: number
  readonly envelope: LineEnvelope
}

/** What it needs from outside. */
export interface LineServerParts {
  readonly taker: LineTaker
  /** Undefined: everybody may send. */
  readonly credentials: Credentials | undefined
  readonly clock: Clock
  /** Told of each answer, and what was wrong with the request. */
  readonly onAnswer: (status: number, reason: string) => void
}

/** A server that listens. */
export interface LineServer {
  /** The address that is listened on, as a URL. */
  readonly url: string
  /** Whoever waits for an answer has it. */
  close(): Promise<void>
}

/** What a request is answered with. */
interface Answer {
  readonly status: number
  readonly body: object
  readonly headers?: Readonly<Record<string, string>>
  readonly reason?: string
}

const MOST_CONNECTIONS = 2_048
/** Longest time in which a request has to come in. */
const REQUEST_TIMEOUT_MS = 60_000
/** Longest time for answers that are on their way out when the server closes. */
const CLOSE_MS = 1_000
const LONGEST_KEY = 256
const RETRY_AFTER = { 'retry-after': '1' }

/** Listen for requests with lines. @throws FlagshipError LISTEN_FAILED when the address is taken or not ours. */
export async function startLineServer(settings: LineServerSettings, parts: LineServerParts): Promise<LineServer> {
  const server = createLineServer(settings, parts)
  const { host, port } = settings.listen
  try {
    const url = await server.listen({ host, port })
    return { url, close: () => closeSoon(server, parts.clock) }
  } catch (error) {
    await server.close()
    const text = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const message = `Cannot listen on "${text}": ${reasonOf(error)}; set ingest.http.listen to a free address of this host`
    throw new FlagshipError('LISTEN_FAILED', message, error)
  }
}

/** The routes, not yet listening. A path is the client's choice: one that is refused costs the lines. */
export function createLineServer(settings: LineServerSettings, parts: LineServerParts): FastifyInstance {
  const server = Fastify({
    logger: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // For a URL that is none: there is no route whose error handler could answer.
    frameworkErrors: (_error, _request, reply) => void give(reply, WRONG_URL),
  })
  server.server.maxConnections = MOST_CONNECTIONS
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', async () => undefined) // it is read once it is known that there is room for it
  const reception = new Reception()
  const give = (reply: FastifyReply, { status, body, headers, reason = '' }: Answer) => {
    parts.onAnswer(status, reason)
    return reply
      .code(status)
      .headers(headers ?? {})
      .send(body)
  }
  server.post('*', async (request, reply) => give(reply, await answerOf(request, settings, parts, reception)))
  server.setNotFoundHandler((_request, reply) => void give(reply, WRONG_METHOD))
  // What is no content type at all comes here too.
  server.setErrorHandler((error, request, reply) => void give(reply, wrongKind(request, settings) ?? bug(error)))
  return server
}

async function answerOf(
  request: FastifyRequest,
  settings: LineServerSettings,
  parts: LineServerParts,
  reception: Reception,
): Promise<Answer> {
  const refusal = (await unauthorized(request, parts)) ?? wrongKind(request, settings)
  if (refusal !== undefined) return refusal
  using arrival = reception.enter()
  const state = parts.taker.refusalOf(reception.bytes + 1)
  if (state === 'closed') return CLOSED
  if (state === 'full' || !reception.hasRoom) return FULL
  const mayGrow = (bytes: number) => {
    arrival.grow(bytes)
    return parts.taker.refusalOf(reception.bytes) !== 'full'
  }
  const answer = await receive(request, settings, parts.taker, mayGrow)
  if ('status' in answer) return answer
  const taken = parts.taker.take(answer)
  arrival.leave()
  return (await taken) === 'answered' ? { status: 200, body: {} } : CLOSED
}

/** The lines of a request, or what it is answered with. */
async function receive(
  request: FastifyRequest,
  { maxBodyBytes, envelope }: LineServerSettings,
  taker: LineTaker,
  mayGrow: (bytes: number) => boolean,
): Promise<Answer | LinesRequest> {
  const { headers, raw } = request
  if (Number(headers['content-length']) > maxBodyBytes) return tooLarge(maxBodyBytes)
  const received = await readBody(raw, encodingOf(request), { maxBytes: maxBodyBytes, mayGrow })
  if (received.kind === 'too_large') return tooLarge(maxBodyBytes)
  if (received.kind === 'full') return FULL
  if (received.kind !== 'body') return badBody(1, `a whole body, packed as content-encoding says (${received.kind})`)
  const { bytes: body } = received
  const split = messagesOfRequest(body, contentTypeOf(request), envelope)
  if (!split.ok) return badBody(split.line, split.expected)
  return taker.refusalOf(0) === 'closed' ? CLOSED : { messages: split.messages, body, key: keyOf(request) }
}

/** What a request without the right to be here is answered with. */
async function unauthorized(
  { headers }: FastifyRequest,
  { credentials }: LineServerParts,
): Promise<Answer | undefined> {
  if (credentials === undefined) return undefined
  try {
    if (await isAuthorized(headers.authorization, credentials)) return undefined
  } catch (error) {
    return { status: 503, body: { error: 'no_credentials' }, headers: RETRY_AFTER, reason: reasonOf(error) }
  }
  const challenge = { 'www-authenticate': challengeOf(credentials) }
  return { status: 401, body: { error: 'unauthorized' }, headers: challenge, reason: 'no secret of ingest.http.auth' }
}

/** What a request that no envelope comes in is answered with. */
function wrongKind(request: FastifyRequest, { envelope }: LineServerSettings): Answer | undefined {
  const types = contentTypesOf(envelope)
  const type = contentTypeOf(request)
  if (!types.includes(type)) return unsupported('content-type', type, types)
  const encoding = encodingOf(request)
  return ENCODINGS.includes(encoding) ? undefined : unsupported('content-encoding', encoding, ENCODINGS)
}

function unsupported(header: string, found: string, expected: readonly string[]): Answer {
  const reason = `${header} "${found.slice(0, 64)}", expected ${expected.join(', ')}`
  return { status: 415, body: { error: 'unsupported', header, expected }, reason }
}

function tooLarge(maxBodyBytes: number): Answer {
  const reason = `a body of more than ${maxBodyBytes} bytes (ingest.http.maxBodyBytes)`
  return { status: 413, body: { error: 'too_large', maxBodyBytes }, reason }
}

function badBody(line: number, expected: string): Answer {
  return { status: 400, body: { error: 'bad_body', line, expected }, reason: `line ${line}, expected ${expected}` }
}

function bug(error: unknown): Answer {
  return { status: 500, body: { error: 'internal_error' }, reason: reasonOf(error) }
}

const WRONG_URL: Answer = {
  status: 400,
  body: { error: 'bad_url', expected: 'a path whose percent signs encode UTF-8' },
  reason: 'the path of the URL, expected percent signs that encode UTF-8',
}
const WRONG_METHOD: Answer = {
  status: 405,
  body: { error: 'method_not_allowed', expected: 'POST' },
  headers: { allow: 'POST' },
  reason: 'another method, expected POST',
}
const FULL: Answer = { status: 429, body: { error: 'busy' }, headers: RETRY_AFTER, reason: 'no room' }
const CLOSED: Answer = { status: 503, body: { error: 'not_open' }, headers: RETRY_AFTER, reason: 'not open' }

function contentTypeOf({ headers }: FastifyRequest): string {
  return (headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase()
}

function encodingOf({ headers }: FastifyRequest): string {
  return (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
}

/** A key that is too long is none: its lines have the ids of what they say. */
function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key']
  return typeof key === 'string' && key !== '' && key.length <= LONGEST_KEY ? key : undefined
}

async function closeSoon(server: FastifyInstance, clock: Clock): Promise<void> {
  const ended = new AbortController()
  void clock.sleep(CLOSE_MS, ended.signal).then(() => server.server.closeAllConnections())
  await server.close()
  ended.abort()
}
