import { basename, dirname, join, sep } from 'node:path'
import type { FoundFile } from './chain.ts'
import { type FileSystem, isMissing } from './file-system.ts'
import type { Listings } from './listings.ts'
import type { Watching } from './quiet-directories.ts'
import { type LogName, orderPlainLogs, withoutRotation } from './rotation.ts'
import type { Troubles } from './trouble.ts'

/** What a look at a chain gave. */
export interface Look {
  /** Oldest first. None of the paths is a link. */
  readonly files: readonly FoundFile[]
  /** Where something happens when one of them changes. */
  readonly directories: readonly string[]
}

/** Where a link leads. */
interface Target {
  readonly path: string
  /** Out of the logs' own root, where links may lead. */
  readonly isOutside: boolean
}

export interface LogFilesParts {
  readonly fileSystem: FileSystem
  readonly listings: Listings
  readonly troubles: Troubles
  /** Directories outside the logs' own root that links may lead to. */
  readonly linkTargets: readonly string[]
}

/**
 * Looks at the log files of a chain, through links.
 *
 * Whoever can write where the logs are could put a link there to anything: it is followed only to a regular file below
 * the root, or to a log where links may lead.
 */
export class LogFiles {
  readonly #parts: LogFilesParts

  constructor(parts: LogFilesParts) {
    this.#parts = parts
  }

  /** `before` is what the last look gave: the place of what has not moved is not asked for again. */
  look(directory: string, names: readonly LogName[], root: string, before: Look | undefined, watching: Watching): Look {
    const known = new Map(before?.files.map((file) => [file.path, file]))
    const directories = new Set([directory])
    const files = names.flatMap((name) => {
      const path = join(directory, name.name)
      return this.#try(path, known, () => {
        const found = this.#find(path, name)
        if (found === undefined || isSamePlace(known.get(path), found)) return found === undefined ? [] : [found]
        const target = this.#targetOf(path, root)
        if (target === undefined) return [found]
        directories.add(dirname(target.path))
        return this.#behindLink(target, name.restart, known, watching)
      })
    })
    return { files, directories: [...directories] }
  }

  /** What a look that fails was about stays as it was: it says nothing. */
  #try(path: string, known: ReadonlyMap<string, FoundFile>, find: () => readonly FoundFile[]): readonly FoundFile[] {
    try {
      const found = find()
      this.#parts.troubles.end('follow', path)
      return found
    } catch (error) {
      // Between listing and looking it may have been renamed or deleted: the next sweep sees where to.
      if (isMissing(error)) return []
      this.#parts.troubles.begin('follow', 'log', path, error)
      const file = known.get(path)
      return file === undefined || error instanceof Refused ? [] : [file]
    }
  }

  #find(path: string, { restart, isCompressed }: LogName): FoundFile {
    const { isFile, device, inode, sizeBytes, modifiedMs } = this.#parts.fileSystem.stat(path)
    if (!isFile) throw new Refused('it is not a regular file')
    return { path, restart, device, inode, sizeBytes, modifiedMs, isCompressed }
  }

  /** Undefined when the path is where it says, and no link. */
  #targetOf(path: string, root: string): Target | undefined {
    const { fileSystem, linkTargets } = this.#parts
    const resolved = fileSystem.resolve(path)
    if (isBelow(resolved, root, fileSystem))
      return resolved === join(fileSystem.resolve(dirname(path)), basename(path))
        ? undefined
        : { path: resolved, isOutside: false }
    const isLog = withoutRotation(basename(resolved)).endsWith('.log')
    if (isLog && linkTargets.some((directory) => isBelow(resolved, directory, fileSystem)))
      return { path: resolved, isOutside: true }
    throw new Refused(`it leads to "${resolved}", out of "${root}"`)
  }

  /** Docker rotates its own file, behind the link: what it renamed is older than what the link leads to. */
  #behindLink(
    { path, isOutside }: Target,
    restart: number,
    known: ReadonlyMap<string, FoundFile>,
    watching: Watching,
  ): readonly FoundFile[] {
    const directory = dirname(path)
    const entries = this.#parts.listings.listOrLast(directory, watching)
    const names = entries.filter((entry) => !entry.isDirectory).map((entry) => entry.name)
    const wanted = isOutside ? names : names.filter((name) => name === basename(path))
    return orderPlainLogs(withoutRotation(basename(path)), wanted).flatMap((name) => {
      const place = join(directory, name.name)
      return this.#try(place, known, () => {
        const found = this.#find(place, { ...name, restart })
        const isPlain = isSamePlace(known.get(place), found) || this.#parts.fileSystem.resolve(place) === place
        return isPlain ? [found] : []
      })
    })
  }
}

/** It is there, and not to be followed. */
class Refused extends Error {}

function isSamePlace(known: FoundFile | undefined, found: FoundFile): boolean {
  return known !== undefined && known.inode === found.inode && known.device === found.device
}

/** Whether a path without links lies below a directory; one that is not there has nothing below it. */
export function isBelow(resolved: string, directory: string, fileSystem: FileSystem): boolean {
  try {
    return resolved.startsWith(join(fileSystem.resolve(directory), sep))
  } catch {
    return false
  }
}
