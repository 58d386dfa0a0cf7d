import { describe, expect, test } from 'vitest'
import { directionOf } from '../../../../src/enrich/direction.ts'
import { createEnds } from '../../../../src/enrich/endpoint/ends.ts'
import type { EnvoyLine } from '../../../../src/record/envoy-line.ts'
import type { Endpoint } from '../../../../src/record/generated/record.ts'
import type { ReporterIdentity } from '../../../../src/record/reporter-identity.ts'
import { CART, EDGE, index, line, NOBODY, SAN_WEB, SNI_CART, TO_CART, told, WAYPOINT, WEB } from './small-cluster.ts'

/** A row of the table: who writes, what stands in the line, and what that must come to. */
interface Row {
  readonly by: ReporterIdentity
  readonly line: Partial<EnvoyLine>
  readonly direction: string
  readonly source: string | undefined
  readonly destination: string | undefined
}

const OWN_WEB = 'pod exact namespace=default pod=web-1 method=path'
const OWN_CART = 'pod exact namespace=shop pod=cart-1 service=cart method=path'
const CHOSEN_CART = 'pod exact namespace=shop pod=cart-1 service=cart method=ip'
const BY_WEB = 'pod exact namespace=default pod=web-1 method=ip'
const [FROM_WEB, AT_CART, VIP] = ['10.244.1.5:41000', '10.244.1.6:9080', '10.96.0.6:9080']

const out = (values: Partial<EnvoyLine>, destination: string, source: string = OWN_WEB): Row => ({
  by: WEB,
  line: { downstreamRemoteAddress: FROM_WEB, upstreamLocalAddress: '10.244.1.5:50000', ...values },
  direction: 'outbound',
  source,
  destination,
})
const into = (values: Partial<EnvoyLine>, source: string, destination: string = OWN_CART): Row => ({
  by: CART,
  line: {
    upstreamCluster: 'inbound|9080||',
    upstreamLocalAddress: '127.0.0.6:40000',
    upstreamHost: AT_CART,
    downstreamLocalAddress: AT_CART,
    downstreamRemoteAddress: FROM_WEB,
    ...values,
  },
  direction: 'inbound',
  source,
  destination,
})
const edge = (values: Partial<EnvoyLine>, source: string, destination: string): Row => ({
  by: EDGE,
  line: {
    downstreamLocalAddress: '10.244.1.7:8080',
    upstreamLocalAddress: '10.244.1.7:50000',
    downstreamRemoteAddress: '198.51.100.1:4000',
    ...values,
  },
  direction: 'gateway',
  source,
  destination,
})
const waypoint = (values: Partial<EnvoyLine>, source: string, destination: string): Row => ({
  by: WAYPOINT,
  line: { upstreamCluster: 'inbound-vip|9080|http|cart.shop.svc.cluster.local', ...values },
  direction: 'waypoint',
  source,
  destination,
})

/** By line type; each name says the column that the row is about. */
const ROWS: Readonly<Record<string, Row>> = {
  'outbound: own by path, service by cluster name, pod by the chosen address': out(
    { upstreamCluster: TO_CART, upstreamHost: AT_CART, downstreamLocalAddress: VIP },
    CHOSEN_CART,
  ),
  'outbound from loopback: own': out(
    { upstreamCluster: TO_CART, upstreamHost: AT_CART, downstreamRemoteAddress: '127.0.0.1:9' },
    CHOSEN_CART,
  ),
  'outbound from another pod: that pod': out(
    { upstreamCluster: TO_CART, upstreamHost: AT_CART, downstreamRemoteAddress: '10.244.1.6:9' },
    CHOSEN_CART,
    'pod exact namespace=shop pod=cart-1 method=ip',
  ),
  'outbound to a pod of another namespace: ambiguous, no pod': out(
    { upstreamCluster: TO_CART, upstreamHost: '10.244.1.5:9080' },
    'service ambiguous namespace=shop service=cart method=cluster reason=namespace_mismatch',
  ),
  'outbound without an endpoint: the service, no pod': out(
    { upstreamCluster: TO_CART, downstreamLocalAddress: VIP },
    'service exact namespace=shop service=cart method=cluster',
  ),
  'outbound, the VIP of another service: the cluster name stands': out(
    { upstreamCluster: TO_CART, upstreamHost: AT_CART, downstreamLocalAddress: '10.96.0.1:443' },
    CHOSEN_CART,
  ),
  'outbound of TCP: the same, at the start of the connection': out(
    { upstreamCluster: TO_CART, upstreamHost: '10.244.1.9:9080', startTimeMs: 2_000, durationMs: 60_000 },
    'service ambiguous namespace=shop service=cart method=cluster reason=namespace_mismatch',
  ),
  'inbound: peer by certificate, own by path under the service of the SNI': into(
    { requestedServerName: SNI_CART, more: { downstreamPeerUriSan: SAN_WEB } },
    'pod exact namespace=default pod=web-1 method=san',
  ),
  'inbound by address: the pod at the start of the line': into({}, BY_WEB),
  'inbound from a node: the node': into(
    { downstreamRemoteAddress: '192.168.10.11:4000' },
    'node exact node=node-a method=ip',
  ),
  'inbound of a forwarded client: nobody': into({ downstreamRemoteAddress: '10.244.1.5:0' }, 'unknown none reason=xff'),
  'inbound of a forwarded client with the direct address: the peer': into(
    { downstreamRemoteAddress: '198.51.100.1:0', more: { downstreamDirectRemoteAddress: FROM_WEB } },
    BY_WEB,
  ),
  'inbound from loopback: nobody': into(
    { downstreamRemoteAddress: '127.0.0.6:1' },
    'unknown none method=ip reason=loopback',
  ),
  'inbound without mTLS: own canonical service': into({ requestedServerName: undefined }, BY_WEB),
  'inbound by IPv6 loopback: ignored': into({ upstreamLocalAddress: '[::6]:40000' }, BY_WEB),
  'inbound passthrough: own canonical service, and that it does not declare the port': into(
    {
      upstreamCluster: 'InboundPassthroughCluster',
      upstreamHost: '10.244.1.6:7777',
      downstreamLocalAddress: '10.244.1.6:7777',
    },
    BY_WEB,
    'pod exact namespace=shop pod=cart-1 service=cart method=path reason=undeclared_port',
  ),
  'inbound passthrough of Istio before 1.24: the same': into(
    { upstreamCluster: 'InboundPassthroughClusterIpv4', downstreamLocalAddress: '10.244.1.6:7777' },
    BY_WEB,
    'pod exact namespace=shop pod=cart-1 service=cart method=path reason=undeclared_port',
  ),
  'inbound to a port of some other service: no service': into(
    { upstreamCluster: 'inbound|7777||', downstreamLocalAddress: '10.244.1.6:7777' },
    BY_WEB,
    'pod exact namespace=shop pod=cart-1 method=path',
  ),
  'ingress gateway: the client, by its address': edge(
    { upstreamCluster: TO_CART, upstreamHost: AT_CART },
    'external exact method=ip',
    CHOSEN_CART,
  ),
  'ingress gateway from a named network: its name': edge(
    { upstreamCluster: TO_CART, upstreamHost: AT_CART, downstreamRemoteAddress: '203.0.113.9:1' },
    'external exact service=office method=cidr',
    CHOSEN_CART,
  ),
  'ingress gateway behind NAT: the node, ambiguous': edge(
    { upstreamCluster: TO_CART, upstreamHost: AT_CART, downstreamRemoteAddress: '192.168.10.11:1' },
    'node ambiguous node=node-a method=ip reason=nat',
    CHOSEN_CART,
  ),
  'egress gateway: the pod, and the host of the ServiceEntry': edge(
    {
      upstreamCluster: 'outbound|443||api.example.com',
      upstreamHost: '198.51.100.7:443',
      downstreamRemoteAddress: FROM_WEB,
    },
    BY_WEB,
    'external exact service=api.example.com method=cluster',
  ),
  'egress gateway with a certificate that agrees: by it': edge(
    {
      upstreamCluster: 'outbound|443||api.example.com',
      upstreamHost: '198.51.100.7:443',
      downstreamRemoteAddress: FROM_WEB,
      more: { downstreamPeerUriSan: SAN_WEB },
    },
    'pod exact namespace=default pod=web-1 method=san',
    'external exact service=api.example.com method=cluster',
  ),
  'outbound passthrough to a service: it, and the pod behind the original destination': out(
    { upstreamCluster: 'PassthroughCluster', upstreamHost: AT_CART, downstreamLocalAddress: VIP },
    CHOSEN_CART,
  ),
  'outbound passthrough to a node: it': out(
    {
      upstreamCluster: 'PassthroughCluster',
      upstreamHost: '192.168.10.11:6443',
      downstreamLocalAddress: '192.168.10.11:6443',
    },
    'node exact node=node-a method=ip',
  ),
  'outbound passthrough to the world: external': out(
    {
      upstreamCluster: 'PassthroughCluster',
      upstreamHost: '198.51.100.7:443',
      downstreamLocalAddress: '198.51.100.7:443',
    },
    'external exact method=ip',
  ),
  'black hole: the dialled service, never a pod of it': out(
    { upstreamCluster: 'BlackHoleCluster', downstreamLocalAddress: VIP },
    'service exact namespace=shop service=cart method=ip',
  ),
  'no route: the host that was asked for, where the address is nobody’s': out(
    { downstreamLocalAddress: '198.51.100.7:80', authority: 'api.example.com' },
    'external ambiguous service=api.example.com method=ip reason=authority',
  ),
  'no route at a gateway: nobody': edge(
    { responseFlags: 'NR', authority: 'shop.example.com' },
    'external exact method=ip',
    'unknown none reason=no_upstream',
  ),
  'east-west gateway: the service of the SNI cluster, the chosen pod': edge(
    { upstreamCluster: SNI_CART, upstreamHost: AT_CART, downstreamRemoteAddress: '198.51.100.77:1' },
    'external exact method=ip',
    CHOSEN_CART,
  ),
  'waypoint: peer metadata before the address, inner address of the tunnel': waypoint(
    {
      downstreamRemoteAddress: '10.244.1.7:1',
      upstreamHost: `envoy://connect_originate/${AT_CART}`,
      more: { sourcePeer: { namespace: 'default', workload: 'web' } },
    },
    'pod exact namespace=default method=peer_metadata',
    CHOSEN_CART,
  ),
  'waypoint without metadata: the peer’s address': waypoint(
    { downstreamRemoteAddress: FROM_WEB, upstreamHost: `envoy://connect_originate/${AT_CART}` },
    BY_WEB,
    CHOSEN_CART,
  ),
  'waypoint behind an internal listener: nobody': waypoint(
    { downstreamRemoteAddress: 'envoy://internal_client_address/', upstreamHost: 'envoy://main_internal/' },
    'unknown none reason=no_address',
    'service none namespace=shop service=cart method=cluster reason=no_address',
  ),
}

function resolved(by: ReporterIdentity, values: Partial<EnvoyLine>) {
  const resolver = createEnds(index, by, { cluster: 'here' })
  const asLine = line(values)
  const direction = directionOf(asLine, resolver.reporter)
  return { direction, ...resolver.endsOf(asLine, direction) }
}

describe('createEnds() by the table of addresses', () => {
  test.for(Object.entries(ROWS))('resolves %s', ([, row]) => {
    const { direction, source, destination } = resolved(row.by, row.line)
    expect({ direction, source: told(source), destination: told(destination) }).toEqual({
      direction: row.direction,
      source: row.source,
      destination: row.destination,
    })
  })

  test.for(Object.entries(ROWS))('always says how: %s', ([, row]) => {
    const { source, destination } = resolved(row.by, row.line)
    expect([source, destination].flatMap(omissions)).toEqual([])
  })

  test('takes the best evidence there is, and falls back in order', () => {
    const inbound = { upstreamCluster: 'inbound|9080||', downstreamRemoteAddress: FROM_WEB }
    const peer = { sourcePeer: { namespace: 'default', workload: 'web', pod: 'web-1' } }
    const methods = [
      resolved(CART, { ...inbound, more: { ...peer, downstreamPeerUriSan: SAN_WEB } }).source,
      resolved(CART, { ...inbound, more: { downstreamPeerUriSan: SAN_WEB } }).source,
      resolved(WEB, { upstreamCluster: TO_CART, downstreamRemoteAddress: FROM_WEB }).source,
      resolved(WEB, { upstreamCluster: TO_CART, downstreamLocalAddress: '10.96.0.1:443' }).destination,
      resolved(EDGE, { requestedServerName: SNI_CART, upstreamHost: '198.51.100.7:1' }).destination,
      resolved(CART, inbound).source,
      resolved(EDGE, { upstreamCluster: TO_CART, downstreamRemoteAddress: '203.0.113.9:1' }).source,
    ].map((end) => end?.method)
    expect(methods).toEqual(['peer_metadata', 'san', 'path', 'cluster', 'sni', 'ip', 'cidr'])
  })

  test('resolves piped lines of nobody by their addresses alone', () => {
    const { direction, source } = resolved(NOBODY, { upstreamCluster: TO_CART, downstreamRemoteAddress: FROM_WEB })
    expect([direction, told(source)]).toEqual(['outbound', BY_WEB])
  })
})

/** With these there was nothing that could have been looked at. */
const WITHOUT_METHOD = ['xff', 'no_address', 'no_upstream']

/** What an end should say and does not. */
function omissions(end: Endpoint | undefined): string[] {
  if (end === undefined) return ['no end']
  const { kind, confidence, method, reason } = end
  const needsMethod = !WITHOUT_METHOD.includes(reason ?? '')
  return [
    ...(kind === undefined ? ['kind'] : []),
    ...(confidence === undefined ? ['confidence'] : []),
    ...(method === undefined && needsMethod ? ['method'] : []),
    ...((reason === undefined) === (confidence === 'exact') || reason === 'undeclared_port' ? [] : ['reason']),
  ]
}
