import { LOCAL_NETWORK, type PodRow } from '../endpoint/row.ts'
import { containerStatusesOf } from './container-status.ts'
import type { FieldReader, JsonObject } from './field-reader.ts'
import { canonicalServiceOf, type Label, selectLabels } from './labels.ts'
import { type Controller, workloadOf } from './owner.ts'
import { lifeOf, type PodStatus } from './pod-life.ts'
import { stateFactsOf } from './pod-state-facts.ts'
import { roleOf } from './role.ts'

/** Read a `v1` Pod; what is wrong with it is in `reader.problems`, and the row is then not to be used. */
export function podRowOf(pod: JsonObject, reader: FieldReader, wantedLabels: readonly string[]): PodRow {
  const metadata = reader.object(pod, 'metadata')
  const spec = reader.object(pod, 'spec')
  const status = reader.object(pod, 'status')
  const label = labelsOf(metadata, reader)
  const name = reader.requiredText(metadata, 'metadata.name')
  const containers = containerStatusesOf(status, reader)
  const workload = workloadOf({ name, label, controller: controllerOf(metadata, reader) })
  return {
    uid: reader.requiredText(metadata, 'metadata.uid'),
    namespace: reader.requiredText(metadata, 'metadata.namespace'),
    name,
    nodeName: reader.text(spec, 'spec.nodeName'),
    network: LOCAL_NETWORK,
    ips: addressesOf(status, 'status.podIP', 'status.podIPs', reader),
    hostIps: addressesOf(status, 'status.hostIP', 'status.hostIPs', reader),
    isHostNetwork: reader.isTrue(spec, 'spec.hostNetwork'),
    workload,
    serviceAccount: reader.text(spec, 'spec.serviceAccountName') || 'default',
    role: roleOf(label, proxyArgsOf(spec, reader)),
    canonicalService: canonicalServiceOf(label, workload.name),
    labels: selectLabels(label, wantedLabels),
    pathUid: pathUidOf(reader.object(metadata, 'metadata.annotations')),
    life: lifeOf(statusOf(metadata, status, containers, reader)),
    state: stateFactsOf(metadata, status, containers, reader),
  }
}

/** A static pod's, a hash; anybody may write anything into an annotation, a mebibyte long. */
function pathUidOf(annotations: JsonObject | undefined): string | undefined {
  const hash = entry(annotations, 'kubernetes.io/config.hash') ?? ''
  return hash === '' || hash.length > MOST_HASH ? undefined : hash
}

const MOST_HASH = 128

/** Labels of an object by key. */
export function labelsOf(metadata: JsonObject | undefined, reader: FieldReader): Label {
  const labels = reader.object(metadata, 'metadata.labels')
  return (key) => entry(labels, key)
}

function entry(map: JsonObject | undefined, key: string): string | undefined {
  const value = map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined
  return typeof value === 'string' ? value : undefined
}

function controllerOf(metadata: JsonObject | undefined, reader: FieldReader): Controller | undefined {
  const owners = reader.objects(metadata, 'metadata.ownerReferences')
  const controller = owners.find((owner) => owner['controller'] === true)
  if (controller === undefined) return undefined
  const kind = reader.requiredText(controller, 'metadata.ownerReferences.kind')
  return { kind, name: reader.requiredText(controller, 'metadata.ownerReferences.name') }
}

/** The single address and the list of both families; the list repeats the first. */
function addressesOf(
  status: JsonObject | undefined,
  onePath: string,
  listPath: string,
  reader: FieldReader,
): readonly string[] {
  const one = reader.ip(status, onePath)
  const listed = reader.ipsUnder(status, listPath, 'ip')
  if (one === undefined || listed[0] === one) return unique(listed)
  return unique([one, ...listed])
}

function unique(ips: readonly string[]): readonly string[] {
  return ips.length > 1 ? [...new Set(ips)] : ips
}

/** Arguments of Istio's proxy, which since native sidecars may be an init container. */
function proxyArgsOf(spec: JsonObject | undefined, reader: FieldReader): readonly string[] {
  const proxy =
    reader.objects(spec, 'spec.containers').find(isProxy) ?? reader.objects(spec, 'spec.initContainers').find(isProxy)
  return proxy === undefined ? [] : reader.texts(proxy, 'spec.containers.args')
}

function isProxy(container: JsonObject): boolean {
  return container['name'] === 'istio-proxy'
}

function statusOf(
  metadata: JsonObject | undefined,
  status: JsonObject | undefined,
  containers: PodStatus['containers'],
  reader: FieldReader,
): PodStatus {
  const condition = reader
    .objects(status, 'status.conditions')
    .find((each) => each['type'] === 'PodReadyToStartContainers' || each['type'] === 'PodHasNetwork')
  return {
    phase: reader.text(status, 'status.phase'),
    isDeleting: reader.text(metadata, 'metadata.deletionTimestamp') !== undefined,
    createdMs: reader.timeMs(metadata, 'metadata.creationTimestamp'),
    networkReady: condition && {
      isTrue: condition['status'] === 'True',
      sinceMs: reader.timeMs(condition, 'status.conditions.lastTransitionTime'),
    },
    containers,
  }
}
