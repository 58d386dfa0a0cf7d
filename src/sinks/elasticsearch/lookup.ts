import type { Elasticsearch } from '../../clients/elasticsearch.ts'
import type { Dataset } from '../batch.ts'
import type { Doubt, Finding, Lookup } from '../sink.ts'
import { at, listAt, textAt } from './parts-of-json.ts'
import type { Quiet } from './quiet.ts'
import { markedIndex, refusal, type Streams } from './streams.ts'

/** Ids in one `_mget`. */
const MOST_IDS = 1_000

/** What a look-up needs. */
export interface LookupParts {
  readonly client: () => Elasticsearch
  readonly streams: Streams
  readonly quiet: Quiet
  /** Whether anything of a dataset was sent since the start. */
  readonly hasSent: (dataset: Dataset) => boolean
  /** So many documents were found in more than one backing index. */
  readonly onDoubled: (count: number) => void
}

/** One document in doubt, and what was seen of it. */
interface Search {
  readonly id: string
  readonly position: number
  /** The oldest index it may be in; undefined when that is not known. */
  readonly oldest: string | undefined
  foundCount: number
  hasError: boolean
}

/**
 * Finds out what became of documents: waits until nothing of ours can still arrive, then looks into every backing index
 * from the mark to the newest. An id is unique only within one backing index, so looking is the only way.
 */
export class ElasticsearchLookup implements Lookup {
  readonly #parts: LookupParts

  constructor(parts: LookupParts) {
    this.#parts = parts
  }

  mark(): string {
    return this.#parts.streams.mark()
  }

  async find(doubts: readonly Doubt[], sinceMs: number, signal: AbortSignal): Promise<readonly Finding[]> {
    const findings = doubts.map((): Finding => 'unknown')
    let hasWaited = false
    for (const [dataset, searches] of byDataset(doubts)) {
      const isNew = await this.#isNew(dataset, searches)
      if (!isNew && !hasWaited) {
        await this.#parts.quiet.since(sinceMs, signal)
        hasWaited = true
      }
      if (!isNew) await this.#look(dataset, searches, signal)
      for (const search of searches) findings[search.position] = findingOf(search)
    }
    return findings
  }

  /**
   * Nothing was ever stored for a dataset without a data stream, so there is nothing to wait for: at the first start of
   * all everything is in doubt. This takes for granted that what an earlier run has sent, should it still be on its way,
   * makes the stream and comes before its first rollover: then it has the same backing index as what is sent now.
   */
  async #isNew(dataset: Dataset, searches: readonly Search[]): Promise<boolean> {
    const { client, streams, hasSent } = this.#parts
    if (hasSent(dataset) || searches.some(({ oldest }) => oldest !== undefined)) return false
    return (await streams.backingIndices(client(), dataset)).length === 0
  }

  /** Look into every index from the oldest one on, and into those that came while we looked. */
  async #look(dataset: Dataset, searches: readonly Search[], signal: AbortSignal): Promise<void> {
    const { client, streams, onDoubled } = this.#parts
    const looked = new Set<string>()
    for (;;) {
      const indices = await streams.backingIndices(client(), dataset)
      const left = indices.filter((index) => !looked.has(index))
      if (left.length === 0) break
      for (const index of left) {
        looked.add(index)
        await this.#lookInto(
          index,
          searches.filter((search) => mayBeIn(search, index, indices)),
          signal,
        )
      }
    }
    const doubledCount = searches.filter(({ foundCount }) => foundCount > 1).length
    if (doubledCount > 0) onDoubled(doubledCount)
  }

  async #lookInto(index: string, searches: readonly Search[], signal: AbortSignal): Promise<void> {
    for (let from = 0; from < searches.length; from += MOST_IDS)
      await this.#get(index, searches.slice(from, from + MOST_IDS), signal)
  }

  /** By id and realtime: a search would miss what is not refreshed, and a data stream cannot be asked by id. */
  async #get(index: string, searches: readonly Search[], signal: AbortSignal): Promise<void> {
    const { statusCode, body } = await this.#parts.client().request({
      method: 'POST',
      path: `/${encodeURIComponent(index)}/_mget`,
      query: { _source: 'false', filter_path: 'docs._id,docs.found,docs.error.type' },
      json: { ids: searches.map(({ id }) => id) },
      signal,
    })
    if (statusCode !== 200) throw refusal(`look into "${index}"`, statusCode, body)
    const documents = listAt(body, 'docs')
    for (const [position, search] of searches.entries()) note(search, documents[position])
  }
}

/** An answer that is neither yes nor no, such as that of an index that went meanwhile, leaves the document unknown. */
function note(search: Search, document: unknown): void {
  const found = at(document, 'found')
  if (textAt(document, '_id') !== search.id || typeof found !== 'boolean') search.hasError = true
  else if (found) search.foundCount += 1
}

function findingOf({ foundCount, hasError }: Search): Finding {
  if (foundCount > 0) return 'stored'
  return hasError ? 'unknown' : 'missing'
}

/** Not in what is older than its mark. A mark that is not there any more says nothing. */
function mayBeIn({ oldest }: Search, index: string, indices: readonly string[]): boolean {
  return oldest === undefined || indices.indexOf(index) >= indices.indexOf(oldest)
}

function byDataset(doubts: readonly Doubt[]): ReadonlyMap<Dataset, readonly Search[]> {
  const groups = new Map<Dataset, Search[]>()
  for (const [position, { id, dataset, mark }] of doubts.entries()) {
    const search = { id, position, oldest: markedIndex(mark, dataset), foundCount: 0, hasError: false }
    const group = groups.get(dataset)
    if (group === undefined) groups.set(dataset, [search])
    else group.push(search)
  }
  return groups
}
