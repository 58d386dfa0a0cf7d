/**
 * The recording server in a process of its own: `node recording-server-process.ts [JSON of options]`. Prints one line
 * of JSON, `{"url": ..., "control": ...}`, and runs until its standard input ends.
 *
 * Control (another port, so that it answers while the server is down):
 *   GET  /count                  {stream: {documents, distinctIds, doubledTexts, indices}}
 *   GET  /documents?stream=NAME  one JSON document a line: {id, index, text}
 *   GET  /state                  {bulkCount, used: {kind of fault: times}}
 *   POST /faults                 a list of faults (recording-faults.ts) in place of those that are set
 *   POST /rollover               {stream?, lagMs?}
 *   POST /down, POST /up         refuse connections, and end it; {forMs?} goes up by itself
 *   POST /remove                 {index}
 *   POST /templates              {isThere}
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Fault } from './recording-faults.ts'
import { bodyOf, portOf, type RecordingServer, startRecordingServer } from './recording-server.ts'

interface Order {
  readonly stream?: string
  readonly lagMs?: number
  readonly forMs?: number
  readonly index?: string
  readonly isThere?: boolean
}

const server = await startRecordingServer(JSON.parse(process.argv[2] ?? '{}'))
const control = createServer((request, response) => {
  obey(server, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
})
control.listen(0, '127.0.0.1')
await once(control, 'listening')
process.stdout.write(`${JSON.stringify({ url: server.url, control: `http://127.0.0.1:${portOf(control)}` })}\n`)
process.stdin.resume().once('end', () => process.exit(0))

async function obey(to: RecordingServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://control')
  const { store } = to.elasticsearch
  if (pathname === '/documents') return send(store.documents(searchParams.get('stream') ?? ''), response)
  const text = (await bodyOf(request)).toString()
  if (request.method === 'POST') await change(to, pathname, text)
  const counts = Object.fromEntries(store.names().map((name) => [name, store.count(name)]))
  const state = { bulkCount: to.elasticsearch.bulkCount, used: to.elasticsearch.faults.used }
  response.end(JSON.stringify(pathname === '/count' ? counts : state))
}

async function change(to: RecordingServer, path: string, text: string): Promise<void> {
  const { store, faults } = to.elasticsearch
  if (path === '/faults') return faults.set(JSON.parse(text) satisfies readonly Fault[])
  const order: Order = text === '' ? {} : JSON.parse(text)
  switch (path) {
    case '/rollover':
      return order.stream === undefined
        ? store.rolloverAll(order.lagMs ?? 0)
        : store.rollover(order.stream, order.lagMs ?? 0)
    case '/down':
      if (order.forMs !== undefined) setTimeout(() => void to.up(), order.forMs)
      return to.down()
    case '/up':
      return to.up()
    case '/remove':
      return store.remove(order.index ?? '')
    case '/templates':
      return void (store.hasTemplates = order.isThere ?? true)
    default:
      throw new Error(`no order ${path}`)
  }
}

/** A million documents do not fit into one text. */
async function send(documents: Iterable<object>, response: ServerResponse): Promise<void> {
  function* lines() {
    let chunk = ''
    for (const document of documents) {
      chunk += `${JSON.stringify(document)}\n`
      if (chunk.length < 65_536) continue
      yield chunk
      chunk = ''
    }
    yield chunk
  }
  await pipeline(Readable.from(lines()), response)
}
