import type { EndpointFields } from '../../record/generated/record.ts'
import { parseAddress } from '../address.ts'
import { isOwn } from '../direction.ts'
import { hostOfName } from './called-host.ts'
import type { PodFacts } from './pod-table.ts'
import type { ReporterIdentity } from '../../record/reporter-identity.ts'
import { reporterPod } from './reporter.ts'
import type { ServiceFacts } from './service-table.ts'
import { serviceHostOf } from './service-host.ts'
import { type End, type Slot, slotOf, workloadPath } from './slot.ts'
import { isForwardedClient } from './source.ts'
import type { View } from './view.ts'

/** Istio's cluster for inbound traffic to ports that no service declares. */
export const INBOUND_PASSTHROUGH = 'InboundPassthroughCluster'

/** The reporting proxy's own end of its lines: exact by the path of its file, whatever the addresses are. */
export class OwnPod {
  readonly #view: View
  readonly #identity: ReporterIdentity
  #version = -1
  #facts: PodFacts | undefined
  #slot: Slot | undefined
  #workload: string | undefined

  constructor(view: View, identity: ReporterIdentity) {
    this.#view = view
    this.#identity = identity
  }

  /** The pod by what the index knows; undefined when it does not know it. */
  get facts(): PodFacts | undefined {
    return this.#facts
  }

  /** Its end as the caller; undefined when not even its name is known. */
  get slot(): Slot | undefined {
    return this.#slot
  }

  /** `namespace/workload`. */
  get workload(): string | undefined {
    return this.#workload
  }

  /** Take in what the index has learnt since. Returns whether there was anything. */
  refresh(): boolean {
    const { version } = this.#view.index
    if (version === this.#version) return false
    this.#version = version
    this.#facts = reporterPod(this.#identity, this.#view.index)
    const fields = this.#fields()
    this.#slot = fields && slotOf({ fields }, this.#view.index)
    const { namespace, workload } = this.#identity
    this.#workload = this.#slot?.workload ?? workloadPath(namespace, workload)
    return true
  }

  /** Whether a call came from this pod: from its own address, or from one that only it can use. */
  isCaller(remote: string | undefined): boolean {
    if (remote === undefined || this.#facts === undefined || this.#facts.ips.length === 0) return true
    if (isOwn(remote, this.#facts)) return true
    // An application may forward x-forwarded-for (port 0); loopback and internal listeners are the pod's own.
    return (
      isForwardedClient(remote) ||
      remote.startsWith('127.') ||
      remote.startsWith('[::1]') ||
      remote.startsWith('envoy:')
    )
  }

  /** Its end as the one that was called, under the service that `name` has, or the one it is known by at this port. */
  destination(name: string, dialled: string): End {
    const fields = this.#fields() ?? {}
    const host = hostOfName(name)
    if (host === undefined) return { fields: { ...fields, ...this.#canonicalFields(dialled, name) } }
    const service = this.#serviceOf(host)
    const serviceFields = service === undefined ? {} : this.#view.serviceFields(service, fields.namespace)
    return { fields: { ...fields, ...serviceFields }, domain: host }
  }

  #fields(): Partial<EndpointFields> | undefined {
    const how = { method: 'path', confidence: 'exact' }
    if (this.#facts !== undefined) return { ...this.#view.podFields(this.#facts), ...how }
    const { podName, podUid, namespace, nodeName, workload } = this.#identity
    if (podName === undefined && workload === undefined) return undefined
    return {
      kind: podName === undefined ? 'unknown' : 'pod',
      pod: podName,
      podUid,
      namespace,
      node: nodeName,
      workload,
      ...how,
    }
  }

  /** A service of another namespace cannot select this pod: such a host stays a host. */
  #serviceOf(host: string): string | undefined {
    const { service, namespace } = serviceHostOf(host)
    const own = this.#facts?.namespace ?? this.#identity.namespace
    return namespace === undefined || own === undefined || namespace === own ? service : undefined
  }

  /**
   * Without mTLS no line tells the service: the pod's canonical one, if that has the port that was dialled. A port that
   * Istio passes through is declared by none, so that there the pod's own one is named, and that it does not declare it.
   */
  #canonicalFields(dialled: string, name: string): Partial<EndpointFields> {
    const pod = this.#facts
    const port = parseAddress(dialled)?.port
    const service = pod && this.#view.index.service(pod.namespace, pod.canonicalService)
    if (service === undefined || port === undefined) return {}
    const isDeclared = leadsTo(service, port)
    if (!isDeclared && name !== INBOUND_PASSTHROUGH) return {}
    const fields = this.#view.serviceFields(service.name, service.namespace)
    return isDeclared ? fields : { ...fields, reason: 'undeclared_port' }
  }
}

/** Whether a service can lead to a container's port; a named target may be any. */
function leadsTo({ ports }: ServiceFacts, containerPort: number): boolean {
  return ports.some(({ port, targetPort }) => typeof targetPort === 'string' || (targetPort ?? port) === containerPort)
}
