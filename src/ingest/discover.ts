import { dirname, join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { ReporterIdentity } from '../record/reporter-identity.ts'
import type { ChainSource, FoundChain } from './chain.ts'
import type { DirectoryEntry, FileSystem } from './file-system.ts'
import type { Frame } from './frame/frame.ts'
import { Listings } from './listings.ts'
import { LogFiles } from './log-files.ts'
import { NameFilter } from './name-filter.ts'
import { PlainPaths } from './plain-paths.ts'
import { type ContainerDirectory, parsePodDirectory, type PodDirectory } from './pod-path.ts'
import { QuietDirectories } from './quiet-directories.ts'
import { type LogName, orderPodLogs } from './rotation.ts'
import { SeenChains } from './seen-chains.ts'
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
  /** What the root was last seen to hold, and the pods in it. */
  #pods: { readonly entries: readonly DirectoryEntry[]; readonly pods: readonly Pod[] } = { entries: [], pods: [] }

  /** `onChange` is called when it is worth to sweep at once. */
  constructor(
    settings: DiscoverySettings,
    fileSystem: FileSystem,
    clock: Clock,
    troubles: Troubles,
    onChange: () => void = () => {},
  ) {
    const { containers, namespaces = [], podNames = [], files, linkTargets = [] } = settings
    this.#settings = settings
    this.#filters = {
      containers: new NameFilter(containers),
      namespaces: new NameFilter(namespaces),
      podNames: new NameFilter(podNames),
    }
    this.#files = files.map((entry) => [entry, new PlainPaths(entry.path, fileSystem, troubles)])
    this.#quiet = new QuietDirectories(fileSystem, clock, troubles, onChange)
    this.#listings = new Listings(fileSystem, clock, this.#quiet, troubles)
    this.#logFiles = new LogFiles({ fileSystem, listings: this.#listings, troubles, linkTargets })
    this.#chains = new SeenChains(clock, this.#quiet)
  }

  /**
   * Look once. Two files with one scope never come in two chains. A chain that is the same object as at the last sweep
   * is known not to have changed since.
   */
  sweep(): readonly FoundChain[] {
    const { pods } = this.#settings
    if (pods !== undefined) this.#sweepPods(pods)
    for (const [entry, paths] of this.#files) this.#sweepFiles(entry, paths)
    this.#listings.endSweep()
    this.#quiet.endSweep()
    return this.#chains.endSweep()
  }

  /** Watch nothing any more. */
  close(): void {
    this.#quiet.close()
  }

  #sweepPods(root: string): void {
    const entries = this.#listings.list(root, 'always')
    if (entries === undefined) return this.#chains.keep('pod\0')
    if (entries !== this.#pods.entries) this.#pods = { entries, pods: this.#podsAmong(root, entries) }
    for (const pod of this.#pods.pods)
      for (const { name, isDirectory } of this.#listings.listOrLast(pod.directory, 'always'))
        if (isDirectory && this.#filters.containers.wants(name))
          this.#seeContainer({ root, pod, containerName: name, directory: join(pod.directory, name) }, 'auto')
  }

  #podsAmong(root: string, entries: readonly DirectoryEntry[]): readonly Pod[] {
    const { namespaces, podNames } = this.#filters
    return entries.flatMap(({ name, isDirectory }) => {
      const pod = isDirectory ? parsePodDirectory(name) : undefined
      const isWanted = pod !== undefined && namespaces.wants(pod.namespace) && podNames.wants(pod.podName)
      return isWanted ? [{ ...pod, directory: join(root, name) }] : []
    })
  }

  #seeContainer({ root, pod, containerName, directory }: ContainerDirectory, format: string): void {
    const { linkTargets = [], nodeName } = this.#settings
    const { namespace, podName, podUid } = pod
    const source = (): ChainSource => ({
      identity: { namespace, podName, podUid, containerName, nodeName },
      frame: 'cri',
      format,
      roots: [root, ...linkTargets],
    })
    this.#chains.see(`pod\0${podUid}\0${containerName}`, source, (before, watching) => {
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
    this.#chains.see(`file\0${nodeName}\0${live}`, source, (before, watching) =>
      this.#logFiles.look(dirname(live), names, root, before, watching),
    )
  }
}
