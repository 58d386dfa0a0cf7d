import { dirname, join, resolve, sep } from 'node:path'
import { reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { FoundChain } from './chain.ts'
import { type DirectoryEntry, type FileStat, type FileSystem, isMissing, type OpenFile } from './file-system.ts'
import { parsePodDirectory, type PodDirectory } from './pod-path.ts'
import type { Troubles } from './trouble.ts'

/** Descriptors held instead of links, in all of the process: a fraction of the usual limit of 1,048,576 in a container. */
export const MOST_HELD_DESCRIPTORS = 4_096
const PODS = 'pods'
const FILES = 'files'
/** `<restart>-<sequence>`, `-gap` where files may have been missed right before, `.gz` for what that is. */
const LINK = /^(\d{1,9})-(\d{1,15})(-gap)?(\.gz)?$/

/** A file as its link in the spool says: whose it is says the place of the link. */
export interface SpoolLink extends FileStat {
  readonly path: string
  readonly restart: number
  /** Rises within a chain in the order in which files were first seen. */
  readonly sequence: number
  /** Files may have come and gone unseen right before this one. */
  readonly isAfterGap: boolean
  readonly isCompressed: boolean
}

/** A chain that has links in the spool. */
export type SpooledChain =
  | { readonly kind: 'pod'; readonly pod: PodDirectory; readonly containerName: string }
  /** `path`: of the file that was being written. */
  | { readonly kind: 'file'; readonly path: string }

export interface SpoolParts {
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly troubles: Troubles
  readonly descriptors: DescriptorAllowance
}

/** How many more descriptors may be held; one for all spools of a process. */
export class DescriptorAllowance {
  #left: number

  constructor(most = MOST_HELD_DESCRIPTORS) {
    this.#left = most
  }

  take(): boolean {
    if (this.#left === 0) return false
    this.#left -= 1
    return true
  }

  giveBack(): void {
    this.#left += 1
  }
}

/**
 * Second names for the log files of one pipeline, so that they stay when kubelet deletes them: a directory on the same
 * mount that mirrors the logs, in which a link says by its place alone whose it is.
 */
export class Spool {
  readonly #directory: string
  readonly #parts: SpoolParts
  readonly #refusals = new Set<string>()
  /** The directory without links on the way to it, once it is there. */
  #resolved: string | undefined

  constructor(directory: string, parts: SpoolParts) {
    this.#directory = resolve(directory)
    this.#parts = parts
  }

  /** Where links may lead to. */
  get roots(): readonly string[] {
    return [this.#directory]
  }

  /** The chains that have links; asked at start, for those that are no longer in the logs. */
  chains(): readonly SpooledChain[] {
    return [...this.#podChains(join(this.#directory, PODS)), ...this.#fileChains(join(this.#directory, FILES))]
  }

  /** The place of a chain's links. */
  placeOf({ scope, source }: Pick<FoundChain, 'scope' | 'source'>): string {
    const { namespace, podName, podUid, containerName } = source.identity
    const isPod = scope.startsWith('pod\0') && podUid !== undefined && containerName !== undefined
    if (isPod) return join(this.#directory, PODS, `${namespace}_${podName}_${podUid}`, containerName)
    return join(this.#directory, FILES, scope.slice(scope.lastIndexOf('\0') + 1))
  }

  /** The links at a place, oldest first. */
  links(place: string): readonly SpoolLink[] {
    const links = this.#list(place).flatMap(({ name }) => this.#look(place, name) ?? [])
    return links.sort((a, b) => a.sequence - b.sequence)
  }

  /**
   * Give a file a link; undefined when what is at the path is no longer what is open. `path` must be without links on the
   * way. Throws what the file system throws, also ENOENT when the file has gone.
   */
  link(path: string, open: OpenFile, place: string, name: string): string | undefined {
    const { fileSystem } = this.#parts
    const link = join(place, name)
    this.#linkInto(place, path, link)
    if (this.#isSame(link, open)) return link
    fileSystem.remove(link)
    return undefined
  }

  /** Say in a link's name whether files may have been missed before it; the link as it is called then. */
  rename(link: string, name: string): string {
    const renamed = join(dirname(link), name)
    if (renamed === link) return link
    this.#parts.fileSystem.link(link, renamed)
    this.#parts.fileSystem.remove(link)
    return renamed
  }

  /** Hold an open file instead of a link; false when no more can be held. */
  hold(path: string, error: unknown): boolean {
    const isHeld = this.#parts.descriptors.take()
    this.#refuse(path, reasonWithoutPath(error))
    if (!isHeld) this.#refuse(path, 'no more files can be held open, and it is not even kept while the agent runs')
    return isHeld
  }

  /** A held file was closed. */
  letGo(): void {
    this.#parts.descriptors.giveBack()
  }

  /** Remove the directories of a chain that has no links. */
  tidy(place: string): void {
    const { fileSystem, troubles } = this.#parts
    try {
      for (let directory = place; directory.startsWith(this.#directory + sep); directory = dirname(directory))
        fileSystem.removeEmptyDirectory(directory)
      troubles.end('remove', place)
    } catch (error) {
      troubles.begin('remove', 'directory', place, error)
    }
  }

  /** Made only where needed: most links go where others are. */
  #linkInto(place: string, path: string, link: string): void {
    const { fileSystem } = this.#parts
    try {
      fileSystem.link(path, link)
    } catch (error) {
      if (!isMissing(error)) throw error
      fileSystem.makeDirectory(place)
      fileSystem.link(path, link)
    }
  }

  /** A link to a link is none of ours: only a name of the very file that is open counts. */
  #isSame(link: string, open: OpenFile): boolean {
    const { fileSystem } = this.#parts
    this.#resolved ??= fileSystem.resolve(this.#directory)
    if (fileSystem.resolve(link) !== this.#resolved + link.slice(this.#directory.length)) return false
    const [linked, opened] = [fileSystem.stat(link), open.stat()]
    return linked.device === opened.device && linked.inode === opened.inode
  }

  /** Said once for each reason: it concerns all files of a mount. */
  #refuse(path: string, reason: string): void {
    if (this.#refusals.has(reason)) return
    this.#refusals.add(reason)
    this.#parts.logger.warn(
      { path },
      `Cannot link log "${path}" into spool "${this.#directory}": ${reason}; such files are held open instead, and lost ` +
        'when they are deleted while the agent is down. Put spool.directory on the same mount as the logs',
    )
  }

  #podChains(root: string): readonly SpooledChain[] {
    return this.#list(root).flatMap(({ name }) => {
      const pod = parsePodDirectory(name)
      if (pod === undefined) return []
      const containers = this.#list(join(root, name)).map((container) => container.name)
      return containers.flatMap((containerName) =>
        this.links(join(root, name, containerName)).length === 0 ? [] : { kind: 'pod' as const, pod, containerName },
      )
    })
  }

  #fileChains(directory: string, path: string = sep): readonly SpooledChain[] {
    const entries = this.#list(directory)
    const below = entries.filter((entry) => entry.isDirectory)
    const chains = below.flatMap(({ name }) => this.#fileChains(join(directory, name), join(path, name)))
    const hasLinks = entries.some((entry) => !entry.isDirectory && LINK.test(entry.name))
    return hasLinks ? [...chains, { kind: 'file', path }] : chains
  }

  #list(directory: string): readonly DirectoryEntry[] {
    const { fileSystem, troubles } = this.#parts
    try {
      const entries = fileSystem.list(directory)
      troubles.end('list', directory)
      return entries
    } catch (error) {
      if (!isMissing(error)) troubles.begin('list', 'directory', directory, error)
      return []
    }
  }

  #look(place: string, name: string): SpoolLink | undefined {
    const parts = LINK.exec(name)
    if (parts === null) return undefined
    const [, restart, sequence, gap, gz] = parts
    try {
      const path = join(place, name)
      const order = { restart: Number(restart), sequence: Number(sequence) }
      return {
        ...this.#parts.fileSystem.stat(path),
        path,
        ...order,
        isAfterGap: gap !== undefined,
        isCompressed: gz !== undefined,
      }
    } catch {
      return undefined // a link to nowhere is no file
    }
  }
}

/** The name of a link, which says what is known of the file. */
export function linkName(link: Pick<SpoolLink, 'restart' | 'sequence' | 'isAfterGap' | 'isCompressed'>): string {
  return `${link.restart}-${link.sequence}${link.isAfterGap ? '-gap' : ''}${link.isCompressed ? '.gz' : ''}`
}

/** `EXDEV: cross-device link not permitted`, the same for every file. */
function reasonWithoutPath(error: unknown): string {
  return reasonOf(error).replace(/, link '.*$/s, '')
}
