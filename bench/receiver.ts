/**
 * Child of load.ts and backlog.ts: `receiver.ts elasticsearch` or `receiver.ts file PATH`. Takes documents, knows each
 * line by its mark, and says how long it took from when it was written. Does as little as it can, because it runs on
 * the same cores as what is measured; test/support has a server that is true to the protocol.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { existsSync, openSync, readSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { bodyOf, portOf } from '../test/support/recording-server.ts'
import { markIn } from './pod-logs.ts'

/** What a receiver has seen so far. */
export interface Received {
  readonly documents: number
  readonly lines: number
  /** Documents that stand for a line that had one. */
  readonly doubled: number
  /** Milliseconds from written to received, of lines written since `from`, at 50 %, 99 % and at most. */
  readonly p50: number
  readonly p99: number
  readonly most: number
  readonly requests: number
  readonly requestBytes: number
}

const LONGEST_MS = 600_000
const NEWLINE = 0x0a
const INDEX = '.ds-logs-envoy.access-default-2026.11.22-000001'

const lines = new Set<number>()
const ids = new Set<string>()
let latencies = new Uint32Array(LONGEST_MS)
let [documents, requests, requestBytes, fromMs] = [0, 0, 0, 0]

process.on('message', (message: { readonly fromMs?: number }) => {
  if (message.fromMs !== undefined) {
    fromMs = message.fromMs
    latencies = new Uint32Array(LONGEST_MS)
  }
  process.send?.(received())
})
process.on('disconnect', () => process.exit(0))

const [kind, path = ''] = process.argv.slice(2)
if (kind === 'file') follow(path)
else await serve()

function take(bytes: Buffer, from: number, to: number, nowMs: number): void {
  documents += 1
  const mark = markIn(bytes, from, to)
  if (mark === undefined) return
  lines.add(mark.pod * 2 ** 32 + mark.number)
  if (mark.writtenMs < fromMs) return
  const latency = Math.min(Math.max(0, nowMs - mark.writtenMs), LONGEST_MS - 1)
  latencies[latency] = (latencies[latency] ?? 0) + 1
}

function received(): Received {
  const doubled = documents - lines.size
  return { documents, lines: lines.size, doubled, p50: at(0.5), p99: at(0.99), most: at(1), requests, requestBytes }
}

function at(share: number): number {
  const total = latencies.reduce((sum, count) => sum + count, 0)
  let seen = 0
  return latencies.findIndex((count) => (seen += count) >= Math.max(1, total * share))
}

/** Everything that is appended to a file, from its first byte. */
function follow(output: string): void {
  const buffer = Buffer.allocUnsafe(8 << 20)
  let file: number | undefined
  let position = 0
  setInterval(() => {
    if (file === undefined && existsSync(output)) file = openSync(output, 'r')
    if (file === undefined) return
    for (;;) {
      const length = readSync(file, buffer, 0, buffer.length, position)
      const end = length === 0 ? 0 : buffer.lastIndexOf(NEWLINE, length - 1) + 1
      if (end === 0) return
      takeAll(buffer.subarray(0, end))
      position += end
    }
  }, 10)
  process.send?.({ url: '' })
}

function takeAll(bytes: Buffer): void {
  const nowMs = Date.now()
  for (let from = 0; from < bytes.length; ) {
    const to = bytes.indexOf(NEWLINE, from) + 1
    take(bytes, from, to, nowMs)
    from = to
  }
}

async function serve(): Promise<void> {
  const server = createServer((request, response) => void answer(request, response))
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  process.send?.({ url: `http://127.0.0.1:${portOf(server)}` })
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request)
  const { url = '/', headers } = request
  const isGzip = headers['content-encoding'] === 'gzip'
  const [status, json] = answerTo(url, body, isGzip)
  response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }).end(json)
}

function answerTo(url: string, body: Buffer, isGzip: boolean): readonly [number, string] {
  if (url.startsWith('/_bulk')) return [200, bulk(body, isGzip)]
  if (url.startsWith('/_tasks')) return [200, '{"nodes":{}}']
  if (url.includes('/_mget')) return [200, found(JSON.parse(body.toString()))]
  if (!url.startsWith('/_resolve')) return [200, '{"version":{"number":"8.19.21"},"tagline":"You Know, for Search"}']
  if (documents === 0) return [404, '{"error":{"type":"index_not_found_exception"},"status":404}']
  const name = url.slice(url.lastIndexOf('/') + 1)
  return [200, JSON.stringify({ data_streams: [{ name, backing_indices: [INDEX], timestamp_field: '@timestamp' }] })]
}

function bulk(body: Buffer, isGzip: boolean): string {
  requests += 1
  requestBytes += body.length
  const bytes = isGzip ? gunzipSync(body) : body
  const nowMs = Date.now()
  const items: string[] = []
  for (let from = 0; from < bytes.length; ) {
    const document = bytes.indexOf(NEWLINE, from) + 1
    const to = bytes.indexOf(NEWLINE, document) + 1
    const id = /"_id":"([^"]+)"/.exec(bytes.toString('latin1', from, document))?.[1] ?? ''
    items.push(`{"create":{"_index":"${INDEX}","status":${ids.has(id) ? 409 : 201}}}`)
    if (!ids.has(id)) take(bytes, document, to, nowMs)
    ids.add(id)
    from = to
  }
  return `{"errors":false,"items":[${items.join(',')}]}`
}

function found(request: { readonly ids: readonly string[] }): string {
  return JSON.stringify({ docs: request.ids.map((id) => ({ _id: id, found: ids.has(id) })) })
}
