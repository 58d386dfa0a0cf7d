import type { Elasticsearch } from '../../clients/elasticsearch.ts'
import type { Clock } from '../../clock.ts'
import { FlagshipError } from '../../errors.ts'
import { markText } from './mark.ts'
import { at, listAt, textAt } from './parts-of-json.ts'
import { refusalIn, refusalText } from './remedy.ts'
import { type StreamDataset, type StreamNames, streamName } from './stream-names.ts'

/** A server takes 4,096 bytes for the first line of a request. */
const LONGEST_PATTERNS = 2_000

interface Known {
  readonly index: string
  /** When we learned of it (rising clock). */
  readonly sinceMs: number
}

/** The data streams of one sink and the backing indices that we know of, oldest first. */
export class Streams {
  readonly names: StreamNames
  readonly #settleMs: number
  readonly #clock: Clock
  readonly #known = new Map<string, readonly Known[]>()

  constructor(names: StreamNames, settleMs: number, clock: Clock) {
    this.names = names
    this.#settleMs = settleMs
    this.#clock = clock
  }

  /** A document was just stored in `index` of `stream`. */
  learn(stream: string, index: string): void {
    const known = this.#known.get(stream) ?? []
    if (known.some((each) => each.index === index)) return
    // Everything before the settled one is of no use any more, and the list must not grow for ever.
    const kept = known.slice(Math.max(0, this.#settledAt(known)))
    this.#known.set(stream, [...kept, { index, sinceMs: this.#clock.elapsedMs() }])
  }

  /** Learn of the backing indices of every stream there is, by one request. @throws FlagshipError SINK_UNAVAILABLE. */
  async learnAll(client: Elasticsearch): Promise<void> {
    const streams = new Map((await resolve(client, patternsOf(this.names))).map((each) => [each.name, each.indices]))
    for (const namespace of this.names.namespaces)
      for (const dataset of this.names.datasets) {
        const stream = streamName(dataset, namespace)
        this.#keep(stream, streams.get(stream) ?? [])
      }
  }

  /**
   * Ask for the backing indices of a stream, oldest first; none when there is no such stream.
   * @throws FlagshipError SINK_UNAVAILABLE.
   */
  async backingIndices(client: Elasticsearch, stream: string): Promise<readonly string[]> {
    const found = await resolve(client, stream)
    const indices = found.find(({ name }) => name === stream)?.indices ?? []
    this.#keep(stream, indices)
    return indices
  }

  /**
   * Where documents of a file go, and the newest index of each of its streams that has been known for `settleMs`. Until
   * then a node may still have routed into an older one; a stream without an entry is looked for everywhere.
   */
  mark(reporterNamespace: string | undefined): string {
    const { datasets, hasFailed } = this.names
    const namespace = this.names.namespaceOf(reporterNamespace)
    const oldest: Partial<Record<StreamDataset, string>> = {}
    for (const dataset of datasets) {
      const known = this.#known.get(streamName(dataset, namespace)) ?? []
      const settled = known[this.#settledAt(known)]
      if (settled !== undefined) oldest[dataset] = settled.index
    }
    return markText({ namespace, hasFailed, oldest })
  }

  #keep(stream: string, indices: readonly string[]): void {
    const [nowMs, known] = [this.#clock.elapsedMs(), this.#known.get(stream) ?? []]
    const entries = indices.map((index) => known.find((each) => each.index === index) ?? { index, sinceMs: nowMs })
    if (entries.length === 0) this.#known.delete(stream)
    else this.#known.set(stream, entries)
  }

  #settledAt(known: readonly Known[]): number {
    const settledMs = this.#clock.elapsedMs() - this.#settleMs
    return known.findLastIndex(({ sinceMs }) => sinceMs <= settledMs)
  }
}

/** All streams of a sink, and perhaps others: there may be hundreds, and few of them exist. */
function patternsOf({ namespaces }: StreamNames): string {
  const patterns = namespaces.map((namespace) => `logs-envoy.*-${namespace}`).join(',')
  return patterns.length <= LONGEST_PATTERNS ? patterns : 'logs-envoy.*-*'
}

interface Resolved {
  readonly name: string
  readonly indices: readonly string[]
}

async function resolve(client: Elasticsearch, streams: string): Promise<readonly Resolved[]> {
  const { statusCode, body } = await client.request({ method: 'GET', path: `/_resolve/index/${streams}` })
  if (statusCode === 404) return []
  if (statusCode !== 200) throw refusal(`resolve data stream "${streams}"`, statusCode, body)
  if (!Array.isArray(at(body, 'data_streams'))) throw garbled(streams)
  return listAt(body, 'data_streams').map((stream) => {
    const [name, indices] = [textAt(stream, 'name'), listAt(stream, 'backing_indices')]
    if (name === undefined || !indices.every((index) => typeof index === 'string')) throw garbled(streams)
    return { name, indices }
  })
}

/** A request of a look-up was answered with no. */
export function refusal(what: string, statusCode: number, body: unknown): FlagshipError {
  const state = refusalText(refusalIn(statusCode, body))
  return new FlagshipError('SINK_UNAVAILABLE', `Cannot ${what}: ${state}`)
}

function garbled(streams: string): FlagshipError {
  const state = 'the answer names no data streams'
  return new FlagshipError('SINK_UNAVAILABLE', `Cannot resolve data stream "${streams}": ${state}`)
}
