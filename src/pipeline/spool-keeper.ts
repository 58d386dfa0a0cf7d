import type { FileSystem } from '../ingest/file-system.ts'
import type { Troubles } from '../ingest/trouble.ts'
import type { SpoolSettings } from './settings.ts'

/** Files that are given up in one look: the next one is a second later. */
const MOST_AT_ONCE = 100

/** What a pipeline keeps in the spool. */
export interface Keeping {
  readonly heldBytes: number
  giveUpOldest(): boolean
}

/**
 * Bounds the spool: a pipeline with more than its share gives up its oldest file first, and when the disk runs full the
 * one that keeps most, because it lags most. Each file that is given up is named as lost.
 */
export class SpoolKeeper {
  readonly #settings: SpoolSettings
  readonly #pipelines: readonly Keeping[]
  readonly #fileSystem: FileSystem
  readonly #troubles: Troubles

  constructor(
    settings: SpoolSettings,
    pipelines: readonly Keeping[],
    { fileSystem, troubles }: { readonly fileSystem: FileSystem; readonly troubles: Troubles },
  ) {
    this.#settings = settings
    this.#pipelines = pipelines
    this.#fileSystem = fileSystem
    this.#troubles = troubles
  }

  /** Give up files until the spool is within its bounds, or nothing may go now. */
  makeRoom(): void {
    const share = this.#settings.maxBytes / this.#pipelines.length
    for (const pipeline of this.#pipelines) giveUpWhile(() => pipeline.heldBytes > share, pipeline)
    const most = this.#pipelines.toSorted((a, b) => b.heldBytes - a.heldBytes)[0]
    if (most !== undefined && most.heldBytes > 0 && this.#isDiskFull()) most.giveUpOldest()
  }

  #isDiskFull(): boolean {
    const { directory, minFreePercent } = this.#settings
    try {
      const isFull = this.#fileSystem.freePercent(directory) < minFreePercent
      this.#troubles.end('measure', directory)
      return isFull
    } catch (error) {
      this.#troubles.begin('measure', 'spool', directory, error)
      return false
    }
  }
}

function giveUpWhile(isTooMuch: () => boolean, pipeline: Keeping): void {
  for (let count = 0; count < MOST_AT_ONCE && isTooMuch() && pipeline.giveUpOldest(); count += 1);
}
