import type { Elasticsearch } from '../../clients/elasticsearch.ts'
import type { Clock } from '../../clock.ts'
import { FlagshipError } from '../../errors.ts'
import type { Dataset } from '../batch.ts'
import { at, listAt, textAt } from './parts-of-json.ts'
import { refusalIn, refusalText } from './remedy.ts'

export const DATASETS: readonly Dataset[] = ['envoy.access', 'envoy.log', 'envoy.unparsed', 'envoy.loss']

interface Known {
  readonly index: string
  /** When we learned of it (rising clock). */
  readonly sinceMs: number
}

/** The data streams of one sink and the backing indices that we know of, oldest first. */
export class Streams {
  readonly #namespace: string
  readonly #settleMs: number
  readonly #clock: Clock
  readonly #known = new Map<Dataset, readonly Known[]>()

  constructor({ namespace, settleMs }: { readonly namespace: string; readonly settleMs: number }, clock: Clock) {
    this.#namespace = namespace
    this.#settleMs = settleMs
    this.#clock = clock
  }

  nameOf(dataset: Dataset): string {
    return `logs-${dataset}-${this.#namespace}`
  }

  /** A document of `dataset` was just stored in `index`. */
  learn(dataset: Dataset, index: string): void {
    const known = this.#known.get(dataset) ?? []
    if (known.some((each) => each.index === index)) return
    // Everything before the settled one is of no use any more, and the list must not grow for ever.
    const kept = known.slice(Math.max(0, this.#settledAt(known)))
    this.#known.set(dataset, [...kept, { index, sinceMs: this.#clock.elapsedMs() }])
  }

  /**
   * Ask for the backing indices of a dataset, oldest first; none when it has no data stream.
   * @throws FlagshipError SINK_UNAVAILABLE.
   */
  async backingIndices(client: Elasticsearch, dataset: Dataset): Promise<readonly string[]> {
    const name = this.nameOf(dataset)
    const { statusCode, body } = await client.request({ method: 'GET', path: `/_resolve/index/${name}` })
    if (statusCode !== 200 && statusCode !== 404) throw refusal(`resolve data stream "${name}"`, statusCode, body)
    const indices = statusCode === 404 ? [] : indicesOf(body, name)
    const [nowMs, known] = [this.#clock.elapsedMs(), this.#known.get(dataset) ?? []]
    const entries = indices.map((index) => known.find((each) => each.index === index) ?? { index, sinceMs: nowMs })
    this.#known.set(dataset, entries)
    return indices
  }

  /**
   * The newest index of each dataset that has been known for `settleMs`. Until then a node may still have routed into an
   * older one; a dataset without an entry is looked for everywhere.
   */
  mark(): string {
    const marks: Partial<Record<Dataset, string>> = {}
    for (const [dataset, known] of this.#known) {
      const settled = known[this.#settledAt(known)]
      if (settled !== undefined) marks[dataset] = settled.index
    }
    return Object.keys(marks).length === 0 ? '' : JSON.stringify(marks)
  }

  #settledAt(known: readonly Known[]): number {
    const settledMs = this.#clock.elapsedMs() - this.#settleMs
    return known.findLastIndex(({ sinceMs }) => sinceMs <= settledMs)
  }
}

/** The index that a mark names for a dataset; undefined when it says nothing of it. */
export function markedIndex(mark: string | undefined, dataset: Dataset): string | undefined {
  try {
    return mark === undefined ? undefined : textAt(JSON.parse(mark), dataset)
  } catch {
    return undefined // of another version: look everywhere
  }
}

/** A request of a look-up was answered with no. */
export function refusal(what: string, statusCode: number, body: unknown): FlagshipError {
  const state = refusalText(refusalIn(statusCode, body))
  return new FlagshipError('SINK_UNAVAILABLE', `Cannot ${what}: ${state}`)
}

function indicesOf(body: unknown, name: string): readonly string[] {
  if (!Array.isArray(at(body, 'data_streams'))) throw garbled(name)
  const stream = listAt(body, 'data_streams').find((each) => textAt(each, 'name') === name)
  const indices = listAt(stream, 'backing_indices')
  if (!indices.every((index) => typeof index === 'string')) throw garbled(name)
  return indices
}

function garbled(name: string): FlagshipError {
  return new FlagshipError('SINK_UNAVAILABLE', `Cannot resolve data stream "${name}": the answer names no data streams`)
}
