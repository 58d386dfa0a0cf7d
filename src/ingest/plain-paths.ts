import { dirname, join, resolve } from 'node:path'
import { type DirectoryEntry, type FileSystem, isMissing } from './file-system.ts'
import { isBelow } from './log-files.ts'
import type { NameGlob } from './name-glob.ts'
import { type List, PathGlob } from './path-glob.ts'
import { type ContainerDirectory, type ContainerLink, parseContainerLink, parsePodLog } from './pod-path.ts'
import { type LogName, orderPlainLogs, unknownCompression, withoutRotation } from './rotation.ts'
import type { Troubles } from './trouble.ts'

/** One log and its rotated predecessors. */
export interface PlainLog {
  /** The name it has, or had, while it is written. */
  readonly live: string
  /** Oldest first. */
  readonly names: readonly LogName[]
}

/** What is followed in a directory outside the pods tree. */
export interface PlainDirectory {
  readonly logs: readonly PlainLog[]
  /** Where kubelet's links lead (`/var/log/containers`). */
  readonly containers: readonly ContainerDirectory[]
}

export interface PlainPathsParts {
  readonly fileSystem: FileSystem
  readonly troubles: Troubles
  /** Directories of flagship's own, in which nothing is followed: its links in the spool would be linked again. */
  readonly own: readonly string[]
}

/** The files that one configured path stands for. A directory that has not changed is not read again. */
export class PlainPaths {
  readonly #glob: PathGlob
  readonly #fileSystem: FileSystem
  readonly #troubles: Troubles
  readonly #own: readonly string[]
  readonly #read = new WeakMap<readonly DirectoryEntry[], PlainDirectory>()

  constructor(pattern: string, { fileSystem, troubles, own }: PlainPathsParts) {
    this.#glob = new PathGlob(pattern)
    this.#fileSystem = fileSystem
    this.#troubles = troubles
    this.#own = own
  }

  /** The directory above the first name that is not plain. */
  get root(): string {
    return this.#glob.root
  }

  /** By directory. `list` gives the same array while a directory has not changed. */
  find(list: List): ReadonlyMap<string, PlainDirectory> {
    const found = new Map<string, PlainDirectory>()
    for (const [directory, globs] of this.#glob.directories(list)) {
      const entries = list(directory)
      const content = this.#read.get(entries) ?? this.#readDirectory(directory, entries, globs)
      this.#read.set(entries, content)
      found.set(directory, content)
    }
    return found
  }

  #readDirectory(directory: string, entries: readonly DirectoryEntry[], globs: readonly NameGlob[]): PlainDirectory {
    if (this.#isOwn(directory)) return { containers: [], logs: [] }
    const isWanted = (name: string) => globs.some((glob) => glob.matches(name))
    const containers: ContainerDirectory[] = []
    const chains = new Map<string, string[]>()
    for (const { name, isDirectory } of entries) {
      if (isDirectory) continue
      const link = isWanted(name) ? parseContainerLink(name) : undefined
      const container = link && this.#follow(join(directory, name), link)
      if (container === undefined || container === 'no link') add(chains, withoutRotation(name), name)
      else containers.push(...container)
    }
    const logs = [...chains].filter(([live, names]) => isWanted(live) || names.some(isWanted))
    return { containers, logs: logs.map(([live, names]) => this.#order(directory, live, names)) }
  }

  #isOwn(directory: string): boolean {
    try {
      const within = join(this.#fileSystem.resolve(directory), 'x')
      return this.#own.some((own) => isBelow(within, own, this.#fileSystem))
    } catch {
      return false // it is gone, and so is what is in it
    }
  }

  #order(directory: string, live: string, names: readonly string[]): PlainLog {
    const path = join(directory, live)
    const compression = unknownCompression(names)
    if (compression === undefined) this.#troubles.end('unpack', path)
    else this.#troubles.begin('unpack', 'rotated files of', path, new Error(`${compression} is not known, only gz is`))
    return { live, names: orderPlainLogs(live, names) }
  }

  /** The container whose log the link leads to; none when the link and its place do not agree. */
  #follow(path: string, link: ContainerLink): readonly ContainerDirectory[] | 'no link' {
    const fileSystem = this.#fileSystem
    const logs = dirname(dirname(path)) // /var/log, where kubelet has its pods tree too
    try {
      const target = resolve(dirname(path), fileSystem.readLink(path))
      const container = parsePodLog(target)
      if (
        container === undefined ||
        !agrees(link, container) ||
        !isBelow(fileSystem.resolve(container.root), logs, fileSystem)
      )
        throw new Error(`it leads to "${target}", which is not the log of that container`)
      this.#troubles.end('follow', path)
      return [container]
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EINVAL') return 'no link'
      if (!isMissing(error)) this.#troubles.begin('follow', 'link', path, error)
      return []
    }
  }
}

function add(chains: Map<string, string[]>, live: string, name: string): void {
  const names = chains.get(live)
  if (names === undefined) chains.set(live, [name])
  else names.push(name)
}

function agrees(link: ContainerLink, { pod, containerName }: ContainerDirectory): boolean {
  return link.namespace === pod.namespace && link.podName === pod.podName && link.containerName === containerName
}
