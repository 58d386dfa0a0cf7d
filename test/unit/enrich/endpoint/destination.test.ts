import { describe, expect, test } from 'vitest'
import { CART, EDGE, NOBODY, SNI_CART, TO_CART, WAYPOINT, WEB, ends, told } from './small-cluster.ts'

describe('destinationEnd()', () => {
  test.for([
    [
      'the pod that was chosen',
      WEB,
      'outbound',
      { upstreamCluster: TO_CART, upstreamHost: '10.244.1.6:9080' },
      'pod exact namespace=shop pod=cart-1 service=cart method=ip',
    ],
    [
      'only the service when none was chosen',
      WEB,
      'outbound',
      { upstreamCluster: TO_CART, downstreamLocalAddress: '10.96.0.6:9080' },
      'service exact namespace=shop service=cart method=cluster',
    ],
    [
      'only the service for a pod of another namespace',
      WEB,
      'outbound',
      { upstreamCluster: TO_CART, upstreamHost: '10.244.1.5:9080' },
      'service ambiguous namespace=shop service=cart method=cluster reason=namespace_mismatch',
    ],
    [
      'only the service for a pod that is gone',
      WEB,
      'outbound',
      { upstreamCluster: TO_CART, upstreamHost: '10.244.1.9:9080' },
      'service none namespace=shop service=cart method=cluster reason=history',
    ],
    [
      'only the service for an unknown pod',
      WEB,
      'outbound',
      { upstreamCluster: TO_CART, upstreamHost: '10.244.1.99:9080' },
      'service none namespace=shop service=cart method=cluster reason=not_known',
    ],
    [
      'only the service behind another network’s address',
      WEB,
      'outbound',
      { upstreamCluster: TO_CART, upstreamHost: '198.51.100.7:15443' },
      'service none namespace=shop service=cart method=cluster reason=other_network',
    ],
    [
      'the gateway to another network',
      WEB,
      'outbound',
      { upstreamCluster: TO_CART, upstreamHost: '10.244.1.7:15443' },
      'gateway none namespace=shop service=cart method=cluster reason=other_network',
    ],
    [
      'the gateway that is meant',
      WEB,
      'outbound',
      { upstreamCluster: 'outbound|443||edge.istio-system.svc.cluster.local', upstreamHost: '10.244.1.7:443' },
      'gateway exact namespace=istio-system pod=edge-1 service=edge method=ip',
    ],
    [
      'the node a host-network pod is on',
      WEB,
      'outbound',
      { upstreamCluster: 'outbound|443||kubernetes.default.svc.cluster.local', upstreamHost: '192.168.10.11:6443' },
      'node exact namespace=default service=kubernetes node=node-a method=ip',
    ],
    [
      'the pod behind a tunnel',
      WEB,
      'outbound',
      { upstreamCluster: TO_CART, upstreamHost: 'envoy://connect_originate/10.244.1.6:9080' },
      'pod exact namespace=shop pod=cart-1 service=cart method=ip',
    ],
    [
      'only the service where a tunnel has no address',
      WEB,
      'outbound',
      { upstreamCluster: TO_CART, upstreamHost: 'envoy://main_internal/' },
      'service none namespace=shop service=cart method=cluster reason=no_address',
    ],
    [
      'a host outside',
      WEB,
      'outbound',
      { upstreamCluster: 'outbound|443||api.example.com', upstreamHost: '198.51.100.7:443' },
      'external exact service=api.example.com method=cluster',
    ],
    [
      'a host outside that was not reached',
      WEB,
      'outbound',
      { upstreamCluster: 'outbound|443||api.example.com' },
      'external exact service=api.example.com method=cluster',
    ],
    [
      'a pod behind a host of the mesh',
      WEB,
      'outbound',
      { upstreamCluster: 'outbound|443||api.example.com', upstreamHost: '10.244.1.6:443' },
      'pod exact namespace=shop pod=cart-1 service=api.example.com method=ip',
    ],
    [
      'the pod whose certificate agrees',
      WEB,
      'outbound',
      {
        upstreamCluster: TO_CART,
        upstreamHost: '10.244.1.6:9080',
        more: { upstreamPeerUriSan: 'spiffe://cluster.local/ns/shop/sa/cart' },
      },
      'pod exact namespace=shop pod=cart-1 service=cart method=san',
    ],
    [
      'only the service for a certificate that does not fit',
      WEB,
      'outbound',
      {
        upstreamCluster: TO_CART,
        upstreamHost: '10.244.1.6:9080',
        more: { upstreamPeerUriSan: 'spiffe://cluster.local/ns/shop/sa/thief' },
      },
      'service ambiguous namespace=shop service=cart method=cluster reason=san_mismatch',
    ],
    [
      'a pod by a passed address, with the service that was dialled',
      WEB,
      'outbound',
      {
        upstreamCluster: 'PassthroughCluster',
        upstreamHost: '10.244.1.6:9080',
        downstreamLocalAddress: '10.96.0.6:9080',
      },
      'pod exact namespace=shop pod=cart-1 service=cart method=ip',
    ],
    [
      'a pod that was dialled itself',
      WEB,
      'outbound',
      {
        upstreamCluster: 'PassthroughCluster',
        upstreamHost: '10.244.1.6:9080',
        downstreamLocalAddress: '10.244.1.6:9080',
      },
      'pod exact namespace=shop pod=cart-1 method=ip',
    ],
    [
      'a service that was dialled past the mesh',
      WEB,
      'outbound',
      {
        upstreamCluster: 'PassthroughCluster',
        upstreamHost: '10.96.0.6:9080',
        downstreamLocalAddress: '10.96.0.6:9080',
      },
      'service exact namespace=shop service=cart method=ip',
    ],
    [
      'the dialled service when no cluster was found',
      WEB,
      'outbound',
      { downstreamLocalAddress: '10.96.0.6:9080' },
      'service exact namespace=shop service=cart method=ip',
    ],
    ['a node', WEB, 'outbound', { downstreamLocalAddress: '192.168.10.11:6443' }, 'node exact node=node-a method=ip'],
    [
      'the host that was asked for, where nothing else is known',
      WEB,
      'outbound',
      { downstreamLocalAddress: '198.51.100.7:80', authority: 'api.example.com:80' },
      'external ambiguous service=api.example.com method=ip reason=authority',
    ],
    [
      'nothing at a gateway that routed nowhere',
      EDGE,
      'gateway',
      { downstreamLocalAddress: '10.244.1.7:8080', authority: 'shop.example.com' },
      'unknown none reason=no_upstream',
    ],
    [
      'the service of an SNI at an east-west gateway',
      EDGE,
      'gateway',
      { upstreamCluster: 'outbound_.9080_._.cart.shop.svc.cluster.local', upstreamHost: '10.244.1.6:9080' },
      'pod exact namespace=shop pod=cart-1 service=cart method=ip',
    ],
    [
      'the pod behind a waypoint',
      WAYPOINT,
      'waypoint',
      {
        upstreamCluster: 'inbound-vip|9080|http|cart.shop.svc.cluster.local',
        upstreamHost: 'envoy://connect_originate/10.244.1.6:9080',
      },
      'pod exact namespace=shop pod=cart-1 service=cart method=ip',
    ],
    [
      'itself under the service of the SNI',
      CART,
      'inbound',
      { upstreamCluster: 'inbound|9080||', requestedServerName: SNI_CART, downstreamLocalAddress: '10.244.1.6:9080' },
      'pod exact namespace=shop pod=cart-1 service=cart method=path',
    ],
    [
      'itself under the service of an old cluster name',
      CART,
      'inbound',
      { upstreamCluster: 'inbound|9080|http|cart.shop.svc.cluster.local' },
      'pod exact namespace=shop pod=cart-1 service=cart method=path',
    ],
    [
      'itself without a service of another namespace',
      CART,
      'inbound',
      { requestedServerName: 'outbound_.80_._.cart.other.svc.cluster.local' },
      'pod exact namespace=shop pod=cart-1 method=path',
    ],
    [
      'itself under its own service',
      CART,
      'inbound',
      { downstreamLocalAddress: '10.244.1.6:9080' },
      'pod exact namespace=shop pod=cart-1 service=cart method=path',
    ],
    [
      'itself without a service that does not lead to the port',
      CART,
      'inbound',
      { downstreamLocalAddress: '10.244.1.6:9999' },
      'pod exact namespace=shop pod=cart-1 method=path',
    ],
    [
      'itself though the index does not know it',
      { namespace: 'a', podName: 'b', podUid: 'c' },
      'inbound',
      {},
      'pod exact namespace=a pod=b method=path',
    ],
    [
      'a proxy outside Kubernetes by its configured name',
      { namespace: 'edge', workload: 'envoy' },
      'inbound',
      {},
      'unknown exact namespace=edge method=path',
    ],
    [
      'the pod of a piped inbound line',
      NOBODY,
      'inbound',
      { requestedServerName: SNI_CART, downstreamLocalAddress: '10.244.1.6:9080', upstreamHost: '127.0.0.1:9080' },
      'pod exact namespace=shop pod=cart-1 service=cart method=ip',
    ],
    [
      'the pod of a line whose side is not known',
      NOBODY,
      'unknown',
      { upstreamHost: '10.244.1.6:9080' },
      'pod exact namespace=shop pod=cart-1 method=ip',
    ],
    [
      'what was dialled where the endpoint is loopback',
      NOBODY,
      'unknown',
      { upstreamHost: '127.0.0.1:9080', downstreamLocalAddress: '10.244.1.6:9080' },
      'pod exact namespace=shop pod=cart-1 method=ip',
    ],
    ['nothing where the line has nothing', WEB, 'outbound', {}, undefined],
  ] as const)('is %s', ([, identity, direction, values, wanted]) => {
    expect(told(ends(identity, direction, values).destination)).toBe(wanted)
  })

  test('carries labels of the service and its host', () => {
    const { destination, destinationDomain } = ends(WEB, 'outbound', { upstreamCluster: TO_CART })
    expect([destination?.serviceLabels, destinationDomain]).toEqual(['{"app":"cart"}', 'cart.shop.svc.cluster.local'])
  })

  test('says which unknown address news may resolve', () => {
    expect(ends(WEB, 'outbound', { upstreamCluster: TO_CART, upstreamHost: '10.244.1.99:80' }).unknownIps).toEqual([
      '10.244.1.99',
    ])
    expect(ends(CART, 'inbound', { downstreamRemoteAddress: '10.244.1.98:80' }).unknownIps).toEqual(['10.244.1.98'])
    expect(ends(CART, 'inbound', { downstreamRemoteAddress: '198.51.100.1:80' }).unknownIps).toBeUndefined()
  })
})
