/** What the answer to a `_bulk` says of each document. Pure: the rules of the server live here. */
import type { ElasticsearchAnswer } from '../../clients/elasticsearch.ts'
import { ACCEPTED, type Outcome } from '../sink.ts'
import { at, listAt, textAt } from './parts-of-json.ts'

/** One document of an answered bulk. */
export interface BulkItem {
  readonly outcome: Outcome
  /** The backing index that it was stored in just now. */
  readonly index?: string
  /** It stands in the failure store instead, under another id. */
  readonly isInFailureStore?: true
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
  const type = textAt(body, 'error', 'type')
  const text = `HTTP ${statusCode}${type === undefined ? '' : ` ${type}`}`
  // Global blocks are looked at before the first document is routed; any other 5xx may come after some have run.
  if (type === 'cluster_block_exception') return all('retry', `${text}: ${remedy(statusCode, type)}`)
  switch (statusCode) {
    case 413: // the body is empty: http.max_content_length was passed, unpacked bytes count
      return { kind: 'split', reason: 'request_too_large' }
    case 400:
      return badRequest(text, type)
    case 401:
    case 403:
      return all('retry', `${text}: ${remedy(statusCode, type)}`)
    case 404:
    case 405:
      return all('retry', `${text}: no Elasticsearch at this address, check \`nodes\``)
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
  const type = textAt(item, 'error', 'type') ?? `http_${status}`
  return { outcome: failedOutcome(status, type) }
}

function storedItem(item: unknown): BulkItem {
  if (at(item, 'failure_store') === 'used') return { outcome: ACCEPTED, isInFailureStore: true }
  const index = textAt(item, '_index')
  return index === undefined ? CONFLICT : { outcome: ACCEPTED, index }
}

function failedOutcome(status: number, type: string): Outcome {
  // A 5xx of a document, also a block or unavailable_shards_exception, may be what a second try of the coordinating node
  // met after the primary of the first one had stored it and gone away. Timeouts have had 429 as their status since 8.9.
  if (status >= 500 || status < 400 || TIMEOUTS.has(type)) return { kind: 'in_doubt', reason: `HTTP ${status} ${type}` }
  if (status === 429) return { kind: 'retry', reason: `HTTP 429 ${type}` }
  if (status === 401 || status === 403 || status === 404 || BLOCKS.has(type))
    return { kind: 'retry', reason: `HTTP ${status} ${type}: ${remedy(status, type)}` }
  return { kind: 'refused', reason: type }
}

const TIMEOUTS = new Set([
  'timeout_exception',
  'process_cluster_event_timeout_exception',
  'receive_timeout_transport_exception',
])

/** Somebody has to do something, and then the same document is taken. */
const BLOCKS = new Set(['cluster_block_exception', 'index_closed_exception', 'index_not_found_exception'])

function remedy(status: number, type: string | undefined): string {
  if (type === 'cluster_block_exception') return 'writes are blocked, look at disk space and index.blocks'
  if (type === 'index_closed_exception') return 'open the backing index, or roll the data stream over'
  if (status === 404 || type === 'index_not_found_exception')
    return 'no index template with a data stream matches, install one (docs/elasticsearch.md)'
  if (status === 401) return 'check the credentials of the sink'
  return 'grant auto_configure and create_doc on the data streams'
}
