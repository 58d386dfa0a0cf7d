import { createServer } from 'node:http'
import type { Elasticsearch, ElasticsearchAnswer, ElasticsearchRequest } from '../../src/clients/elasticsearch.ts'
import { at, listAt, textAt } from '../../src/sinks/elasticsearch/parts-of-json.ts'
import { bodyOf, portOf } from './recording-server.ts'
import { once } from 'node:events'

/** A document that can be paged to. */
export interface PagedDocument {
  readonly event: { readonly id: string; readonly end: string }
  readonly [key: string]: unknown
}

type Asked = Pick<ElasticsearchRequest, 'method' | 'path' | 'query' | 'json'>

/** Points in time and pages of all documents, as Elasticsearch gives them; of the question it takes no notice. */
export class PagedElasticsearch implements Elasticsearch {
  readonly documents: PagedDocument[]
  readonly requests: Asked[] = []
  /** Answers given in place of its own, by what stands in the path, each once. */
  readonly instead: { readonly path: string; readonly answer: ElasticsearchAnswer }[] = []
  /** Called before each search. */
  onSearch: (count: number) => void | Promise<void> = () => {}
  /** Answers to `_has_privileges`, by stream. */
  rights: Readonly<Record<string, boolean>> = {}
  shardFailures: object | undefined
  isTimedOut = false
  #points = new Map<string, readonly PagedDocument[]>()
  #opened = 0
  #searches = 0

  constructor(documents: readonly PagedDocument[] = []) {
    this.documents = [...documents]
  }

  get openPoints(): number {
    return this.#points.size
  }

  get openedPoints(): number {
    return this.#opened
  }

  /** All points in time are over, as after a minute without a request. */
  expire(): void {
    this.#points.clear()
  }

  async request(request: ElasticsearchRequest): Promise<ElasticsearchAnswer> {
    this.requests.push(request)
    if (request.signal?.aborted === true) throw new Error('stopped')
    const { method, path, json } = request
    const index = this.instead.findIndex((each) => path.includes(each.path))
    const [given] = index === -1 ? [] : this.instead.splice(index, 1)
    if (given !== undefined) return given.answer
    if (path.endsWith('/_pit')) return method === 'DELETE' ? this.#close(json) : this.#open()
    if (path === '/_search') return this.#search(json)
    if (path.endsWith('/_has_privileges')) return this.#rights(json)
    return { statusCode: 404, body: {} }
  }

  async close(): Promise<void> {}

  #open(): ElasticsearchAnswer {
    this.#opened += 1
    const id = `point-${this.#opened}`
    this.#points.set(id, [...this.documents].sort(newestFirst))
    return { statusCode: 200, body: { id, _shards: { total: 1, failed: 0 } } }
  }

  #close(json: unknown): ElasticsearchAnswer {
    const isThere = this.#points.delete(textAt(json, 'id') ?? '')
    return { statusCode: isThere ? 200 : 404, body: { succeeded: isThere } }
  }

  async #search(json: unknown): Promise<ElasticsearchAnswer> {
    this.#searches += 1
    await this.onSearch(this.#searches)
    const id = textAt(json, 'pit', 'id') ?? ''
    const documents = this.#points.get(id)
    if (documents === undefined) return LOST
    const after = listAt(json, 'search_after')
    const rest = after.length === 0 ? documents : documents.filter((document) => isAfter(document, after))
    const size = Number(at(json, 'size'))
    const hits = rest.slice(0, size).map((_source) => ({ _source, sort: [...placeOf(_source), 7] }))
    const total = { value: Math.min(documents.length, 10_000), relation: documents.length > 10_000 ? 'gte' : 'eq' }
    const shards = this.shardFailures ?? { total: 1, failed: 0 }
    return { statusCode: 200, body: { pit_id: id, timed_out: this.isTimedOut, _shards: shards, hits: { total, hits } } }
  }

  #rights(json: unknown): ElasticsearchAnswer {
    const names = listAt(listAt(json, 'index')[0], 'names').map(String)
    const index = Object.fromEntries(names.map((name) => [name, { read: this.rights[name] ?? true }]))
    return { statusCode: 200, body: { index } }
  }
}

const LOST: ElasticsearchAnswer = {
  statusCode: 404,
  body: { error: { root_cause: [{ type: 'search_context_missing_exception', reason: 'No search context found' }] } },
}

function placeOf({ event }: PagedDocument): readonly [number, string] {
  return [Date.parse(event.end), event.id]
}

function newestFirst(a: PagedDocument, b: PagedDocument): number {
  const [[aEnd, aId], [bEnd, bId]] = [placeOf(a), placeOf(b)]
  if (aEnd !== bEnd) return bEnd - aEnd
  return aId < bId ? 1 : -1
}

function isAfter(document: PagedDocument, [afterEnd, afterId]: readonly unknown[]): boolean {
  const [end, id] = placeOf(document)
  return end < Number(afterEnd) || (end === Number(afterEnd) && id < String(afterId))
}

/** The same on a port of this host, for a process. */
export async function servePages(cluster: PagedElasticsearch): Promise<{ readonly url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const body = (await bodyOf(request)).toString()
    const method = request.method === 'DELETE' ? 'DELETE' : 'POST'
    const [path = ''] = (request.url ?? '').split('?')
    const answer = await cluster.request({ method, path, ...(body === '' ? {} : { json: JSON.parse(body) }) })
    response.writeHead(answer.statusCode, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' })
    response.end(JSON.stringify(answer.body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${portOf(server)}`, close: () => void server.close() }
}

/** `count` documents, a millisecond apart, oldest first; every third has the time of the one before it. */
export function documentsInTime(count: number, more: object = {}): PagedDocument[] {
  const startMs = Date.parse('2026-11-22T13:00:00.000Z')
  return Array.from({ length: count }, (_, n) => {
    const end = new Date(startMs + (n % 3 === 2 ? n - 1 : n)).toISOString()
    return { event: { id: `id-${String(n).padStart(6, '0')}`, end, dataset: 'envoy.access' }, ...more }
  })
}
