import {
  type Endpoint,
  type EndpointFields,
  emptyEndpoint,
  encodeEndpoint,
  type Hop,
} from '../../record/generated/record.ts'
import { detach } from './detach.ts'
import type { EndpointIndex } from './index.ts'
import { PodSpan } from './pod-span.ts'
import type { PodFacts } from './pod-table.ts'

/** One end of a hop, rendered once, and for how long and under which index it is the answer. */
export interface Slot {
  readonly endpoint: Endpoint
  /** `namespace/name` of its workload. */
  readonly workload: string | undefined
  /** Service host from the cluster name, the SNI or peer metadata. */
  readonly domain: string | undefined
  /** A pod address that is not known yet: news may resolve it. */
  readonly unknownIp: string | undefined
  /** Of the pod, where that is sure. */
  readonly span: PodSpan | undefined
  readonly sinceMs: number
  readonly untilMs: number
  readonly version: number
  /** As a destination: the answers given, by source. Lines repeat, and what is made of an answer is kept with it. */
  readonly answers: Map<Slot | undefined, Ends>
}

/** Who was at both ends of the hop a line reports on, as far as it can be known. */
export interface Ends {
  readonly source: Endpoint | undefined
  readonly destination: Endpoint | undefined
  /** Whether the connection was mutual TLS; absent when the line does not prove it. */
  readonly mtls: boolean | undefined
  /** `namespace/workload` of both ends and the reporter, each once; absent when none is known. */
  readonly workloads: readonly string[] | undefined
  /** Service host from the cluster name, the SNI or peer metadata. */
  readonly destinationDomain: string | undefined
  /** Pod addresses that are not known yet: news may resolve them. */
  readonly unknownIps: readonly string[] | undefined
  /** States of the pods at both ends, where these are sure. */
  readonly sourceSpan: PodSpan | undefined
  readonly destinationSpan: PodSpan | undefined
  /** The same rendered, once somebody has. */
  hop: Hop | undefined
}

/** What a slot is made of. */
export interface End {
  readonly fields: Partial<EndpointFields>
  readonly domain?: string | undefined
  readonly unknownIp?: string | undefined
  readonly sinceMs?: number
  readonly untilMs?: number
}

/** Render an end. */
export function slotOf(end: End, index: EndpointIndex): Slot {
  const fields = { ...emptyEndpoint(), ...end.fields }
  const endpoint = { ...fields, json: detach(encodeEndpoint(fields)) }
  return {
    endpoint,
    workload: workloadPath(fields.namespace, fields.workload),
    domain: end.domain,
    unknownIp: end.unknownIp,
    span: isSurePod(fields) ? new PodSpan(index, fields.podUid, endpoint) : undefined,
    sinceMs: end.sinceMs ?? Number.NEGATIVE_INFINITY,
    untilMs: end.untilMs ?? Number.POSITIVE_INFINITY,
    version: index.version,
    answers: new Map(),
  }
}

function isSurePod(fields: EndpointFields): fields is EndpointFields & { podUid: string } {
  return fields.podUid !== undefined && fields.confidence === 'exact'
}

/** `namespace/workload`, where both are known. */
export function workloadPath(namespace: string | undefined, workload: string | undefined): string | undefined {
  return namespace === undefined || workload === undefined ? undefined : `${namespace}/${workload}`
}

/** The fields a pod fills in. */
export function podFields(pod: PodFacts, zone: string | undefined): Partial<EndpointFields> {
  return {
    kind: pod.role === 'gateway' ? 'gateway' : 'pod',
    pod: pod.name,
    podUid: pod.uid,
    namespace: pod.namespace,
    node: pod.nodeName,
    zone,
    workload: pod.workload.name,
    workloadKind: pod.workload.kind,
    labels: pod.labels,
  }
}

/** Slots by two texts. When full it starts over: what repeats is soon there again. */
export class SlotCache {
  readonly #maxSize: number
  readonly #slots = new Map<string, Map<string, Slot>>()
  #size = 0

  constructor(maxSize: number) {
    this.#maxSize = maxSize
  }

  get size(): number {
    return this.#size
  }

  /** The slot for these texts, if it is still the answer at `atMs` of index `version`. */
  get(first: string, second: string, atMs: number, version: number): Slot | undefined {
    const slot = this.#slots.get(first)?.get(second)
    if (slot === undefined || slot.version !== version) return undefined
    return slot.sinceMs <= atMs && atMs < slot.untilMs ? slot : undefined
  }

  /** Both texts must be detached. */
  set(first: string, second: string, slot: Slot): void {
    if (first.length + second.length > MAX_KEY_LENGTH) return
    if (this.#size >= this.#maxSize) this.#clear()
    let slots = this.#slots.get(first)
    if (slots === undefined) this.#slots.set(first, (slots = new Map()))
    if (!slots.has(second)) this.#size += 1
    slots.set(second, slot)
  }

  #clear(): void {
    this.#slots.clear()
    this.#size = 0
  }
}

/** Longer than any cluster name or certificate name that is meant. */
const MAX_KEY_LENGTH = 2_048
