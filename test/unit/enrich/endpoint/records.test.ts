import * as fc from '../../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { type IndexRecord, keyOf } from '../../../../src/enrich/endpoint/index-record.ts'
import { decodeRecord, encodeRecord } from '../../../../src/enrich/endpoint/record-line.ts'
import { nodeRow, podRow, serviceRow } from '../rows.ts'
import { eventsOf, type LineLook, looks, steps } from './pod-world.ts'

const IP = '10.244.1.5'

/** Over the wire: what is put is what was read from a line. */
function through(record: IndexRecord | undefined): IndexRecord {
  const result = decodeRecord(encodeRecord(record ?? { kind: 'gone', key: '' }))
  if (!result.ok) throw new Error(`${result.reason}: ${JSON.stringify(record)}`)
  return result.record
}

function linesOf(index: EndpointIndex): string[] {
  return [...index.records()].map(encodeRecord).sort()
}

function copyOf(index: EndpointIndex): EndpointIndex {
  const copy = new EndpointIndex()
  for (const record of index.records()) copy.put(through(record))
  return copy
}

function bookinfo(): EndpointIndex {
  const index = new EndpointIndex()
  index.upsertNamespace({ name: 'default', labels: '{"team":"a"}' })
  index.upsertNode(nodeRow({ podCidrs: ['10.244.1.0/24', 'fd00:10:244:1::/64'] }))
  index.upsertService(serviceRow({ clusterIps: ['10.96.10.10', 'fd01::1'], labels: '{"app":"reviews"}', createdMs: 5 }))
  index.upsertService(serviceRow({ name: 'gw', clusterIps: ['10.96.200.1'], externalIps: ['203.0.113.1'], ports: [] }))
  index.upsertPod(podRow({ ips: [IP, 'fd00:10:244:1::5'], hostIps: ['192.168.10.12'], nodeName: 'node-b' }), 1_000)
  index.upsertPod(podRow({ name: 'static', pathUid: 'path', network: 'other', role: 'gateway' }), 1_000)
  index.upsertPod(
    podRow({ name: 'gone', ips: ['10.244.1.6'], labels: '{"app":"x"}', life: { toMs: 500, isOver: true } }),
    1_000,
  )
  index.deletePod('gone', 2_000)
  index.upsertPod(podRow({ name: 'never', ips: [] }), 1_000)
  index.deletePod('never', 2_000)
  return index
}

describe('EndpointIndex.put()', () => {
  test('makes of all records of an index one that has the same records', () => {
    const index = bookinfo()
    expect(linesOf(copyOf(index))).toEqual(linesOf(index))
  })

  test('changes nothing when the same record is put again', () => {
    const index = bookinfo()
    const { version } = index
    const heard: string[] = []
    index.observe((key) => heard.push(key))
    for (const record of index.records()) index.put(through(record))
    expect([index.version, heard]).toEqual([version, []])
  })

  test('lets an agent that is fed with changes answer as the resolver’s index does', () => {
    const rounds = fc.array(fc.nat(9), { minLength: 10, maxLength: 10 })
    fc.assert(
      fc.property(steps, looks, rounds, fc.nat(50), (all, lines, pauses, joinAt) => {
        const index = new EndpointIndex()
        const changed = new Set<string>()
        index.observe((key) => changed.add(key))
        const agent = new EndpointIndex()
        let late: EndpointIndex | undefined
        for (const [at, event] of eventsOf(all, lines, 0).entries()) {
          if ('row' in event) index.upsertPod(event.row, event.seenMs)
          else if ('deleted' in event) index.deletePod(event.deleted, event.seenMs)
          else {
            flush(index, changed, late === undefined ? [agent] : [agent, late])
            compare(index, late === undefined ? [agent] : [agent, late], event.look)
          }
          if (at === joinAt) {
            flush(index, changed, [agent])
            late = copyOf(index)
          }
          if (at % 10 < (pauses[at % 10] ?? 0)) flush(index, changed, late === undefined ? [agent] : [agent, late])
        }
        flush(index, changed, [agent])
        expect(linesOf(agent)).toEqual(linesOf(index))
      }),
      { seed: 20_261_123, numRuns: 100 },
    )
  })

  test('takes tombstones of all that is deleted', () => {
    const index = bookinfo()
    const agent = copyOf(index)
    const heard: string[] = []
    index.observe((key) => heard.push(key))
    index.deleteService('default', 'reviews')
    index.deleteNode('node-a')
    index.deleteNamespace('default')
    expect(heard).toEqual(['service/default/reviews', 'node/node-a', 'namespace/default'])
    expect(heard.map((key) => index.recordOf(key)?.kind)).toEqual(['gone', 'gone', 'gone'])
    for (const key of heard) agent.put(through(index.recordOf(key)))
    expect(linesOf(agent)).toEqual(linesOf(index))
    expect(agent.service('default', 'reviews')).toBeUndefined()
  })
})

function compare(index: EndpointIndex, agents: readonly EndpointIndex[], { ip, lineMs, namespace }: LineLook): void {
  const query = { network: '', ip, port: 80, protocol: 'TCP' } as const
  const answer = index.resolve(query, lineMs, { namespace })
  for (const agent of agents) expect(agent.resolve(query, lineMs, { namespace })).toEqual(answer)
}

function flush(index: EndpointIndex, changed: Set<string>, agents: readonly EndpointIndex[]): void {
  for (const key of changed) for (const agent of agents) agent.put(through(index.recordOf(key)))
  changed.clear()
}

describe('EndpointIndex.sweep()', () => {
  test('closes what a new snapshot does not have, and clears nothing', async () => {
    const index = bookinfo()
    const keep = new Set([...index.records()].map(keyOf).filter((key) => !/reviews|node-a|namespace/.test(key)))
    await index.sweep(keep, 60_000)
    const at = (atMs: number) => index.resolve({ network: '', ip: IP, port: 80, protocol: 'TCP' }, atMs)
    expect([at(50_000).pod?.name, at(70_000).pod]).toEqual(['reviews-v1-7f8d6c5b4-h9k2m', undefined])
    expect([index.service('default', 'reviews'), index.node('node-a'), index.namespace('default')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(index.service('default', 'gw')?.name).toBe('gw')
  })

  test('lets a record of a pod that was swept bring it back', async () => {
    const index = bookinfo()
    const records = [...index.records()].map(through)
    await index.sweep(new Set(), 60_000)
    for (const record of records) index.put(record)
    expect(linesOf(index)).toEqual(linesOf(bookinfo()))
  })
})

describe('EndpointIndex as a target of rows', () => {
  test('keeps the past of pods that a whole list no longer has', async () => {
    const index = bookinfo()
    await index.retainPods(new Set(['static']), 60_000)
    const at = (atMs: number) => index.resolve({ network: '', ip: IP, port: 80, protocol: 'TCP' }, atMs)
    expect([at(50_000).pod?.name, at(70_000).pod]).toEqual(['reviews-v1-7f8d6c5b4-h9k2m', undefined])
  })

  test('drops services, nodes and namespaces that a whole list no longer has', () => {
    const index = bookinfo()
    index.retainServices(new Set(['default/gw']))
    index.retainNodes(new Set(['node-c']))
    index.retainNamespaces(new Set())
    const kinds = [...index.records()].filter(({ kind }) => kind !== 'range' && kind !== 'pod').map(keyOf)
    expect(kinds).toEqual(['node/node-b', 'service/default/gw'])
    expect(index.resolve({ network: '', ip: '192.168.10.12', port: 1, protocol: 'TCP' }, 0).kind).toBe('node')
  })

  test.for([
    ['not_synced', 'not_synced', 'not_synced'],
    ['stale', 'stale', 'private'],
    ['current', 'not_known', 'private'],
  ] as const)(
    'says why it knows nobody at an address of the cluster while it is %s',
    ([freshness, reason, elsewhere]) => {
      const index = bookinfo()
      index.setFreshness(freshness, 100_000)
      const at = (ip: string) => index.resolve({ network: '', ip, port: 80, protocol: 'TCP' }, 50).reason
      expect([at('10.244.1.77'), at('10.96.99.1'), at('10.9.9.9'), at(IP)]).toEqual([
        reason,
        reason,
        elsewhere,
        undefined,
      ])
    },
  )
})

describe('EndpointIndex.forget()', () => {
  test.for([
    ['as long as the history goes back', 100_000, undefined, true],
    ['not longer', 103_000, undefined, false],
    ['for a line that was not read yet', 500_000, 1_000, true],
    ['not for lines after it', 500_000, 3_000, false],
  ] as const)('keeps a pod that is gone %s', ([, nowMs, neededMs, isKept]) => {
    const index = new EndpointIndex({ historyMs: 100_000 })
    index.upsertPod(podRow({ uid: 'gone', ips: [IP] }), 1_000)
    index.upsertPod(podRow({ uid: 'there', name: 'there', ips: ['10.244.1.6'] }), 1_000)
    index.deletePod('gone', 2_000)
    index.forget(nowMs, neededMs)
    const at = (ip: string) => index.resolve({ network: '', ip, port: 80, protocol: 'TCP' }, 1_500).pod?.uid
    expect([at(IP), at('10.244.1.6')]).toEqual([isKept ? 'gone' : undefined, 'there'])
    expect([index.size.pods, index.podByUid('gone')?.uid]).toEqual([isKept ? 2 : 1, isKept ? 'gone' : undefined])
  })
})

describe('decodeRecord()', () => {
  test('ignores keys that it does not know, and what lists have at their end', () => {
    const [record] = [...bookinfo().records()].filter(({ kind }) => kind === 'pod')
    const fields = JSON.parse(encodeRecord(record ?? { kind: 'gone', key: '' }))
    fields.future = { deep: [1] }
    fields.held[0] = ['10.244.1.5', 0, null, null, '', 'more']
    expect(decodeRecord(JSON.stringify(fields))).toEqual({ ok: true, record })
  })

  test.for([
    ['not JSON', '{"k":"pod"', 'not_json'],
    ['no object', '[]', 'invalid'],
    ['no kind', '{}', 'unknown_kind'],
    ['a kind of a newer version', '{"k":"endpoint"}', 'unknown_kind'],
    ['a name that every object has', '{"k":"constructor"}', 'unknown_kind'],
    ['a pod without anything', '{"k":"pod"}', 'invalid'],
    ['a namespace whose name is a number', '{"k":"namespace","name":1}', 'invalid'],
    ['labels that are no JSON', '{"k":"namespace","name":"a","labels":"{"}', 'invalid'],
    ['labels that are no object', '{"k":"namespace","name":"a","labels":"[]"}', 'invalid'],
    ['a range that is none', '{"k":"range","of":"near","cidr":"10.0.0.0/64"}', 'invalid'],
    ['an address that is not canonical', '{"k":"node","name":"a","learnt":[["FD00::1"]]}', 'invalid'],
    ['a node whose row is a list', '{"k":"node","name":"a","row":[]}', 'invalid'],
    ['a port out of range', '{"k":"service","ns":"a","name":"b","ports":[[65536,"TCP"]]}', 'invalid'],
    ['a name that is too long', `{"k":"namespace","name":"${'x'.repeat(5_000)}"}`, 'invalid'],
    ['a line that is too long', ' '.repeat(300_000), 'too_long'],
  ] as const)('gives a reason for %s', ([, line, reason]) => {
    expect(decodeRecord(line)).toEqual({ ok: false, reason })
  })

  test('never throws, whatever of a line is replaced', () => {
    const lines = linesOf(bookinfo())
    const json = fc.jsonValue()
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.nat(40), json, (at, key, value) => {
        const fields: Record<string, unknown> = JSON.parse(lines[at] ?? '')
        const names = Object.keys(fields)
        fields[names[key % names.length] ?? ''] = value
        const result = decodeRecord(JSON.stringify(fields))
        if (result.ok) new EndpointIndex().put(result.record)
        expect(result).toBeDefined()
      }),
      { seed: 1, numRuns: 2_000 },
    )
  })
})
