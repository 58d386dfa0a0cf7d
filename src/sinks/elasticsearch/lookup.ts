import type { Elasticsearch } from '../../clients/elasticsearch.ts'
import { type Doubt, type Finding, type Lookup, MISSING, STORED } from '../sink.ts'
import { markedPlace, parseMark, type Place } from './mark.ts'
import { at, listAt, textAt } from './parts-of-json.ts'
import type { Quiet } from './quiet.ts'
import { refusal, type Streams } from './streams.ts'

/** Ids in one `_mget`. */
const MOST_IDS = 1_000

/** What a look-up needs. */
export interface LookupParts {
  readonly client: () => Elasticsearch
  readonly streams: Streams
  readonly quiet: Quiet
  /** Whether anything was sent to a stream since the start. */
  readonly hasSent: (stream: string) => boolean
  /** So many documents were found in more than one backing index. */
  readonly onDoubled: (count: number) => void
}

/** What was seen of one document in doubt. */
interface Trace {
  readonly doubt: Doubt
  foundCount: number
  /** Why an index could not tell. */
  trouble: string | undefined
}

/** One document, to be looked for in one stream. */
interface Search {
  readonly trace: Trace
  /** The oldest index it may be in; undefined when that is not known. */
  readonly oldest: string | undefined
  /** It would be sent to this stream now: not only sent there under an earlier configuration. */
  readonly isCurrent: boolean
}

/**
 * Finds out what became of documents: waits until nothing of ours can still arrive, then looks into every backing index
 * from the mark to the newest. An id is unique only within one backing index, so looking is the only way. Where the
 * configuration sends documents to other streams than it did, both are looked into.
 */
export class ElasticsearchLookup implements Lookup {
  readonly #parts: LookupParts

  constructor(parts: LookupParts) {
    this.#parts = parts
  }

  mark(reporterNamespace: string | undefined): string {
    return this.#parts.streams.mark(reporterNamespace)
  }

  async find(doubts: readonly Doubt[], sinceMs: number, signal: AbortSignal): Promise<readonly Finding[]> {
    const { quiet, onDoubled } = this.#parts
    const traces = doubts.map((doubt): Trace => ({ doubt, foundCount: 0, trouble: undefined }))
    let hasWaited = false
    for (const [stream, searches] of this.#byStream(traces)) {
      if (await this.#isNew(stream, searches)) continue
      if (!hasWaited) await quiet.since(sinceMs, signal)
      hasWaited = true
      await this.#look(stream, searches, signal)
    }
    const doubledCount = traces.filter(({ foundCount }) => foundCount > 1).length
    if (doubledCount > 0) onDoubled(doubledCount)
    return traces.map(findingOf)
  }

  #byStream(traces: readonly Trace[]): ReadonlyMap<string, readonly Search[]> {
    const groups = new Map<string, Search[]>()
    const marks = new Map<string | undefined, unknown>() // thousands of documents come from few files
    for (const trace of traces) {
      const { mark } = trace.doubt
      if (!marks.has(mark)) marks.set(mark, parseMark(mark))
      for (const { stream, ...search } of this.#placesOf(trace.doubt, marks.get(mark))) {
        const group = groups.get(stream)
        if (group === undefined) groups.set(stream, [{ trace, ...search }])
        else group.push({ trace, ...search })
      }
    }
    return groups
  }

  /** The stream it would be sent to now and, where that was another one, the stream that its mark names. */
  #placesOf(doubt: Doubt, mark: unknown): readonly (Place & { readonly isCurrent: boolean })[] {
    const stream = this.#parts.streams.names.of(doubt)
    const marked = markedPlace(mark, doubt)
    if (marked?.stream === stream) return [{ ...marked, isCurrent: true }]
    const current = { stream, oldest: undefined, isCurrent: true }
    return marked === undefined ? [current] : [current, { ...marked, isCurrent: false }]
  }

  /**
   * Nothing was ever stored in a data stream that is not there, so there is nothing to wait for: at the first start of
   * all everything is in doubt. This takes for granted that what an earlier run has sent, should it still be on its way,
   * makes the stream and comes before its first rollover: then it has the same backing index as what is sent now.
   */
  async #isNew(stream: string, searches: readonly Search[]): Promise<boolean> {
    const { client, streams, hasSent } = this.#parts
    const isPast = searches.some(({ oldest, isCurrent }) => oldest !== undefined || !isCurrent)
    if (isPast || hasSent(stream)) return false
    return (await streams.backingIndices(client(), stream)).length === 0
  }

  /** Look into every index from the oldest one on, and into those that came while we looked. */
  async #look(stream: string, searches: readonly Search[], signal: AbortSignal): Promise<void> {
    const { client, streams } = this.#parts
    const looked = new Set<string>()
    for (;;) {
      const indices = await streams.backingIndices(client(), stream)
      const left = indices.filter((index) => !looked.has(index))
      if (left.length === 0) return
      for (const index of left) {
        looked.add(index)
        const here = searches.filter((search) => mayBeIn(search, index, indices)).map(({ trace }) => trace)
        await this.#lookInto(index, here, signal)
      }
    }
  }

  async #lookInto(index: string, traces: readonly Trace[], signal: AbortSignal): Promise<void> {
    for (let from = 0; from < traces.length; from += MOST_IDS)
      await this.#get(index, traces.slice(from, from + MOST_IDS), signal)
  }

  /** By id and realtime: a search would miss what is not refreshed, and a data stream cannot be asked by id. */
  async #get(index: string, traces: readonly Trace[], signal: AbortSignal): Promise<void> {
    const { statusCode, body } = await this.#parts.client().request({
      method: 'POST',
      path: `/${encodeURIComponent(index)}/_mget`,
      query: { _source: 'false', filter_path: 'docs._id,docs.found,docs.error.type' },
      json: { ids: traces.map(({ doubt }) => doubt.id) },
      signal,
    })
    if (statusCode !== 200) throw refusal(`look into "${index}"`, statusCode, body)
    const documents = listAt(body, 'docs')
    for (const [position, trace] of traces.entries()) note(trace, documents[position], index)
  }
}

/** An answer that is neither yes nor no, such as that of an index that went meanwhile, leaves the document unknown. */
function note(trace: Trace, document: unknown, index: string): void {
  const found = at(document, 'found')
  if (textAt(document, '_id') !== trace.doubt.id || typeof found !== 'boolean')
    trace.trouble = `index "${index}" ${stateOf(textAt(document, 'error', 'type'))}`
  else if (found) trace.foundCount += 1
}

function stateOf(error: string | undefined): string {
  switch (error) {
    case 'index_closed_exception':
      return 'is closed: open it'
    case undefined:
      return 'gave no answer that can be understood'
    default:
      return `cannot tell: ${error}`
  }
}

function findingOf({ foundCount, trouble }: Trace): Finding {
  if (foundCount > 0) return STORED
  return trouble === undefined ? MISSING : { kind: 'unknown', reason: trouble }
}

/** Not in what is older than its mark. A mark that is not there any more says nothing. */
function mayBeIn({ oldest }: Search, index: string, indices: readonly string[]): boolean {
  return oldest === undefined || indices.indexOf(index) >= indices.indexOf(oldest)
}
