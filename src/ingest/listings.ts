import type { Clock } from '../clock.ts'
import { type DirectoryEntry, type FileSystem, isMissing } from './file-system.ts'
import type { QuietDirectories, Watching } from './quiet-directories.ts'
import type { Troubles } from './trouble.ts'

/** A directory that changed less than this ago may change again within one tick of its clock. */
const UNSETTLED_MS = 2_000
/** Directories are listed anew at least this often: the clock of a network file system may be coarse or wrong. */
const LONGEST_MS = 10_000
/** The same for one that is watched besides, and nothing was told. */
const LONGEST_SILENT_MS = 300_000

interface Listing {
  readonly entries: readonly DirectoryEntry[]
  readonly modifiedMs: number
  /** When it was listed, by the rising clock. */
  readonly listedMs: number
  /** Whether another change would have given it another time. */
  readonly isSettled: boolean
}

/**
 * What is in directories. A quiet one is not touched. One whose time has not changed is not listed again: asking for
 * the time costs a tenth of listing, and a node has two directories for each container.
 */
export class Listings {
  readonly #fileSystem: FileSystem
  readonly #clock: Clock
  readonly #quiet: QuietDirectories
  readonly #troubles: Troubles
  #known = new Map<string, Listing>()
  #seen = new Map<string, Listing>()
  #hasFailed = false

  constructor(fileSystem: FileSystem, clock: Clock, quiet: QuietDirectories, troubles: Troubles) {
    this.#fileSystem = fileSystem
    this.#clock = clock
    this.#quiet = quiet
    this.#troubles = troubles
  }

  /** Whether something could not be listed since the last sweep was over. */
  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /**
   * The entries of a directory, the same array while they are known not to have changed; undefined when it cannot be
   * told what is there, which is reported. One that may be gone then has no entries.
   */
  list(directory: string, watching: Watching, mayBeGone = false): readonly DirectoryEntry[] | undefined {
    try {
      return this.#list(directory, watching)
    } catch (error) {
      if (mayBeGone && isMissing(error)) return []
      this.#hasFailed = true
      this.#troubles.begin('list', 'directory', directory, error)
      return undefined
    }
  }

  /** The same for one that may be gone; what the last sweep had when it cannot be told. */
  listOrLast(directory: string, watching: Watching): readonly DirectoryEntry[] {
    return this.list(directory, watching, true) ?? this.#last(directory)
  }

  /** A sweep is over: what it did not ask for is forgotten, unless it is watched. */
  endSweep(): void {
    for (const [directory, listing] of this.#known)
      if (!this.#seen.has(directory) && this.#quiet.isSilent(directory)) this.#seen.set(directory, listing)
    this.#known = this.#seen
    this.#seen = new Map()
    this.#hasFailed = false
  }

  #list(directory: string, watching: Watching): readonly DirectoryEntry[] {
    const seen = this.#seen.get(directory)
    if (seen !== undefined) return seen.entries
    const known = this.#known.get(directory)
    const isGood = known !== undefined && this.#quiet.isQuiet(directory)
    const listing = isGood ? known : this.#look(directory, watching, known)
    this.#seen.set(directory, listing)
    if (!isGood) this.#troubles.end('list', directory)
    return listing.entries
  }

  #last(directory: string): readonly DirectoryEntry[] {
    const known = this.#known.get(directory)
    if (known !== undefined) this.#seen.set(directory, known)
    return known?.entries ?? []
  }

  #look(directory: string, watching: Watching, known: Listing | undefined): Listing {
    const wasSilent = this.#quiet.isSilent(directory)
    this.#quiet.watch(directory, watching)
    const { modifiedMs } = this.#fileSystem.stat(directory)
    const listedMs = this.#clock.elapsedMs()
    const oldestMs = listedMs - (wasSilent ? LONGEST_SILENT_MS : LONGEST_MS)
    if (known?.isSettled === true && known.modifiedMs === modifiedMs && known.listedMs > oldestMs) return known
    const isSettled = Math.abs(this.#clock.nowMs() - modifiedMs) >= UNSETTLED_MS
    const entries = this.#fileSystem.list(directory)
    if (wasSilent && known !== undefined && !isSame(known.entries, entries)) this.#quiet.doubt(directory)
    return { entries, modifiedMs, listedMs, isSettled }
  }
}

function isSame(before: readonly DirectoryEntry[], after: readonly DirectoryEntry[]): boolean {
  return before.length === after.length && before.every((entry, index) => entry.name === after[index]?.name)
}
