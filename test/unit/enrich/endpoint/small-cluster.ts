import { createEnds, type Ends } from '../../../../src/enrich/endpoint/ends.ts'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import type { ReporterIdentity } from '../../../../src/record/reporter-identity.ts'
import { emptyLine, type EnvoyLine } from '../../../../src/record/envoy-line.ts'
import type { Endpoint } from '../../../../src/record/generated/record.ts'
import type { Direction } from '../../../../src/record/layer.ts'
import { nodeRow, podRow, serviceRow } from '../rows.ts'

const workload = (name: string) => ({ kind: 'Deployment', name })
/** A small cluster: two workloads, a gateway, a waypoint, a pod in its node's network, and one that is gone. */
export const index = new EndpointIndex({ networks: { '203.0.113.0/24': 'office' } })
index.upsertNode(nodeRow({}))
for (const row of [
  {
    uid: 'web',
    name: 'web-1',
    ips: ['10.244.1.5', 'fd00:10:244:1::5'],
    workload: workload('web'),
    serviceAccount: 'web',
  },
  {
    uid: 'cart',
    name: 'cart-1',
    namespace: 'shop',
    ips: ['10.244.1.6'],
    workload: workload('cart'),
    serviceAccount: 'cart',
    canonicalService: 'cart',
  },
  {
    uid: 'edge',
    name: 'edge-1',
    namespace: 'istio-system',
    ips: ['10.244.1.7'],
    workload: workload('edge'),
    role: 'gateway' as const,
  },
  {
    uid: 'waypoint',
    name: 'waypoint-1',
    ips: ['10.244.1.8'],
    workload: workload('waypoint'),
    role: 'waypoint' as const,
  },
  { uid: 'host', name: 'host-1', ips: ['192.168.10.11'], isHostNetwork: true, workload: workload('host') },
  { uid: 'old', name: 'old-1', ips: ['10.244.1.9'], life: { toMs: 5_000, isOver: true } },
])
  index.upsertPod(podRow(row), 0)
index.upsertService(
  serviceRow({ namespace: 'shop', name: 'cart', clusterIps: ['10.96.0.6'], labels: '{"app":"cart"}' }),
)
index.upsertService(serviceRow({ namespace: 'default', name: 'kubernetes', clusterIps: ['10.96.0.1'] }))

export const WEB: ReporterIdentity = { namespace: 'default', podName: 'web-1', podUid: 'web' }
export const CART: ReporterIdentity = { namespace: 'shop', podName: 'cart-1', podUid: 'cart' }
export const EDGE: ReporterIdentity = { namespace: 'istio-system', podName: 'edge-1', podUid: 'edge' }
export const WAYPOINT: ReporterIdentity = { namespace: 'default', podName: 'waypoint-1', podUid: 'waypoint' }
export const ZTUNNEL: ReporterIdentity = { namespace: 'istio-system', podName: 'ztunnel-x', podUid: 'zt' }
export const NOBODY: ReporterIdentity = {}

export const TO_CART = 'outbound|9080||cart.shop.svc.cluster.local'
export const SNI_CART = 'outbound_.9080_._.cart.shop.svc.cluster.local'
export const SAN_WEB = 'spiffe://cluster.local/ns/default/sa/web'

export const line = (values: Partial<EnvoyLine>): EnvoyLine => ({
  ...emptyLine('test'),
  startTimeMs: 50_000,
  ...values,
})

/** Who was at both ends of a line with these values, written by `identity`. */
export function ends(identity: ReporterIdentity, direction: Direction, values: Partial<EnvoyLine>): Ends {
  return createEnds(index, identity, { cluster: 'here' }).endsOf(line(values), direction)
}

/** What of an end is there, as one text. */
export function told(end: Endpoint | undefined): string | undefined {
  if (end === undefined) return undefined
  const { kind, namespace, pod, service, node, method, confidence, reason } = end
  const parts = { namespace, pod, service, node: kind === 'node' ? node : undefined, method, reason }
  const named = Object.entries(parts).filter(([, value]) => value !== undefined)
  return [`${kind} ${confidence}`, ...named.map(([key, value]) => `${key}=${value}`)].join(' ')
}
