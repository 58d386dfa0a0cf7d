import type { JsonText } from '../../record/field.ts'
import { emptyReporter, encodeReporter, type Reporter, type ReporterFields } from '../../record/generated/record.ts'
import type { ReporterIdentity } from '../../record/reporter-identity.ts'
import type { EndpointIndex } from './index.ts'
import type { PodFacts } from './pod-table.ts'

/** The pod that wrote a file. A UID is not replaced by a name: another pod may have the name now. */
export function reporterPod(identity: ReporterIdentity, index: EndpointIndex): PodFacts | undefined {
  if (identity.podUid !== undefined) return index.podByUid(identity.podUid)
  return identity.podName === undefined ? undefined : index.podByName(identity.namespace, identity.podName)
}

/** The reporter's part of every record of a file, rendered once. */
export function reporterOf(
  identity: ReporterIdentity,
  index: EndpointIndex,
  clusterName: string | undefined,
  staticLabels: JsonText | undefined,
): Reporter {
  const pod = reporterPod(identity, index)
  const fields = {
    ...emptyReporter(),
    ...(pod && podFieldsOf(pod)),
    ...placeOf(identity, pod),
    observerProduct: productOf(identity.containerName, pod),
    clusterName,
    containerName: identity.containerName,
    namespaceLabels: namespaceLabelsOf(identity.namespace ?? pod?.namespace, index),
    staticLabels,
  }
  return { ...fields, json: encodeReporter(fields) }
}

function namespaceLabelsOf(namespace: string | undefined, index: EndpointIndex): JsonText | undefined {
  return namespace === undefined ? undefined : index.namespace(namespace)?.labels
}

function podFieldsOf({ uid, ips, labels, workload }: PodFacts): Partial<ReporterFields> {
  const deploymentName = workload.kind === 'Deployment' ? workload.name : undefined
  return { podUid: uid, podIp: ips[0], podLabels: labels, deploymentName }
}

/** The path's word goes before the index's. */
function placeOf(identity: ReporterIdentity, pod: PodFacts | undefined): Partial<ReporterFields> {
  const podName = identity.podName ?? pod?.name
  const hostName = pod?.nodeName ?? identity.nodeName
  const namespace = identity.namespace ?? pod?.namespace
  if (podName === undefined) return { observerName: identity.workload, hostName, namespace }
  const podUid = identity.podUid ?? pod?.uid
  return {
    observerName: podName,
    hostName,
    namespace,
    podName,
    podUid,
    nodeName: hostName,
    orchestratorType: 'kubernetes',
  }
}

/** ztunnel's container is called istio-proxy too, so its pod decides first. */
function productOf(containerName: string | undefined, pod: PodFacts | undefined): string {
  if (pod?.role === 'ztunnel' || containerName === 'ztunnel') return 'ztunnel'
  return containerName === 'istio-proxy' ? 'istio-proxy' : 'envoy'
}
