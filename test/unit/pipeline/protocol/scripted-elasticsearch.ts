import { randomUUID } from 'node:crypto'
import { type Elasticsearch, type ElasticsearchAnswer, RequestFailure } from '../../../../src/clients/elasticsearch.ts'

const ACCESS = 'logs-envoy.access-default'

interface Document {
  readonly stream: string
  readonly id: string
  readonly text: string
}

/** What becomes of documents of a bulk that are not there yet, by their texts; the others are stored. */
export interface Outcomes {
  /** 400, never stored. */
  readonly refused?: readonly string[]
  /** 429, not stored. */
  readonly busy?: readonly string[]
  /** 503, and stored all the same. */
  readonly failed?: readonly string[]
  /** What is stored stands on the primary only, until `copied`. */
  readonly isCopying?: boolean
}

/** Data streams whose every step is taken by hand: the server of the delivery model. */
export class ScriptedElasticsearch {
  /** Backing indices by data stream, oldest first; texts by id. */
  readonly #streams = new Map<string, Map<string, string>[]>()
  /** Bulks stay on their way until a test lets them go on. */
  isHolding = false
  /** Nodes do not know of the newest index: what they are asked is answered by one that does, or by one that does not. */
  isLagging = false
  answersOf: 'old' | 'new' = 'new'
  /** No index answers what it is asked for. */
  isClosed = false
  /** Every bulk that was ever sent. */
  readonly bulks: Bulk[] = []
  /** Steps that are taken right before a request is answered, each once, in this order. */
  readonly #before: { readonly part: string; readonly step: () => void }[] = []
  /** What came in, as `METHOD path`. */
  readonly requests: string[] = []
  /** Invariants that were broken at some moment. */
  readonly broken: string[] = []

  /** A client of one process; what that has asked is not answered any more once it is dead. */
  connect(isDead: () => boolean): Elasticsearch {
    return {
      request: async ({ method, path, json, ndjson, opaqueId = '', signal }) => {
        if (isDead()) throw new RequestFailure('the process is dead', true)
        this.requests.push(`${method} ${path}`)
        this.#takeStepBefore(path)
        if (path !== '/_bulk') return this.#ask(path, json)
        const bulk = new Bulk(this, documentsOf(ndjson?.bytes ?? Buffer.alloc(0)), opaqueId)
        this.bulks.push(bulk)
        signal?.addEventListener('abort', () => bulk.giveUp())
        if (!this.isHolding) bulk.complete()
        return bulk.answered
      },
      close: async () => {},
    }
  }

  /** Take a step right before the next request is answered whose path has this part. */
  before(part: string, step: () => void): void {
    this.#before.push({ part, step })
  }

  /** Bulks that a client still waits for. */
  get waiting(): readonly Bulk[] {
    return this.bulks.filter((bulk) => bulk.isAwaited)
  }

  /** A new index takes the writes. */
  rollover(stream = ACCESS): void {
    this.indices(stream).push(new Map())
  }

  /** The number of the newest index. */
  newest(stream = ACCESS): number {
    return Math.max(0, this.indices(stream).length - 1)
  }

  indices(stream: string): Map<string, string>[] {
    const indices = this.#streams.get(stream) ?? []
    this.#streams.set(stream, indices)
    return indices
  }

  /** How often each id is stored, over all indices of a stream. */
  stored(stream = ACCESS): readonly { readonly id: string; readonly text: string; readonly index: number }[] {
    return this.indices(stream).flatMap((index, number) =>
      [...index].map(([id, text]) => ({ id, text, index: number })),
    )
  }

  texts(stream = ACCESS): string[] {
    return this.stored(stream).map(({ text }) => text)
  }

  /** A document came into an index: invariant (b). */
  put(stream: string, number: number, id: string, text: string): void {
    const indices = this.indices(stream)
    if (indices.length === 0) indices.push(new Map()) // by its template
    if (indices.some((index) => index.has(id))) this.broken.push(`(b) "${text}" is stored twice`)
    indices[number]?.set(id, text)
  }

  #takeStepBefore(path: string): void {
    const [next] = this.#before
    if (next === undefined || !path.includes(next.part)) return
    this.#before.shift()
    next.step()
  }

  async #ask(path: string, json: object | undefined): Promise<ElasticsearchAnswer> {
    if (path === '/') return ok({ tagline: 'You Know, for Search' })
    if (path === '/_tasks') return ok({ nodes: this.#tasks() })
    const name = decodeURIComponent(path.split('/').at(path.endsWith('/_mget') ? 1 : -1) ?? '')
    return path.endsWith('/_mget') ? this.#get(name, json) : this.#resolve(name)
  }

  #tasks(): object {
    const running = this.bulks.filter((bulk) => bulk.isRunning)
    const tasks = running.map(({ opaqueId }, number) => [`n:${number}`, { headers: { 'X-Opaque-Id': opaqueId } }])
    return { n: { tasks: Object.fromEntries(tasks) } }
  }

  /** One stream by its name, or all that a pattern fits. */
  #resolve(name: string): ElasticsearchAnswer {
    const pattern = new RegExp(`^${name.replaceAll('.', '[.]').replaceAll('*', '.*').replaceAll(',', '|')}$`)
    const names = [...this.#streams.keys()].filter((each) => pattern.test(each))
    const streams = names.flatMap((each) => {
      const count = this.indices(each).length - (this.isLagging && this.answersOf === 'old' ? 1 : 0)
      if (count <= 0) return []
      return [{ name: each, backing_indices: Array.from({ length: count }, (_, number) => indexName(each, number)) }]
    })
    if (streams.length === 0 && !name.includes('*'))
      return { statusCode: 404, body: { error: { type: 'index_not_found_exception' } } }
    return ok({ data_streams: streams })
  }

  #get(index: string, json: object | undefined): ElasticsearchAnswer {
    const { stream, number } = placeOf(index)
    const held = this.indices(stream)[number]
    const ids: unknown = json === undefined ? undefined : Reflect.get(json, 'ids')
    if (!Array.isArray(ids) || held === undefined) return { statusCode: 404, body: {} }
    const error = { type: 'index_closed_exception' }
    if (this.isClosed) return ok({ docs: ids.map((id) => ({ _id: String(id), error })) })
    return ok({ docs: ids.map((id) => ({ _id: String(id), found: held.has(String(id)) })) })
  }
}

/** One bulk on its way: routed, run, copied and answered in steps of their own. */
export class Bulk {
  readonly opaqueId: string
  readonly #server: ScriptedElasticsearch
  readonly #documents: readonly Document[]
  readonly #answer = Promise.withResolvers<ElasticsearchAnswer>()
  #stage: 'on its way' | 'routed' | 'copying' | 'over' = 'on its way'
  #index = 0
  #items: object[] = []
  /** What is on the primary because of it. */
  #made: Document[] = []
  isAwaited = true

  constructor(server: ScriptedElasticsearch, documents: readonly Document[], opaqueId: string) {
    this.#server = server
    this.#documents = documents
    this.opaqueId = opaqueId
    this.#answer.promise.catch(() => {})
  }

  get answered(): Promise<ElasticsearchAnswer> {
    return this.#answer.promise
  }

  get texts(): string[] {
    return this.#documents.map(({ text }) => text)
  }

  get isRunning(): boolean {
    return this.#stage === 'routed' || this.#stage === 'copying'
  }

  get isOnItsWay(): boolean {
    return this.#stage === 'on its way'
  }

  /** What it has stored is on the primary only. */
  get isCopying(): boolean {
    return this.#stage === 'copying'
  }

  get hasRun(): boolean {
    return this.#items.length > 0
  }

  get stream(): string | undefined {
    return this.#documents[0]?.stream
  }

  get isOver(): boolean {
    return this.#stage === 'over'
  }

  /** A node takes it and chooses an index: the newest that it knows of. */
  route(index = this.#server.newest(this.#documents[0]?.stream)): this {
    this.#index = index
    this.#stage = 'routed'
    return this
  }

  run({ refused = [], busy = [], failed = [], isCopying = false }: Outcomes = {}): this {
    if (this.#stage === 'on its way') this.route()
    this.#items = this.#documents.map((document) => {
      const { stream, id, text } = document
      const item = { _index: indexName(stream, this.#index) }
      if (this.#server.indices(stream)[this.#index]?.has(id) === true)
        return failure(409, 'version_conflict_engine_exception')
      if (refused.includes(text)) return failure(400, 'document_parsing_exception')
      if (busy.includes(text)) return failure(429, 'es_rejected_execution_exception')
      this.#server.put(stream, this.#index, id, text)
      this.#made.push(document)
      return failed.includes(text) ? failure(503, 'unavailable_shards_exception') : { ...item, status: 201 }
    })
    this.#stage = isCopying ? 'copying' : 'over'
    return this
  }

  copied(): this {
    this.#stage = 'over'
    return this
  }

  /** The primary dies before its copies have what came with this bulk. */
  losePrimary(): this {
    for (const { stream, id } of this.#made) this.#server.indices(stream)[this.#index]?.delete(id)
    this.#items = this.#documents.map(() => failure(503, 'unavailable_shards_exception'))
    return this.copied()
  }

  /** Its answer arrives. */
  answer(): this {
    if (!this.isAwaited) throw new Error('nobody waits for this bulk')
    this.isAwaited = false
    this.#answer.resolve(ok({ items: this.#items.map((create) => ({ create })) }))
    return this
  }

  complete(outcomes?: Outcomes): this {
    return this.run(outcomes).answer()
  }

  /** The client waits no longer, or is no more: the server goes on. */
  giveUp(): this {
    this.isAwaited = false
    this.#answer.reject(new RequestFailure('no whole answer within 30000 ms', false))
    return this
  }

  /** It does not run any more. */
  die(): this {
    this.#stage = 'over'
    return this
  }
}

function failure(status: number, type: string): object {
  return { status, error: { type, reason: 'as told' } }
}

function ok(body: object): ElasticsearchAnswer {
  return { statusCode: 200, body }
}

function indexName(stream: string, number: number): string {
  return `.ds-${stream}-2026.11.22-${String(number + 1).padStart(6, '0')}`
}

function placeOf(index: string): { readonly stream: string; readonly number: number } {
  const [, stream = '', number = '0'] = /^\.ds-(.*)-[\d.]+-(\d+)$/.exec(index) ?? []
  return { stream, number: Number(number) - 1 }
}

function documentsOf(body: Buffer): readonly Document[] {
  const lines = body.toString().split('\n')
  const documents: Document[] = []
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [, stream = '', id = randomUUID()] = /"_index":"([^"]+)"(?:,"_id":"([^"]+)")?/.exec(lines[at] ?? '') ?? []
    documents.push({ stream, id, text: /"n":"([^"]*)"/.exec(lines[at + 1] ?? '')?.[1] ?? '' })
  }
  return documents
}
