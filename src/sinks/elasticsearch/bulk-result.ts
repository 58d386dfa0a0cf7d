/** What the answer to a `_bulk` says of each document. Pure: the rules of the server live here. */
import type { ElasticsearchAnswer } from '../../clients/elasticsearch.ts'
import { ACCEPTED, type Outcome } from '../sink.ts'
import { at, listAt, textAt } from './parts-of-json.ts'
import { refusalIn, refusalText } from './remedy.ts'

/** One document of an answered bulk. */
export interface BulkItem {
  readonly outcome: Outcome
  /** The backing index that it was stored in just now. */
  readonly index?: string
  /** `used`: it stands in the failure store instead, under another id. `failed`: it was to go there and could not. */
  readonly failureStore?: FailureStore
}

/** What the failure store of a data stream had to do with a document. */
export interface FailureStore {
  readonly result: 'used' | 'failed'
  /** The index of the answer: of the failure store when it was used. */
  readonly index: string
  /** Why, where the answer says it. */
  readonly type: string | undefined
}

/** `split`: nothing ran, and it may be because of one document; `reason` is what that one is refused with. */
export type BulkResult =
  | { readonly kind: 'items'; readonly items: readonly BulkItem[] }
  | { readonly kind: 'split'; readonly reason: string }
  | { readonly kind: 'all'; readonly outcome: Outcome }

/** The reason of a document that is refused with a whole 400: it can as well be the request itself that is wrong. */
export const BAD_REQUEST = 'bad_request'

/** Read the answer to a bulk of `count` documents. */
export function bulkResult({ statusCode, body }: ElasticsearchAnswer, count: number): BulkResult {
  if (statusCode === 200) return itemsResult(body, count)
  const refusal = refusalIn(statusCode, body)
  const text = refusalText(refusal)
  // Global blocks are looked at before the first document is routed; any other 5xx may come after some have run.
  if (refusal.type === 'cluster_block_exception') return all('retry', text)
  switch (statusCode) {
    case 413: // the body is empty: http.max_content_length was passed, unpacked bytes count
      return { kind: 'split', reason: 'request_too_large' }
    case 400:
      return badRequest(text, refusal.type)
    case 401:
    case 403:
    case 404:
    case 405:
    case 406:
    case 415:
    case 429: // a full queue or a breaker, looked at before anything runs
      return all('retry', text)
    default:
      return all('in_doubt', text)
  }
}

/** A node that understood the request says what is wrong with it; a proxy that did not let it through does not. */
function badRequest(text: string, type: string | undefined): BulkResult {
  if (type !== undefined && type !== 'media_type_header_exception') return { kind: 'split', reason: BAD_REQUEST }
  return all('retry', `${text}: what stands before Elasticsearch, or its version, does not take our requests`)
}

function all(kind: 'retry' | 'in_doubt', reason: string): BulkResult {
  return { kind: 'all', outcome: { kind, reason } }
}

function itemsResult(body: unknown, count: number): BulkResult {
  const items = listAt(body, 'items')
  if (items.length !== count) return all('in_doubt', `the answer has ${items.length} items for ${count} documents`)
  return { kind: 'items', items: items.map((item) => itemOf(at(item, 'create'))) }
}

const CONFLICT: BulkItem = { outcome: ACCEPTED }
const UNREADABLE: BulkItem = { outcome: { kind: 'in_doubt', reason: 'the answer has no status for it' } }

function itemOf(item: unknown): BulkItem {
  const status = at(item, 'status')
  if (typeof status !== 'number') return UNREADABLE
  if (status === 200 || status === 201) return storedItem(item)
  if (status === 409) return CONFLICT // only this `create` has this id: an earlier try got through
  const outcome = failedOutcome(status, item)
  return at(item, 'failure_store') === 'failed'
    ? { outcome, failureStore: failureStoreOf(item, 'failed') }
    : { outcome }
}

function storedItem(item: unknown): BulkItem {
  if (at(item, 'failure_store') === 'used') return { outcome: ACCEPTED, failureStore: failureStoreOf(item, 'used') }
  const index = textAt(item, '_index')
  return index === undefined ? CONFLICT : { outcome: ACCEPTED, index }
}

function failureStoreOf(item: unknown, result: FailureStore['result']): FailureStore {
  return { result, index: textAt(item, '_index') ?? '', type: textAt(item, 'error', 'type') }
}

function failedOutcome(status: number, item: unknown): Outcome {
  const type = textAt(item, 'error', 'type') ?? `http_${status}`
  // A 5xx of a document, also a block or unavailable_shards_exception, may be what a second try of the coordinating node
  // met after the primary of the first one had stored it and gone away. Timeouts have had 429 as their status since 8.9.
  if (status >= 500 || status < 400 || TIMEOUTS.has(type)) return { kind: 'in_doubt', reason: `HTTP ${status} ${type}` }
  if (!WAITING.has(status) && !BLOCKS.has(type)) return { kind: 'refused', reason: type }
  const reason = textAt(item, 'error', 'reason')
  return { kind: 'retry', reason: refusalText({ status, type, reason, index: textAt(item, '_index') }) }
}

const TIMEOUTS = new Set([
  'timeout_exception',
  'process_cluster_event_timeout_exception',
  'receive_timeout_transport_exception',
])

/** The document is taken when there is room, or somebody has done something. */
const WAITING = new Set([401, 403, 404, 429])
const BLOCKS = new Set(['cluster_block_exception', 'index_closed_exception', 'index_not_found_exception'])
