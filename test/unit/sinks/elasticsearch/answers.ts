import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { SYSTEM_CLOCK } from '../../../../src/clock.ts'
import { connectElasticsearch } from '../../../../src/clients/elasticsearch.ts'
import { batchOf } from '../../../../src/pipeline/segments.ts'
import type { Batch } from '../../../../src/sinks/batch.ts'
import { BULK_QUERY, bulkBody } from '../../../../src/sinks/elasticsearch/bulk-request.ts'
import type { ElasticsearchSinkConfig } from '../../../../src/sinks/elasticsearch/config.ts'
import { at, listAt, textAt } from '../../../../src/sinks/elasticsearch/parts-of-json.ts'
import type { ElasticsearchSink } from '../../../../src/sinks/elasticsearch/sink.ts'
import { makeSink, sinkConfig } from '../../../support/elasticsearch-sink.ts'
import { segmentOf } from '../../fakes/batches.ts'

/** What an Elasticsearch can be brought into. Real ones are brought into it by settings, the fake by faults. */
export type Situation =
  | 'ready'
  | 'no template'
  | 'blocks.write'
  | 'blocks.read_only'
  | 'flood stage'
  | 'read-only cluster'
  | 'closed index'
  | 'failure store'
  | 'failure store and flood stage'
  | 'small inflight breaker'
  | 'no credentials'
  | 'wrong key'
  | 'revoked key'
  | 'key without create_doc'
  | 'key without auto_configure'
  | 'key for other streams'

/** An Elasticsearch, real or not, for the suite of its answers. */
export interface ElasticsearchPlace {
  readonly major: 8 | 9
  /** Bring it into a situation, with a data stream `stream` that is there or can come by itself, and a number field `num`. */
  arrange(situation: Situation, stream: string): Promise<Arranged>
  /** Ids of all documents of a stream, as often as they stand there, sorted. */
  ids(stream: string): Promise<readonly string[]>
}

/** How the sink reaches it meanwhile, and the way back. */
export interface Arranged {
  readonly settings: Pick<ElasticsearchSinkConfig, 'nodes' | 'apiKeyFile'>
  readonly end: () => Promise<void>
}

/** One row: what is sent, what the server answers, what becomes of each document. */
interface Row {
  readonly name: string
  readonly situation: Situation
  /** Of the documents `fits`, `unfit` (its `num` is no number), `large` (60 kB), `huge` (2 MiB) and `long id` (513 bytes). */
  readonly documents?: readonly Kind[]
  /** Offer all of it once before. */
  readonly isReplay?: boolean
  readonly answer: Answer | Readonly<Record<8 | 9, Answer>>
  readonly outcomes: string | Readonly<Record<8 | 9, string>>
  /** In the reason of an outcome, or in the log. */
  readonly says?: string
  /** Outcomes when it is offered again after all is well. */
  readonly after?: string
  /** It cannot become well while the sink runs. */
  readonly isHopeless?: boolean
}
type Kind = 'fits' | 'unfit' | 'large' | 'huge' | 'long id'

/** What an answer says, without what differs from server to server: `201`, `403 TYPE`, `201 failure_store=used`. */
type Answer = readonly string[]

const STORED = '201'
const ONE_BAD = ['fits', 'unfit', 'fits'] as const
const PARSING = '400 document_parsing_exception'

// biome-ignore format: a table, one row a case
const ROWS: readonly Row[] = [
  { name: '201', situation: 'ready', answer: [STORED, STORED], outcomes: 'accepted accepted' },
  { name: '409 of a replay', situation: 'ready', isReplay: true, answer: ['409 version_conflict_engine_exception', '409 version_conflict_engine_exception'], outcomes: 'accepted accepted' },
  { name: '400 of one that does not fit the mapping', situation: 'ready', documents: ONE_BAD, answer: [STORED, PARSING, STORED], outcomes: 'accepted refused accepted', says: 'document_parsing_exception', after: 'accepted refused accepted' },
  { name: '404 without a template', situation: 'no template', answer: ['404 index_not_found_exception', '404 index_not_found_exception'], outcomes: 'retry retry', says: 'STREAM"; run `flagship bootstrap elasticsearch`' },
  { name: '403 of index.blocks.write', situation: 'blocks.write', answer: ['403 cluster_block_exception', '403 cluster_block_exception'], outcomes: 'retry retry', says: 'STREAM-.*" are blocked; unset index.blocks.write' },
  { name: '403 of index.blocks.read_only', situation: 'blocks.read_only', answer: ['403 cluster_block_exception', '403 cluster_block_exception'], outcomes: 'retry retry', says: 'STREAM-.*" is read-only; unset index.blocks.read_only' },
  { name: '429 of the flood stage', situation: 'flood stage', answer: ['429 cluster_block_exception', '429 cluster_block_exception'], outcomes: 'retry retry', says: 'STREAM-.*" are blocked because a disk is full' },
  { name: 'the whole 403 of a read-only cluster', situation: 'read-only cluster', answer: ['whole 403 cluster_block_exception'], outcomes: 'retry retry', says: 'unset cluster.blocks.read_only' },
  { name: '400 of a closed index', situation: 'closed index', answer: ['400 index_closed_exception', '400 index_closed_exception'], outcomes: 'retry retry', says: 'open .*STREAM' },
  { name: '201 of the failure store', situation: 'failure store', documents: ONE_BAD, answer: [STORED, '201 failure_store=used', STORED], outcomes: 'accepted accepted accepted', says: 'STREAM::failures/_search; turn it off with `flagship bootstrap elasticsearch`', after: 'accepted accepted accepted' },
  { name: 'the flood stage with a failure store', situation: 'failure store and flood stage', answer: { 8: ['201 failure_store=used', '201 failure_store=used'], 9: ['429 cluster_block_exception', '429 cluster_block_exception'] }, outcomes: { 8: 'accepted accepted', 9: 'retry retry' }, says: 'STREAM' },
  { name: 'the whole 400 of an id that is too long', situation: 'ready', documents: ['fits', 'fits', 'long id', 'fits'], answer: ['whole 400 action_request_validation_exception'], outcomes: 'accepted accepted refused accepted', says: 'bad_request', after: 'accepted accepted refused accepted' },
  { name: '413 with an empty body', situation: 'ready', documents: ['fits', 'huge', 'fits'], answer: ['whole 413'], outcomes: 'accepted refused accepted', says: 'request_too_large', after: 'accepted refused accepted' },
  { name: 'the whole 429 of a breaker', situation: 'small inflight breaker', documents: ['large'], answer: { 8: ['whole 429 circuit_breaking_exception'], 9: [STORED] }, outcomes: { 8: 'retry', 9: 'accepted' }, says: 'HTTP 429 circuit_breaking_exception|^$', after: 'accepted' }, // 9.5 takes a bulk in piece by piece,
  { name: 'the whole 401 without credentials', situation: 'no credentials', answer: ['whole 401 security_exception'], outcomes: 'retry retry', says: 'check the credentials', isHopeless: true },
  { name: 'the whole 401 of a wrong key', situation: 'wrong key', answer: ['whole 401 security_exception'], outcomes: 'retry retry', says: 'check the credentials' },
  { name: 'the whole 401 of a revoked key', situation: 'revoked key', answer: ['whole 401 security_exception'], outcomes: 'retry retry', says: 'check the credentials' },
  { name: 'the whole 403 without create_doc', situation: 'key without create_doc', answer: ['whole 403 security_exception'], outcomes: 'retry retry', says: 'grant create_doc on' },
  { name: '403 without auto_configure', situation: 'key without auto_configure', answer: ['403 security_exception', '403 security_exception'], outcomes: 'retry retry', says: 'grant auto_configure on "STREAM"' },
  { name: '403 of a key for other streams', situation: 'key for other streams', answer: ['403 security_exception', '403 security_exception'], outcomes: 'retry retry', says: 'grant auto_configure on "STREAM"' },
]

/**
 * What Elasticsearch answers in each situation, and what the sink makes of it: nothing is lost, nothing stands twice.
 * Run it against the fake and against real servers: the same answers are asked of both, so that the fake cannot drift.
 */
export function answersContract(name: string, placeOf: () => Promise<ElasticsearchPlace>): void {
  describe(`${name}, as the sink meets it`, () => {
    test.for(ROWS.map((row, index) => [row.name, row, index] as const))('answers %s', async ([, row, index]) => {
      const place = await placeOf()
      const namespace = `row${index}`
      const stream = `logs-envoy.access-${namespace}`
      const { settings, end } = await place.arrange(row.situation, stream)
      const bench = new AnswersBench({ namespace, ...settings })
      const raw = batchIn('raw', row.documents)
      if (row.isReplay === true) await bench.ask(raw, stream)
      expect(await bench.ask(raw, stream)).toEqual(byMajor(row.answer, place))
      const batch = batchIn('sink', row.documents)
      const sink = bench.sink()
      await sink.open().catch(() => undefined) // without rights it opens later; here it goes on
      if (row.isReplay === true) await sink.deliver(batch, signal)
      const outcomes = await sink.deliver(batch, signal)
      expect(outcomes.map(({ kind }) => kind).join(' ')).toBe(byMajor(row.outcomes, place))
      const texts = [...outcomes.flatMap((outcome) => ('reason' in outcome ? outcome.reason : [])), ...bench.warnings]
      expect(texts.join('\n')).toMatch(new RegExp((row.says ?? '').replaceAll('STREAM', stream)))
      await end()
      const after = await bench.untilAnswered(sink, batch, row.isHopeless === true ? 0 : 10_000)
      const hopeless = outcomes.map(({ kind }) => kind).join(' ')
      expect(after).toBe(row.isHopeless === true ? hopeless : (row.after ?? 'accepted accepted'))
      const fitting = (row.documents ?? TWO).flatMap((kind, position) =>
        kind === 'fits' || kind === 'large' ? `sink-${position}` : [],
      )
      const stored = (await place.ids(stream)).filter((id) => id.startsWith('sink'))
      expect(stored).toEqual(row.isHopeless === true ? [] : fitting)
    })
  })
}

const signal = new AbortController().signal
const TWO: readonly Kind[] = ['fits', 'fits']

function byMajor<Value>(value: Value | Readonly<Record<8 | 9, Value>>, { major }: ElasticsearchPlace): Value {
  return isByMajor(value) ? value[major] : value
}

function isByMajor<Value>(value: Value | Readonly<Record<8 | 9, Value>>): value is Readonly<Record<8 | 9, Value>> {
  return typeof value === 'object' && value !== null && 8 in value && 9 in value && !Array.isArray(value)
}

/** A batch with ids of its own, `PREFIX-0` and so on. */
function batchIn(prefix: string, kinds: readonly Kind[] = TWO): Batch {
  const documents = kinds.map((kind) => Buffer.from(`${JSON.stringify(documentOf(kind))}\n`))
  let end = 0
  const ends = documents.map((document) => (end += document.length))
  const ids = kinds.map((kind, position) => `${prefix}-${position}`.padEnd(kind === 'long id' ? 513 : 0, 'x'))
  return batchOf([{ ...segmentOf(kinds), bytes: Buffer.concat(documents), ends, ids }])
}

function documentOf(kind: Kind): object {
  const document = { '@timestamp': '2026-11-22T21:00:00.000Z', num: kind === 'unfit' ? 'x' : 1 }
  if (kind === 'large') return { ...document, filler: randomBytes(30_000).toString('hex') }
  return kind === 'huge' ? { ...document, filler: 'x'.repeat(2_097_152) } : document
}

/** Asks and delivers with one configuration, and keeps what is logged. */
class AnswersBench {
  readonly warnings: string[] = []
  readonly #config: ElasticsearchSinkConfig

  constructor(settings: Pick<ElasticsearchSinkConfig, 'nodes' | 'apiKeyFile' | 'namespace'>) {
    this.#config = sinkConfig({ requestTimeoutMs: 10_000, ...settings })
  }

  sink(): ElasticsearchSink {
    return makeSink(this.#config, this.warnings, { agentId: 'test/answers' })
  }

  /** What the server itself says to a bulk. */
  async ask(batch: Batch, stream: string): Promise<Answer> {
    const client = connectElasticsearch(this.#config)
    const bytes = bulkBody(batch, { from: 0, to: batch.documentCount }, { streamOf: () => stream, hasIds: true })
    const { statusCode, body } = await client
      .request({ method: 'POST', path: '/_bulk', query: BULK_QUERY, ndjson: { bytes, isGzip: false } })
      .finally(() => client.close())
    if (statusCode !== 200) return [['whole', statusCode, textAt(body, 'error', 'type')].join(' ').trim()]
    return listAt(body, 'items').map((item) => wordsOf(at(item, 'create')))
  }

  /** Offer a batch until nothing of it is to be offered again; the kinds of the last outcomes. */
  async untilAnswered(sink: ElasticsearchSink, batch: Batch, longestMs: number): Promise<string> {
    for (const endMs = performance.now() + longestMs; ; ) {
      const kinds = (await sink.deliver(batch, signal)).map(({ kind }) => kind).join(' ')
      if (!kinds.includes('retry') || performance.now() > endMs) return kinds
      await SYSTEM_CLOCK.sleep(100)
    }
  }
}

function wordsOf(item: unknown): string {
  const store = textAt(item, 'failure_store')
  const isOfStore = store === 'used' || store === 'failed'
  const words = [
    String(at(item, 'status')),
    textAt(item, 'error', 'type'),
    isOfStore ? `failure_store=${store}` : undefined,
  ]
  return words.filter((word) => word !== undefined).join(' ')
}
