import type { EnvoyLine, MoreValues } from '../../record/envoy-line.ts'
import type { Direction } from '../../record/layer.ts'
import { type Called, calledName, calledOf, destinationEnd, upstreamOf } from './destination.ts'
import { detach } from './detach.ts'
import type { EndpointIndex } from './index.ts'
import type { Lookups } from './lookups.ts'
import { mtlsOf } from './mtls.ts'
import { INBOUND_PASSTHROUGH, OwnPod } from './own-pod.ts'
import { detachPeer, evidenceOf } from './peer.ts'
import type { PodFacts } from './pod-table.ts'
import type { ReporterIdentity } from '../../record/reporter-identity.ts'
import { type End, type Ends, type Slot, SlotCache, slotOf } from './slot.ts'
import { type Caller, callerOf, hostPart, isForwardedClient, sourceEnd } from './source.ts'
import { View } from './view.ts'

export interface EndsOptions {
  /** Name of the cluster the index is of, as Istio's peer metadata writes it. */
  readonly cluster?: string | undefined
  /** Ends that are kept rendered. */
  readonly maxCached?: number
  /** Where look-ups are counted. */
  readonly lookups?: Lookups | undefined
}

/** Resolves the lines of one reporter. */
export interface EndResolver {
  /** Who was at both ends, at the line's own start; without one no pod is found by its address. */
  endsOf(line: EnvoyLine, direction: Direction): Ends
  /** The reporter's pod by what is known now: what `directionOf` asks for. */
  readonly reporter: PodFacts | undefined
}

/** A resolver of both ends for the lines of one file. Ends that repeat cost a look-up or two. */
export function createEnds(index: EndpointIndex, identity: ReporterIdentity, options: EndsOptions = {}): EndResolver {
  return new Resolver(index, identity, options)
}

export type { Ends } from './slot.ts'

const DEFAULT_MAX_CACHED = 10_000
/** Sources that are kept for one destination. */
const MAX_ANSWERS = 256

class Resolver implements EndResolver {
  readonly #index: EndpointIndex
  readonly #view: View
  readonly #own: OwnPod
  readonly #sources: SlotCache
  readonly #destinations: SlotCache
  /** The reporter as the one that was called. */
  readonly #inbound: SlotCache

  /** Answers for lines that name no destination, by source. */
  readonly #withoutDestination = new Map<Slot | undefined, Ends>()

  constructor(index: EndpointIndex, identity: ReporterIdentity, { cluster, maxCached, lookups }: EndsOptions) {
    this.#index = index
    this.#view = new View(index, cluster, lookups)
    this.#own = new OwnPod(this.#view, identity)
    this.#sources = new SlotCache(maxCached ?? DEFAULT_MAX_CACHED)
    this.#destinations = new SlotCache(maxCached ?? DEFAULT_MAX_CACHED)
    this.#inbound = new SlotCache(maxCached ?? DEFAULT_MAX_CACHED)
  }

  get reporter(): PodFacts | undefined {
    this.#refresh()
    return this.#own.facts
  }

  endsOf(line: EnvoyLine, direction: Direction): Ends {
    this.#refresh()
    const source = this.#source(line, direction)
    const destination = this.#destination(line, direction)
    const mtls = mtlsOf(line, direction)
    const answers = destination?.answers ?? this.#withoutDestination
    const known = answers.get(source)
    if (known !== undefined && known.mtls === mtls) return known
    const ends = endsBetween(source, destination, mtls, this.#own.workload)
    if (answers.size >= MAX_ANSWERS) answers.clear()
    answers.set(source, ends)
    return ends
  }

  /** Answers without a destination have no slot whose version would tell that they are old. */
  #refresh(): void {
    if (this.#own.refresh()) this.#withoutDestination.clear()
  }

  #source(line: EnvoyLine, direction: Direction): Slot | undefined {
    const remote = line.downstreamRemoteAddress
    const own = this.#own.slot
    if (direction === 'outbound' && own !== undefined && !isByZtunnel(line) && this.#own.isCaller(remote)) return own
    const first = line.more === undefined ? placeKey(direction) : callerKey(line.more, direction)
    const second = line.more === undefined && remote !== undefined ? peerKey(remote) : undefined
    if (second !== undefined) {
      const slot = this.#sources.get(first, second, startOf(line), this.#index.version)
      if (slot !== undefined) return slot
    }
    return this.#addSource(first, line, direction)
  }

  #addSource(first: string, line: EnvoyLine, direction: Direction): Slot | undefined {
    const caller = callerOf(line, direction)
    if (caller === undefined) return undefined
    const second = caller.isForwarded ? FORWARDED : (caller.address ?? '')
    const slot = this.#sources.get(first, second, startOf(line), this.#index.version)
    return slot ?? this.#add(this.#sources, first, second, sourceEnd(this.#view, detachCaller(caller), startOf(line)))
  }

  #destination(line: EnvoyLine, direction: Direction): Slot | undefined {
    const name = calledName(line)
    const dialled = line.downstreamLocalAddress ?? ''
    const { version } = this.#index
    if (direction === 'inbound' && this.#own.slot !== undefined && !isByZtunnel(line)) {
      const inbound = name ?? passthroughOf(line)
      return this.#inbound.get(inbound, dialled, 0, version) ?? this.#addInbound(inbound, dialled)
    }
    const first = name ?? dialled
    const second = calledKey(line, direction, name)
    return (
      this.#destinations.get(first, second, startOf(line), version) ??
      this.#addDestination(first, second, line, direction)
    )
  }

  #addInbound(name: string, dialled: string): Slot {
    return this.#add(this.#inbound, name, dialled, this.#own.destination(detach(name), detach(dialled)))
  }

  #addDestination(first: string, second: string, line: EnvoyLine, direction: Direction): Slot | undefined {
    const called = calledOf(line, direction)
    if (called === undefined) return undefined
    const end = destinationEnd(this.#view, detachCalled(called), startOf(line))
    // A name that turns out to have no host in it decides nothing, so it is no key.
    const isKeyed = called.name === calledName(line)
    return isKeyed ? this.#add(this.#destinations, first, second, end) : slotOf(end, this.#index)
  }

  #add(cache: SlotCache, first: string, second: string, end: End): Slot {
    const slot = slotOf(end, this.#index)
    cache.set(detach(first), detach(second), slot)
    return slot
  }
}

function startOf(line: EnvoyLine): number {
  return line.startTimeMs ?? Number.NaN
}

/** ztunnel reports on the pods of its node, not on its own. */
function isByZtunnel({ more }: EnvoyLine): boolean {
  return more !== undefined && more.ztunnelDirection !== undefined
}

/** The one cluster of ports that no service declares, in its old and new spellings; else empty. */
function passthroughOf({ upstreamCluster }: EnvoyLine): string {
  return upstreamCluster?.startsWith(INBOUND_PASSTHROUGH) === true ? INBOUND_PASSTHROUGH : ''
}

/** What an address means at a gateway is not what it means elsewhere. */
function placeKey(direction: Direction): string {
  return direction === 'gateway' ? 'gateway' : ''
}

function callerKey({ sourcePeer, downstreamPeerUriSan }: MoreValues, direction: Direction): string {
  return `${placeKey(direction)}${evidenceOf(sourcePeer, downstreamPeerUriSan)}`
}

/** Stands for every client that Envoy took from x-forwarded-for: who it was changes nothing about the peer. */
const FORWARDED = 'x-forwarded-for'

function peerKey(remote: string): string {
  return isForwardedClient(remote) ? FORWARDED : hostPart(remote)
}

function calledKey(line: EnvoyLine, direction: Direction, name: string | undefined): string {
  const { more, upstreamHost } = line
  if (more === undefined && upstreamHost !== undefined && direction !== 'inbound') return upstreamHost
  const chosen = upstreamOf(line, direction) ?? (name === undefined ? `${direction} ${line.authority}` : '')
  const evidence = evidenceOf(more?.destinationPeer, more?.upstreamPeerUriSan)
  return evidence === '' ? chosen : `${chosen} ${evidence}`
}

function detachCaller(caller: Caller): Caller {
  return { ...caller, address: detachIf(caller.address), peer: detachPeer(caller.peer) }
}

function detachCalled(called: Called): Called {
  const { name, authority, peer } = called
  return { ...called, name: detachIf(name), authority: detachIf(authority), peer: detachPeer(peer) }
}

function detachIf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : detach(text)
}

function endsBetween(
  source: Slot | undefined,
  destination: Slot | undefined,
  mtls: boolean | undefined,
  reporter: string | undefined,
): Ends {
  const unknownIps = [source?.unknownIp, destination?.unknownIp].filter((each) => each !== undefined)
  const workloads = [source?.workload, destination?.workload, reporter].filter((each) => each !== undefined)
  return {
    source: source?.endpoint,
    destination: destination?.endpoint,
    mtls,
    workloads: workloads.length === 0 ? undefined : [...new Set(workloads)],
    destinationDomain: destination?.domain,
    unknownIps: unknownIps.length === 0 ? undefined : unknownIps,
    sourceSpan: source?.span,
    destinationSpan: destination?.span,
    hop: undefined,
  }
}
