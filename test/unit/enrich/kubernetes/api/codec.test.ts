import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Codec, codecOf } from '../../../../../src/enrich/kubernetes/api/codec.ts'
import { ALWAYS_WANTED_LABELS } from '../../../../../src/enrich/kubernetes/api/objects.ts'
import { resourcesFor } from '../../../../../src/enrich/kubernetes/api/resources.ts'
import type { Splitter } from '../../../../../src/enrich/kubernetes/api/splitter.ts'
import { FieldReader, isObject, type JsonObject } from '../../../../../src/enrich/kubernetes/field-reader.ts'
import { nodeRowOf } from '../../../../../src/enrich/kubernetes/node.ts'
import { podRowOf } from '../../../../../src/enrich/kubernetes/pod.ts'
import { encodeEnvelope, encodeList, encodeMessage } from '../../../../support/fake-kubernetes/protobuf/encode.ts'
import { RowMap } from '../../../../support/row-map.ts'

const FIXTURES = new URL('../../../../fixtures/kubernetes/', import.meta.url)
const LABELS = { labels: ['app', 'version'], namespaceLabels: ['kubernetes.io/metadata.name'] }
const RESOURCES = ['pods', 'services', 'nodes', 'namespaces'] as const

const protobuf = codec('application/vnd.kubernetes.protobuf')
const json = codec('application/json')

describe('codecOf()', () => {
  test.for(RESOURCES)('makes the same rows of a recorded list of %s in protobuf as in JSON', (name) => {
    const rows = rowsOfList(name, protobuf, fixture(`${name}.list.pb`))

    expect(rows[name].size).toBeGreaterThan(0)
    expect(rows).toEqual(rowsOfList(name, json, fixture(`${name}.list.json`)))
  })

  test('makes the same of a recorded watch of pods in protobuf as in JSON, with its bookmarks', () => {
    const events = eventsOf(protobuf, fixture('pods.watch.pb'))

    expect(events.map(({ type }) => type)).toContain('BOOKMARK')
    expect(events).toEqual(eventsOf(json, fixture('pods.watch.jsonl')))
  })

  test('reads a recorded ERROR event', () => {
    const [event] = partsOf(protobuf.watchSplitter(), fixture('expired.watch.pb')).map((bytes) =>
      protobuf.event(bytes, []),
    )

    expect(event).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } })
  })

  test('knows neither text nor HTML', () => {
    expect(codecOf('text/plain; charset=utf-8')).toBeUndefined()
    expect(codecOf(undefined)).toBeUndefined()
  })

  test('keeps of ten thousand labels and a large annotation only what is asked for', () => {
    const labels = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`label-${at}`, 'x'.repeat(50)]))
    const annotations = { 'kubernetes.io/config.hash': 'a1b2', big: 'x'.repeat(1_048_576) }
    const pod = { metadata: { name: 'web', uid: 'u1', labels: { ...labels, app: 'web' }, annotations } }

    expect(protobuf.item(encodeMessage('Pod', pod), messageOf('pods'))).toMatchObject({
      metadata: { name: 'web', labels: { app: 'web' }, annotations: { 'kubernetes.io/config.hash': 'a1b2' } },
    })
    const decoded = JSON.stringify(protobuf.item(encodeMessage('Pod', pod), messageOf('pods')))
    expect(decoded.length).toBeLessThan(500)
  })

  test.for([
    ['cut in the middle', (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
    ['with a length beyond its end', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from([0x0a, 0x7f])])],
    ['of noise', () => Buffer.from('ffffffffffffffffffffffff', 'hex')],
  ] as const)('refuses an object %s', ([, spoil]) => {
    const bytes = encodeMessage('Pod', { metadata: { name: 'web', uid: 'u1' }, status: { phase: 'Running' } })

    expect(() => protobuf.item(spoil(bytes), messageOf('pods'))).toThrow(/./)
  })

  test('reads an exit code below zero, as Windows has them', () => {
    const terminated = { exitCode: -1_073_741_510, startedAt: '2026-11-23T12:00:00Z' }
    const pod = { metadata: { name: 'web' }, status: { containerStatuses: [{ name: 'app', state: { terminated } }] } }

    expect(protobuf.item(encodeMessage('Pod', pod), messageOf('pods'))).toMatchObject({
      status: { containerStatuses: [{ state: { terminated: { exitCode: -1_073_741_510 } } }] },
    })
  })

  test('refuses a time before all times', () => {
    const pod = { metadata: { name: 'web', creationTimestamp: '1969-12-31T00:00:00Z' } }

    expect(() => protobuf.item(encodeMessage('Pod', pod), messageOf('pods'))).toThrow('a time beyond all bounds')
  })

  test('skips fields that a newer server has', () => {
    const bytes = encodeMessage('Pod', { metadata: { name: 'web', uid: 'u1' } })
    const unknown = Buffer.from([
      0xfa, 0x3f, 2, 1, 2, 0xf0, 0x3f, 9, 0xf9, 0x3f, 1, 2, 3, 4, 5, 6, 7, 8, 0xfd, 0x3f, 1, 2, 3, 4,
    ])

    expect(protobuf.item(Buffer.concat([unknown, bytes, unknown]), messageOf('pods'))).toMatchObject({
      metadata: { name: 'web', uid: 'u1' },
    })
  })
})

describe('ALWAYS_WANTED_LABELS', () => {
  test('are all the labels that rows ask for', () => {
    const asked = new Set<string>()
    const labels: JsonObject = new Proxy(
      {},
      {
        getOwnPropertyDescriptor(_, key) {
          asked.add(String(key))
          return undefined
        },
      },
    )
    for (const kind of ['ReplicaSet', 'ReplicationController', 'Job']) {
      podRowOf(
        { metadata: { name: 'web', labels, ownerReferences: [{ kind, name: 'web-1', controller: true }] } },
        new FieldReader(),
        [],
      )
    }
    nodeRowOf({ metadata: { name: 'node-a', labels } }, new FieldReader())

    expect([...asked].toSorted()).toEqual(ALWAYS_WANTED_LABELS)
  })
})

describe('splitters', () => {
  const list = encodeEnvelope('PodList', 'v1', encodeList('Pod', { resourceVersion: '7' }, pods()))
  const watch = fixture('pods.watch.pb')
  const jsonList = Buffer.from(
    JSON.stringify({
      kind: 'PodList',
      metadata: { resourceVersion: '7' },
      items: [...pods(), { metadata: { name: '"}]{[\\' } }],
    }),
  )

  test.for([
    ['protobuf list', protobuf.listSplitter, list],
    ['JSON list', json.listSplitter, jsonList],
    ['protobuf watch', protobuf.watchSplitter, watch],
    ['JSON watch', json.watchSplitter, fixture('pods.watch.jsonl')],
  ] as const)('cut a %s alike whatever its chunks', ([, make, body]) => {
    const whole = partsOf(make(), body)

    for (const size of [1, 2, 3, 7, 61]) {
      const splitter = make()
      expect(partsOf(splitter, body, size)).toEqual(whole)
      expect(splitter.isWhole()).toBe(true)
    }
    expect(whole.length).toBeGreaterThan(2)
  })

  test.for([
    ['protobuf list', protobuf.listSplitter, list],
    ['JSON list', json.listSplitter, jsonList],
    ['protobuf watch', protobuf.watchSplitter, watch],
    ['JSON watch', json.watchSplitter, fixture('pods.watch.jsonl')],
  ] as const)('see that a %s is cut', ([, make, body]) => {
    const splitter = make()
    splitter.push(body.subarray(0, body.length - 9))

    expect(splitter.isWhole()).toBe(false)
  })

  test('read every item of a JSON list as it is', () => {
    const items = partsOf(json.listSplitter(), jsonList, 5).map((bytes) => JSON.parse(bytes.toString()))

    expect(items).toEqual([{ resourceVersion: '7' }, ...pods(), { metadata: { name: '"}]{[\\' } }])
  })

  test.for([
    [
      'protobuf list',
      protobuf.listSplitter,
      encodeEnvelope('PodList', 'v1', encodeList('Pod', { resourceVersion: '7' }, withGiant())),
    ],
    [
      'JSON list',
      json.listSplitter,
      Buffer.from(JSON.stringify({ metadata: { resourceVersion: '7' }, items: withGiant() })),
    ],
  ] as const)('leave an object of a %s out that is too large, and go on', ([, make, body]) => {
    const splitter = make()
    const parts = []
    for (let at = 0; at < body.length; at += 65_536) parts.push(...splitter.push(body.subarray(at, at + 65_536)))

    expect(parts.map(({ what }) => what)).toEqual(['metadata', 'item', 'oversize', 'item'])
    expect(splitter.isWhole()).toBe(true)
  })

  test.for([
    ['protobuf list', protobuf.listSplitter, '<html>'],
    [
      'protobuf list of noise',
      protobuf.listSplitter,
      'k8s\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff',
    ],
    ['JSON list', json.listSplitter, '[]'],
    ['protobuf watch', protobuf.watchSplitter, '\xff\xff\xff\xffx'],
  ] as const)('refuse what is no %s', ([, make, body]) => {
    expect(() => make().push(Buffer.from(body, 'latin1'))).toThrow(/./)
  })
})

function codec(type: string): Codec {
  const found = codecOf(type)
  if (found === undefined) throw new Error(`no codec of ${type}`)
  return found
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES))
}

function messageOf(name: string) {
  return resourcesFor(new RowMap(), LABELS).find((resource) => resource.name === name)?.message ?? []
}

function partsOf(splitter: Splitter, body: Buffer, size = body.length): readonly Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; at += size) {
    for (const { bytes } of splitter.push(body.subarray(at, at + size))) parts.push(Buffer.from(bytes))
  }
  return parts
}

function rowsOfList(name: string, { listSplitter, item }: Codec, body: Buffer): RowMap {
  const rows = new RowMap()
  const resource = resourcesFor(rows, LABELS).find((each) => each.name === name)
  for (const { what, bytes } of listSplitter().push(body)) {
    const problem = what === 'item' && resource?.put(item(bytes, resource.message), 0)
    if (problem) throw new Error(`${problem.field} is ${problem.found}`)
  }
  return rows
}

function eventsOf({ watchSplitter, event }: Codec, body: Buffer): readonly { type: string; row: unknown }[] {
  return partsOf(watchSplitter(), body).map((bytes) => {
    const { type, object } = event(bytes, messageOf('pods'))
    if (type !== 'BOOKMARK') return { type, row: podRowOf(object, new FieldReader(), LABELS.labels) }
    const metadata = isObject(object['metadata']) ? object['metadata'] : {}
    return { type, row: [typeof metadata['resourceVersion'], metadata['annotations'] ?? {}] }
  })
}

function pods(): JsonObject[] {
  return ['a', 'b', 'c'].map((name) => ({ metadata: { name, namespace: 'shop', uid: `uid-${name}` } }))
}

function withGiant(): JsonObject[] {
  const [first = {}, , last = {}] = pods()
  return [first, { metadata: { name: 'giant', annotations: { text: 'x'.repeat(4_000_000) } } }, last]
}
