/**
 * Child of run.ts: a bulk endpoint that answers at once, whatever came. It unpacks nothing that need not be counted and
 * remembers nothing, because it runs on the same cores as what is measured. Says how many documents and bytes came.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { bodyOf, portOf } from '../test/support/recording-server.ts'

/** What an endpoint has taken. */
export interface Taken {
  readonly documents: number
  /** Of the documents, unpacked, without their action lines. */
  readonly documentBytes: number
  readonly requestBytes: number
}

/** A bulk endpoint in a process of its own. */
export interface BulkEndpoint {
  readonly port: number
  taken(): Promise<Taken>
  close(): void
}

/** Start one. */
export async function startBulkEndpoint(): Promise<BulkEndpoint> {
  const child = fork(fileURLToPath(import.meta.url), ['serve'])
  const [started]: { readonly port: number }[] = await once(child, 'message')
  if (started === undefined) throw new Error('the endpoint said nothing')
  return {
    port: started.port,
    taken: async () => {
      const answered = once(child, 'message')
      child.send({})
      const [taken]: Taken[] = await answered
      return taken ?? NOTHING
    },
    close: () => child.disconnect(),
  }
}

const NOTHING: Taken = { documents: 0, documentBytes: 0, requestBytes: 0 }
const INDEX = '.ds-logs-envoy.access-default-2026.11.22-000001'
const ITEM = `{"create":{"_index":"${INDEX}","status":201}}`
const NEWLINE = 0x0a

let taken = NOTHING
if (process.argv[2] === 'serve') await serve()

async function serve(): Promise<void> {
  process.on('message', () => process.send?.(taken))
  process.on('disconnect', () => process.exit(0))
  const server = createServer((request, response) => void answer(request, response))
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  process.send?.({ port: portOf(server) })
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request)
  const [status, json] = answerTo(request, body)
  response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }).end(json)
}

function answerTo({ url = '/', headers }: IncomingMessage, body: Buffer): readonly [number, string] {
  if (url.startsWith('/_bulk')) return [200, bulk(body, headers['content-encoding'] === 'gzip')]
  if (url.startsWith('/_tasks')) return [200, '{"nodes":{}}']
  if (url.startsWith('/_resolve')) return [404, '{"error":{"type":"index_not_found_exception"},"status":404}']
  return [200, '{"version":{"number":"8.19.21"},"tagline":"You Know, for Search"}']
}

function bulk(body: Buffer, isGzip: boolean): string {
  const bytes = isGzip ? gunzipSync(body) : body
  let [documents, documentBytes] = [0, 0]
  for (let from = 0; from < bytes.length; documents += 1) {
    const document = bytes.indexOf(NEWLINE, from) + 1
    from = bytes.indexOf(NEWLINE, document) + 1
    if (document === 0 || from === 0) throw new Error('a bulk does not end with a newline')
    documentBytes += from - document
    while (bytes[from] === NEWLINE) from += 1 // rsyslog puts one behind each document
  }
  taken = {
    documents: taken.documents + documents,
    documentBytes: taken.documentBytes + documentBytes,
    requestBytes: taken.requestBytes + body.length,
  }
  return `{"took":1,"errors":false,"items":[${Array.from({ length: documents }, () => ITEM).join(',')}]}`
}
