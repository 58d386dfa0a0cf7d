import { describe, expect, test } from 'vitest'
import { roleOf } from '../../../../src/enrich/kubernetes/role.ts'

describe('roleOf()', () => {
  test.for([
    ['an application', {}, [], undefined],
    ['an application with a sidecar', { app: 'reviews' }, ['proxy', 'sidecar', '--domain'], undefined],
    ['a sidecar that its labels call a gateway', { app: 'istio-ingressgateway' }, ['proxy', 'sidecar'], undefined],
    ['a gateway by its arguments', { app: 'edge' }, ['proxy', 'router'], 'gateway'],
    ['a waypoint by its arguments', {}, ['proxy', 'waypoint'], 'waypoint'],
    ['a ztunnel by its arguments', {}, ['proxy', 'ztunnel'], 'ztunnel'],
    ['a ztunnel by its label', { app: 'ztunnel' }, [], 'ztunnel'],
    ['a proxy with an unknown type', { app: 'edge' }, ['proxy', 'constructor'], undefined],
    ['Istio’s ingress gateway', { istio: 'ingressgateway' }, [], 'gateway'],
    ['Istio’s ingress gateway by its app', { app: 'istio-ingressgateway' }, [], 'gateway'],
    ['istiod', { istio: 'pilot', app: 'istiod' }, [], undefined],
    ['a Gateway API gateway', { 'gateway.networking.k8s.io/gateway-name': 'web' }, [], 'gateway'],
    ['a managed gateway', { 'gateway.istio.io/managed': 'istio.io-gateway-controller' }, [], 'gateway'],
    [
      'a waypoint by its controller',
      { 'gateway.istio.io/managed': 'istio.io-mesh-controller', 'gateway.networking.k8s.io/gateway-name': 'waypoint' },
      [],
      'waypoint',
    ],
    ['a waypoint by its class', { 'gateway.networking.k8s.io/gateway-class-name': 'istio-waypoint' }, [], 'waypoint'],
    ['Envoy Gateway', { 'gateway.envoyproxy.io/owning-gateway-name': 'eg' }, [], 'gateway'],
  ] as const)('knows %s', ([, labels, args, wanted]) => {
    const all: Readonly<Record<string, string | undefined>> = labels
    expect(roleOf((key) => all[key], args)).toBe(wanted)
  })
})
