import type { PodStateFacts } from '../../../src/enrich/endpoint/pod-state.ts'
import type { NodeRow, PodLife, PodRow, ServiceRow } from '../../../src/enrich/endpoint/row.ts'

/** A pod that runs since second 0, as far as nothing else is said. */
export function podRow(
  row: Partial<Omit<PodRow, 'life' | 'state'>> & {
    readonly life?: Partial<PodLife>
    readonly state?: Partial<PodStateFacts>
  },
): PodRow {
  const name = row.name ?? 'reviews-v1-7f8d6c5b4-h9k2m'
  return {
    uid: name,
    namespace: 'default',
    nodeName: 'node-a',
    network: '',
    ips: ['10.244.1.5'],
    hostIps: [],
    isHostNetwork: false,
    workload: { kind: 'Deployment', name: 'reviews-v1' },
    serviceAccount: 'default',
    role: undefined,
    canonicalService: 'reviews',
    labels: undefined,
    pathUid: undefined,
    ...row,
    name,
    life: { fromMs: 0, toMs: undefined, isOver: false, sandboxMs: undefined, ...row.life },
    state: {
      createdMs: undefined,
      ready: undefined,
      deletionMs: undefined,
      goneMs: undefined,
      startsMs: [],
      areStartsKnown: true,
      restarts: [],
      ...row.state,
    },
  }
}

export function serviceRow(row: Partial<ServiceRow>): ServiceRow {
  return {
    namespace: 'default',
    name: 'reviews',
    network: '',
    clusterIps: ['10.96.10.10'],
    externalIps: [],
    ports: [{ port: 9080, protocol: 'TCP', nodePort: undefined, targetPort: 9080 }],
    labels: undefined,
    createdMs: undefined,
    ...row,
  }
}

export function nodeRow(row: Partial<NodeRow>): NodeRow {
  return { name: 'node-a', network: '', ips: ['192.168.10.11'], podCidrs: ['10.244.1.0/24'], zone: 'zone-a', ...row }
}
