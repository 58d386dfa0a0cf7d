import { seededRandom } from './seeded-random.ts'

/** One stored document: all that an oracle needs of it. */
export interface StoredDocument {
  readonly id: string
  readonly index: string
  readonly text: string
}

/** How many documents a data stream holds, and in how many places. */
export interface StreamCount {
  readonly documents: number
  readonly distinctIds: number
  /** Texts that stand there more than once, under whatever id. */
  readonly doubledTexts: number
  readonly indices: readonly string[]
}

interface Stream {
  /** Oldest first; text by id. */
  readonly indices: Map<string, Map<string, string>>
  /** Until then some nodes still route into, and tell of, the index before the newest. */
  lagUntilMs: number
  generation: number
}

/** Data streams in memory. An id is unique within one backing index only. */
export class RecordingStore {
  readonly #streams = new Map<string, Stream>()
  readonly #failing = new Map<string, string>()
  readonly #random: () => number
  readonly #textOf: (document: string) => string
  /** False: no template matches, so that no data stream comes by itself. */
  hasTemplates = true

  constructor(textOf: (document: string) => string, seed = 1) {
    this.#textOf = textOf
    this.#random = seededRandom(seed)
  }

  /** The index that a node routes into; undefined when there is neither stream nor template. */
  route(name: string): string | undefined {
    if (!this.#streams.has(name) && this.hasTemplates) this.rollover(name, 0)
    return this.#seenIndices(name).at(-1)
  }

  /** Create a document; false when the index has that id. */
  create(name: string, index: string, id: string, document: string): boolean {
    const documents = this.#streams.get(name)?.indices.get(index)
    if (documents === undefined) throw new Error(`no index ${index}`)
    if (documents.has(id)) return false
    documents.set(owned(id), owned(this.#textOf(document)))
    return true
  }

  /** Begin a new backing index, and the stream where there is none. */
  rollover(name: string, lagMs: number): void {
    const stream = this.#streams.get(name) ?? { indices: new Map(), lagUntilMs: 0, generation: 0 }
    stream.generation += 1
    stream.lagUntilMs = performance.now() + lagMs
    stream.indices.set(`.ds-${name}-2026.11.22-${String(stream.generation).padStart(6, '0')}`, new Map())
    this.#streams.set(name, stream)
  }

  /** Begin a new backing index of every stream. */
  rolloverAll(lagMs: number): void {
    for (const name of this.#streams.keys()) this.rollover(name, lagMs)
  }

  /** The backing indices as some node knows them; undefined when there is no such stream. */
  resolve(name: string): readonly string[] | undefined {
    return this.#streams.has(name) ? this.#seenIndices(name) : undefined
  }

  /** Whether an index has an id; undefined when there is no such index. */
  has(index: string, id: string): boolean | undefined {
    for (const { indices } of this.#streams.values()) if (indices.has(index)) return indices.get(index)?.has(id)
    return undefined
  }

  /** Remove a backing index, as a lifecycle does. */
  remove(index: string): void {
    for (const { indices } of this.#streams.values()) indices.delete(index)
  }

  /** Every document that is asked for in an index is answered with this error. */
  fail(index: string, type: string): void {
    this.#failing.set(index, type)
  }

  failureOf(index: string): string | undefined {
    return this.#failing.get(index)
  }

  names(): readonly string[] {
    return [...this.#streams.keys()]
  }

  *documents(name: string): Generator<StoredDocument> {
    for (const [index, documents] of this.#streams.get(name)?.indices ?? [])
      for (const [id, text] of documents) yield { id, index, text }
  }

  count(name: string): StreamCount {
    const [ids, texts] = [new Set<string>(), new Set<string>()]
    let documents = 0
    for (const { id, text } of this.documents(name)) {
      documents += 1
      ids.add(id)
      texts.add(text)
    }
    const indices = [...(this.#streams.get(name)?.indices.keys() ?? [])]
    return { documents, distinctIds: ids.size, doubledTexts: documents - texts.size, indices }
  }

  #seenIndices(name: string): readonly string[] {
    const stream = this.#streams.get(name)
    if (stream === undefined) return []
    const indices = [...stream.indices.keys()]
    const isBehind = indices.length > 1 && performance.now() < stream.lagUntilMs && this.#random() < 0.5
    return isBehind ? indices.slice(0, -1) : indices
  }
}

/** A copy: a part of a text keeps all of the text it was cut from in memory. */
function owned(text: string): string {
  return Buffer.from(text).toString()
}
