import { LOCAL_NETWORK, type NodeRow } from '../endpoint/row.ts'
import { canonicalIp } from '../ip.ts'
import type { FieldReader, JsonObject } from './field-reader.ts'
import { labelsOf } from './pod.ts'

/** Read a `v1` Node; what is wrong with it is in `reader.problems`, and the row is then not to be used. */
export function nodeRowOf(node: JsonObject, reader: FieldReader): NodeRow {
  const metadata = reader.object(node, 'metadata')
  const spec = reader.object(node, 'spec')
  const label = labelsOf(metadata, reader)
  const addresses = reader.objects(reader.object(node, 'status'), 'status.addresses')
  const ranges = [reader.text(spec, 'spec.podCIDR') ?? [], reader.cidrs(spec, 'spec.podCIDRs')]
  return {
    name: reader.requiredText(metadata, 'metadata.name'),
    network: LOCAL_NETWORK,
    // Host names stand among the addresses.
    ips: addresses.flatMap((each, at) => canonicalIp(reader.text(each, `status.addresses[${at}].address`) ?? '') ?? []),
    podCidrs: [...new Set(ranges.flat())],
    zone: label('topology.kubernetes.io/zone') ?? label('failure-domain.beta.kubernetes.io/zone'),
  }
}
