/** The one file that knows the vendor's client. Requests go out, answers of any status come back. */
import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import {
  BaseConnection,
  Client,
  ClusterConnectionPool,
  type ConnectionRequestOptions,
  type ConnectionRequestOptionsAsStream,
  type ConnectionRequestParams as Params,
  type ConnectionRequestResponse,
  type ConnectionRequestResponseAsStream,
  errors,
} from '@elastic/elasticsearch'
import { FlagshipError } from '../errors.ts'
import { exchange } from './http-exchange.ts'

/** Below what load balancers allow an idle connection (60 s and more): one that they close under a request puts it in doubt. */
const IDLE_MS = 20_000

/** Where a cluster is and who we are there. */
export interface ElasticsearchOptions {
  readonly nodes: readonly string[]
  readonly requestTimeoutMs: number
  readonly auth: ElasticsearchAuth | undefined
}
export type ElasticsearchAuth = { readonly apiKey: string } | { readonly username: string; readonly password: string }

/** One request. `json` is serialised; `ndjson` goes out byte for byte. */
export interface ElasticsearchRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly json?: object
  readonly ndjson?: { readonly bytes: Buffer; readonly isGzip: boolean }
  readonly opaqueId?: string
  readonly signal?: AbortSignal | undefined
}

/** What the server said; `body` is parsed where it is JSON, else text. */
export interface ElasticsearchAnswer {
  readonly statusCode: number
  readonly body: unknown
}

/** No answer, or half of one. */
export class RequestFailure extends FlagshipError {
  /** Not a byte of it reached a server. */
  readonly isSurelyUnsent: boolean

  constructor(message: string, isSurelyUnsent: boolean) {
    super('SINK_UNAVAILABLE', message)
    this.isSurelyUnsent = isSurelyUnsent
  }
}

/** A cluster, through any of its nodes. */
export interface Elasticsearch {
  /**
   * Offers the request to one node, and to the next one only when it surely reached none before.
   * @throws RequestFailure; FlagshipError SINK_MISCONFIGURED when what answered is not Elasticsearch.
   */
  request(request: ElasticsearchRequest): Promise<ElasticsearchAnswer>
  close(): Promise<void>
}

/** Nothing is connected yet. Works with servers of version 8 and 9: it asks for `compatible-with=8`. */
export function connectElasticsearch({ nodes, requestTimeoutMs, auth }: ElasticsearchOptions): Elasticsearch {
  const client = new Client({
    nodes: [...nodes],
    requestTimeout: requestTimeoutMs,
    maxRetries: 0,
    Connection: NodeConnection,
    ConnectionPool: ClusterConnectionPool,
    resurrectStrategy: 'optimistic', // a ping would be a request that nobody asked for
    enableMetaHeader: false,
    redaction: { type: 'remove' },
    ...(auth === undefined ? {} : { auth }),
  })
  return {
    request: (request) => offer(client, request, nodes.length),
    close: () => client.close(),
  }
}

async function offer(client: Client, request: ElasticsearchRequest, nodesLeft: number): Promise<ElasticsearchAnswer> {
  const delivery = new Delivery()
  try {
    return await send(client, request, delivery)
  } catch (error) {
    const failure = explained(error, delivery)
    const mayTryNext = failure.isSurelyUnsent && nodesLeft > 1 && request.signal?.aborted !== true
    if (mayTryNext) return offer(client, request, nodesLeft - 1)
    throw failure
  }
}

async function send(
  client: Client,
  { method, path, query, json, ndjson, opaqueId, signal }: ElasticsearchRequest,
  delivery: Delivery,
): Promise<ElasticsearchAnswer> {
  const { statusCode, body } = await client.transport.request(
    {
      method,
      path,
      ...(query && { querystring: { ...query } }),
      ...(json && { body: json }),
      ...(ndjson && { bulkBody: ndjson.bytes }),
    },
    {
      meta: true,
      context: { delivery },
      ignore: ANY_ERROR,
      ...(opaqueId !== undefined && { opaqueId }),
      ...(signal && { signal }),
      ...(ndjson?.isGzip === true && { headers: { 'content-encoding': 'gzip' } }),
    },
  )
  return { statusCode: statusCode ?? 0, body }
}

/** Every status is an answer; which of them is bad is not for a client to say. */
const ANY_ERROR = Array.from({ length: 200 }, (_, index) => 400 + index)

/** How far one request got. It travels as the vendor's `context`, the one value that reaches the connection as it is. */
class Delivery {
  /** The node it was offered to; the vendor takes it out of its errors, for what its address may hold. */
  place = 'cluster'
  wasWritten = false
}

/** @throws FlagshipError SINK_MISCONFIGURED; and whatever is a bug. */
function explained(error: unknown, delivery: Delivery): RequestFailure {
  if (!(error instanceof errors.ElasticsearchClientError)) throw error
  if (error instanceof errors.ProductNotSupportedError)
    throw new FlagshipError(
      'SINK_MISCONFIGURED',
      `Cannot use "${delivery.place}": it does not say that it is Elasticsearch`,
    )
  return new RequestFailure(`Cannot reach Elasticsearch "${delivery.place}": ${reasonOf(error)}`, !delivery.wasWritten)
}

/** What a server sent may be in the message of the vendor's parser: only what is ours is repeated. */
function reasonOf(error: errors.ElasticsearchClientError): string {
  return error instanceof errors.DeserializationError ? 'the answer is not JSON' : error.message
}

/**
 * One node, over node:http. The vendor's own connections lose the code of an error, so that nobody could tell a refused
 * connection from a lost answer, and have no deadline for a whole answer.
 */
class NodeConnection extends BaseConnection {
  readonly #agent = this.url.protocol === 'https:' ? new TlsAgent({ ...AGENT, ...this.tls }) : new Agent(AGENT)

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
    if (delivery instanceof Delivery) delivery.place = this.url.origin
    try {
      return await exchange({ ...this.#addressed(params), agent: this.#agent, timeoutMs: timeout, signal }, () => {
        if (delivery instanceof Delivery) delivery.wasWritten = true
      })
    } catch (error) {
      throw new errors.ConnectionError(error instanceof Error ? error.message : String(error))
    }
  }

  override async close(): Promise<void> {
    this.#agent.destroy()
  }

  #addressed({ method, path, querystring, headers, body }: Params) {
    const { url } = this
    if (typeof body === 'object' && !(body instanceof Buffer) && body !== null) throw new Error('no streams are sent')
    const query = querystring === undefined || querystring === '' ? '' : `?${querystring}`
    const whole = `${url.pathname.replace(/\/$/, '')}${path}${query}`
    return { url, method, path: whole, headers: { ...this.headers, ...headers }, body: body ?? undefined }
  }
}

const AGENT = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 16 }
