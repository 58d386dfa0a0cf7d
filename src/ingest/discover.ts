import { dirname, join, matchesGlob } from 'node:path'
import type { Clock } from '../clock.ts'
import type { ReporterIdentity } from '../record/reporter-identity.ts'
import type { ChainSource, FoundChain } from './chain.ts'
import type { DirectoryEntry, FileSystem } from './file-system.ts'
import type { Frame } from './frame/frame.ts'
import { Listings } from './listings.ts'
import { LogFiles } from './log-files.ts'
import { NameFilter } from './name-filter.ts'
import { PlainPaths } from './plain-paths.ts'
import { type ContainerDirectory, containerDirectory, parsePodDirectory, type PodDirectory } from './pod-path.ts'
import { QuietDirectories } from './quiet-directories.ts'
import { type LogName, orderPodLogs } from './rotation.ts'
import { SeenChains } from './seen-chains.ts'
import type { SpooledChain } from './spool.ts'
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
  /** Globs for names below `pods`; one that begins with `!` says what is not followed. */
  readonly containers: readonly string[]
  /** All, without it. */
  readonly namespaces?: readonly string[]
  /** All, without it. */
  readonly podNames?: readonly string[]
  readonly files: readonly PlainFiles[]
  /** Directories of flagship's own: what lies in them is no log, whatever `files` says. */
  readonly own?: readonly string[]
  /** Directories outside the logs' own root that links may lead to; none, without it. */
  readonly linkTargets?: readonly string[]
  readonly nodeName: string
}

interface Pod extends PodDirectory {
  readonly directory: string
}

/**
 * Finds the log files of this node in the file system alone: what is there now, as rotation chains.
 *
 * What has not changed costs next to nothing: directories are watched where that works, and looked at where not.
 */
export class Discovery {
  readonly #settings: DiscoverySettings
  readonly #filters: Readonly<Record<'containers' | 'namespaces' | 'podNames', NameFilter>>
  readonly #files: readonly (readonly [PlainFiles, PlainPaths])[]
  readonly #quiet: QuietDirectories
  readonly #listings: Listings
  readonly #logFiles: LogFiles
  readonly #chains: SeenChains
  /** By the entries of their directories, which are the same arrays while nothing has changed. */
  readonly #pods = new WeakMap<readonly DirectoryEntry[], readonly Pod[]>()
  readonly #containers = new WeakMap<readonly DirectoryEntry[], readonly ContainerDirectory[]>()
  #found: readonly FoundChain[] = []
  #isComplete = false

  /** `onChange` is called when it is worth to sweep at once. */
  constructor(
    settings: DiscoverySettings,
    fileSystem: FileSystem,
    clock: Clock,
    troubles: Troubles,
    onChange: () => void = () => {},
  ) {
    const { containers, namespaces = [], podNames = [], files, own = [], linkTargets = [] } = settings
    this.#settings = settings
    this.#filters = {
      containers: new NameFilter(containers),
      namespaces: new NameFilter(namespaces),
      podNames: new NameFilter(podNames),
    }
    this.#files = files.map((entry) => [entry, new PlainPaths(entry.path, { fileSystem, troubles, own })])
    this.#quiet = new QuietDirectories(fileSystem, clock, troubles, onChange)
    this.#listings = new Listings(fileSystem, clock, this.#quiet, troubles)
    this.#logFiles = new LogFiles({ fileSystem, listings: this.#listings, troubles, linkTargets })
    this.#chains = new SeenChains(clock, this.#quiet)
  }

  /** Whether the last sweep could list every directory, so that what it did not find was not there. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  /**
   * Look once. Two files with one scope never come in two chains. A chain that is the same object as at the last sweep
   * is known not to have changed since.
   */
  sweep(): readonly FoundChain[] {
    if (this.#quiet.areAllQuiet) return this.#found
    const { pods } = this.#settings
    if (pods !== undefined) this.#sweepPods(pods)
    for (const [entry, paths] of this.#files) this.#sweepFiles(entry, paths)
    this.#isComplete = !this.#listings.hasFailed
    this.#quiet.endSweep()
    this.#listings.endSweep()
    this.#found = this.#chains.endSweep()
    return this.#found
  }

  /** Where a chain came from that only the spool knows; undefined when `ingest` names nothing that it may be of. */
  sourceOf(chain: SpooledChain): Pick<FoundChain, 'scope' | 'source'> | undefined {
    const { linkTargets = [], nodeName, files, pods } = this.#settings
    if (chain.kind === 'pod') {
      const { pod, containerName } = chain
      const identity = { ...pod, containerName, nodeName }
      const { namespace, podName, podUid } = pod
      const directory = pods && join(pods, `${namespace}_${podName}_${podUid}`)
      const roots = [...(directory === undefined ? [] : [directory]), ...linkTargets]
      return { scope: scopeOfContainer(pod, containerName), source: { identity, frame: 'cri', format: 'auto', roots } }
    }
    const entry = files.find(({ path }) => path === chain.path || matchesGlob(chain.path, path))
    if (entry === undefined) return undefined
    const { frame, format, reporter } = entry
    const roots = [dirname(chain.path), ...linkTargets]
    const source = { identity: { nodeName, ...reporter }, frame, format, roots }
    return { scope: scopeOfFile(nodeName, chain.path), source }
  }

  /** Watch nothing any more. */
  close(): void {
    this.#quiet.close()
  }

  #sweepPods(root: string): void {
    const entries = this.#listings.list(root, 'always')
    if (entries === undefined) return this.#chains.keep('pod\0')
    const pods = this.#pods.get(entries) ?? this.#podsAmong(root, entries)
    this.#pods.set(entries, pods)
    for (const pod of pods) this.#sweepPod(pod)
  }

  #sweepPod(pod: Pod): void {
    const entries = this.#listings.listOrLast(pod.directory, 'always')
    const containers = this.#containers.get(entries) ?? this.#containersAmong(pod, entries)
    this.#containers.set(entries, containers)
    for (const container of containers) this.#seeContainer(container, 'auto')
  }

  #podsAmong(root: string, entries: readonly DirectoryEntry[]): readonly Pod[] {
    const { namespaces, podNames } = this.#filters
    return entries.flatMap(({ name, isDirectory }) => {
      const pod = isDirectory ? parsePodDirectory(name) : undefined
      const isWanted = pod !== undefined && namespaces.wants(pod.namespace) && podNames.wants(pod.podName)
      return isWanted ? [{ ...pod, directory: join(root, name) }] : []
    })
  }

  #containersAmong(pod: Pod, entries: readonly DirectoryEntry[]): readonly ContainerDirectory[] {
    return entries
      .filter(({ name, isDirectory }) => isDirectory && this.#filters.containers.wants(name))
      .map(({ name }) => containerDirectory(pod, name))
  }

  #seeContainer({ scope, root, pod, containerName, directory }: ContainerDirectory, format: string): void {
    const { linkTargets = [], nodeName } = this.#settings
    const { namespace, podName, podUid } = pod
    const source = (): ChainSource => ({
      identity: { namespace, podName, podUid, containerName, nodeName },
      frame: 'cri',
      format,
      roots: [root, ...linkTargets],
    })
    this.#chains.see(scope, source, (before, watching) => {
      const entries = this.#listings.list(directory, watching, true)
      const names = orderPodLogs(entries?.map((entry) => entry.name) ?? [])
      return entries && this.#logFiles.look(directory, names, root, before, watching)
    })
  }

  #sweepFiles(entry: PlainFiles, paths: PlainPaths): void {
    const list = (directory: string) => this.#listings.listOrLast(directory, 'calm')
    for (const [directory, { logs, containers }] of paths.find(list)) {
      for (const container of containers) this.#seeContainer(container, entry.format)
      for (const { live, names } of logs) this.#seePlain(entry, paths.root, join(directory, live), names)
    }
  }

  #seePlain({ frame, format, reporter }: PlainFiles, root: string, live: string, names: readonly LogName[]): void {
    const { linkTargets = [], nodeName } = this.#settings
    const source = (): ChainSource => ({
      identity: { nodeName, ...reporter },
      frame,
      format,
      roots: [root, ...linkTargets],
    })
    this.#chains.see(scopeOfFile(nodeName, live), source, (before, watching) =>
      this.#logFiles.look(dirname(live), names, root, before, watching),
    )
  }
}

function scopeOfContainer({ podUid }: PodDirectory, containerName: string): string {
  return `pod\0${podUid}\0${containerName}`
}

function scopeOfFile(nodeName: string, live: string): string {
  return `file\0${nodeName}\0${live}`
}
