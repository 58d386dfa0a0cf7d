/** The one file that knows the vendor's client. Requests go out, answers of any status come back. */
import { Client, errors } from '@elastic/elasticsearch'
import { type Clock, SYSTEM_CLOCK } from '../clock.ts'
import { FlagshipError } from '../errors.ts'
import { type Access, type AccessFiles, RotatingAccess } from './access.ts'
import { Delivery, NodeConnection, NodePool } from './node-connection.ts'
import { RequestFailure } from './request-failure.ts'

export { RequestFailure }

/** Where a cluster is and who we are there; the configuration of a sink is one. */
export interface ElasticsearchOptions extends AccessFiles {
  readonly nodes: readonly string[]
  readonly requestTimeoutMs: number
}

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
export function connectElasticsearch(options: ElasticsearchOptions, clock: Clock = SYSTEM_CLOCK): Elasticsearch {
  const { nodes, requestTimeoutMs } = options
  const client = new Client({
    nodes: [...nodes],
    requestTimeout: requestTimeoutMs,
    maxRetries: 0,
    Connection: NodeConnection,
    ConnectionPool: NodePool,
    resurrectStrategy: 'optimistic', // a ping would be a request that nobody asked for
    enableMetaHeader: false,
    redaction: { type: 'remove' },
  })
  const access = new RotatingAccess(options, clock)
  return {
    request: (request) => requestAnew({ client, access, nodeCount: nodes.length }, request),
    close: () => client.close(),
  }
}

interface Cluster {
  readonly client: Client
  readonly access: RotatingAccess
  readonly nodeCount: number
}

/** Where credentials or certificates are refused, the files may hold newer ones: nothing ran, so it is offered again. */
async function requestAnew({ client, access, nodeCount }: Cluster, request: ElasticsearchRequest) {
  const used = await access.current()
  try {
    const answer = await offer(client, request, used, nodeCount)
    if (answer.statusCode !== 401) return answer
    const newer = await access.current(true)
    return newer === used ? answer : await offer(client, request, newer, nodeCount)
  } catch (error) {
    if (!(error instanceof RequestFailure) || !error.isSurelyUnsent || request.signal?.aborted === true) throw error
    const newer = await access.current(true)
    if (newer.trust === used.trust) throw error
    return offer(client, request, newer, nodeCount)
  }
}

async function offer(
  client: Client,
  request: ElasticsearchRequest,
  access: Access,
  nodesLeft: number,
): Promise<ElasticsearchAnswer> {
  const delivery = new Delivery(access.trust)
  try {
    return await send(client, request, access, delivery)
  } catch (error) {
    const failure = explained(error, delivery)
    const mayTryNext = failure.isSurelyUnsent && nodesLeft > 1 && request.signal?.aborted !== true
    if (mayTryNext) return offer(client, request, access, nodesLeft - 1)
    throw failure
  }
}

async function send(
  client: Client,
  { method, path, query, json, ndjson, opaqueId, signal }: ElasticsearchRequest,
  { authorization }: Access,
  delivery: Delivery,
): Promise<ElasticsearchAnswer> {
  const sending = client.transport.request(
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
      ignore: ANSWERS,
      ...(opaqueId !== undefined && { opaqueId }),
      ...(signal && { signal }),
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(ndjson?.isGzip === true ? { 'content-encoding': 'gzip' } : {}),
      },
    },
  )
  const { statusCode, body } = await sending.catch(answerOf)
  return { statusCode: statusCode ?? 0, body }
}

/** @throws what is no answer. */
function answerOf(error: unknown): { readonly statusCode: number | undefined; readonly body: unknown } {
  if (!(error instanceof errors.ResponseError)) throw error
  return { statusCode: error.statusCode, body: error.body }
}

/** Every status is an answer, and which of them is bad is not for a client to say; but by these a node says that it is down. */
const DOWN = new Set([502, 503, 504])
const ANSWERS = Array.from({ length: 200 }, (_, index) => 400 + index).filter((status) => !DOWN.has(status))

/** @throws FlagshipError SINK_MISCONFIGURED; and whatever is a bug. */
function explained(error: unknown, delivery: Delivery): RequestFailure {
  if (!(error instanceof errors.ElasticsearchClientError)) throw error
  if (error instanceof errors.ProductNotSupportedError)
    throw new FlagshipError('SINK_MISCONFIGURED', `Cannot use "${delivery.place}": ${impostor(delivery)}`)
  return new RequestFailure(`Cannot reach Elasticsearch "${delivery.place}": ${reasonOf(error)}`, !delivery.wasWritten)
}

/** What a server sent may be in the message of the vendor's parser: only what is ours is repeated. */
function reasonOf(error: errors.ElasticsearchClientError): string {
  return error instanceof errors.DeserializationError ? 'the answer is not JSON' : error.message
}

function impostor({ answersLikeOpenSearch }: Delivery): string {
  if (answersLikeOpenSearch) return 'it answers like OpenSearch; supported are Elasticsearch 8 and 9'
  return 'it does not say that it is Elasticsearch; it is another program, or a proxy strips the header X-Elastic-Product'
}
