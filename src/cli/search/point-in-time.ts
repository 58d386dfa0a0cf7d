import type { Elasticsearch, ElasticsearchAnswer } from '../../clients/elasticsearch.ts'
import { at, listAt, textAt } from '../../sinks/elasticsearch/parts-of-json.ts'
import type { Dsl } from './filter.ts'
import { gapIn, noRight, noStream, notUnderstood, searchRefusal } from './refusal.ts'

/** Long enough between two pages; a reader that pauses longer (a pager) costs a new one. */
const KEEP_ALIVE = '1m'
/** Nobody waits longer for what ends by itself. */
const CLOSE_MS = 2_000

/** What a search is asked with. */
export interface SearchParts {
  readonly client: Elasticsearch
  readonly streams: readonly string[]
  /** Whether the user's own query is part of it, so that a request that is not understood is theirs to mend. */
  readonly hasQuery: boolean
  /** Whether somebody is known to the cluster, who may lack rights. */
  readonly hasCredentials: boolean
  readonly signal: AbortSignal
}

/** The data streams as they were at one moment: pages of it fit together, whatever arrives meanwhile. */
export class PointInTime {
  /** What is missing from the answers so far, in words. */
  gap: string | undefined
  /** Streams, of those that were named, that the credentials may not read: nobody says so but this. */
  unreadable: readonly string[] = []
  readonly #parts: SearchParts
  #id: string | undefined

  private constructor(parts: SearchParts) {
    this.#parts = parts
  }

  /** @throws FlagshipError when there is nothing to search, or no right to. */
  static async open(parts: SearchParts): Promise<PointInTime> {
    const point = new PointInTime(parts)
    try {
      await point.#open()
      if (parts.hasCredentials) point.unreadable = await point.#withoutRight()
      return point
    } catch (error) {
      await point.close()
      throw error
    }
  }

  /** The answer to one search. `body` must make sense at a later moment too: a lost point in time is opened anew. */
  async search(body: Dsl): Promise<unknown> {
    let answer = await this.#search(body)
    if (answer.statusCode === 404) {
      await this.#open()
      answer = await this.#search(body)
    }
    if (answer.statusCode !== 200) throw this.#refusal(answer)
    // What another program says must not look like "nothing fits".
    if (at(answer.body, 'hits') === undefined) throw notUnderstood(this.#parts.streams)
    this.#id = textAt(answer.body, 'pit_id') ?? this.#id
    this.gap ??= gapIn(answer.body)
    return answer.body
  }

  /** Never throws: an end that is not heard comes by itself in a minute. */
  async close(): Promise<void> {
    const id = this.#id
    this.#id = undefined
    if (id === undefined) return
    const signal = AbortSignal.timeout(CLOSE_MS)
    await this.#parts.client.request({ method: 'DELETE', path: '/_pit', json: { id }, signal }).catch(() => {})
  }

  #search(body: Dsl): Promise<ElasticsearchAnswer> {
    const { client, signal } = this.#parts
    const json = { ...body, pit: { id: this.#id, keep_alive: KEEP_ALIVE } }
    return client.request({ method: 'POST', path: '/_search', json, signal })
  }

  async #open(): Promise<void> {
    const answer = await this.#requestPoint(false)
    // Some shard is not there. Servers before 8.16 cannot go on without it.
    const { statusCode, body } = answer.statusCode === 503 ? await this.#requestPoint(true) : answer
    if (statusCode !== 200) throw this.#refusal(statusCode === 400 ? answer : { statusCode, body })
    const id = textAt(body, 'id')
    if (id === undefined) throw notUnderstood(this.#parts.streams)
    this.#id = id
    this.gap ??= gapIn(body)
    if (at(body, '_shards', 'total') !== 0) return
    const { streams, hasCredentials } = this.#parts
    const refused = hasCredentials ? await this.#withoutRight() : []
    throw refused.length > 0 ? noRight(refused) : noStream(streams)
  }

  #requestPoint(isPartial: boolean): Promise<ElasticsearchAnswer> {
    const { client, streams, signal } = this.#parts
    const partial = isPartial ? { allow_partial_search_results: 'true' } : undefined
    const query = { keep_alive: KEEP_ALIVE, ignore_unavailable: 'true', allow_no_indices: 'true', ...partial }
    const path = `/${streams.map(encodeURIComponent).join(',')}/_pit`
    return client.request({ method: 'POST', path, query, signal })
  }

  /** Elasticsearch leaves out of a pattern what the credentials may not read, and says nothing. */
  async #withoutRight(): Promise<readonly string[]> {
    const { client, streams, signal } = this.#parts
    const json = { index: [{ names: streams, privileges: ['read'] }] }
    const path = '/_security/user/_has_privileges'
    const { statusCode, body } = await client.request({ method: 'POST', path, json, signal })
    if (statusCode !== 200) return []
    return streams.filter((stream) => at(body, 'index', stream, 'read') === false)
  }

  #refusal({ statusCode, body }: ElasticsearchAnswer): Error {
    const { streams, hasQuery } = this.#parts
    return searchRefusal(streams, statusCode, body, hasQuery)
  }
}

/** The documents of an answer, with the values they are sorted by. */
export function hitsOf(body: unknown): readonly unknown[] {
  return listAt(body, 'hits', 'hits')
}
