import { describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import type { Hint } from '../../../../src/enrich/endpoint/resolution.ts'
import { nodeRow, podRow, serviceRow } from '../rows.ts'

const IP = '10.244.1.5'
const second = (seconds: number) => seconds * 1_000

function resolve(index: EndpointIndex, ip: string, atS: number, hint?: Hint, port: number | undefined = 80) {
  return index.resolve({ network: '', ip, port, protocol: 'TCP' }, second(atS), hint)
}

function indexOf(...pods: readonly Parameters<typeof podRow>[0][]): EndpointIndex {
  const index = new EndpointIndex()
  for (const row of pods) index.upsertPod(podRow({ ips: [IP], ...row }), second(1_000))
  return index
}
const life = (fromS: number, toS?: number) => ({
  fromMs: second(fromS),
  toMs: toS === undefined ? undefined : second(toS),
})

describe('EndpointIndex.resolve() of a pod', () => {
  test.for([
    [97.9, undefined, 'none', 'history'],
    [98, undefined, 'ambiguous', 'skew'],
    [99.9, undefined, 'ambiguous', 'skew'],
    [100, 'reviews', 'exact', undefined],
    [199.9, 'reviews', 'exact', undefined],
    [200, undefined, 'ambiguous', 'skew'],
    [202, undefined, 'ambiguous', 'skew'],
    [202.1, undefined, 'none', 'history'],
  ] as const)('at %d s, for one that lived from 100 to 200', ([atS, pod, confidence, reason]) => {
    const resolution = resolve(indexOf({ name: 'reviews', life: life(100, 200) }), IP, atS)
    expect([resolution.pod?.name, resolution.confidence, resolution.reason]).toEqual([pod, confidence, reason])
  })

  test.for([
    ['fits', 201, { namespace: 'default' }, 'reviews'],
    ['does not fit', 201, { namespace: 'shop' }, undefined],
    ['fits but whole seconds do not reach', 201.5, { namespace: 'default' }, undefined],
    ['fits at the beginning', 98.5, { namespace: 'default' }, 'reviews'],
  ] as const)('takes the only owner near in time when the hint %s', ([, atS, hint, pod]) => {
    const resolution = resolve(indexOf({ name: 'reviews', life: life(100, 200) }), IP, atS, hint)
    expect([resolution.pod?.name, resolution.confidence, resolution.reason]).toEqual([pod, 'ambiguous', 'skew'])
  })

  const A = { name: 'a', uid: 'a', namespace: 'blue', serviceAccount: 'one', canonicalService: 'x', life: life(0, 100) }
  const B = { name: 'b', uid: 'b', namespace: 'green', serviceAccount: 'one', canonicalService: 'y', life: life(100) }
  const C = { ...B, namespace: 'blue', serviceAccount: 'two' }
  test.for([
    ['nothing', A, B, undefined, undefined],
    ['the namespace of the old one', A, B, { namespace: 'blue' }, 'a'],
    ['the namespace of the new one', A, B, { namespace: 'green' }, 'b'],
    ['a third namespace', A, B, { namespace: 'red' }, undefined],
    ['the namespace of both', A, C, { namespace: 'blue' }, undefined],
    ['the namespace of both and an account', A, C, { namespace: 'blue', serviceAccount: 'two' }, 'b'],
    ['the namespace of both and a service', A, C, { namespace: 'blue', service: 'x' }, 'a'],
    ['a service of neither', A, C, { namespace: 'blue', service: 'z' }, undefined],
  ] as const)('between two owners goes by what the line says: %s', ([, one, other, hint, pod]) => {
    for (const atS of [99.5, 100.5]) {
      const resolution = resolve(indexOf(one, other), IP, atS, hint)
      expect([resolution.pod?.name, resolution.confidence, resolution.reason]).toEqual([pod, 'ambiguous', 'two_owners'])
    }
  })

  test('never names two pods that claim one address since the same instant', () => {
    const index = indexOf({ name: 'a', uid: 'a', life: life(100) }, { name: 'b', uid: 'b', life: life(100) })
    expect(resolve(index, IP, 500)).toMatchObject({ pod: undefined, confidence: 'ambiguous', reason: 'two_owners' })
  })

  test('keeps networks apart', () => {
    const index = indexOf({ name: 'here' }, { name: 'there', uid: 'there', network: 'other' })
    const there = index.resolve({ network: 'other', ip: IP, port: 80, protocol: 'TCP' }, second(50))
    expect([resolve(index, IP, 50).pod?.name, there.pod?.name]).toEqual(['here', 'there'])
  })

  test('finds no pod for a line without a time, and says so', () => {
    expect(resolve(indexOf({}), IP, Number.NaN)).toMatchObject({
      pod: undefined,
      confidence: 'none',
      reason: 'no_time',
    })
  })

  test('knows a pod of two families by both addresses', () => {
    const index = indexOf({ name: 'dual', ips: [IP, 'fd00:10:244::5'] })
    expect(resolve(index, 'fd00:10:244::5', 50).pod?.name).toBe('dual')
  })

  test('counts from the first event of a pod whose status has no time', () => {
    const index = indexOf({ life: { fromMs: undefined } })
    expect([resolve(index, IP, 990).pod, resolve(index, IP, 1_001).confidence]).toEqual([undefined, 'exact'])
  })

  test('keeps a terminating pod until it is gone', () => {
    const index = indexOf({ life: life(0) })
    index.deletePod('reviews-v1-7f8d6c5b4-h9k2m', second(2_000))
    expect([resolve(index, IP, 1_990).confidence, resolve(index, IP, 2_010).reason]).toEqual(['exact', 'history'])
  })

  test('lets an old event that comes late not bring a deleted pod back', () => {
    const index = indexOf({ life: life(0) })
    index.deletePod('reviews-v1-7f8d6c5b4-h9k2m', second(2_000))
    index.upsertPod(podRow({ ips: [IP] }), second(2_001))
    expect(resolve(index, IP, 3_000).pod).toBeUndefined()
  })

  test('moves a pod to its new address when its network is made again', () => {
    const index = indexOf({ life: { ...life(0), sandboxMs: 0 } })
    index.upsertPod(podRow({ ips: ['10.244.1.6'], life: { fromMs: 0, sandboxMs: second(500) } }), second(510))
    const at = (ip: string, atS: number) => resolve(index, ip, atS).pod !== undefined
    expect([at(IP, 400), at(IP, 505), at('10.244.1.6', 400), at('10.244.1.6', 505)]).toEqual([true, false, false, true])
  })

  test('ends an interval when the address is gone from the status, and begins another when it is back', () => {
    const index = indexOf({ life: life(0) })
    index.upsertPod(podRow({ ips: [] }), second(1_100))
    index.upsertPod(podRow({ ips: [IP] }), second(1_200))
    const at = (atS: number) => resolve(index, IP, atS).confidence
    expect([at(1_050), at(1_150), at(1_250)]).toEqual(['exact', 'none', 'exact'])
  })

  test('learns of an earlier beginning and an earlier end from later events', () => {
    const index = indexOf({ life: { fromMs: undefined } })
    index.upsertPod(podRow({ ips: [IP], life: { fromMs: second(900) } }), second(1_001))
    index.upsertPod(podRow({ ips: [IP], life: { fromMs: second(900), isOver: true } }), second(1_100))
    index.upsertPod(
      podRow({ ips: [IP], life: { fromMs: second(900), isOver: true, toMs: second(1_050) } }),
      second(1_110),
    )
    const at = (atS: number) => resolve(index, IP, atS).confidence
    expect([at(950), at(1_040), at(1_080)]).toEqual(['exact', 'exact', 'none'])
  })
})

describe('EndpointIndex.resolve() of anything else', () => {
  const index = new EndpointIndex({
    networks: { '10.20.0.0/16': 'office', '10.20.30.0/24': 'lab', '10.244.0.0/16': 'pods' },
  })
  index.upsertNode(
    nodeRow({ ips: ['192.168.10.11', 'fd00:99::11'], podCidrs: ['10.244.1.0/24', 'fd00:10:244:1::/64'] }),
  )
  index.upsertPod(podRow({ ips: ['10.77.3.9'], hostIps: ['192.168.10.12'], nodeName: 'node-b' }), 0)
  index.upsertService(serviceRow({ ports: [{ port: 9080, protocol: 'TCP', nodePort: 30080, targetPort: 9080 }] }))
  index.upsertService(serviceRow({ name: 'ratings', clusterIps: ['10.96.30.11', 'fd01::11'] }))
  index.upsertService(
    serviceRow({
      name: 'dns',
      clusterIps: ['10.96.10.10'],
      ports: [{ port: 53, protocol: 'UDP', nodePort: undefined, targetPort: 53 }],
    }),
  )
  for (const namespace of ['blue', 'green'])
    index.upsertService(serviceRow({ namespace, name: 'gw', clusterIps: [], externalIps: ['203.0.113.1'] }))

  test.for([
    ['a service by address and port', '10.96.10.10', 9080, 'service', 'reviews', undefined],
    ['a service of one address by a port it does not have', '10.96.30.11', 1, 'service', 'ratings', undefined],
    ['a service by its IPv6 address', 'fd01::11', 9080, 'service', 'ratings', undefined],
    ['a node', '192.168.10.11', 12345, 'node', undefined, 'node-a'],
    ['a node by its IPv6 address', 'fd00:99::11', undefined, 'node', undefined, 'node-a'],
    ['a node that only a pod told of', '192.168.10.12', undefined, 'node', undefined, 'node-b'],
    ['the gateway of a node’s pods', '10.244.1.1', undefined, 'node', undefined, 'node-a'],
    ['the IPv6 gateway of a node’s pods', 'fd00:10:244:1::1', undefined, 'node', undefined, 'node-a'],
    ['a node port', '192.168.10.11', 30080, 'service', 'reviews', 'node-a'],
    ['an outside address', '198.51.100.7', 443, 'external', undefined, undefined],
  ] as const)('finds %s', ([, ip, port, kind, service, node]) => {
    const resolution = index.resolve({ network: '', ip, port, protocol: 'TCP' }, 0)
    expect([resolution.kind, resolution.service?.name, resolution.node?.name]).toEqual([kind, service, node])
    expect([resolution.confidence, resolution.reason]).toEqual(['exact', undefined])
  })

  test.for(['172.31.0.9', '10.1.0.9', '192.168.77.1', '100.64.1.1', 'fd77::1'])(
    'leaves the private address %s that nobody told of',
    (ip) => {
      const { kind, confidence, reason } = index.resolve({ network: '', ip, port: 443, protocol: 'TCP' }, 0)
      expect([kind, confidence, reason]).toEqual(['unknown', 'none', 'private'])
    },
  )

  test('tells services of one address apart by protocol', () => {
    const resolution = index.resolve({ network: '', ip: '10.96.10.10', port: 53, protocol: 'UDP' }, 0)
    expect(resolution.service?.name).toBe('dns')
  })

  test.for([
    ['nothing', undefined, undefined, 'ambiguous', 'shared_address'],
    ['its namespace', { namespace: 'green' }, 'green', 'exact', undefined],
    ['another namespace', { namespace: 'red' }, undefined, 'ambiguous', 'shared_address'],
  ] as const)('decides between services that share an address by %s', ([, hint, namespace, confidence, reason]) => {
    const resolution = resolve(index, '203.0.113.1', 0, hint, 9080)
    expect([resolution.service?.namespace, resolution.confidence, resolution.reason]).toEqual([
      namespace,
      confidence,
      reason,
    ])
    expect(resolution.kind).toBe('service')
  })

  test.for([
    ['10.20.1.1', 'office'],
    ['10.20.30.1', 'lab'],
    ['169.254.169.254', 'metadata-service'],
  ] as const)('gives %s the name of its range', ([ip, name]) => {
    expect(resolve(index, ip, 0)).toMatchObject({ kind: 'external', networkName: name })
  })

  test.for([
    ['an address of a node’s pods, whatever the range is called', '10.244.1.77', 'not_known'],
    ['a neighbour of a pod', '10.77.3.10', 'not_known'],
    ['an address between services', '10.96.20.1', 'not_known'],
    ['an address a pod had once', '10.77.3.9', 'history'],
    ['loopback', '127.0.0.1', 'loopback'],
    ['Istio’s inbound address', '::6', 'loopback'],
    ['a link-local address', '169.254.7.7', 'link_local'],
    ['no address', '0.0.0.0', 'no_address'],
  ] as const)('does not guess for %s', ([, ip, reason]) => {
    expect(resolve(index, ip, -100)).toMatchObject({ kind: 'unknown', confidence: 'none', reason })
  })

  test('finds no service that was made after the line', () => {
    const young = new EndpointIndex()
    young.upsertService(serviceRow({ createdMs: second(100) }))
    expect([resolve(young, '10.96.10.10', 97).kind, resolve(young, '10.96.10.10', 99).kind]).toEqual([
      'unknown',
      'service',
    ])
  })

  test('forgets services and nodes that are deleted', () => {
    const small = new EndpointIndex()
    small.upsertService(serviceRow({}))
    small.upsertNode(nodeRow({ podCidrs: [] }))
    small.deleteService('default', 'reviews')
    small.deleteNode('node-a')
    expect(small.service('default', 'reviews')).toBeUndefined()
    expect([resolve(small, '192.168.10.11', 0).kind, small.node('node-a')]).toEqual(['unknown', undefined])
  })
})

describe('EndpointIndex', () => {
  test('raises its version with each change and with nothing else', () => {
    const index = new EndpointIndex()
    const steps: readonly (readonly [boolean, () => void])[] = [
      [true, () => index.upsertPod(podRow({}), 0)],
      [false, () => index.upsertPod(podRow({}), 5)],
      [true, () => index.upsertPod(podRow({ labels: '{"app":"x"}' }), 6)],
      [true, () => index.upsertPod(podRow({ labels: '{"app":"x"}', life: { toMs: 7_000, isOver: true } }), 7)],
      [true, () => index.upsertService(serviceRow({}))],
      [false, () => index.upsertService(serviceRow({}))],
      [true, () => index.upsertNode(nodeRow({}))],
      [false, () => index.upsertNode(nodeRow({}))],
      [false, () => index.deletePod('nobody', 8)],
      [false, () => index.deleteService('default', 'nobody')],
      [false, () => index.deleteNode('nobody')],
      [true, () => index.deleteService('default', 'reviews')],
      [true, () => index.deleteNode('node-a')],
    ]
    for (const [at, [raises, step]] of steps.entries()) {
      const before = index.version
      step()
      expect([at, index.version > before]).toEqual([at, raises])
    }
  })

  test('finds a pod by UID, by the UID of its path, and by name', () => {
    const index = new EndpointIndex()
    index.upsertPod(podRow({ name: 'static', uid: 'mirror', pathUid: 'hash' }), 0)
    index.upsertPod(podRow({ name: 'twin', uid: 't1' }), 0)
    index.upsertPod(podRow({ name: 'twin', uid: 't2', namespace: 'shop', ips: ['10.244.1.9'] }), 0)
    expect([index.podByUid('mirror')?.name, index.podByUid('hash')?.name]).toEqual(['static', 'static'])
    expect(index.podByName('shop', 'twin')?.uid).toBe('t2')
    expect([index.podByName(undefined, 'static')?.uid, index.podByName(undefined, 'twin')]).toEqual([
      'mirror',
      undefined,
    ])
  })

  test('keeps at most so many intervals of the past, and forgets pods with their last one', () => {
    const index = new EndpointIndex({ maxClosed: 10 })
    for (let at = 0; at < 100; at += 1) {
      index.upsertPod(podRow({ name: `p${at}`, uid: `p${at}`, ips: [`10.244.1.${at}`], life: life(at) }), second(at))
      index.deletePod(`p${at}`, second(at + 1))
    }
    expect(index.size).toMatchObject({ pods: 10, closedIntervals: 10 })
    expect([index.podByUid('p89'), index.podByName('default', 'p89')]).toEqual([undefined, undefined])
    expect(resolve(index, '10.244.1.90', 90.5).pod?.name).toBe('p90')
    expect(resolve(index, '10.244.1.89', 89.5).pod).toBeUndefined()
  })

  test('forgets deleted pods that never had an address of their own', () => {
    const index = new EndpointIndex({ maxClosed: 2 })
    for (const uid of ['a', 'b', 'c', 'd']) {
      index.upsertPod(podRow({ name: uid, uid, isHostNetwork: true }), 0)
      index.deletePod(uid, 1)
    }
    expect([index.size.pods, index.podByUid('b'), index.podByUid('d')?.name]).toEqual([2, undefined, 'd'])
  })
})
