import type { Logger } from '../../logger.ts'
import type { BulkItem, FailureStore } from './bulk-result.ts'

/** Streams and reasons that are named; there are few. */
const MOST_NAMED = 1_000

/** What it takes to tell of failure stores. */
export interface FailureStoreParts {
  /** Of the sink. */
  readonly name: string
  readonly logger: Logger
  /** So many documents stand in a failure store. */
  readonly onUsed: (count: number) => void
}

/** Counts documents that went to a failure store, and names each stream and reason once. */
export class FailureStores {
  readonly #parts: FailureStoreParts
  readonly #named = new Set<string>()

  constructor(parts: FailureStoreParts) {
    this.#parts = parts
  }

  note(items: readonly BulkItem[]): void {
    let usedCount = 0
    for (const { failureStore } of items) {
      if (failureStore?.result === 'used') usedCount += 1
      if (failureStore !== undefined) this.#name(failureStore)
    }
    if (usedCount > 0) this.#parts.onUsed(usedCount)
  }

  #name({ result, index, type }: FailureStore): void {
    const { name, logger } = this.#parts
    const stream = streamOf(index)
    const key = `${result} ${stream} ${type ?? ''}`
    if (this.#named.has(key) || this.#named.size >= MOST_NAMED) return
    this.#named.add(key)
    logger.warn(
      { sink: name, stream, failureStore: result, ...(type === undefined ? {} : { type }) },
      textOf(result, stream),
    )
  }
}

function textOf(result: FailureStore['result'], stream: string): string {
  if (result === 'failed')
    return `"${stream}" refuses documents and cannot put them into its failure store: they go to the dead letter`
  return `"${stream}" refuses documents and puts them into its failure store, where they may stand twice: see GET ${stream}::failures/_search; turn it off with \`flagship bootstrap elasticsearch\``
}

/** `.fs-STREAM-2026.11.22-000002` is an index of the failure store of STREAM. */
function streamOf(index: string): string {
  return /^\.fs-(.+)-\d{4}\.\d{2}\.\d{2}-\d+$/.exec(index)?.[1] ?? index
}
