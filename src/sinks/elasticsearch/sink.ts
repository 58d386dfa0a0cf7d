import {
  connectElasticsearch,
  type Elasticsearch,
  type ElasticsearchOptions,
  RequestFailure,
} from '../../clients/elasticsearch.ts'
import type { Clock } from '../../clock.ts'
import { FlagshipError } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { Batch } from '../batch.ts'
import type { Lookup, Outcome, Sink } from '../sink.ts'
import { BulkNames } from './bulk-names.ts'
import { BULK_QUERY, bulkBody, type BulkForm, PackedBodies, type Range, streamsIn } from './bulk-request.ts'
import { BAD_REQUEST, type BulkItem, type BulkResult, bulkResult } from './bulk-result.ts'
import type { ElasticsearchSinkConfig } from './config.ts'
import { FailureStores } from './failure-stores.ts'
import { ElasticsearchLookup } from './lookup.ts'
import { Quiet } from './quiet.ts'
import { StreamNames } from './stream-names.ts'
import { refusal, Streams } from './streams.ts'
import { versionComplaint } from './version.ts'

/** How much longer than a request a settle time has to be: a minute for what the network and the server still hold. */
const SETTLE_MARGIN_MS = 60_000

/** What an Elasticsearch sink needs from outside. */
export interface ElasticsearchParts {
  readonly clock: Clock
  readonly logger: Logger
  /** CLUSTER/NODE: different for every agent that writes into the cluster. */
  readonly agentId: string
  /** Several processes have this id, and write at the same time: the members of a consumer group. */
  readonly isShared?: boolean
  readonly onFailureStore: (count: number) => void
  readonly onPossiblyDoubled: (count: number) => void
  /** The vendor's client over HTTP where nothing else is given. */
  readonly connect?: (options: ElasticsearchOptions, clock: Clock) => Elasticsearch
}

/**
 * Data streams of Elasticsearch 8 and 9. Accepted means that all copies in sync have it.
 *
 * Documents are created under their event id, so what is sent twice into one backing index is stored once; its look-up
 * finds out what became of documents without an answer.
 */
export class ElasticsearchSink implements Sink {
  readonly name: string
  readonly concurrency: number
  readonly regroups = true
  /** None where the server makes the ids: then nobody can ask for a document. */
  readonly lookup: Lookup | undefined
  readonly #config: ElasticsearchSinkConfig
  readonly #parts: ElasticsearchParts
  readonly #streams: Streams
  readonly #names: BulkNames
  readonly #form: BulkForm
  /** Streams that something was sent to since the start. */
  readonly #sent = new Set<string>()
  readonly #packed = new PackedBodies()
  readonly #failureStores: FailureStores
  #client: Elasticsearch | undefined

  constructor(name: string, config: ElasticsearchSinkConfig, parts: ElasticsearchParts) {
    const { clock, logger, agentId, isShared = false } = parts
    this.name = name
    this.concurrency = config.concurrency
    this.#config = config
    this.#parts = parts
    const names = new StreamNames(config)
    this.#form = { streamOf: (document) => names.of(document), hasIds: config.ids === 'event' }
    this.#streams = new Streams(names, config.settleMs, clock)
    this.#names = new BulkNames(agentId, name, isShared ? config.requestTimeoutMs : 0)
    this.#failureStores = new FailureStores({ name, logger, onUsed: parts.onFailureStore })
    const client = () => this.#connected()
    const lookup = new ElasticsearchLookup({
      client,
      streams: this.#streams,
      quiet: new Quiet({ client, clock, logger, names: this.#names, settleMs: config.settleMs }),
      hasSent: (stream) => this.#sent.has(stream),
      onDoubled: parts.onPossiblyDoubled,
    })
    this.lookup = this.#form.hasIds ? lookup : undefined
  }

  async open(): Promise<void> {
    await this.close()
    const { connect = connectElasticsearch } = this.#parts
    const client = connect(this.#config, this.#parts.clock)
    this.#client = client
    this.#warnOfSettle()
    const { statusCode, body } = await client.request({ method: 'GET', path: '/' })
    // Without `monitor` there is no answer, and what is needed to write may be granted all the same.
    if (statusCode !== 200 && statusCode !== 403) throw refusal(`open sink "${this.name}"`, statusCode, body)
    const complaint = versionComplaint(body)
    if (complaint !== undefined)
      throw new FlagshipError('SINK_MISCONFIGURED', `Cannot use sink "${this.name}": ${complaint}`)
    if (this.lookup !== undefined) await this.#streams.learnAll(client).catch(onlyForLookup)
  }

  async deliver(batch: Batch, signal: AbortSignal): Promise<readonly Outcome[]> {
    const outcomes = await this.#deliver(batch, { from: 0, to: batch.documentCount }, signal)
    // Where no document gets through, not even alone, it is the request that is wrong and not each of them.
    const isRequestWrong = outcomes.length > 1 && outcomes.every(isBadRequest)
    return isRequestWrong ? outcomes.map(() => NOTHING_GETS_THROUGH) : outcomes
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.close()
  }

  /** Send a range, and its halves when nothing of it ran because of one document. */
  async #deliver(batch: Batch, range: Range, signal: AbortSignal): Promise<readonly Outcome[]> {
    const { from, to } = range
    const result = await this.#bulk(batch, range, signal)
    if (result.kind === 'items') return this.#taken(result.items, streamsIn(batch, range, this.#form))
    if (result.kind === 'all') return Array.from({ length: to - from }, () => result.outcome)
    if (to - from === 1) return [{ kind: 'refused', reason: result.reason }]
    const middle = (from + to) >>> 1
    const head = await this.#deliver(batch, { from, to: middle }, signal)
    return [...head, ...(await this.#deliver(batch, { from: middle, to }, signal))]
  }

  /** One request. Once it may have reached a server, only its own answer tells what became of it. */
  async #bulk(batch: Batch, range: Range, signal: AbortSignal): Promise<BulkResult> {
    const { compression: isGzip } = this.#config
    const form = this.#form
    const bytes = isGzip ? await this.#packed.pack(batch, range, form) : bulkBody(batch, range, form)
    const ndjson = { bytes, isGzip }
    for (const stream of streamsIn(batch, range, form)) this.#sent.add(stream)
    const name = this.#names.next()
    const { opaqueId } = name
    let result: BulkResult
    try {
      const request = { method: 'POST', path: '/_bulk', query: BULK_QUERY, ndjson, opaqueId, signal } as const
      result = bulkResult(await this.#connected().request(request), range.to - range.from)
    } catch (error) {
      if (!(error instanceof FlagshipError)) throw error
      const isUnsent = error instanceof RequestFailure && error.isSurelyUnsent
      result = { kind: 'all', outcome: { kind: isUnsent ? 'retry' : 'in_doubt', reason: error.message } }
    }
    if (this.lookup !== undefined && leavesDoubt(result)) this.#names.abandon(name, this.#parts.clock.elapsedMs())
    return result
  }

  #taken(items: readonly BulkItem[], streams: readonly string[]): readonly Outcome[] {
    for (const [position, { index }] of items.entries()) {
      const stream = streams[position]
      if (index !== undefined && stream !== undefined) this.#streams.learn(stream, index)
    }
    this.#failureStores.note(items)
    return items.map(({ outcome }) => outcome)
  }

  #connected(): Elasticsearch {
    if (this.#client !== undefined) return this.#client
    throw new RequestFailure(`Cannot use sink "${this.name}": it is not open`, true)
  }

  #warnOfSettle(): void {
    const { settleMs, requestTimeoutMs } = this.#config
    if (settleMs >= requestTimeoutMs + SETTLE_MARGIN_MS) return
    const message = 'settleMs is less than requestTimeoutMs and a minute: what is still on its way may stand twice'
    this.#parts.logger.warn({ sink: this.name, settleMs, requestTimeoutMs }, message)
  }
}

const NOTHING_GETS_THROUGH: Outcome = {
  kind: 'retry',
  reason: 'HTTP 400 for every document, each alone: the requests are not understood',
}

function isBadRequest(outcome: Outcome): boolean {
  return outcome.kind === 'refused' && outcome.reason === BAD_REQUEST
}

/** Something of it may still run when we have stopped listening. */
function leavesDoubt(result: BulkResult): boolean {
  if (result.kind === 'items') return result.items.some(({ outcome }) => outcome.kind === 'in_doubt')
  return result.kind === 'all' && result.outcome.kind === 'in_doubt'
}

/** A look-up asks again and says what is missing; without rights for it the rest works. */
function onlyForLookup(error: unknown): void {
  if (!(error instanceof FlagshipError) || error instanceof RequestFailure) throw error
}
