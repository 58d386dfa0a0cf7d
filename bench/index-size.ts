/**
 * How many bytes does a record take in Elasticsearch? `node bench/index-size.ts [DOCUMENTS] [MAJOR]`: the recorded corpus, again
 * and again with later times and other request ids, under the templates of `flagship bootstrap` and what they could be
 * instead, on each real server that is installed (`npm run services -- install elasticsearch`); merged to one segment.
 */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { UNCONFIGURED } from '../scripts/generate/elasticsearch-files.ts'
import { elasticsearchObjects } from '../src/bootstrap/elasticsearch/objects.ts'
import { ElasticsearchTarget } from '../src/bootstrap/elasticsearch/target.ts'
import { connectElasticsearch, type Elasticsearch } from '../src/clients/elasticsearch.ts'
import { EMPTY_CARRY, type Transcoder } from '../src/pipeline/contract.ts'
import { at, listAt, valuesAt } from '../src/sinks/elasticsearch/parts-of-json.ts'
import { installationPath, isInstalled } from '../test/services/cache.ts'
import { elasticsearchRecipe, RELEASES } from '../test/services/elasticsearch/recipe.ts'
import { ElasticsearchServer } from '../test/services/elasticsearch/server.ts'
import { corpusTranscoder, countLines, jsonCorpus } from './corpus.ts'

const DOCUMENTS = Number(process.argv[2] ?? 200_000)
const MAJOR = process.argv[3] ?? ''
const STREAM = 'logs-envoy.access-default'
const BULK_LINES = 250
/** How long the corpus took to record: each repetition begins after the one before. */
const CORPUS_MS = 12_000

/** Index settings over those of the template; undefined takes one away. */
const VARIANTS: Readonly<Record<string, object>> = {
  'standard, default codec': { mode: undefined, sort: undefined },
  'standard, best_compression': { mode: undefined, sort: undefined, codec: 'best_compression' },
  'standard, best_compression, sorted': { mode: undefined, codec: 'best_compression' },
  'logsdb, stored source': { 'mapping.source.mode': 'stored' },
  'logsdb, synthetic source': {},
}

for (const [major, release] of Object.entries(RELEASES)) {
  if (MAJOR !== '' && MAJOR !== major) continue
  const recipe = elasticsearchRecipe(release)
  if (isInstalled(recipe)) await measure(await ElasticsearchServer.start(release, installationPath(recipe)))
  else process.stderr.write(`Elasticsearch ${release.version} is not installed: left out\n`)
}

async function measure(server: ElasticsearchServer): Promise<void> {
  const client = connectElasticsearch({ nodes: [server.url], requestTimeoutMs: 600_000, auth: undefined })
  try {
    for (const [name, changes] of Object.entries(VARIANTS)) {
      await install(client, changes)
      const sizes = await fill(client)
      const bytes = await storedBytes(client)
      const each = (total: number) => (total / sizes.documents).toFixed(0)
      process.stdout.write(
        `${server.version}  ${name}: ${each(bytes)} bytes a record; ${sizes.documents} records, line ${each(sizes.lineBytes)}, document ${each(sizes.documentBytes)}\n`,
      )
      await ask(client, 'DELETE', `/_data_stream/${STREAM}`)
    }
  } finally {
    await client.close()
    await server.stop()
  }
}

async function install(client: Elasticsearch, changes: object): Promise<void> {
  const objects = elasticsearchObjects({ ...UNCONFIGURED, roles: false }).map((object) => {
    const index = at(object.body, 'template', 'settings', 'index')
    if (object.kind !== 'component template' || typeof index !== 'object' || index === null) return object
    const settings = { index: { number_of_replicas: '0', ...index, ...changes } }
    return { ...object, body: { ...object.body, template: { settings } } }
  })
  const target = new ElasticsearchTarget(client, objects)
  for (const object of objects) await target.write(object)
}

async function fill(client: Elasticsearch) {
  const transcoder = await corpusTranscoder()
  const corpus = jsonCorpus()
  const sizes = { documents: 0, lineBytes: 0, documentBytes: 0 }
  for (let round = 0; sizes.documents < DOCUMENTS; round += 1) {
    const lines = again(corpus.toString(), round).trimEnd().split('\n')
    if (lines.length !== countLines(corpus)) throw new Error('Cannot repeat the corpus: a line was lost')
    for (let from = 0; from < lines.length && sizes.documents < DOCUMENTS; from += BULK_LINES) {
      const bytes = Buffer.from(`${lines.slice(from, from + BULK_LINES).join('\n')}\n`)
      const { body, count, documentBytes } = bulkOf(transcoder, bytes, (round * lines.length + from) * 1_024)
      await store(client, body)
      sizes.documents += count
      sizes.lineBytes += bytes.length
      sizes.documentBytes += documentBytes
    }
  }
  return sizes
}

/** A server with a small heap says 429 now and then: nothing of it was stored. */
async function store(client: Elasticsearch, bytes: Buffer): Promise<void> {
  for (;;) {
    const ndjson = { bytes, isGzip: false }
    const query = { filter_path: 'errors,error.reason' }
    const { statusCode, body } = await client.request({ method: 'POST', path: `/${STREAM}/_bulk`, query, ndjson })
    if (at(body, 'errors') === false) return
    if (statusCode !== 429) throw new Error(`Cannot index: ${JSON.stringify(body).slice(0, 300)}`)
    await sleep(500)
  }
}

/** The same lines, later and with request ids of their own; the two sides of a hop still share one. */
function again(corpus: string, round: number): string {
  return corpus
    .replaceAll(/("start_time":")([^"]+)/g, (_, key: string, time: string) => {
      return `${key}${new Date(Date.parse(time) + round * CORPUS_MS).toISOString()}`
    })
    .replaceAll(/("request_id":")([^"]+)/g, (_, key: string, id: string) => {
      const hex = createHash('sha256').update(`${round} ${id}`).digest('hex')
      return `${key}${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')}`
    })
}

function bulkOf(transcoder: Transcoder, bytes: Buffer, offsetBytes: number) {
  const chunk = { fileKey: 'AAAAAAAAAAA', path: '/var/log/pods/p/istio-proxy/0.log', offsetBytes, bytes }
  const { ids, ends, bytes: documents } = transcoder.transcode(chunk, EMPTY_CARRY).segment
  const parts = ids.flatMap((id, position) => [
    Buffer.from(`{"create":{"_id":"${id}"}}\n`),
    documents.subarray(ends[position - 1] ?? 0, ends[position]),
  ])
  return { body: Buffer.concat(parts), count: ids.length, documentBytes: documents.length }
}

/** Of the one segment that is left: the store still has what was merged away, until the last commit of it goes. */
async function storedBytes(client: Elasticsearch): Promise<number> {
  await ask(client, 'POST', `/${STREAM}/_forcemerge`, { max_num_segments: '1' })
  await ask(client, 'POST', `/${STREAM}/_refresh`)
  const shards = valuesAt(await ask(client, 'GET', `/${STREAM}/_segments`), 'indices').flatMap((index) =>
    valuesAt(index, 'shards').flatMap((copies) => listAt({ copies }, 'copies')),
  )
  const segments = shards.flatMap((shard) => valuesAt(shard, 'segments')).filter((segment) => at(segment, 'search'))
  if (segments.length !== 1) throw new Error(`Cannot measure: ${segments.length} segments`)
  return Number(at(segments[0], 'size_in_bytes'))
}

async function ask(
  client: Elasticsearch,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { statusCode, body } = await client.request({ method, path, query })
  if (statusCode >= 300) throw new Error(`Cannot ${method} ${path}: ${JSON.stringify(body).slice(0, 300)}`)
  return body
}
