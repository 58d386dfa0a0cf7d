import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { clusterOf } from '../../support/fake-kubernetes/cluster-of.ts'
import { FakeKubernetes, type FakeKubernetesOptions } from '../../support/fake-kubernetes/fake-kubernetes.ts'
import { Outlet } from '../../support/fake-kubernetes/outlet.ts'
import { TIMED_OUT, TOO_MANY_REQUESTS } from '../../support/fake-kubernetes/status.ts'
import { ApiWatch, askApi, itemsOf, nameOf, versionOf } from '../../support/kubernetes-api.ts'
import { podObject } from '../../support/kubernetes-objects.ts'

const PODS = '/api/v1/pods'
const PROTOBUF = { accept: 'application/vnd.kubernetes.protobuf' }
let fake: FakeKubernetes

async function start(options: FakeKubernetesOptions = {}): Promise<void> {
  fake = await FakeKubernetes.start(options)
}

afterEach(() => fake?.stop())

/** A watch from now on, open at the server too. */
async function watched(headers: object = {}): Promise<ApiWatch> {
  const watch = await ApiWatch.open(
    fake,
    `${PODS}?watch=true&allowWatchBookmarks=true&resourceVersion=${fake.version}`,
    headers,
  )
  await fake.watched(1)
  return watch
}

function put(name: string): void {
  fake.put('pods', podObject(`shop/${name}`))
}

function namesIn(watch: ApiWatch): string[] {
  return watch.events.map(({ object }) => nameOf(object))
}

test.for([
  [TOO_MANY_REQUESTS, 429, 'text/plain; charset=utf-8', 'Too many requests, please try again later.\n', '1'],
  [TIMED_OUT, 504, 'text/plain; charset=utf-8', /^\{"metadata":\{\},"status":"Failure",.*"code":504\}\n$/, undefined],
] as const)(
  'FakeKubernetes answers what it is told to, once: %o',
  async ([failure, status, type, text, retryAfter]) => {
    await start()
    fake.faults.add({ kind: 'answer', failure }, { verb: 'list', resource: 'pods' })

    const other = await askApi(fake, '/api/v1/nodes')
    const answer = await askApi(fake, PODS)

    expect([other.status, answer.status, (await askApi(fake, PODS)).status]).toEqual([200, status, 200])
    expect(answer.headers).toMatchObject({ 'content-type': type })
    expect(answer.headers['retry-after']).toBe(retryAfter)
    expect(answer.bytes.toString()).toMatch(text)
  },
)

test('FakeKubernetes takes a request and never answers it', async () => {
  await start()
  fake.faults.add({ kind: 'hang' })

  const answered = askApi(fake, PODS).then(
    () => 'answered',
    () => 'ended',
  )
  await askApi(fake, '/api/v1/nodes')

  expect(await Promise.race([answered, new Promise((resolve) => setTimeout(() => resolve('silent'), 50))])).toBe(
    'silent',
  )
  await fake.stop()
  expect(await answered).toBe('ended')
})

test('FakeKubernetes ends the connection of a request at once', async () => {
  await start()
  fake.faults.add({ kind: 'destroy' })

  await expect(askApi(fake, PODS)).rejects.toThrow(/socket hang up|ECONNRESET/)
})

test.for([{}, PROTOBUF])('FakeKubernetes ends a watch inside an event: %o', async (headers) => {
  await start()
  const watch = await watched(headers)
  put('pod-0')
  await watch.arrived(1)
  for (const each of fake.watches) each.cut()
  await closed(watch)

  expect(watch.events).toHaveLength(1)
  expect(watch.restBytes).toBeGreaterThan(4)
  expect(watch.hasEnded).toBe(false)
})

test.for(['cut', 'silence'] as const)('FakeKubernetes gives an answer only up to a byte: %s', async (kind) => {
  await start({ cluster: { pods: [podObject('shop/pod-0'), podObject('shop/pod-1')] } })
  fake.faults.add({ kind, afterBytes: 400 }, { verb: 'watch' })
  const watch = await ApiWatch.open(fake, `${PODS}?watch=true&resourceVersion=0`)
  if (kind === 'cut') await closed(watch)
  else await bytesIn(watch, 400)
  put('pod-2')
  await turns()

  expect(watch.events).toEqual([])
  expect(watch.restBytes).toBe(400)
  expect(watch.isClosed).toBe(kind === 'cut')
})

test('FakeKubernetes gives an answer slowly, and whole', async () => {
  await start({ cluster: { pods: [podObject('shop/pod-0')] } })
  fake.faults.add({ kind: 'drip', bytes: 100, everyMs: 1 })

  expect(itemsOf((await askApi(fake, PODS)).body)).toHaveLength(1)
})

test('FakeKubernetes tells every change twice', async () => {
  await start()
  fake.faults.add({ kind: 'repeat' })
  const watch = await watched()
  for (const name of ['a', 'b']) put(name)
  await watch.arrived(4)

  expect(namesIn(watch).sort((a, b) => a.localeCompare(b))).toEqual(['shop/a', 'shop/a', 'shop/b', 'shop/b'])
})

test('FakeKubernetes tells changes in reverse', async () => {
  await start()
  fake.faults.add({ kind: 'reorder', count: 3 })
  const watch = await watched()
  for (const name of ['a', 'b', 'c']) put(name)
  await watch.arrived(3)

  expect(namesIn(watch)).toEqual(['shop/c', 'shop/b', 'shop/a'])
})

test('FakeKubernetes tells the last changes once more', async () => {
  await start()
  const watch = await watched()
  for (const name of ['a', 'b']) put(name)
  await watch.arrived(2)
  fake.replay('pods', 1)
  await watch.arrived(3)

  expect(namesIn(watch)).toEqual(['shop/a', 'shop/b', 'shop/b'])
})

test('FakeKubernetes says how far a watch is when it is told to, and nothing after it was silenced', async () => {
  await start()
  const watch = await watched()
  fake.skipVersions(5)
  fake.bookmark()
  await watch.first('BOOKMARK')
  for (const each of fake.watches) each.silence()
  put('a')
  await turns()

  expect(watch.events.map(({ object }) => versionOf(object))).toEqual([String(fake.version - 1)])
})

test('FakeKubernetes says again and again how far a watch is', async () => {
  await start({ bookmarkMs: 5 })
  const watch = await watched()
  await watch.arrived(3)

  expect(new Set(watch.events.map(({ type }) => type))).toEqual(new Set(['BOOKMARK']))
})

test('Outlet does not wait for a reader that is gone', async () => {
  const written = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    response.flushHeaders()
    request.socket.destroy()
    void new Outlet(response, false, undefined).write(Buffer.alloc(1_000_000)).then(written.resolve)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = Object(server.address())
  get(`http://127.0.0.1:${port}`).on('error', () => undefined)

  await expect(written.promise).resolves.toBeUndefined()
  server.close()
})

test('FakeKubernetes tells a watch of an error and ends it', async () => {
  await start()
  const watch = await watched()
  for (const each of fake.watches) each.fail({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 500 })
  await watch.ended()

  expect(watch.events).toMatchObject([{ type: 'ERROR', object: { code: 500 } }])
})

test('FakeKubernetes goes back to an earlier version, with what was there then', async () => {
  await start()
  put('a')
  const { version } = fake
  put('b')
  fake.put('pods', podObject('shop/a', { ip: '10.1.0.1' }))
  await fake.restart({ backTo: version })

  const { body } = await askApi(fake, PODS)
  expect(versionOf(body)).toBe(String(version))
  expect(itemsOf(body)).toMatchObject([{ metadata: { name: 'a', resourceVersion: String(version) }, status: {} }])
  expect(itemsOf(body)[0]).not.toHaveProperty('status.podIP')
})

test('FakeKubernetes takes no connection while it is down, and has what was changed meanwhile', async () => {
  await start()
  await fake.down()
  await expect(askApi(fake, PODS)).rejects.toThrow('ECONNREFUSED')
  put('a')
  await fake.up()

  expect(itemsOf((await askApi(fake, PODS)).body).map(nameOf)).toEqual(['shop/a'])
})

test('FakeKubernetes remembers a bounded number of changes, and a watch that is behind them ends', async () => {
  await start({ history: 5 })
  const { version } = fake
  for (let at = 0; at < 20; at += 1) put(`pod-${at}`)
  const watch = await ApiWatch.open(fake, `${PODS}?watch=true&resourceVersion=${version}`)
  await watch.ended()

  expect(watch.events).toMatchObject([{ type: 'ERROR', object: { code: 410 } }])
})

test('FakeKubernetes deletes the object whose place another takes', async () => {
  await start()
  const watch = await watched()
  for (const uid of ['1', '2']) fake.put('pods', { metadata: { name: 'a', namespace: 'shop', uid } })
  await watch.arrived(3)

  expect(watch.events.map(({ type }) => type)).toEqual(['ADDED', 'DELETED', 'ADDED'])
})

test('FakeKubernetes writes down what it was asked', async () => {
  await start({ users: new Map([['secret', { name: 'a', mayRead: true }]]) })
  await askApi({ url: fake.url, token: 'secret' }, `${PODS}?limit=5`)

  expect(fake.requests).toMatchObject([{ verb: 'list', resource: 'pods', token: 'secret' }])
  expect(fake.requests[0]?.query.get('limit')).toBe('5')
})

test('clusterOf() makes the same cluster for the same seed, with an address for every pod', async () => {
  const size = { pods: 1_000, services: 20, nodes: 10, seed: 7 }
  const { pods } = clusterOf(size)
  const text = JSON.stringify(pods)

  expect(text).toBe(JSON.stringify(clusterOf(size).pods))
  expect(text).not.toBe(JSON.stringify(clusterOf({ ...size, seed: 8 }).pods))
  expect(new Set(pods.map((pod) => Object(pod['status']).podIP)).size).toBe(1_000)
  expect(text.length / 1_000).toBeGreaterThan(4_000)
  await start({ cluster: clusterOf(size) })
  expect(itemsOf((await askApi(fake, PODS)).body)).toHaveLength(1_000)
})

async function closed(watch: ApiWatch): Promise<void> {
  while (!watch.isClosed) await new Promise((resolve) => setTimeout(resolve, 1))
}

async function bytesIn(watch: ApiWatch, count: number): Promise<void> {
  while (watch.restBytes < count) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** As long as an event takes that does come. */
async function turns(): Promise<void> {
  await askApi(fake, '/api/v1/nodes')
}
