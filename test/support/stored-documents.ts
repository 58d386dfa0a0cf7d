import { setTimeout as sleep } from 'node:timers/promises'
import type { ElasticsearchServer } from '../services/elasticsearch/server.ts'

/** Servers of tests have little memory. */
const PAGE = 2_000
const PAUSE_MS = 200
const MOST_TRIES = 100

/** A document as it stands in one backing index. What stands in two comes twice. */
export interface StoredDocument {
  readonly index: string
  readonly id: string
  readonly source: Readonly<Record<string, unknown>>
}

interface Page {
  readonly pit_id: string
  readonly hits: { readonly hits: readonly Hit[] }
}

interface Hit {
  readonly _index: string
  readonly _id: string
  readonly _source?: Readonly<Record<string, unknown>>
  readonly sort: readonly unknown[]
}

interface DataStreams {
  readonly data_streams: readonly { readonly name: string; readonly backing_indices: string | readonly string[] }[]
}

/** Every document of the streams that match, whole or with some fields only. Streams that are not there hold none. */
export async function storedIn(
  server: ElasticsearchServer,
  streams: string,
  fields: readonly string[] | true = true,
): Promise<readonly StoredDocument[]> {
  await request(server, 'POST', `/${streams}/_refresh`)
  let { id } = await request<{ id: string }>(server, 'POST', `/${streams}/_pit?keep_alive=1m`)
  const documents: StoredDocument[] = []
  for (let after: readonly unknown[] | undefined; ; ) {
    const place = { pit: { id, keep_alive: '1m' }, ...(after && { search_after: after }) }
    const order = { sort: [{ _shard_doc: 'asc' }], track_total_hits: false }
    const page = await request<Page>(server, 'POST', '/_search', { size: PAGE, _source: fields, ...place, ...order })
    id = page.pit_id
    for (const { _index: index, _id: each, _source: source = {} } of page.hits.hits)
      documents.push({ index, id: each, source })
    after = page.hits.hits.at(-1)?.sort
    if (after === undefined) break
  }
  await request(server, 'DELETE', '/_pit', { id })
  return documents
}

/** How many documents stand in the streams that match, over all backing indices. */
export async function countIn(server: ElasticsearchServer, streams: string, query?: object): Promise<number> {
  await request(server, 'POST', `/${streams}/_refresh`)
  const { count } = await request<{ count: number }>(server, 'GET', `/${streams}/_count`, query && { query })
  return count
}

/** The names of the streams that match and of their backing indices, oldest first. */
export async function backingIndices(
  server: ElasticsearchServer,
  streams: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const { data_streams: found } = await request<DataStreams>(server, 'GET', `/_resolve/index/${streams}`)
  return Object.fromEntries(found.map(({ name, backing_indices: indices }) => [name, [indices].flat()]))
}

/** Begin a new backing index. */
export async function rollover(server: ElasticsearchServer, stream: string): Promise<void> {
  await request(server, 'POST', `/${stream}/_rollover`)
}

/** The body of an answer; throws when the server says no. One that is short of memory is asked again. */
export async function request<Body = unknown>(
  server: ElasticsearchServer,
  method: string,
  path: string,
  body?: unknown,
): Promise<Body> {
  let answer = await server.request<Body>(method, path, body)
  for (let tries = 1; answer.status === 429 && tries < MOST_TRIES; tries += 1) {
    await sleep(PAUSE_MS)
    answer = await server.request<Body>(method, path, body)
  }
  if (answer.status < 300) return answer.body
  throw new Error(`${method} ${path}: HTTP ${answer.status} ${JSON.stringify(answer.body)}`)
}
