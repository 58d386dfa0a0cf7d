import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { type Fault, Faults, OF_CONTENT, type Target } from './recording-faults.ts'
import { RecordingStore } from './recording-store.ts'

/** A request as the server reads it. */
export interface RecordedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly opaqueId?: string | undefined
  readonly isGzip: boolean
  readonly body: Buffer
}

/** What is to be done with the connection. */
export type Reply =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body: string
      readonly contentType?: string
      readonly hasProduct?: boolean
      readonly bytesPerSecond?: number
      readonly isHalf?: boolean
    }
  | { readonly kind: 'close' }
  | { readonly kind: 'hang' }

export interface RecordingOptions {
  readonly seed?: number
  /** One group: the part of a document that is kept as its text. */
  readonly extract?: string
}

interface Action {
  readonly stream: string
  readonly id: string
  readonly document: string
}

/** Bytes. */
const LONGEST_ID = 512

const EXTRACT = '"original":"([^"]*)"'

/** The part of Elasticsearch that flagship uses, in memory, with faults. Knows nothing of sockets. */
export class RecordingElasticsearch {
  readonly store: RecordingStore
  readonly faults: Faults
  /** What came in, newest last, without bodies. */
  readonly requests: RecordedRequest[] = []
  readonly #tasks = new Map<number, { readonly opaqueId: string; readonly runningMs: number }>()
  #taskCount = 0
  bulkCount = 0

  constructor({ seed = 1, extract = EXTRACT }: RecordingOptions = {}) {
    const pattern = new RegExp(extract)
    this.store = new RecordingStore((document) => pattern.exec(document)?.[1] ?? document, seed)
    this.faults = new Faults(seed)
  }

  async handle(request: RecordedRequest): Promise<Reply> {
    this.requests.push({ ...request, body: Buffer.alloc(0) })
    if (this.requests.length > 10_000) this.requests.shift()
    const url = new URL(request.path, 'http://recording')
    const target = targetOf(url.pathname)
    if (target === undefined) return error(404, { type: 'resource_not_found_exception' })
    const met = this.faults.meet(target)
    for (const fault of met) if (fault.kind === 'rollover') this.store.rolloverAll(fault.lagMs ?? 0)
    const course = met.find(({ kind }) => !OF_CONTENT.has(kind))
    if (target === 'bulk') return this.#bulkTask(request, url, met, course)
    return disturbed(this.#asked(target, url, request, course), course)
  }

  /** Show a task that runs, as one of another agent or an earlier run; the result ends it. */
  beginTask(opaqueId: string, runningMs = 0): () => void {
    this.#taskCount += 1
    const task = this.#taskCount
    this.#tasks.set(task, { opaqueId, runningMs })
    return () => void this.#tasks.delete(task)
  }

  #asked(target: Target, url: URL, request: RecordedRequest, fault: Fault | undefined): Reply {
    if (target === 'root') return json({ version: { number: '8.19.21' }, tagline: 'You Know, for Search' })
    if (target === 'tasks') return this.#listTasks(fault?.kind === 'node_failures')
    const name = decodeURIComponent(url.pathname.split('/').at(target === 'resolve' ? -1 : 1) ?? '')
    return target === 'resolve' ? this.#resolve(name) : this.#get(name, unpacked(request))
  }

  async #bulkTask(request: RecordedRequest, url: URL, met: readonly Fault[], course?: Fault): Promise<Reply> {
    this.bulkCount += 1
    if (course?.kind === 'hang') return { kind: 'hang' }
    if (course?.kind === 'status') return error(course.status, course)
    const isHidden = course?.kind === 'late' && course.isHidden === true
    const end = isHidden ? () => {} : this.beginTask(request.opaqueId ?? '')
    if (course?.kind === 'late') {
      void sleep(course.delayMs).then(() => {
        this.#bulk(request, url, met)
        end()
      })
      return { kind: 'hang' }
    }
    try {
      if (course?.kind === 'slow') await sleep(course.delayMs)
      return disturbed(this.#bulk(request, url, met), course)
    } finally {
      end()
    }
  }

  #bulk(request: RecordedRequest, url: URL, met: readonly Fault[]): Reply {
    const text = unpacked(request)
    for (const fault of met) {
      if (fault.kind === 'too_large' && text.length > fault.maxBytes) return { ...EMPTY, status: 413 }
      if (fault.kind === 'poison' && text.includes(fault.text))
        return error(400, { type: 'illegal_argument_exception' })
    }
    const actions = actionsOf(text)
    if (actions === undefined) return error(400, { type: 'illegal_argument_exception' })
    if (actions.some(({ id }) => Buffer.byteLength(id) > LONGEST_ID))
      return error(400, { type: 'action_request_validation_exception' })
    if (url.searchParams.get('require_data_stream') !== 'true') return error(400, { type: 'would_make_plain_indices' })
    const items = actions.map((action) => ({ create: this.#create(action, met) }))
    return json({ errors: items.some(({ create }) => 'error' in create), items })
  }

  #create({ stream, id, document }: Action, met: readonly Fault[]): object {
    let failure: object | undefined
    for (const fault of met) {
      if (fault.kind === 'refuse' && document.includes(fault.text)) return failed(400, 'document_parsing_exception')
      if (fault.kind === 'failure_store' && document.includes(fault.text ?? ''))
        return inFailureStore(stream, fault.hasFailed)
      if (fault.kind !== 'items' || !this.faults.chance(fault.share ?? 1)) continue
      failure = { _index: stream, ...failed(fault.status, fault.type, fault.reason) }
      if (fault.isStored !== true) return failure
    }
    const index = this.store.route(stream)
    if (index === undefined) return { _index: stream, ...failed(404, 'index_not_found_exception') }
    const isNew = this.store.create(stream, index, id, document)
    if (failure !== undefined) return failure
    return { _index: index, ...(isNew ? { status: 201 } : failed(409, 'version_conflict_engine_exception')) }
  }

  #listTasks(hasFailure: boolean): Reply {
    const tasks = [...this.#tasks].map(([number, { opaqueId, runningMs }]) => {
      const task = { running_time_in_nanos: runningMs * 1e6, headers: { 'X-Opaque-Id': opaqueId } }
      return [`node:${number}`, task]
    })
    const nodes = tasks.length === 0 ? {} : { node: { name: 'node', tasks: Object.fromEntries(tasks) } }
    const failures = { node_failures: [{ type: 'failed_node_exception', reason: 'Failed node [other]' }] }
    return json({ ...(hasFailure ? failures : {}), nodes })
  }

  #resolve(name: string): Reply {
    const patterns = name.split(',').map((part) => new RegExp(`^${part.replaceAll('.', '[.]').replaceAll('*', '.*')}$`))
    const names = this.store.names().filter((each) => patterns.some((pattern) => pattern.test(each)))
    if (names.length === 0 && !name.includes('*')) return error(404, { type: 'index_not_found_exception' })
    const streams = names.map((each) => ({
      name: each,
      backing_indices: this.store.resolve(each),
      timestamp_field: '@timestamp',
    }))
    return json({ indices: [], aliases: [], data_streams: streams })
  }

  #get(index: string, text: string): Reply {
    const body: unknown = JSON.parse(text)
    const ids: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'ids') : undefined
    if (!Array.isArray(ids)) return error(400, { type: 'parsing_exception' })
    const docs = ids.map((id) => {
      const type = this.store.failureOf(index)
      if (type !== undefined) return { _id: id, error: { type } }
      const found = this.store.has(index, String(id))
      return found === undefined ? { _id: id, error: { type: 'index_not_found_exception' } } : { _id: id, found }
    })
    return json({ docs })
  }
}

const EMPTY = { kind: 'answer', status: 200, body: '' } as const

function targetOf(path: string): Target | undefined {
  if (path === '/') return 'root'
  if (path === '/_bulk') return 'bulk'
  if (path === '/_tasks') return 'tasks'
  if (path.startsWith('/_resolve/index/')) return 'resolve'
  return path.endsWith('/_mget') ? 'mget' : undefined
}

function unpacked({ body, isGzip }: RecordedRequest): string {
  return (isGzip ? gunzipSync(body) : body).toString()
}

function actionsOf(text: string): readonly Action[] | undefined {
  if (!text.endsWith('\n')) return undefined
  const lines = text.split('\n')
  const actions: Action[] = []
  for (let at = 0; at + 1 < lines.length - 1; at += 2) {
    const match = /^\{"create":\{"_index":"([^"]+)"(?:,"_id":"([^"]+)")?\}\}$/.exec(lines[at] ?? '')
    const [stream, id = randomUUID()] = [match?.[1], match?.[2]]
    if (stream === undefined) return undefined
    actions.push({ stream, id, document: lines[at + 1] ?? '' })
  }
  return actions
}

function disturbed(reply: Reply, fault: Fault | undefined): Reply {
  if (reply.kind !== 'answer' || fault === undefined) return reply
  switch (fault.kind) {
    case 'status':
      return error(fault.status, fault)
    case 'late':
    case 'lose_answer':
      return { kind: 'close' }
    case 'hang':
      return { kind: 'hang' }
    case 'status_after':
      return error(fault.status ?? 503, { type: 'unavailable_shards_exception' })
    case 'drip':
      return { ...reply, bytesPerSecond: fault.bytesPerSecond ?? 10 }
    case 'half_answer':
      return { ...reply, isHalf: true }
    case 'garbage':
      return garbage(reply.body, fault.form)
    default:
      return reply
  }
}

function garbage(body: string, form = 'text'): Reply {
  if (form === 'text') return { ...EMPTY, body: '<html>welcome</html>', contentType: 'text/html' }
  if (form === 'json') return { ...EMPTY, body: '{"items":[{"create":{"status":2' }
  if (form === 'few_items') return json({ errors: false, items: [{ create: { status: 201 } }] })
  return { ...EMPTY, body, hasProduct: false }
}

function failed(status: number, type: string, reason = 'as told'): { readonly status: number; readonly error: object } {
  return { status, error: { type, reason } }
}

function inFailureStore(stream: string, hasFailed = false): object {
  if (hasFailed) return { _index: stream, ...failed(400, 'document_parsing_exception'), failure_store: 'failed' }
  return { _index: `.fs-${stream}-2026.11.22-000002`, status: 201, failure_store: 'used' }
}

function json(body: object): Reply {
  return { ...EMPTY, body: JSON.stringify(body) }
}

interface Told {
  readonly type?: string
  readonly reason?: string
  readonly isPlainText?: boolean
}

function error(status: number, { type = 'exception', reason = 'as told', isPlainText = false }: Told = {}): Reply {
  if (isPlainText) return { ...EMPTY, status, body: 'upstream error', contentType: 'text/plain' }
  return { ...EMPTY, status, body: JSON.stringify({ error: { type, reason }, status }) }
}
