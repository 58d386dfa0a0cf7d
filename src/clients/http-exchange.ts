import { type Agent, type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** A larger answer is no answer to anything we ask. */
const MOST_ANSWER_BYTES = 67_108_864

/** A host that is gone without a word must not cost a whole request time; the next node may answer. */
const CONNECT_MS = 5_000

/** The server ended the TLS handshake, after we held it for done: it has read nothing of the request. */
export class HandshakeRefused extends Error {}

/** One HTTP request, ready to be written. */
export interface HttpRequest {
  readonly url: URL
  /** With the query. */
  readonly path: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly body: string | Buffer | undefined
  readonly agent: Agent
  /** For all of it, from connecting to the last byte of the answer: a slow drip has no end of its own. */
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** A whole HTTP answer. */
export interface HttpAnswer {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/**
 * One request and its whole answer. `onWritten` is called before any byte of it can have left: an exchange that fails
 * without that call surely never reached the server. Rejects with an Error whose message says why.
 */
export function exchange(request: HttpRequest, onWritten: () => void): Promise<HttpAnswer> {
  const { url, path, method, headers, body, agent, timeoutMs, signal } = request
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(new Error('stopped'))
    const send = url.protocol === 'https:' ? requestTls : requestPlain
    const { hostname, port } = url
    const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
    const outgoing = send({ host, port, path, method, headers, agent })
    const fail = (error: Error) => {
      settle()
      outgoing.destroy()
      reject(isAlert(error) ? new HandshakeRefused(error.message) : new Error(reasonOfFailure(error)))
    }
    const timer = setTimeout(() => fail(new Error(`no whole answer within ${timeoutMs} ms`)), timeoutMs)
    const connecting = setTimeout(() => fail(new Error(`no connection within ${CONNECT_MS} ms`)), CONNECT_MS)
    const stop = () => fail(new Error('stopped'))
    const settle = () => {
      clearTimeout(timer)
      clearTimeout(connecting)
      signal?.removeEventListener('abort', stop)
    }
    signal?.addEventListener('abort', stop, { once: true })
    outgoing.on('error', fail) // stays: an error that comes later must not end the process
    const onConnected = () => {
      clearTimeout(connecting)
      onWritten()
    }
    outgoing.on('socket', (socket: Socket) => watch(socket, outgoing.reusedSocket, onConnected))
    outgoing.on('response', (incoming) => {
      readWhole(incoming).then((answer) => {
        settle()
        if (!outgoing.writableFinished) outgoing.destroy() // answered early: the rest of the body is of no use
        resolve(answer)
      }, fail)
    })
    outgoing.end(body)
  })
}

/** Tell when the connection takes bytes: at once when it is an old one, else when it is made, with TLS and all. */
function watch(socket: Socket, isReused: boolean, onWritten: () => void): void {
  // Node may raise an error on a socket just as it goes back to the pool, where nobody listens.
  if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore)
  if (isReused) return onWritten()
  if (socket instanceof TLSSocket) socket.once('secureConnect', onWritten)
  else if (socket.connecting) socket.once('connect', onWritten)
  else onWritten()
}

function ignore(): void {}

/** In TLS 1.3 a server judges the certificate of a client when the client is through already. */
function isAlert(error: Error): boolean {
  return /^ERR_SSL_(TLSV1|TLSV13|SSLV3)_ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE)/.test(codeOf(error))
}

function codeOf(error: Error): string {
  const code: unknown = Reflect.get(error, 'code')
  return typeof code === 'string' ? code : ''
}

async function readWhole(incoming: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming) {
    if (!(chunk instanceof Buffer)) continue
    length += chunk.length
    if (length > MOST_ANSWER_BYTES) throw new Error(`the answer has more than ${MOST_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  const body = Buffer.concat(chunks).toString()
  return { statusCode: incoming.statusCode ?? 0, headers: incoming.headers, body }
}

/** Where Node says nothing, or advises what is no setting of ours. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ...[
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ].map(
    (code) => [code, `its certificate is not trusted (${code}); give the file with the one that signs it`] as const,
  ),
  ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'the key file does not belong to the certificate file of this client'],
])

/** Why an exchange failed, in words; Node gives none of its own where several addresses were tried. */
export function reasonOfFailure(error: Error): string {
  const known = REASONS.get(codeOf(error))
  if (known !== undefined) return known
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined
  return error.message || (first instanceof Error ? first.message : error.name)
}
