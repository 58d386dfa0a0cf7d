import type { Clock } from '../clock.ts'
import { basename, dirname, join } from 'node:path'
import type { ReporterIdentity } from '../record/reporter-identity.ts'
import type { ChainSource, FoundChain, FoundFile } from './chain.ts'
import { type DirectoryEntry, type FileSystem, isMissing } from './file-system.ts'
import type { Frame } from './frame/frame.ts'
import { Listings } from './listings.ts'
import { parsePodDirectory, type PodDirectory } from './pod-path.ts'
import { orderPlainLogs, orderPodLogs, withoutRotation } from './rotation.ts'
import type { Troubles } from './trouble.ts'

/** What Envoy and its kin are called in pods. */
export const DEFAULT_CONTAINERS: readonly string[] = [
  'istio-proxy', // Istio: sidecars, gateways, waypoints, ztunnel
  'envoy', // Envoy Gateway, Contour
  'ztunnel',
  'gateway',
  'consul-dataplane',
  'kuma-sidecar',
  'cilium-envoy',
  'aes', // Ambassador Edge Stack
  'ambassador', // Emissary
]

const COMPRESSED = /\.(?:gz|bz2|xz|zst)$/

/** Plain files, as configured. */
export interface PlainFiles {
  /** A path or a glob. */
  readonly path: string
  readonly frame: Frame
  readonly format: string
  readonly reporter: ReporterIdentity
}

export interface DiscoverySettings {
  /** Kubelet's tree of container logs. */
  readonly pods: string | undefined
  readonly containers: readonly string[]
  readonly files: readonly PlainFiles[]
  readonly nodeName: string
}

/** Finds the log files of this node in the file system alone: what is there now, as rotation chains. */
export class Discovery {
  readonly #settings: DiscoverySettings
  readonly #containers: ReadonlySet<string>
  readonly #fileSystem: FileSystem
  readonly #listings: Listings
  readonly #troubles: Troubles
  /** What the last good look at a pod or a pattern gave: a look that fails says nothing about what is there. */
  #last = new Map<string, readonly FoundChain[]>()

  constructor(settings: DiscoverySettings, fileSystem: FileSystem, clock: Clock, troubles: Troubles) {
    this.#settings = settings
    this.#containers = new Set(settings.containers)
    this.#fileSystem = fileSystem
    this.#listings = new Listings(fileSystem, clock)
    this.#troubles = troubles
  }

  /** Look once. Two files with one scope never come in two chains. */
  sweep(): readonly FoundChain[] {
    const { pods, files } = this.#settings
    const found = pods === undefined ? new Map<string, readonly FoundChain[]>() : this.#sweepPods(pods)
    for (const entry of files) this.#keep(found, entry.path, this.#sweepPlain(entry))
    this.#last = found
    this.#listings.endSweep()
    const chains = new Map<string, FoundChain>()
    for (const chain of [...found.values()].flat()) if (!chains.has(chain.scope)) chains.set(chain.scope, chain)
    return [...chains.values()]
  }

  /** By the directory of the pod. */
  #sweepPods(root: string): Map<string, readonly FoundChain[]> {
    const entries = this.#list(root)
    if (entries === undefined) return new Map(this.#last)
    const found = new Map<string, readonly FoundChain[]>()
    for (const { name, isDirectory } of entries) {
      const pod = isDirectory ? parsePodDirectory(name) : undefined
      if (pod !== undefined) this.#keep(found, name, this.#sweepPod(root, join(root, name), pod))
    }
    return found
  }

  /** `chains` is undefined when the look failed. */
  #keep(found: Map<string, readonly FoundChain[]>, key: string, chains: readonly FoundChain[] | undefined): void {
    found.set(key, chains ?? this.#last.get(key) ?? [])
  }

  #sweepPod(root: string, directory: string, pod: PodDirectory): readonly FoundChain[] | undefined {
    const chains: FoundChain[] = []
    const containers = this.#list(directory, true)
    for (const { name, isDirectory } of containers ?? []) {
      if (!isDirectory || !this.#containers.has(name)) continue
      const entries = this.#list(join(directory, name), true)
      if (entries === undefined) return undefined
      const logs = orderPodLogs(entries.map((entry) => entry.name))
      const files = logs.flatMap((log) => this.#look(join(directory, name, log.name), log.restart))
      const identity = { ...pod, containerName: name, nodeName: this.#settings.nodeName }
      const source: ChainSource = { identity, frame: 'cri', format: 'auto', roots: [root] }
      chains.push({ scope: `pod\0${pod.podUid}\0${name}`, source, files })
    }
    return containers && chains
  }

  #sweepPlain({ path, frame, format, reporter }: PlainFiles): readonly FoundChain[] | undefined {
    const { nodeName } = this.#settings
    const source: ChainSource = { identity: { nodeName, ...reporter }, frame, format, roots: [rootOf(path)] }
    const chains: FoundChain[] = []
    const matches = this.#glob(path)?.filter((match) => !COMPRESSED.test(match))
    const live = new Set(matches?.map((match) => join(dirname(match), withoutRotation(basename(match)))))
    for (const first of live) {
      const directory = dirname(first)
      const entries = this.#list(directory)
      if (entries === undefined) return undefined
      const names = entries.filter((entry) => !entry.isDirectory).map((entry) => entry.name)
      const ordered = orderPlainLogs(basename(first), names)
      const files = ordered.flatMap((name) => this.#look(join(directory, name), 0))
      chains.push({ scope: `file\0${nodeName}\0${first}`, source, files })
    }
    return matches && chains
  }

  #look(path: string, restart: number): readonly FoundFile[] {
    try {
      const { isFile, device, inode, sizeBytes, modifiedMs } = this.#fileSystem.stat(path)
      if (!isFile) throw new Error('it is not a regular file')
      this.#troubles.end('follow', path)
      return [{ path, restart, device, inode, sizeBytes, modifiedMs, isCompressed: false }]
    } catch (error) {
      // Between listing and looking it may have been renamed or deleted: the next sweep sees where to.
      if (!isMissing(error)) this.#troubles.begin('follow', 'log', path, error)
    }
    return []
  }

  /** Undefined when it cannot be told what is there. `mayBeGone`: a pod may be removed between two looks. */
  #list(directory: string, mayBeGone = false): readonly DirectoryEntry[] | undefined {
    try {
      const entries = this.#listings.list(directory)
      this.#troubles.end('list', directory)
      return entries
    } catch (error) {
      if (mayBeGone && isMissing(error)) return []
      this.#troubles.begin('list', 'directory', directory, error)
      return undefined
    }
  }

  #glob(pattern: string): readonly string[] | undefined {
    try {
      const paths = this.#fileSystem.glob(pattern)
      this.#troubles.end('list', pattern)
      return paths
    } catch (error) {
      this.#troubles.begin('list', 'files', pattern, error)
      return undefined
    }
  }
}

/** The directory above the first part of a glob that is not a plain name. */
function rootOf(pattern: string): string {
  const wildcard = pattern.search(/[*?[\]{}!()]/)
  return wildcard === -1 ? dirname(pattern) : dirname(`${pattern.slice(0, wildcard)}x`)
}
