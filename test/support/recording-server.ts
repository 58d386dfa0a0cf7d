import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { RecordingElasticsearch, type RecordingOptions, type Reply } from './recording-elasticsearch.ts'

/** A recording server on a port of this host. */
export interface RecordingServer {
  readonly url: string
  readonly elasticsearch: RecordingElasticsearch
  /** Refuse connections, and end those that are open, until `up`. */
  down(): Promise<void>
  up(): Promise<void>
  close(): Promise<void>
}

/** Listen on a free port, or on `port`. */
export async function startRecordingServer(options: RecordingOptions = {}, port = 0): Promise<RecordingServer> {
  const elasticsearch = new RecordingElasticsearch(options)
  const serve = () => createServer((request, response) => void answer(elasticsearch, request, response))
  let server: Server | undefined = await listening(serve(), port)
  const bound = portOf(server)
  const down = async () => {
    const ended = server
    server = undefined
    if (ended === undefined) return
    const closed = once(ended, 'close')
    ended.close()
    ended.closeAllConnections()
    await closed
  }
  return {
    url: `http://127.0.0.1:${bound}`,
    elasticsearch,
    down,
    up: async () => void (server ??= await listening(serve(), bound)),
    close: down,
  }
}

async function listening(server: Server, port: number): Promise<Server> {
  server.keepAliveTimeout = 120_000
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** The port of a server that listens. */
export function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen')
  return address.port
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function answer(
  elasticsearch: RecordingElasticsearch,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request).catch(() => undefined)
  if (body === undefined) return // the client went away in the middle of it
  const reply = await elasticsearch.handle({
    method: request.method ?? '',
    path: request.url ?? '/',
    opaqueId: request.headers['x-opaque-id']?.toString(),
    isGzip: request.headers['content-encoding'] === 'gzip',
    body,
  })
  await write(reply, response).catch(() => response.destroy())
}

async function write(reply: Reply, response: ServerResponse): Promise<void> {
  if (reply.kind === 'hang') return
  if (reply.kind === 'close') return void response.socket?.destroy()
  const { status, contentType = 'application/vnd.elasticsearch+json;compatible-with=8', hasProduct = true } = reply
  const body = Buffer.from(reply.body)
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': body.length,
    ...(hasProduct ? { 'x-elastic-product': 'Elasticsearch' } : {}),
  })
  if (reply.isHalf === true) {
    response.write(body.subarray(0, body.length >>> 1), () => response.socket?.destroy())
  } else if (reply.bytesPerSecond === undefined) {
    response.end(body)
  } else {
    await drip(body, reply.bytesPerSecond, response)
  }
}

async function drip(body: Buffer, bytesPerSecond: number, response: ServerResponse): Promise<void> {
  for (let at = 0; at < body.length && !response.destroyed; at += 1) {
    response.write(body.subarray(at, at + 1))
    await sleep(1_000 / bytesPerSecond)
  }
  response.end()
}
