import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import {
  BaseConnection,
  ClusterConnectionPool,
  type ConnectionRequestOptions,
  type ConnectionRequestOptionsAsStream,
  type ConnectionRequestParams as Params,
  type ConnectionRequestResponse,
  type ConnectionRequestResponseAsStream,
  errors,
} from '@elastic/elasticsearch'
import type { Trust } from './access.ts'
import { exchange, HandshakeRefused } from './http-exchange.ts'
import { pinnedCertificate } from './pinned-certificate.ts'

/** Below what load balancers allow an idle connection (60 s and more): one that they close under a request puts it in doubt. */
const IDLE_MS = 20_000
const AGENT = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 16 }

/** Bytes of what a server says of itself. */
const LONGEST_GREETING = 2_048

/** How far one request got. It travels as the vendor's `context`, the one value that reaches the connection as it is. */
export class Delivery {
  readonly trust: Trust
  /** The node it was offered to; the vendor takes it out of its errors, for what its address may hold. */
  place = 'cluster'
  wasWritten = false
  /** The vendor tells of a missing header before it reads the answer. */
  answersLikeOpenSearch = false

  constructor(trust: Trust) {
    this.trust = trust
  }
}

/** Nodes of a cluster. One that failed is left out for 5 s, then for longer, at most 40 s, and tried again. */
export class NodePool extends ClusterConnectionPool {
  override resurrectTimeout = 5_000
  override resurrectTimeoutCutoff = 3
}

/**
 * One node, over node:http. The vendor's own connections lose the code of an error, so that nobody could tell a refused
 * connection from a lost answer, have no deadline for a whole answer, and keep the certificates they began with.
 */
export class NodeConnection extends BaseConnection {
  readonly #agents = new Set<Agent>()
  #current: { readonly trust: Trust; readonly agent: Agent } | undefined
  /** By its fingerprint: a fingerprint has one certificate for ever. */
  #pinned: string | undefined

  override request(params: Params, options: ConnectionRequestOptions): Promise<ConnectionRequestResponse>
  override request(
    params: Params,
    options: ConnectionRequestOptionsAsStream,
  ): Promise<ConnectionRequestResponseAsStream>
  override async request(
    params: Params,
    options: ConnectionRequestOptions,
  ): Promise<ConnectionRequestResponse | ConnectionRequestResponseAsStream> {
    const { context, signal, timeout = this.timeout } = options
    const delivery: unknown = Reflect.get(Object(context), 'delivery')
    if (!(delivery instanceof Delivery)) throw new Error('a request has no delivery')
    delivery.place = this.url.origin
    try {
      const agent = await this.#agentFor(delivery.trust, timeout)
      const answer = await exchange({ ...this.#addressed(params), agent, timeoutMs: timeout, signal }, () => {
        delivery.wasWritten = true
      })
      delivery.answersLikeOpenSearch = /"distribution"\s*:\s*"opensearch"/.test(answer.body.slice(0, LONGEST_GREETING))
      return answer
    } catch (error) {
      if (error instanceof HandshakeRefused) delivery.wasWritten = false
      throw new errors.ConnectionError(error instanceof Error ? error.message : String(error))
    }
  }

  override async close(): Promise<void> {
    for (const agent of this.#agents) agent.destroy()
    this.#agents.clear()
  }

  /** Connections that were made before a change stay until they are idle: what is under way is not lost for it. */
  async #agentFor(trust: Trust, timeoutMs: number): Promise<Agent> {
    if (this.#current?.trust === trust) return this.#current.agent
    const agent = this.url.protocol === 'https:' ? await this.#tlsAgent(trust, timeoutMs) : new Agent(AGENT)
    for (const old of this.#agents) if (Object.keys(old.sockets).length === 0) this.#retire(old)
    this.#agents.add(agent)
    this.#current = { trust, agent }
    return agent
  }

  async #tlsAgent({ ca, cert, key, fingerprint }: Trust, timeoutMs: number): Promise<Agent> {
    const client = { ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) }
    if (fingerprint !== undefined)
      this.#pinned ??= await pinnedCertificate(this.url, fingerprint, { ...client, timeoutMs })
    const trusted = this.#pinned ?? ca
    // A certificate that is trusted by name needs no root above it.
    return new TlsAgent({
      ...AGENT,
      ...client,
      allowPartialTrustChain: true,
      ...(trusted === undefined ? {} : { ca: trusted }),
    })
  }

  #retire(agent: Agent): void {
    agent.destroy()
    this.#agents.delete(agent)
  }

  #addressed({ method, path, querystring, headers, body }: Params) {
    const { url } = this
    if (typeof body === 'object' && !(body instanceof Buffer) && body !== null) throw new Error('no streams are sent')
    const query = querystring === undefined || querystring === '' ? '' : `?${querystring}`
    const whole = `${url.pathname.replace(/\/$/, '')}${path}${query}`
    return { url, method, path: whole, headers: { ...this.headers, ...headers }, body: body ?? undefined }
  }
}
