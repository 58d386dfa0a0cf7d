import type { ChainSource } from './chain.ts'
import { close, type FollowedFile, followLink, isKept } from './followed-file.ts'
import { type FileSystem, isMissing, type OpenFile } from './file-system.ts'
import { restoreGaps } from './gap.ts'
import type { KnownFiles } from './identity.ts'
import { linkName, type Spool, type SpoolLink } from './spool.ts'
import type { Troubles } from './trouble.ts'

/** How long a final file must not have grown before its link is removed. */
export const UNLINK_MS = 10_000

export interface ChainSpoolParts {
  readonly fileSystem: FileSystem
  readonly troubles: Troubles
  readonly known: KnownFiles
  readonly spool: Spool
  readonly isLossDurable: (file: FollowedFile) => boolean
}

/** What the spool keeps of one chain: every file is linked on first sight, and let go when all of it is answered for. */
export class ChainSpool {
  readonly #parts: ChainSpoolParts
  readonly #source: ChainSource
  readonly #place: string
  #sequence = 0
  /** Directories may be left that nothing is in. */
  #isTidy = true

  constructor(scope: string, source: ChainSource, parts: ChainSpoolParts) {
    this.#parts = parts
    this.#source = source
    this.#place = parts.spool.placeOf({ scope, source })
  }

  /** The files that an earlier run linked, oldest first. */
  restore(scope: string, nowMs: number): readonly FollowedFile[] {
    const known = this.#parts.known.ofScope(scope)
    const links = this.#withoutTwins(this.#parts.spool.links(this.#place))
    const files = links.map((link) => {
      const file = followLink(link, nowMs)
      file.path = known.find((entry) => isSamePlace(entry, link))?.path ?? link.path
      return file
    })
    this.#sequence = links.at(-1)?.sequence ?? 0
    this.#isTidy = links.length === 0
    const marked = new Set(links.filter((link) => link.isAfterGap).map((link) => link.path))
    restoreGaps(files, ({ link }) => link !== undefined && marked.has(link.path), known.at(-1)?.fileKey)
    return files
  }

  /** A crash while a link was renamed leaves two of one file. */
  #withoutTwins(links: readonly SpoolLink[]): readonly SpoolLink[] {
    return links.filter((link, index) => {
      const isFirst = links.findIndex((other) => isSamePlace(other, link)) === index
      if (!isFirst) this.#parts.fileSystem.remove(link.path)
      return isFirst
    })
  }

  /** Link a file that has a name, or hold it open where that is refused. What went wrong is tried again at the next sweep. */
  protect(file: FollowedFile): void {
    if (file.isDone || !file.isNamed || file.link !== undefined || file.held !== undefined) return
    const { fileSystem, troubles } = this.#parts
    try {
      const open = file.open === undefined ? fileSystem.open(file.path, this.#source.roots) : undefined
      troubles.end('read', file.path)
      this.#linkOrHold(file, open)
    } catch (error) {
      if (!isMissing(error)) troubles.begin('read', 'log', file.path, error)
    }
  }

  /** Open the link of a file. */
  open(link: string): OpenFile {
    return this.#parts.fileSystem.open(link, this.#parts.spool.roots)
  }

  /** Remove the link of a file that is done, as soon as it may go; whether it has none now. `late`: it has grown. */
  release(file: FollowedFile, nowMs: number): 'gone' | 'kept' | 'late' {
    const { link } = file
    if (link === undefined) return 'gone'
    if (!this.#mayGo(file, nowMs)) return 'kept'
    const { fileSystem, troubles } = this.#parts
    try {
      if (file.givenUp === undefined && fileSystem.stat(link.path).sizeBytes !== file.seenBytes) return 'late'
      fileSystem.remove(link.path)
      troubles.end('remove', link.path)
    } catch (error) {
      if (!isMissing(error)) {
        troubles.begin('remove', 'link', link.path, error)
        return 'kept'
      }
    }
    file.link = undefined
    return 'gone'
  }

  /** Remove the link of a file, or close it, whatever is left of it. */
  drop(file: FollowedFile): void {
    this.close(file)
    if (file.link === undefined) return
    this.#parts.fileSystem.remove(file.link.path)
    file.link = undefined
  }

  /** Remove the directories of the chain when it has no links any more. */
  tidy(files: readonly FollowedFile[]): void {
    if (this.#isTidy || files.some((file) => file.link !== undefined)) return
    this.#parts.spool.tidy(this.#place)
    this.#isTidy = true
  }

  /** Keep it over a crash, or forget it, that files may have been missed before this one. */
  rename(file: FollowedFile): void {
    if (file.link === undefined) return
    const { sequence, path } = file.link
    try {
      file.link = { sequence, path: this.#parts.spool.rename(path, nameOf(file, sequence)) }
    } catch (error) {
      this.#parts.troubles.begin('rename', 'link', path, error)
    }
  }

  /** Close a file; it is no longer held. */
  close(file: FollowedFile): void {
    if (close(file)) this.#parts.spool.letGo()
  }

  #linkOrHold(file: FollowedFile, opened: OpenFile | undefined): void {
    const open = file.open ?? opened
    if (open === undefined) return
    if (!isSamePlace(open.stat(), file)) {
      opened?.close()
      return
    }
    try {
      this.#link(file, open)
      opened?.close()
    } catch (error) {
      if (isMissing(error)) opened?.close()
      else if (this.#parts.spool.hold(file.path, error)) file.held = open
      else opened?.close()
    }
  }

  #link(file: FollowedFile, open: OpenFile): void {
    const { spool, fileSystem } = this.#parts
    this.#isTidy = false
    const sequence = this.#sequence + 1
    const path = spool.link(fileSystem.resolve(file.path), open, this.#place, nameOf(file, sequence))
    if (path === undefined) return
    this.#sequence = sequence
    file.link = { path, sequence }
  }

  #mayGo(file: FollowedFile, nowMs: number): boolean {
    if (file.givenUp !== undefined) return this.#parts.isLossDurable(file)
    if (!file.isDone) return false
    if (file.sizeBytes === 0) return true
    if (nowMs - file.changedMs < UNLINK_MS) return false
    const { identity } = file
    return identity?.isBegun !== true || this.#parts.known.isDurable(identity.fileKey, identity.offsetBytes)
  }
}

/** Bytes that are there only because they are linked or held. */
export function heldBytes(files: readonly FollowedFile[]): number {
  return files.reduce((sum, file) => sum + (isOnlyHeld(file) ? file.seenBytes : 0), 0)
}

/** It has no name in the logs any more, and is readable nevertheless. */
export function isOnlyHeld(file: FollowedFile): boolean {
  return !file.isNamed && file.givenUp === undefined && isKept(file)
}

function nameOf(file: FollowedFile, sequence: number): string {
  const { restart, isCompressed } = file
  return linkName({ restart, sequence, isAfterGap: file.gap !== undefined, isCompressed })
}

function isSamePlace(
  a: { readonly device: number; readonly inode: number },
  b: { readonly device: number; readonly inode: number },
): boolean {
  return a.device === b.device && a.inode === b.inode
}
