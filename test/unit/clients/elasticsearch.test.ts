import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { connectElasticsearch } from '../../../src/clients/elasticsearch.ts'
import type { Fault } from '../../support/recording-faults.ts'
import { startRecordingServer } from '../../support/recording-server.ts'

/** A server that does with a connection what the test says; its port. */
async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    onConnection(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function clientOf(...nodes: readonly string[]) {
  return clientWithin(30_000, ...nodes)
}

function clientWithin(requestTimeoutMs: number, ...nodes: readonly string[]) {
  const client = connectElasticsearch({ nodes, requestTimeoutMs, auth: undefined })
  onTestFinished(() => client.close())
  return client
}

const bulk = { method: 'POST', path: '/_bulk', ndjson: { bytes: Buffer.from('{}\n'), isGzip: false } } as const

describe('connectElasticsearch()', () => {
  test('knows that nothing was sent where nobody listens', async () => {
    await expect(clientOf('http://127.0.0.1:1').request(bulk)).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
      isSurelyUnsent: true,
    })
  })

  test('knows that nothing was sent where the name of the host leads nowhere', async () => {
    await expect(clientOf('http://nowhere.invalid:9200').request(bulk)).rejects.toMatchObject({ isSurelyUnsent: true })
  })

  test('knows that nothing was sent where TLS fails', async () => {
    const port = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const failing = clientOf(`https://127.0.0.1:${port}`).request(bulk)
    await expect(failing).rejects.toMatchObject({ isSurelyUnsent: true })
  })

  test.for<[string, (socket: Socket) => void]>([
    ['is closed before an answer', (socket) => void socket.on('data', () => socket.destroy())],
    ['is never answered', () => {}],
    ['is answered with what is not HTTP', (socket) => void socket.on('data', () => socket.end('hello\n'))],
    [
      'ends in the middle of an answer',
      (socket) => void socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"it')),
    ],
    [
      'is answered by drips',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n')
        const dripping = setInterval(() => socket.write(' '), 50)
        socket.on('close', () => clearInterval(dripping))
      },
    ],
  ])('does not know of a request that %s', async ([, onConnection]) => {
    const port = await listen(onConnection)
    const failing = clientWithin(1_500, `http://127.0.0.1:${port}`).request(bulk)
    await expect(failing).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
      isSurelyUnsent: false,
      message: expect.stringMatching(`^Cannot reach Elasticsearch "http://127.0.0.1:${port}": `),
    })
  })

  test('ends at once when it is stopped', async () => {
    const stopping = new AbortController()
    const port = await listen((socket) => socket.on('data', () => stopping.abort()))
    const failing = clientOf(`http://127.0.0.1:${port}`).request({ ...bulk, signal: stopping.signal })
    await expect(failing).rejects.toMatchObject({ isSurelyUnsent: false })
    await expect(
      clientOf(`http://127.0.0.1:${port}`).request({ ...bulk, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({
      isSurelyUnsent: true,
    })
  })

  test('gives every status back as an answer, with a path below a prefix', async () => {
    const server = await startRecordingServer()
    onTestFinished(() => server.close())
    server.elasticsearch.faults.set([{ kind: 'status', status: 503, type: 'master_not_discovered_exception' }])
    const answer = await clientOf(server.url).request({ ...bulk, opaqueId: 'me' })
    expect(answer).toMatchObject({ statusCode: 503, body: { error: { type: 'master_not_discovered_exception' } } })
    const elsewhere = await clientOf(`${server.url}/proxied/`).request({ ...bulk, query: { pretty: 'true' } })
    expect(elsewhere.statusCode).toBe(404)
    expect(server.elasticsearch.requests.map(({ path, opaqueId }) => [path, opaqueId])).toEqual([
      ['/_bulk', 'me'],
      ['/proxied/_bulk?pretty=true', undefined],
    ])
  })

  test.for<[string, Fault, number]>([
    ['answers that it is down', { kind: 'status', status: 503 }, 30_000],
    ['stands behind a proxy that says so', { kind: 'status', status: 502, isPlainText: true }, 30_000],
    ['does not answer', { kind: 'hang' }, 3_000],
    ['loses its answers', { kind: 'lose_answer' }, 30_000],
  ])('leaves out a node that %s, tries it again after a while, and takes it back', async ([, fault, limitMs]) => {
    const [sick, well] = [await startRecordingServer(), await startRecordingServer()]
    onTestFinished(async () => void (await Promise.all([sick.close(), well.close()])))
    vi.useFakeTimers({ toFake: ['Date'], now: 0 })
    onTestFinished(() => void vi.useRealTimers())
    const client = clientWithin(limitMs, sick.url, well.url)
    const ask = async (count: number) => {
      for (let asked = 0; asked < count; asked += 1) await client.request(bulk).catch(() => undefined)
      return sick.elasticsearch.requests.splice(0).length
    }
    sick.elasticsearch.faults.set([fault])
    expect(await ask(20)).toBe(1)
    vi.setSystemTime(5_001)
    expect(await ask(20)).toBe(1)
    vi.setSystemTime(5_001 + 9_999)
    expect(await ask(20)).toBe(0)
    sick.elasticsearch.faults.set([])
    vi.setSystemTime(5_001 + 10_001)
    expect(await ask(20)).toBe(10)
  })

  test('asks nodes that were all down again at once', async () => {
    const server = await startRecordingServer()
    onTestFinished(() => server.close())
    const client = clientOf(server.url, 'http://127.0.0.1:1')
    await server.down()
    await expect(client.request(bulk)).rejects.toMatchObject({ isSurelyUnsent: true })
    await server.up()
    for (let asked = 0; asked < 10; asked += 1)
      await expect(client.request(bulk)).resolves.toMatchObject({ statusCode: 400 })
  })

  test.for([
    ['OpenSearch', { version: { number: '3.3.0', distribution: 'opensearch' } }, 'answers like OpenSearch'],
    ['another program or a proxy', { version: { number: '8.19.21' } }, 'a proxy strips the header X-Elastic-Product'],
    ['a page', 'welcome', 'a proxy strips the header X-Elastic-Product'],
  ] as const)('names %s', async ([, body, text]) => {
    const text200 = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n${JSON.stringify(body)}`
    const port = await listen((socket) => void socket.on('data', () => socket.end(text200)))
    await expect(clientOf(`http://127.0.0.1:${port}`).request({ method: 'GET', path: '/' })).rejects.toMatchObject({
      code: 'SINK_MISCONFIGURED',
      message: expect.stringContaining(text),
    })
  })

  test('refuses a server that is not Elasticsearch', async () => {
    const server = await startRecordingServer()
    onTestFinished(() => server.close())
    server.elasticsearch.faults.set([{ kind: 'garbage', form: 'no_product', target: 'root' }])
    const failing = clientOf(server.url).request({ method: 'GET', path: '/' })
    await expect(failing).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' })
  })
})
