import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listCluster } from '../../../../../src/enrich/kubernetes/api/list-cluster.ts'
import { FakeKubernetes } from '../../../../support/fake-kubernetes/fake-kubernetes.ts'
import type { Fault } from '../../../../support/fake-kubernetes/faults.ts'
import { failed, forbidden, TIMED_OUT, TOO_MANY_REQUESTS } from '../../../../support/fake-kubernetes/status.ts'
import { namespaceObject, podObject } from '../../../../support/kubernetes-objects.ts'
import { RowMap } from '../../../../support/row-map.ts'
import { HastyClock, plainAccess, watchParts } from '../../../../support/watched-cluster.ts'

const TIMES = { connectMs: 500, answerMs: 500, idleMs: 500 }
const signal = new AbortController().signal

let fake: FakeKubernetes

beforeEach(async () => {
  const done = podObject('shop/done-0', { phase: 'Succeeded' })
  const cluster = { namespaces: [namespaceObject('shop')], pods: [podObject('shop/web-0', { ip: '10.1.0.1' }), done] }
  fake = await FakeKubernetes.start({ cluster })
})

afterEach(async () => fake.stop())

function list(rows: RowMap, clock = new HastyClock()) {
  return listCluster(plainAccess(fake.url), rows, watchParts({ times: TIMES, clock }), signal)
}

describe('listCluster()', () => {
  test('counts what there is, and never watches', async () => {
    fake.put('pods', { metadata: { name: 'bad', namespace: 'shop' }, status: { podIP: 'none' } })
    const rows = new RowMap()

    expect(await list(rows)).toEqual({ counts: { pods: 3, services: 0, nodes: 0, namespaces: 1 }, rejectedCount: 1 })
    expect(rows.podNames).toEqual(['done-0', 'web-0'])
    expect(fake.requests.map(({ verb }) => verb)).toEqual(['list', 'list', 'list', 'list'])
  })

  test('gives up on a list whose pages are followed by themselves', async () => {
    const page = JSON.stringify({ metadata: { resourceVersion: '1', continue: 'again' }, items: [] })
    const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end(page))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const listing = listCluster(plainAccess(url), new RowMap(), watchParts({ clock: new HastyClock() }), signal)
    await expect(listing).rejects.toThrow('a page of the list is followed by itself')
    server.closeAllConnections()
    server.close()
  })

  const passing: readonly (readonly [string, Fault])[] = [
    ['cut', { kind: 'cut', afterBytes: 50 }],
    ['not answered', { kind: 'hang' }],
    ['refused for a moment', { kind: 'answer', failure: forbidden('flagship', 'list', 'pods') }],
    ['put off', { kind: 'answer', failure: TOO_MANY_REQUESTS }],
    ['answered without etcd', { kind: 'answer', failure: TIMED_OUT }],
  ]
  test.for(passing)('tries again where a list is %s', async ([, fault]) => {
    fake.faults.add(fault, { verb: 'list', resource: 'pods' })
    const rows = new RowMap()
    const clock = new HastyClock()
    await list(rows, clock)

    expect(rows.podNames).toHaveLength(2)
    expect(clock.waitsMs).toHaveLength(1)
  })

  test.for([
    [
      forbidden('flagship', 'list', 'pods'),
      'KUBERNETES_REFUSED',
      /403: "pods is forbidden.*; it takes the verbs list and watch/,
    ],
    [failed(500, 'InternalError', 'boom'), 'KUBERNETES_UNAVAILABLE', /answers 500: "boom"$/],
  ] as const)('gives up after four tries, and says why', async ([failure, code, message]) => {
    fake.faults.add({ kind: 'answer', failure }, { verb: 'list', resource: 'pods', times: 9 })
    const clock = new HastyClock()
    const error: unknown = await list(new RowMap(), clock).catch((each: unknown) => each)

    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(String(error)).toContain(`Cannot list pods at "${fake.url}"`)
    expect(clock.waitsMs).toHaveLength(3)
  })

  test('is told that what answers is no API server', async () => {
    const html = { code: 200, body: '<html></html>' }
    fake.faults.add({ kind: 'answer', failure: html }, { times: 99 })

    await expect(list(new RowMap())).rejects.toThrow(/neither protobuf nor JSON; is this an API server\?$/)
  })
})
