import type { EnvoyLine } from '../record/envoy-line.ts'
import type { JsonText } from '../record/field.ts'
import { type Endpoint, type Hop, makeHop, type Reporter } from '../record/generated/record.ts'
import type { Direction } from '../record/layer.ts'
import type { ReporterFacts } from './direction.ts'
import { createEnds, type EndResolver, type Ends } from './endpoint/ends.ts'
import type { EndpointIndex } from './endpoint/index.ts'
import type { Lookups } from './endpoint/lookups.ts'
import { type Miss, Misses } from './endpoint/misses.ts'
import type { PodState } from './endpoint/pod-state.ts'
import type { ReporterIdentity } from '../record/reporter-identity.ts'
import { reporterOf } from './endpoint/reporter.ts'

/** What is the same for every file. */
export interface Surroundings {
  readonly index: EndpointIndex
  /** Where look-ups are counted. */
  readonly lookups?: Lookups | undefined
  /** Configured name of the cluster. */
  readonly clusterName?: string | undefined
  /** Configured labels of every document. */
  readonly labels?: JsonText | undefined
}

/** The proxy that wrote some lines, and the hop as seen from there. Follows what the index learns. */
export class Vantage {
  readonly #surroundings: Surroundings
  readonly #identity: ReporterIdentity
  readonly #ends: EndResolver
  readonly #misses: Misses
  #version = Number.NaN
  #reporter: Reporter
  #serviceName: string | undefined
  #ownHop: Hop = makeHop({})

  /** `misses`: where addresses are noted that are not known yet. */
  constructor(surroundings: Surroundings, identity: ReporterIdentity, misses = new Misses()) {
    this.#surroundings = surroundings
    this.#identity = identity
    this.#misses = misses
    this.#ends = createEnds(surroundings.index, identity, {
      cluster: surroundings.clusterName,
      lookups: surroundings.lookups,
    })
    this.#reporter = this.#refresh()
  }

  get reporter(): Reporter {
    return this.#version === this.#surroundings.index.version ? this.#reporter : this.#refresh()
  }

  /** What decides the direction of its lines; undefined when its pod is not known. */
  get facts(): ReporterFacts | undefined {
    return this.#ends.reporter
  }

  /**
   * Who talked to whom in a line, and in which state their pods were at `atMs`: of a failure always, else where one was
   * not ready. The resolver gives the same ends for lines that repeat, until the index changes.
   */
  hopOf(line: EnvoyLine, direction: Direction, atMs: number, isFailure: boolean): Hop {
    const ends = this.#ends.endsOf(line, direction)
    if (ends.unknownIps !== undefined) this.#misses.add(ends.unknownIps, line.startTimeMs ?? Number.NaN)
    const hop = (ends.hop ??= this.#makeHop(ends))
    const source = ends.sourceSpan?.stated(atMs, isFailure) ?? ends.source
    const destination = ends.destinationSpan?.stated(atMs, isFailure) ?? ends.destination
    return source === ends.source && destination === ends.destination ? hop : statedHop(hop, source, destination)
  }

  /** The state of the called pod that explains a failure which went on from `startMs` to `endMs`. */
  whyOf(line: EnvoyLine, direction: Direction, startMs: number, endMs: number): PodState | undefined {
    return this.#ends.endsOf(line, direction).destinationSpan?.why(startMs, endMs)
  }

  /** The hop of a line that speaks of nobody but its writer. */
  get ownHop(): Hop {
    return this.#ownHop
  }

  #refresh(): Reporter {
    const { index, clusterName, labels } = this.#surroundings
    this.#version = index.version
    this.#reporter = reporterOf(this.#identity, index, clusterName, labels)
    this.#serviceName = this.#ends.reporter?.workload.name ?? this.#identity.workload
    this.#ownHop = makeHop(this.#ownService())
    return this.#reporter
  }

  #makeHop({ source, destination, workloads, destinationDomain, mtls }: Ends): Hop {
    return makeHop({
      ...this.#ownService(),
      source,
      destination,
      mtls,
      workloads,
      destinationDomain,
      serviceOriginName: source?.workload ?? source?.service,
      serviceTargetName: destination?.service ?? destination?.workload,
    })
  }

  #ownService() {
    return { serviceName: this.#serviceName, serviceNodeName: this.#reporter.podName }
  }
}

/** A hop between the same ends, with the states of their pods. */
function statedHop(hop: Hop, source: Endpoint | undefined, destination: Endpoint | undefined): Hop {
  let envoyJson = hop.envoyJson
  if (destination !== undefined) envoyJson = replaceLast(envoyJson, hop.destination?.json ?? '', destination.json)
  if (source !== undefined) envoyJson = envoyJson.replace(hop.source?.json ?? '', () => source.json)
  return { ...hop, source, destination, envoyJson }
}

function replaceLast(text: string, part: string, by: string): string {
  const at = text.lastIndexOf(part)
  return text.slice(0, at) + by + text.slice(at + part.length)
}

/** Whose lines a file holds; a prefix or an envelope may name another pod, where lines of several come in. */
export class Vantages {
  readonly file: Vantage
  /** Kubernetes namespace of the proxy that wrote the file, as its path or the configuration says: no inventory decides. */
  readonly namespace: string | undefined
  readonly #surroundings: Surroundings
  readonly #pods = new Map<string, Vantage>()
  readonly #misses = new Misses()

  constructor(surroundings: Surroundings, identity: ReporterIdentity) {
    this.#surroundings = surroundings
    this.file = new Vantage(surroundings, identity, this.#misses)
    this.namespace = identity.namespace
  }

  /** Pod addresses that hops since the last call were asked for in vain. */
  takeMisses(): readonly Miss[] {
    return this.#misses.take()
  }

  ofPod(podName: string, containerName: string | undefined): Vantage {
    return this.of({ podName, ...(containerName !== undefined && { containerName }) })
  }

  /** That of another writer. */
  of(identity: ReporterIdentity): Vantage {
    const { namespace, podName, podUid, containerName, nodeName } = identity
    const key = `${podName}/${containerName}/${namespace}/${podUid}/${nodeName}`
    const known = this.#pods.get(key)
    if (known !== undefined) return known
    const vantage = new Vantage(this.#surroundings, identity, this.#misses)
    if (this.#pods.size >= MAX_PODS) this.#pods.clear()
    this.#pods.set(key, vantage)
    return vantage
  }
}
const MAX_PODS = 1_000
