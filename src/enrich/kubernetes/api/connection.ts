import { Agent, type IncomingMessage, request as requestPlain, type ClientRequest } from 'node:http'
import { Agent as TlsAgent, request as requestTls } from 'node:https'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { TLSSocket } from 'node:tls'
import { reasonOf } from '../../../errors.ts'
import type { ApiAccess, ClientTls, Credentials } from './access.ts'
import { ApiFailure, failureOfAnswer } from './api-failure.ts'
import { ACCEPT, type Codec, codecOf } from './codec.ts'

/** How long we wait for what. */
export interface ApiTimes {
  readonly connectMs: number
  /** From the connection to the head of the answer. An API server gives up on etcd after 60 s and says so. */
  readonly answerMs: number
  /** Between two whole objects of a body. A watch has a bookmark each minute. */
  readonly idleMs: number
}

/** Long enough for a server that is slow, and short enough for one that is gone. */
export const API_TIMES: ApiTimes = { connectMs: 10_000, answerMs: 75_000, idleMs: 90_000 }

/** An answer of 200, whose body is still to come. */
export interface ApiAnswer {
  readonly codec: Codec
  /** Unpacked. Ends well only where it was whole; ending early closes the connection. */
  readonly body: Readable
}

/** Idle connections are closed before a load balancer would. */
const KEEP_MS = 20_000
const MOST_ERROR_BYTES = 16_384

/** Requests to one API server; only ever GET. */
export class ApiConnection {
  readonly #access: ApiAccess
  readonly #accept: string
  readonly #times: ApiTimes
  #agent: { readonly tls: ClientTls; readonly agent: Agent } | undefined

  constructor(access: ApiAccess, encoding: 'protobuf' | 'json', times: ApiTimes = API_TIMES) {
    this.#access = access
    this.#accept = ACCEPT[encoding]
    this.#times = times
  }

  /** GET `path`. Rejects with ApiFailure for every answer but 200, and where none comes. */
  async open(path: string, isUrgent: boolean, signal: AbortSignal): Promise<ApiAnswer> {
    const incoming = await this.#ask(path, isUrgent, signal)
    const body = unpacked(incoming)
    if (incoming.statusCode !== 200) throw failureOfAnswer(incoming, await this.#beginningOf(body))
    const codec = codecOf(incoming.headers['content-type'])
    if (codec !== undefined) return { codec, body }
    body.destroy()
    throw new ApiFailure('content_type', 'the answer is neither protobuf nor JSON; is this an API server?')
  }

  close(): void {
    this.#agent?.agent.destroy()
  }

  async #ask(path: string, isUrgent: boolean, signal: AbortSignal): Promise<IncomingMessage> {
    const { authorization, tls } = await this.#credentials(isUrgent, signal)
    const ask = () => this.#exchange(path, authorization, this.#agentFor(tls), signal)
    try {
      return await ask()
    } catch (error) {
      // The server closed an idle connection just as we used it: another one is as good.
      if (error instanceof Stale) return await ask()
      throw error
    }
  }

  /** A plugin may take a minute; who stops does not wait for it. */
  async #credentials(isUrgent: boolean, signal: AbortSignal): Promise<Credentials> {
    const stopped = Promise.withResolvers<never>()
    const stop = () => stopped.reject(new ApiFailure('credentials', 'stopped'))
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await Promise.race([this.#access.current(isUrgent), stopped.promise])
    } catch (error) {
      throw new ApiFailure('credentials', reasonOf(error))
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  #exchange(
    path: string,
    authorization: string | undefined,
    agent: Agent,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const { server } = this.#access
    const headers = {
      accept: this.#accept,
      'accept-encoding': 'gzip',
      'user-agent': 'flagship',
      ...(authorization === undefined ? {} : { authorization }),
    }
    const host = server.hostname.startsWith('[') ? server.hostname.slice(1, -1) : server.hostname
    const whole = `${server.pathname.replace(/\/$/, '')}${path}`
    const send = server.protocol === 'https:' ? requestTls : requestPlain
    return answerOf(send({ host, port: server.port, path: whole, headers, agent, signal }), this.#times)
  }

  /** Of the body of what went wrong. */
  async #beginningOf(body: Readable): Promise<Buffer> {
    const chunks: Buffer[] = []
    let length = 0
    const timer = setTimeout(() => body.destroy(), this.#times.connectMs)
    try {
      for await (const chunk of body) {
        if (!(chunk instanceof Buffer)) continue
        chunks.push(chunk)
        length += chunk.length
        if (length > MOST_ERROR_BYTES) break
      }
    } catch {
      // What came of it is all that is needed.
    } finally {
      clearTimeout(timer)
    }
    return Buffer.concat(chunks)
  }

  #agentFor(tls: ClientTls): Agent {
    if (this.#agent?.tls === tls) return this.#agent.agent
    // Watches on the agent before go on until they end.
    const settings = { keepAlive: true, timeout: KEEP_MS, maxFreeSockets: 4 }
    const agent =
      this.#access.server.protocol === 'https:' ? new TlsAgent({ ...settings, ...tlsOf(tls) }) : new Agent(settings)
    this.#agent = { tls, agent }
    return agent
  }
}

function tlsOf({ ca, cert, key, servername, isVerified }: ClientTls) {
  return {
    // As Go does: what stands in the bundle is trusted, whether or not it is a root.
    allowPartialTrustChain: true,
    rejectUnauthorized: isVerified,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
  }
}

/** A connection that was kept turned out to be closed, before a byte of the answer. */
class Stale extends ApiFailure {
  constructor() {
    super('connection', 'the server closed the connection')
  }
}

/** The head of the answer. */
function answerOf(outgoing: ClientRequest, times: ApiTimes): Promise<IncomingMessage> {
  const { connectMs, answerMs } = times
  return new Promise((resolve, reject) => {
    const fail = (code: string, message: string) => {
      clearTimeout(timer)
      outgoing.destroy()
      reject(new ApiFailure(code, message))
    }
    let timer = setTimeout(() => fail('timeout', `no connection within ${connectMs} ms`), connectMs)
    const onConnected = () => {
      clearTimeout(timer)
      timer = setTimeout(() => fail('timeout', `no answer within ${answerMs} ms`), answerMs)
    }
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) onConnected()
      else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', onConnected)
    })
    outgoing.on('response', (incoming) => {
      clearTimeout(timer)
      incoming.on('error', ignore) // who reads the body is told as well
      resolve(incoming)
    })
    // Stays for the life of the request: an error that comes later must not end the process.
    outgoing.on('error', (error) => {
      clearTimeout(timer)
      reject(
        outgoing.reusedSocket && isReset(error) ? new Stale() : new ApiFailure('connection', reasonOfFailure(error)),
      )
    })
    outgoing.end()
  })
}

function isReset(error: Error): boolean {
  const code: unknown = Reflect.get(error, 'code')
  return code === 'ECONNRESET' || code === 'EPIPE'
}

/** Node gives no message of its own where several addresses were tried. */
function reasonOfFailure(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined
  return error.message || (first instanceof Error ? first.message : error.name)
}

/** Larger than Node's 16 KiB: each costs a round through the thread pool. About 40 pods, a few milliseconds. */
const UNPACKED_CHUNK_BYTES = 262_144

function unpacked(incoming: IncomingMessage): Readable {
  if (incoming.headers['content-encoding'] !== 'gzip') return incoming
  const gunzip = createGunzip({ chunkSize: UNPACKED_CHUNK_BYTES })
  // What goes wrong comes out of `gunzip`, which is what is read.
  return pipeline(incoming, gunzip, ignore)
}

function ignore(): void {}
