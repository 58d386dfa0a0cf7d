import { LOCAL_NETWORK, type ServicePort, type ServiceRow } from '../endpoint/row.ts'
import type { FieldReader, JsonObject } from './field-reader.ts'
import { selectLabels } from './labels.ts'
import { labelsOf } from './pod.ts'

/** Read a `v1` Service; what is wrong with it is in `reader.problems`, and the row is then not to be used. */
export function serviceRowOf(service: JsonObject, reader: FieldReader, wantedLabels: readonly string[]): ServiceRow {
  const metadata = reader.object(service, 'metadata')
  const spec = reader.object(service, 'spec')
  const balancer = reader.object(reader.object(service, 'status'), 'status.loadBalancer')
  const label = labelsOf(metadata, reader)
  const balanced = reader.objects(balancer, 'status.loadBalancer.ingress').flatMap((ingress, at) => {
    return reader.ip(ingress, `status.loadBalancer.ingress[${at}].ip`) ?? []
  })
  return {
    namespace: reader.requiredText(metadata, 'metadata.namespace'),
    name: reader.requiredText(metadata, 'metadata.name'),
    network: LOCAL_NETWORK,
    clusterIps: clusterIpsOf(spec, reader),
    externalIps: [...new Set([...reader.ips(spec, 'spec.externalIPs'), ...balanced])],
    ports: reader.objects(spec, 'spec.ports').map((port, at) => portOf(port, `spec.ports[${at}]`, reader)),
    labels: selectLabels(label, wantedLabels),
    createdMs: reader.timeMs(metadata, 'metadata.creationTimestamp'),
  }
}

/** `clusterIPs` repeats `clusterIP`; old API servers have only the latter. A headless service has `None`. */
function clusterIpsOf(spec: JsonObject | undefined, reader: FieldReader): readonly string[] {
  const listed = reader.ips(spec, 'spec.clusterIPs')
  if (listed.length > 0 || reader.text(spec, 'spec.clusterIP') === 'None') return listed
  const one = reader.ip(spec, 'spec.clusterIP')
  return one === undefined ? [] : [one]
}

function portOf(port: JsonObject, path: string, reader: FieldReader): ServicePort {
  const target = port['targetPort']
  return {
    port: reader.port(port, `${path}.port`) ?? 0,
    protocol: reader.text(port, `${path}.protocol`) ?? 'TCP',
    nodePort: reader.port(port, `${path}.nodePort`),
    targetPort: typeof target === 'number' || typeof target === 'string' ? target : undefined,
  }
}
