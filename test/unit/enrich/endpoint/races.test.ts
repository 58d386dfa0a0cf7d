import { describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { decodeRecord, encodeRecord } from '../../../../src/enrich/endpoint/record-line.ts'
import { nodeRow, podRow } from '../rows.ts'

const IP = '10.244.1.5'
const second = (seconds: number) => seconds * 1_000
const up = (name: string, fromS: number) =>
  podRow({ name, uid: `uid-${name}`, ips: [IP], life: { fromMs: second(fromS) } })

/** As it is told, and as an agent has it from records. */
function copyOf(index: EndpointIndex): EndpointIndex {
  const copy = new EndpointIndex()
  for (const record of index.records()) {
    const result = decodeRecord(encodeRecord(record))
    if (result.ok) copy.put(result.record)
  }
  return copy
}

function ownerAt(index: EndpointIndex, seconds: number, ip = IP): string | undefined {
  const told = ownerIn(index, seconds, ip)
  expect(ownerIn(copyOf(index), seconds, ip)).toBe(told)
  return told
}

function ownerIn(index: EndpointIndex, seconds: number, ip: string): string | undefined {
  return index.resolve({ network: '', ip, port: 80, protocol: 'TCP' }, second(seconds)).pod?.name
}

/** Ordinary orders of events in which tools of today name the wrong pod. */
describe('EndpointIndex.resolve() in a race', () => {
  test('names the new owner when its event comes before the old one’s deletion', () => {
    const index = new EndpointIndex()
    index.upsertPod(up('old', 0), second(1))
    index.upsertPod(up('new', 100), second(101))
    index.deletePod('uid-old', second(103))
    expect(ownerAt(index, 50)).toBe('old')
    expect(ownerAt(index, 110)).toBe('new')
  })

  test('names the old owner for a late line of it, after the address was given away', () => {
    const index = new EndpointIndex()
    index.upsertPod(up('old', 0), second(1))
    index.deletePod('uid-old', second(90))
    index.upsertPod(up('new', 100), second(101))
    expect(ownerAt(index, 60)).toBe('old')
  })

  test('tells two pods of one name apart, 130 s later and with another UID', () => {
    const index = new EndpointIndex()
    index.upsertPod(podRow({ name: 'db-0', uid: 'first', ips: [IP] }), second(1))
    index.deletePod('first', second(100))
    index.upsertPod(podRow({ name: 'db-0', uid: 'second', ips: [IP], life: { fromMs: second(230) } }), second(231))
    for (const each of [index, copyOf(index)]) {
      const uidAt = (seconds: number) =>
        each.resolve({ network: '', ip: IP, port: 80, protocol: 'TCP' }, second(seconds)).pod?.uid
      expect([uidAt(50), uidAt(150), uidAt(240)]).toEqual(['first', undefined, 'second'])
    }
  })

  test('is not misled by a list that tells of a finished pod after the running one', () => {
    const index = new EndpointIndex()
    index.upsertPod(up('running', 100), second(200))
    const life = { fromMs: 0, toMs: second(90), isOver: true }
    index.upsertPod(podRow({ name: 'finished', uid: 'f', ips: [IP], life }), second(200))
    expect([ownerAt(index, 50), ownerAt(index, 150)]).toEqual(['finished', 'running'])
  })

  test('names nobody for a finished pod’s address that something else uses', () => {
    const index = new EndpointIndex()
    index.upsertPod(podRow({ name: 'finished', ips: [IP], life: { toMs: second(90), isOver: true } }), second(95))
    expect(ownerAt(index, 50)).toBe('finished')
    expect(ownerAt(index, 100)).toBeUndefined()
  })

  test('names the owner of a line that is read 300 s after its pod was deleted', () => {
    const index = new EndpointIndex()
    index.upsertPod(up('gone', 0), second(1))
    index.deletePod('uid-gone', second(100))
    expect(ownerAt(index, 99)).toBe('gone')
  })

  test('names the old owner between the start of the new pod and its address', () => {
    const index = new EndpointIndex()
    index.upsertPod(up('old', 0), second(1))
    // Started at 100, has no address yet.
    index.upsertPod(podRow({ name: 'new', uid: 'uid-new', ips: [], life: { fromMs: undefined } }), second(100))
    index.deletePod('uid-old', second(108))
    index.upsertPod(up('new', 110), second(111))
    expect([ownerAt(index, 104), ownerAt(index, 113)]).toEqual(['old', 'new'])
  })

  test('names the node, and no pod, for a node’s second address through a pod in its network', () => {
    const index = new EndpointIndex()
    index.upsertNode(nodeRow({ ips: ['192.168.10.11', 'fd00:99::11'] }))
    index.upsertPod(
      podRow({ name: 'host', isHostNetwork: true, ips: ['192.168.10.11', 'fd00:99::11'], hostIps: ['192.168.10.11'] }),
      second(1),
    )
    for (const ip of ['192.168.10.11', 'fd00:99::11']) {
      for (const each of [index, copyOf(index)]) {
        const resolution = each.resolve({ network: '', ip, port: 80, protocol: 'TCP' }, second(50))
        expect(resolution).toMatchObject({ kind: 'node', pod: undefined, node: { name: 'node-a' } })
      }
    }
  })
})
