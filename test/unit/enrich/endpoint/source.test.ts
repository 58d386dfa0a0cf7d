import { describe, expect, test } from 'vitest'
import type { EnvoyLine } from '../../../../src/record/envoy-line.ts'
import { CART, EDGE, NOBODY, SAN_WEB, WAYPOINT, WEB, ends, told } from './small-cluster.ts'

const from = (more: NonNullable<EnvoyLine['more']>, remote = '10.244.1.5:4000') => ({
  more,
  downstreamRemoteAddress: remote,
})

describe('sourceEnd()', () => {
  test.for([
    [
      'itself, whatever address it has',
      WEB,
      'outbound',
      { downstreamRemoteAddress: '10.244.1.5:4000' },
      'pod exact namespace=default pod=web-1 method=path',
    ],
    [
      'itself by IPv6',
      WEB,
      'outbound',
      { downstreamRemoteAddress: '[fd00:10:244:1::5]:4000' },
      'pod exact namespace=default pod=web-1 method=path',
    ],
    [
      'itself though it forwards another',
      WEB,
      'outbound',
      { downstreamRemoteAddress: '198.51.100.1:0' },
      'pod exact namespace=default pod=web-1 method=path',
    ],
    [
      'somebody else who uses it to get out',
      WEB,
      'outbound',
      { downstreamRemoteAddress: '10.244.1.6:4000' },
      'pod exact namespace=shop pod=cart-1 method=ip',
    ],
    [
      'a pod by its address',
      CART,
      'inbound',
      { downstreamRemoteAddress: '10.244.1.5:4000' },
      'pod exact namespace=default pod=web-1 method=ip',
    ],
    [
      'a pod that is gone by now',
      CART,
      'inbound',
      { downstreamRemoteAddress: '10.244.1.9:4000', startTimeMs: 2_000 },
      'pod exact namespace=default pod=old-1 method=ip',
    ],
    [
      'nobody for an address that was a pod’s',
      CART,
      'inbound',
      { downstreamRemoteAddress: '10.244.1.9:4000' },
      'unknown none method=ip reason=history',
    ],
    [
      'nobody for an unknown address of the pods',
      CART,
      'inbound',
      { downstreamRemoteAddress: '10.244.1.99:4000' },
      'unknown none method=ip reason=not_known',
    ],
    [
      'nobody without a time',
      CART,
      'inbound',
      { downstreamRemoteAddress: '10.244.1.5:4000', startTimeMs: undefined },
      'unknown none method=ip reason=no_time',
    ],
    [
      'nobody for loopback',
      CART,
      'inbound',
      { downstreamRemoteAddress: '127.0.0.6:4000' },
      'unknown none method=ip reason=loopback',
    ],
    [
      'nobody for a forwarded client',
      CART,
      'inbound',
      { downstreamRemoteAddress: '10.244.1.5:0' },
      'unknown none reason=xff',
    ],
    [
      'nobody for an internal listener',
      WAYPOINT,
      'waypoint',
      { downstreamRemoteAddress: 'envoy://internal_client_address/' },
      'unknown none reason=no_address',
    ],
    ['nobody where the line has no address', CART, 'inbound', {}, undefined],
    [
      'the node, for a probe',
      CART,
      'inbound',
      { downstreamRemoteAddress: '192.168.10.11:4000' },
      'node exact node=node-a method=ip',
    ],
    [
      'the node’s bridge',
      CART,
      'inbound',
      { downstreamRemoteAddress: '10.244.1.1:4000' },
      'node exact node=node-a method=ip',
    ],
    [
      'a gateway',
      CART,
      'inbound',
      { downstreamRemoteAddress: '10.244.1.7:4000' },
      'gateway exact namespace=istio-system pod=edge-1 method=ip',
    ],
    ['a client outside', EDGE, 'gateway', { downstreamRemoteAddress: '198.51.100.1:4000' }, 'external exact method=ip'],
    [
      'a client in a named network',
      EDGE,
      'gateway',
      { downstreamRemoteAddress: '203.0.113.9:4000' },
      'external exact service=office method=cidr',
    ],
    [
      'a node in front of a client nobody can tell',
      EDGE,
      'gateway',
      { downstreamRemoteAddress: '192.168.10.11:4000' },
      'node ambiguous node=node-a method=ip reason=nat',
    ],
    [
      'a pod that goes out through an egress gateway',
      EDGE,
      'gateway',
      { downstreamRemoteAddress: '10.244.1.5:4000' },
      'pod exact namespace=default pod=web-1 method=ip',
    ],
    [
      'the pod behind a waypoint',
      WAYPOINT,
      'waypoint',
      { downstreamRemoteAddress: '10.244.1.5:4000' },
      'pod exact namespace=default pod=web-1 method=ip',
    ],
    [
      'the pod of a piped line',
      NOBODY,
      'outbound',
      { downstreamRemoteAddress: '10.244.1.5:4000' },
      'pod exact namespace=default pod=web-1 method=ip',
    ],
  ] as const)('is %s', ([, identity, direction, values, wanted]) => {
    expect(told(ends(identity, direction, values).source)).toBe(wanted)
  })

  test.for([
    [
      'a certificate that agrees with the address',
      from({ downstreamPeerUriSan: SAN_WEB }),
      'pod exact namespace=default pod=web-1 method=san',
    ],
    [
      'a certificate among others',
      from({ downstreamPeerUriSan: `urn:x,${SAN_WEB}` }),
      'pod exact namespace=default pod=web-1 method=san',
    ],
    [
      'a certificate of another namespace',
      from({ downstreamPeerUriSan: 'spiffe://cluster.local/ns/shop/sa/web' }),
      'unknown ambiguous namespace=shop method=san reason=san_mismatch',
    ],
    [
      'a certificate of another account',
      from({ downstreamPeerUriSan: 'spiffe://cluster.local/ns/default/sa/db' }),
      'unknown ambiguous namespace=default method=san reason=san_mismatch',
    ],
    [
      'a certificate and a forwarded client',
      from({ downstreamPeerUriSan: SAN_WEB }, '198.51.100.1:0'),
      'unknown ambiguous namespace=default method=san reason=xff',
    ],
    [
      'a certificate and a node’s address',
      from({ downstreamPeerUriSan: SAN_WEB }, '192.168.10.11:9'),
      'unknown ambiguous namespace=default method=san reason=nat',
    ],
    [
      'a certificate and an outside address',
      from({ downstreamPeerUriSan: SAN_WEB }, '198.51.100.1:9'),
      'unknown ambiguous namespace=default method=san reason=other_network',
    ],
    [
      'a certificate that is no workload’s',
      from({ downstreamPeerUriSan: 'https://x' }),
      'pod exact namespace=default pod=web-1 method=ip',
    ],
    [
      'the real peer beside a forwarded client',
      from({ downstreamDirectRemoteAddress: '10.244.1.5:4000' }, '198.51.100.1:0'),
      'pod exact namespace=default pod=web-1 method=ip',
    ],
    [
      'metadata that agrees',
      from({ sourcePeer: { workload: 'web', namespace: 'default' } }),
      'pod exact namespace=default pod=web-1 method=peer_metadata',
    ],
    [
      'metadata of another workload',
      from({ sourcePeer: { workload: 'api', namespace: 'default' } }),
      'pod exact namespace=default method=peer_metadata',
    ],
    [
      'metadata and a forwarded client',
      from({ sourcePeer: { workload: 'web', namespace: 'default' } }, '198.51.100.1:0'),
      'pod exact namespace=default method=peer_metadata',
    ],
    [
      'metadata of another cluster, whose addresses mean others here',
      from({ sourcePeer: { workload: 'web', namespace: 'default', cluster: 'there' } }),
      'pod exact namespace=default method=peer_metadata',
    ],
    [
      'metadata with a certificate that does not fit the address',
      from({ sourcePeer: { namespace: 'default', identity: 'spiffe://cluster.local/ns/default/sa/db' } }),
      'unknown exact namespace=default method=peer_metadata',
    ],
    ['metadata that says nothing', from({ sourcePeer: {} }), 'pod exact namespace=default pod=web-1 method=ip'],
  ] as const)('goes by %s', ([, values, wanted]) => {
    expect(told(ends(CART, 'inbound', values).source)).toBe(wanted)
  })
})
