import { at, listAt } from '../../sinks/elasticsearch/parts-of-json.ts'
import type { ShownDocument } from '../document.ts'
import { type Dsl, filterOf, timeFieldOf } from './filter.ts'
import { hitsOf, type PointInTime } from './point-in-time.ts'
import type { Question } from './question.ts'

/** Even with paths of 60 KiB, the most that Envoy takes by default, a page stays far below what an answer may have. */
export const PAGE_LINES = 250
/** So many are counted to the last one; more are "more than". */
const MOST_COUNTED = 10_000

/** Lines that fit, newest first. */
export interface Page {
  readonly documents: readonly ShownDocument[]
  readonly total: Total
}

/** How many lines fit in all. */
export interface Total {
  readonly lines: number
  readonly isExact: boolean
}

/** Page by page, each read only when the one before has been taken; at most `question.limit` lines. */
export async function* pagesOf(point: PointInTime, question: Question, isShort: boolean): AsyncGenerator<Page> {
  let after: readonly unknown[] | undefined
  let total: Total | undefined
  for (let left = question.limit; left > 0; ) {
    const size = Math.min(left, PAGE_LINES)
    const body = await point.search(pageRequest(question, { size, after, isShort }))
    const hits = hitsOf(body)
    total ??= totalOf(body)
    yield { documents: hits.map(documentOf), total }
    if (hits.length < size) return
    left -= hits.length
    // Without the place in a shard, which Elasticsearch adds: it means nothing at another point in time.
    after = listAt(hits.at(-1), 'sort').slice(0, 2)
  }
}

/** What one page is asked with. */
export function pageRequest(
  question: Question,
  {
    size,
    after,
    isShort,
  }: { readonly size: number; readonly after: readonly unknown[] | undefined; readonly isShort: boolean },
): Dsl {
  const time = timeFieldOf(question)
  return {
    size,
    query: filterOf(question),
    // Not "_last" where the time is missing: its value is a number that JSON cannot give back.
    sort: [
      { [time]: { order: 'desc', missing: 0, unmapped_type: 'date' } },
      { 'event.id': { order: 'desc', unmapped_type: 'keyword' } },
    ],
    track_total_hits: after === undefined ? MOST_COUNTED : false,
    ...(after === undefined ? {} : { search_after: after }),
    ...(isShort ? { _source: question.dataset === 'access' ? SHOWN : [...SHOWN, 'event.original'] } : {}),
  }
}

/** What a row of the table is made of. */
const SHOWN = [
  '@timestamp',
  'event.end',
  'event.dataset',
  'error',
  'log.level',
  'log.logger',
  'message',
  'http.request.method',
  'url.path',
  'url.domain',
  'source.address',
  'destination',
  'kubernetes.pod.name',
  'envoy.direction',
  'envoy.response_code',
  'envoy.response_flags',
  'envoy.verdict.responder',
  'envoy.verdict.cause',
  'envoy.upstream.host',
  'envoy.source',
  'envoy.destination',
]

function totalOf(body: unknown): Total {
  const value = at(body, 'hits', 'total', 'value')
  return { lines: typeof value === 'number' ? value : 0, isExact: at(body, 'hits', 'total', 'relation') === 'eq' }
}

function documentOf(hit: unknown): ShownDocument {
  const source = at(hit, '_source')
  return typeof source === 'object' && source !== null ? source : {}
}
