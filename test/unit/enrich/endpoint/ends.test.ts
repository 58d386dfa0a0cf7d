import { describe, expect, test } from 'vitest'
import { createEnds } from '../../../../src/enrich/endpoint/ends.ts'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import type { EnvoyLine } from '../../../../src/record/envoy-line.ts'
import { nodeRow, podRow } from '../rows.ts'
import {
  CART,
  EDGE,
  NOBODY,
  SAN_WEB,
  SNI_CART,
  TO_CART,
  WEB,
  ZTUNNEL,
  ends,
  index,
  line,
  told,
} from './small-cluster.ts'

describe('EndResolver.endsOf() of a ztunnel line', () => {
  const sourcePeer = { pod: 'web-1', namespace: 'default', identity: SAN_WEB }
  const destinationPeer = {
    pod: 'cart-1',
    namespace: 'shop',
    service: 'cart.shop.svc.cluster.local',
    identity: 'spiffe://cluster.local/ns/shop/sa/cart',
  }
  const values = {
    downstreamRemoteAddress: '10.244.1.5:33772',
    upstreamHost: '10.244.1.6:15008',
    more: { ztunnelDirection: 'outbound', hboneAddress: '10.244.1.6:9080', sourcePeer, destinationPeer },
  } as const

  test('names both ends by its own keys, with node and workload by the addresses', () => {
    for (const direction of ['outbound', 'inbound'] as const) {
      const both = ends(ZTUNNEL, direction, { ...values, more: { ...values.more, ztunnelDirection: direction } })
      expect(told(both.source)).toBe('pod exact namespace=default pod=web-1 method=peer_metadata')
      expect(told(both.destination)).toBe('pod exact namespace=shop pod=cart-1 service=cart method=peer_metadata')
      expect([both.source?.workload, both.destination?.workload]).toEqual(['web', 'cart'])
      expect([both.mtls, both.destinationDomain]).toEqual([true, 'cart.shop.svc.cluster.local'])
    }
  })

  test('proves no mutual TLS when the tunnel failed or was none', () => {
    const failed = { ...values, connectionTerminationDetails: 'connection timed out' }
    expect(ends(ZTUNNEL, 'outbound', failed).mtls).toBeUndefined()
    const plain = {
      ...values,
      upstreamHost: '198.51.100.1:443',
      more: { ztunnelDirection: 'outbound', sourcePeer },
    } as const
    expect(ends(ZTUNNEL, 'outbound', plain).mtls).toBeUndefined()
    expect(told(ends(ZTUNNEL, 'outbound', plain).destination)).toBe('external exact method=ip')
  })
})

describe('EndResolver.endsOf() mtls', () => {
  test.for([
    ['the SNI of a sidecar', 'inbound', { requestedServerName: SNI_CART }, true],
    ['a client certificate', 'inbound', { more: { downstreamPeerUriSan: SAN_WEB } }, true],
    ['the subject of one', 'inbound', { more: { downstreamPeerSubject: 'CN=x' } }, true],
    ['nothing: TLS may be of one side', 'inbound', { more: { downstreamTlsVersion: 'TLSv1.3' } }, undefined],
    ['nothing: no SNI', 'inbound', { responseCodeDetails: 'via_upstream' }, undefined],
    ['the contrary: no filter chain and no SNI', 'inbound', { responseCodeDetails: 'filter_chain_not_found' }, false],
    [
      'nothing: no filter chain for an SNI',
      'inbound',
      { responseCodeDetails: 'filter_chain_not_found', requestedServerName: SNI_CART },
      undefined,
    ],
    ['an endpoint’s certificate', 'outbound', { more: { upstreamPeerUriSan: SAN_WEB } }, true],
    [
      'an answer through a tunnel',
      'outbound',
      { upstreamHost: 'envoy://connect_originate/10.0.0.1:80', upstreamServiceTimeMs: 3 },
      true,
    ],
    [
      'nothing: no answer through a tunnel',
      'outbound',
      { upstreamHost: 'envoy://connect_originate/10.0.0.1:80' },
      undefined,
    ],
    ['nothing: an SNI the application sent', 'outbound', { requestedServerName: SNI_CART }, undefined],
  ] as const)('is proven by %s', ([, direction, values, wanted]) => {
    expect(ends(CART, direction, values).mtls).toBe(wanted)
  })
})

describe('EndResolver', () => {
  const outbound = { upstreamCluster: TO_CART, upstreamHost: '10.244.1.6:9080' }

  test('gives the very same ends for a line that repeats', () => {
    const resolver = createEnds(index, WEB)
    const first = resolver.endsOf(line(outbound), 'outbound')
    expect(resolver.endsOf(line({ ...outbound, startTimeMs: 60_000 }), 'outbound')).toBe(first)
    expect(resolver.endsOf(line({ ...outbound, upstreamHost: '10.244.1.99:9080' }), 'outbound')).not.toBe(first)
  })

  test('does not give what it remembers for another time', () => {
    const resolver = createEnds(index, CART)
    const remote = { downstreamRemoteAddress: '10.244.1.9:4000' }
    const podAt = (startTimeMs: number) => resolver.endsOf(line({ ...remote, startTimeMs }), 'inbound').source?.pod
    expect([podAt(2_000), podAt(50_000), podAt(3_000), podAt(Number.NaN)]).toEqual([
      'old-1',
      undefined,
      'old-1',
      undefined,
    ])
  })

  test('follows what the index learns', () => {
    const growing = new EndpointIndex()
    growing.upsertNode(nodeRow({}))
    const resolver = createEnds(growing, WEB)
    const podNow = () => resolver.endsOf(line(outbound), 'outbound').destination?.pod
    expect([resolver.reporter, podNow()]).toEqual([undefined, undefined])
    growing.upsertPod(podRow({ name: 'cart-1', uid: 'cart', namespace: 'shop', ips: ['10.244.1.6'] }), 0)
    growing.upsertPod(podRow({ name: 'web-1', uid: 'web', ips: ['10.244.1.5'] }), 0)
    expect([resolver.reporter?.name, podNow()]).toEqual(['web-1', 'cart-1'])
  })

  test('follows what the index learns of the reporter, for lines that name no end too', () => {
    const growing = new EndpointIndex()
    const resolver = createEnds(growing, WEB)
    const workloads = () => resolver.endsOf(line({}), 'unknown').workloads
    expect(workloads()).toBeUndefined()
    growing.upsertPod(podRow({ name: 'web-1', uid: 'web', workload: { kind: 'Deployment', name: 'web' } }), 0)
    expect(workloads()).toEqual(['default/web'])
  })

  test('tells lines apart that differ only in what decides: dialled address, authority, evidence, direction', () => {
    const resolver = createEnds(index, WEB)
    const service = (values: Partial<EnvoyLine>) => resolver.endsOf(line(values), 'outbound').destination?.service
    const dialled = { downstreamLocalAddress: '198.51.100.7:80' }
    expect([service({ ...dialled, authority: 'a.example' }), service({ ...dialled, authority: 'b.example' })]).toEqual([
      'a.example',
      'b.example',
    ])
    expect([
      service({ downstreamLocalAddress: '10.96.0.6:9080' }),
      service({ downstreamLocalAddress: '10.96.0.1:9080' }),
    ]).toEqual(['cart', 'kubernetes'])
    // Names that only look like a service's.
    const custom = { upstreamCluster: 'outbound-pool' }
    expect([
      service({ ...custom, downstreamLocalAddress: '10.96.0.6:9080' }),
      service({ ...custom, downstreamLocalAddress: '10.96.0.1:9080' }),
    ]).toEqual(['cart', 'kubernetes'])
    const gateway = createEnds(index, EDGE)
    const remote = line({ downstreamRemoteAddress: '192.168.10.11:1' })
    expect([
      gateway.endsOf(remote, 'gateway').source?.reason,
      gateway.endsOf(remote, 'inbound').source?.reason,
    ]).toEqual(['nat', undefined])
  })

  test('gives the same answers with room for almost nothing', () => {
    const small = createEnds(index, WEB, { maxCached: 2 })
    const large = createEnds(index, WEB)
    for (let round = 0; round < 3; round += 1) {
      for (const last of [6, 99, 7, 9, 98, 5]) {
        const each = line({ upstreamCluster: TO_CART, upstreamHost: `10.244.1.${last}:9080` })
        expect(small.endsOf(each, 'outbound')).toEqual(large.endsOf(each, 'outbound'))
      }
    }
  })

  test('lists each workload once', () => {
    const { workloads } = ends(CART, 'inbound', { downstreamRemoteAddress: '10.244.1.6:1' })
    expect(workloads).toEqual(['shop/cart'])
    expect(ends(NOBODY, 'outbound', {}).workloads).toBeUndefined()
    expect(ends(EDGE, 'gateway', { upstreamCluster: TO_CART, upstreamHost: '10.244.1.6:1' }).workloads).toEqual([
      'shop/cart',
      'istio-system/edge',
    ])
  })
})
