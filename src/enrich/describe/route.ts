import type { LogRecord } from '../../record/generated/record.ts'
import { memoized } from '../flag/bounded-memo.ts'

/** The Gateway API object a route name speaks of. */
interface Route {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly rule: string
}

/**
 * Fill in `envoy.route.*` from a name that Envoy Gateway made (`httproute/NS/NAME/rule/N/match/M/HOST`) or Istio made of
 * a Gateway API route (`NS.NAME.N`). Other names say nothing of an object.
 * Source: envoyproxy/gateway internal/gatewayapi/route.go, istio/istio pilot/pkg/config/kube/gateway/conversion.go.
 */
export function assignRoute(routeName: string, record: LogRecord): void {
  const { route } = routeOf(routeName)
  if (route === undefined) return
  record.routeKind = route.kind
  record.routeNamespace = route.namespace
  record.routeObjectName = route.name
  record.routeRule = route.rule
}

const routeOf = memoized((name): { readonly route: Route | undefined } => ({
  route: envoyGatewayRoute(name) ?? istioRoute(name),
}))

function envoyGatewayRoute(routeName: string): Route | undefined {
  const [kind = '', namespace, name, word, rule] = routeName.split('/', 5)
  if (!KINDS.has(kind) || word !== 'rule') return undefined
  return namespace === undefined || name === undefined || rule === undefined
    ? undefined
    : { kind, namespace, name, rule }
}
const KINDS = new Set(['httproute', 'grpcroute', 'tlsroute', 'tcproute', 'udproute'])

/** Namespaces hold no dot, the index is the last part; what lies between is the name, which may hold dots. */
function istioRoute(routeName: string): Route | undefined {
  const first = routeName.indexOf('.')
  const last = routeName.lastIndexOf('.')
  if (first < 1 || last === first) return undefined
  const rule = routeName.slice(last + 1)
  if (!/^\d{1,4}$/.test(rule)) return undefined
  return { kind: 'httproute', namespace: routeName.slice(0, first), name: routeName.slice(first + 1, last), rule }
}
