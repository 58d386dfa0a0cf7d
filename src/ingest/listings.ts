import type { Clock } from '../clock.ts'
import type { DirectoryEntry, FileSystem } from './file-system.ts'

/** A directory that changed less than this ago may change again within one tick of its clock. */
const UNSETTLED_MS = 2_000
/** Directories are listed anew at least this often: the clock of a network file system may be coarse or wrong. */
const LONGEST_MS = 10_000

interface Listing {
  readonly entries: readonly DirectoryEntry[]
  readonly modifiedMs: number
  /** When it has to be listed anew, changed or not, by the rising clock. */
  readonly untilMs: number
}

/**
 * What is in directories. A directory whose time has not changed is not listed again: asking for the time costs a
 * tenth of listing, and a node has two directories for each container.
 */
export class Listings {
  readonly #fileSystem: FileSystem
  readonly #clock: Clock
  #known = new Map<string, Listing>()
  #seen = new Map<string, Listing>()

  constructor(fileSystem: FileSystem, clock: Clock) {
    this.#fileSystem = fileSystem
    this.#clock = clock
  }

  /** The entries of a directory; throws what the file system throws. */
  list(directory: string): readonly DirectoryEntry[] {
    const { modifiedMs } = this.#fileSystem.stat(directory)
    const elapsedMs = this.#clock.elapsedMs()
    const known = this.#known.get(directory)
    const isGood = known !== undefined && known.modifiedMs === modifiedMs && elapsedMs < known.untilMs
    const listing = isGood ? known : this.#look(directory, modifiedMs, elapsedMs)
    this.#seen.set(directory, listing)
    return listing.entries
  }

  /** A sweep is over: what it did not ask for is forgotten. */
  endSweep(): void {
    this.#known = this.#seen
    this.#seen = new Map()
  }

  #look(directory: string, modifiedMs: number, elapsedMs: number): Listing {
    const isSettled = Math.abs(this.#clock.nowMs() - modifiedMs) >= UNSETTLED_MS
    const entries = this.#fileSystem.list(directory)
    return { entries, modifiedMs, untilMs: isSettled ? elapsedMs + LONGEST_MS : elapsedMs }
  }
}
