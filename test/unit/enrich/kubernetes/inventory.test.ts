import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseInventory, readInventory } from '../../../../src/enrich/kubernetes/inventory.ts'
import { FlagshipError } from '../../../../src/errors.ts'

const recorded = fileURLToPath(new URL('../../../fixtures/recorded/cluster.json', import.meta.url))

const pod = (status: object, metadata: object = {}, spec: object = {}) => ({
  kind: 'Pod',
  metadata: { namespace: 'shop', name: 'cart-1', uid: 'u1', ...metadata },
  spec,
  status,
})
const list = (...items: readonly unknown[]) => JSON.stringify({ kind: 'List', items })
const good = pod({ podIP: '10.0.0.9' }, { name: 'good', uid: 'u9' })

function errorOf(text: string): FlagshipError {
  try {
    parseInventory(text, 'cluster.json')
  } catch (error) {
    if (error instanceof FlagshipError) return error
  }
  throw new Error('it was taken for an inventory')
}

describe('readInventory()', () => {
  test('reads what kubectl prints of the recorded cluster', async () => {
    const inventory = await readInventory(recorded)
    expect(inventory.problems).toEqual([])
    expect(inventory.rejectedCount).toBe(0)
    expect(Object.fromEntries(inventory.ignored)).toEqual({ EndpointSlice: 17 })
    expect([inventory.pods.length, inventory.services.length, inventory.nodes.length]).toEqual([11, 17, 2])
    expect(inventory.pods.find(({ name }) => name === 'mongodb-0')).toMatchObject({
      namespace: 'data',
      uid: '71d354c6-62a5-4fc4-a399-f70d182a3b08',
      nodeName: 'node-b',
      ips: ['10.244.2.51'],
      hostIps: ['192.168.10.12'],
      isHostNetwork: false,
      workload: { kind: 'StatefulSet', name: 'mongodb' },
      serviceAccount: 'mongodb',
      role: undefined,
      labels: '{"app":"mongodb","version":"v1"}',
      life: { fromMs: Date.parse('2026-11-22T12:00:00Z'), toMs: undefined, isOver: false },
    })
    expect(inventory.pods.find(({ namespace }) => namespace === 'istio-system')?.role).toBe('gateway')
    expect(inventory.nodes[1]).toEqual({
      name: 'node-b',
      network: '',
      ips: ['192.168.10.12'],
      podCidrs: ['10.244.2.0/24'],
      zone: 'zone-b',
    })
  })

  test('says which file cannot be read and why', async () => {
    await expect(readInventory('/nowhere/cluster.json')).rejects.toThrow(
      /^Cannot read inventory "\/nowhere\/cluster.json": ENOENT/,
    )
  })
})

describe('parseInventory()', () => {
  test.for([
    ['a List', list(good)],
    [
      'a list of one kind, whose items do not repeat it',
      JSON.stringify({ kind: 'PodList', items: [{ ...good, kind: undefined }] }),
    ],
    ['a bare array', JSON.stringify([good])],
    ['one object', JSON.stringify(good)],
    ['a byte order mark', `\uFEFF${list(good)}`],
  ] as const)('reads %s', ([, text]) => {
    expect(parseInventory(text, 'cluster.json').pods.map(({ name }) => name)).toEqual(['good'])
  })

  test('reads all addresses of a pod, both families, each once and in canonical form', () => {
    const status = { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }, { ip: 'FD00:0::1' }], hostIP: '192.168.0.1' }
    const [row] = parseInventory(list(pod(status, {}, { hostNetwork: true })), 'cluster.json').pods
    expect(row).toMatchObject({ ips: ['10.0.0.1', 'fd00::1'], hostIps: ['192.168.0.1'], isHostNetwork: true })
  })

  test('reads the addresses and ports of a service', () => {
    const service = {
      kind: 'Service',
      metadata: { namespace: 'edge', name: 'gw', labels: { app: 'gw' }, creationTimestamp: '2026-11-22T12:00:00Z' },
      spec: {
        clusterIP: '10.96.0.1',
        clusterIPs: ['10.96.0.1', 'fd01::1'],
        externalIPs: ['198.51.100.1'],
        ports: [
          { port: 80, targetPort: 'http', nodePort: 30080 },
          { port: 53, protocol: 'UDP', nodePort: 0 },
        ],
      },
      status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }, { hostname: 'lb.example.com' }] } },
    }
    const headless = {
      kind: 'Service',
      metadata: { namespace: 'a', name: 'b' },
      spec: { clusterIP: 'None', clusterIPs: ['None'] },
    }
    const { services, problems } = parseInventory(list(service, headless), 'cluster.json')
    expect(problems).toEqual([])
    expect(services[0]).toEqual({
      namespace: 'edge',
      name: 'gw',
      network: '',
      clusterIps: ['10.96.0.1', 'fd01::1'],
      externalIps: ['198.51.100.1', '203.0.113.1'],
      ports: [
        { port: 80, protocol: 'TCP', nodePort: 30080, targetPort: 'http' },
        { port: 53, protocol: 'UDP', nodePort: undefined, targetPort: undefined },
      ],
      labels: '{"app":"gw"}',
      createdMs: Date.parse('2026-11-22T12:00:00Z'),
    })
    expect(services[1]).toMatchObject({ clusterIps: [], externalIps: [] })
  })

  test('knows a static pod by the UID of its path', () => {
    const metadata = { annotations: { 'kubernetes.io/config.hash': 'abc' } }
    expect(parseInventory(list(pod({}, metadata)), 'cluster.json').pods[0]?.pathUid).toBe('abc')
  })

  test('keeps of an annotation no more than a hash has, and needs no name of a service account', () => {
    const metadata = { annotations: { 'kubernetes.io/config.hash': 'x'.repeat(1_048_576) } }
    const [row] = parseInventory(list(pod({}, metadata, { serviceAccountName: '' })), 'cluster.json').pods
    expect([row?.pathUid, row?.serviceAccount]).toEqual([undefined, 'default'])
  })

  test.for([
    ['an item that is no object', 7, 'item 0: 7, expected an object'],
    ['an item without a kind', {}, 'item 0: kind: nothing, expected a text'],
    [
      'a pod without a name',
      pod({}, { name: undefined }),
      'item 0 (Pod shop): metadata.name: nothing, expected a text',
    ],
    ['a pod without a UID', pod({}, { uid: '' }), 'item 0 (Pod shop/cart-1): metadata.uid: "", expected a text'],
    [
      'an address that is none',
      pod({ podIP: '10.0.0.300' }),
      'item 0 (Pod shop/cart-1): status.podIP: "10.0.0.300", expected an IP address',
    ],
    ['an address that is a number', pod({ podIP: 12 }), 'status.podIP: 12, expected a text'],
    [
      'a bad second address',
      pod({ podIPs: [{ ip: '10.0.0.1' }, { ip: 'x' }] }),
      'status.podIPs[1].ip: "x", expected an IP address',
    ],
    ['a list that is none', pod({ podIPs: 'x' }), 'status.podIPs: "x", expected a list'],
    [
      'a time that is none',
      pod({ containerStatuses: [{ state: { running: { startedAt: 'soon' } } }] }),
      'status.containerStatuses.state.running.startedAt: "soon", expected a time like 2026-11-22T12:00:00Z',
    ],
    ['labels that are a list', pod({}, { labels: ['a'] }), 'metadata.labels: a list of 1, expected an object'],
    ['a flag that is a text', pod({}, {}, { hostNetwork: 'yes' }), 'spec.hostNetwork: "yes", expected true or false'],
    [
      'a status that is null inside a list',
      pod({ conditions: [null] }),
      'status.conditions[0]: null, expected an object',
    ],
    [
      'a port that is none',
      { kind: 'Service', metadata: { namespace: 'a', name: 'b' }, spec: { ports: [{ port: 70000 }] } },
      'item 0 (Service a/b): spec.ports[0].port: 70000, expected a port',
    ],
    [
      'a service address that is none',
      { kind: 'Service', metadata: { namespace: 'a', name: 'b' }, spec: { clusterIPs: ['nowhere'] } },
      'spec.clusterIPs[0]: "nowhere", expected an IP address',
    ],
    [
      'a range that is none',
      { kind: 'Node', metadata: { name: 'n' }, spec: { podCIDRs: ['10.0.0.0/40'] } },
      'item 0 (Node n): spec.podCIDRs[0]: "10.0.0.0/40", expected a range like 10.244.1.0/24',
    ],
    ['a name longer than any', pod({}, { name: 'n'.repeat(2_000) }), 'metadata.name'],
    [
      'more containers than any pod has',
      pod({ containerStatuses: Array.from({ length: 5_000 }, () => ({})) }),
      'status.containerStatuses: a list of 5000, expected at most 4096 entries',
    ],
    ['control characters', pod({ podIP: '\u001b[31m' }), 'status.podIP: "\\u001b[31m", expected an IP address'],
  ] as const)('leaves out %s, names it, and keeps the others', ([, bad, message]) => {
    const inventory = parseInventory(list(bad, good), 'cluster.json')
    expect(inventory.pods.map(({ name }) => name)).toEqual(['good'])
    expect(inventory.rejectedCount).toBe(1)
    expect(inventory.problems).toHaveLength(1)
    expect(inventory.problems[0]).toContain('Cannot use inventory "cluster.json", item 0')
    expect(inventory.problems[0]).toContain(message)
  })

  test('counts more bad items than it names', () => {
    const inventory = parseInventory(list(...Array.from({ length: 100 }, () => 7)), 'cluster.json')
    expect([inventory.rejectedCount, inventory.problems.length]).toEqual([100, 20])
  })

  test('takes of hostile labels what is wanted and nothing else', () => {
    const labels = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`label-${at}`, 'x'.repeat(60)]))
    const [row] = parseInventory(list(pod({}, { labels: { ...labels, app: 'cart' } })), 'cluster.json').pods
    expect(row?.labels).toBe('{"app":"cart"}')
  })

  test('reads keys of the prototype as any others', () => {
    const text = `{"kind":"List","items":[{"kind":"Pod","__proto__":{"x":1},"metadata":{"namespace":"a","name":"b","uid":"c","labels":{"constructor":"x"}}}]}`
    expect(parseInventory(text, 'cluster.json').pods).toHaveLength(1)
  })

  test.for([
    [
      'no JSON',
      '{"kind": "List", "items": [',
      /^Cannot read inventory "cluster.json": .*JSON.*; make one with `kubectl get/,
    ],
    ['YAML', 'apiVersion: v1\nkind: List\n', /it looks like YAML: print it with -o json/],
    ['a text', '"pods"', /it is "pods", not a list of Kubernetes objects/],
    ['an object without a kind', '{}', /kind is nothing, expected "List"/],
    ['a list without items', '{"kind":"PodList"}', /items is nothing, expected a list/],
    ['items that are none', '{"kind":"List","items":{}}', /items is an object, expected a list/],
  ] as const)('gives up on %s', ([, text, message]) => {
    const error = errorOf(text)
    expect(error.code).toBe('INVENTORY_INVALID')
    expect(error.message).toMatch(message)
  })
})
