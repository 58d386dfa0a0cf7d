import { expect, test } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { nodeRow, podRow, serviceRow } from '../rows.ts'
import { index } from './small-cluster.ts'

test.for([
  ['of the range of a node’s pods, never seen', '10.244.1.99', true],
  ['of a pod that lives', '10.244.1.5', false],
  ['that a pod had and nobody has had since', '10.244.1.9', true],
  ['of a service', '10.96.0.6', false],
  ['between those of services', '10.96.0.5', false],
  ['of a node', '192.168.10.11', false],
  ['outside', '198.51.100.1', false],
  ['of some private network', '172.20.1.1', false],
] as const)('EndpointIndex.awaits() of an address %s', ([, ip, awaited]) => {
  expect(index.awaits(ip, 50_000)).toBe(awaited)
})

test('EndpointIndex.awaits() nobody before an owner whose past is known', () => {
  const other = new EndpointIndex()
  other.upsertNode(nodeRow({}))
  other.upsertService(serviceRow({}))
  other.upsertPod(podRow({ uid: 'late', ips: ['10.244.1.9'], life: { fromMs: 40_000 } }), 40_000)
  expect([other.awaits('10.244.1.9', 10_000), other.awaits('10.244.1.9', 45_000)]).toEqual([false, false])
})
