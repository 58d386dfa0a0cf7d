import type { ProxyRole } from '../direction.ts'
import type { Label } from './labels.ts'

/**
 * What a pod's proxy is there for; undefined for a sidecar and for a pod without a proxy.
 *
 * The proxy's own arguments decide (`proxy router`, `proxy waypoint`: Istio's node types), else labels: those of the
 * Gateway API controllers, those of Istio's charts, and Envoy Gateway's.
 */
export function roleOf(label: Label, proxyArgs: readonly string[]): ProxyRole | undefined {
  const type = proxyArgs[0] === 'proxy' ? proxyArgs[1] : undefined
  return type !== undefined && Object.hasOwn(NODE_TYPES, type) ? NODE_TYPES[type] : roleOfLabels(label)
}

const NODE_TYPES: Readonly<Record<string, ProxyRole | undefined>> = {
  sidecar: undefined,
  router: 'gateway',
  waypoint: 'waypoint',
  ztunnel: 'ztunnel',
}

function roleOfLabels(label: Label): ProxyRole | undefined {
  const app = label('app')
  if (app === 'ztunnel') return 'ztunnel'
  const manager = label('gateway.istio.io/managed')
  const gatewayClass = label('gateway.networking.k8s.io/gateway-class-name')
  if (manager === 'istio.io-mesh-controller' || gatewayClass === 'istio-waypoint') return 'waypoint'
  if (manager !== undefined || GATEWAY_LABELS.some((key) => label(key) !== undefined)) return 'gateway'
  return GATEWAY_NAMES.has(label('istio') ?? '') || GATEWAY_NAMES.has(app ?? '') ? 'gateway' : undefined
}

const GATEWAY_LABELS = [
  'gateway.networking.k8s.io/gateway-name',
  'istio.io/gateway-name',
  'gateway.envoyproxy.io/owning-gateway-name',
]

/** Values of `istio` and `app` on pods of Istio's gateway charts. */
const GATEWAY_NAMES: ReadonlySet<string> = new Set([
  'ingressgateway',
  'egressgateway',
  'eastwestgateway',
  'ingress',
  'egress',
  'istio-ingressgateway',
  'istio-egressgateway',
  'istio-eastwestgateway',
  'istio-ingress',
  'istio-egress',
])
