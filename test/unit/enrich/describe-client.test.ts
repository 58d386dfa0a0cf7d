import { expect, test } from 'vitest'
import { describeAccess } from '../../../src/enrich/describe.ts'
import { Vantage } from '../../../src/enrich/vantage.ts'
import { EDGE, index, line, TO_CART } from './endpoint/small-cluster.ts'

test.for([
  ['the peer of a gateway', '198.51.100.1:4000', undefined, '198.51.100.1'],
  ['nobody where the peer is a node', '192.168.10.11:4000', undefined, undefined],
  ['who a node forwarded for', '192.168.10.11:4000', '203.0.113.5', '203.0.113.5'],
  [
    'the last hop that is not the node itself',
    '192.168.10.11:4000',
    '9.9.9.9, 203.0.113.5,192.168.10.11',
    '203.0.113.5',
  ],
  ['whom Envoy took from x-forwarded-for', '203.0.113.6:0', '203.0.113.6', '203.0.113.6'],
] as const)('describeAccess() takes for the client %s', ([, downstreamRemoteAddress, xForwardedFor, client]) => {
  const from = new Vantage({ index }, EDGE)
  const values = { upstreamCluster: TO_CART, downstreamLocalAddress: '10.244.1.7:8080', downstreamRemoteAddress }
  expect(describeAccess(line({ ...values, xForwardedFor }), from).clientIp).toBe(client)
})
