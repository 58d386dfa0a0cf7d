import { connect } from 'node:net'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { createHttp, type HttpServer, type HttpSources, startHttp } from '../../../src/telemetry/http.ts'

const SOURCES: HttpSources = {
  metrics: async () => 'flagship_files_followed 7\n',
  metricsContentType: 'text/plain; version=0.0.4; charset=utf-8',
  isLive: () => true,
  notReadyBecause: () => [],
  status: () => ({ pipelines: { copy: { state: 'running' } } }),
  explain: (flags) => ({ flags: flags.split(',') }),
}

describe('createHttp()', () => {
  test.for([
    ['/livez', 200, { live: true }],
    ['/readyz', 200, { ready: true, reasons: [] }],
    ['/v1/status', 200, { pipelines: { copy: { state: 'running' } } }],
    ['/v1/explain/UF,URX', 200, { flags: ['UF', 'URX'] }],
    ['/v1/explain/UF%2CURX', 200, { flags: ['UF', 'URX'] }],
    ['/', 404, { error: 'not_found', paths: expect.arrayContaining(['/metrics']) }],
    ['/v1/explain/', 200, { flags: [''] }],
    ['/..%2f..%2fetc/passwd', 404, { error: 'not_found', paths: expect.any(Array) }],
    ['/v1/explain/%ff', 400, { error: 'bad_request' }],
  ] as const)('answers %s with %i as JSON', async ([url, status, body]) => {
    const answer = await createHttp(SOURCES).inject(url)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect({ status: answer.statusCode, body: answer.json() }).toEqual({ status, body })
  })

  test('serves metrics in their own content type, and nothing that may be cached', async () => {
    const answer = await createHttp(SOURCES).inject('/metrics')
    expect(answer.body).toBe('flagship_files_followed 7\n')
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
  })

  test('is not ready while there is a reason, and says which', async () => {
    const reasons = ['pipeline copy: the sink does not answer']
    const answer = await createHttp({ ...SOURCES, notReadyBecause: () => reasons }).inject('/readyz')
    expect({ status: answer.statusCode, body: answer.json() }).toEqual({ status: 503, body: { ready: false, reasons } })
  })

  test('is ready whatever stands beside it', async () => {
    const answer = await createHttp({ ...SOURCES, besides: () => ({ names: 'stale' }) }).inject('/readyz')
    const body = { ready: true, reasons: [], names: 'stale' }
    expect({ status: answer.statusCode, body: answer.json() }).toEqual({ status: 200, body })
  })

  test('is not live where only a restart helps', async () => {
    const answer = await createHttp({ ...SOURCES, isLive: () => false }).inject('/livez')
    expect({ status: answer.statusCode, body: answer.json() }).toEqual({ status: 503, body: { live: false } })
  })

  test('tells nothing of what went wrong inside', async () => {
    const failing = {
      ...SOURCES,
      status: () => {
        throw new Error('GET /secret?token=1 in line 7')
      },
    }
    const answer = await createHttp(failing).inject('/v1/status')
    expect({ status: answer.statusCode, body: answer.json() }).toEqual({
      status: 500,
      body: { error: 'internal_error' },
    })
  })

  test.for(['POST', 'PUT', 'DELETE'] as const)('takes no %s', async (method) => {
    expect((await createHttp(SOURCES).inject({ method, url: '/v1/status', payload: 'x' })).statusCode).toBe(404)
  })
})

describe('startHttp()', () => {
  const open: HttpServer[] = []
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close()
  })
  const start = async (port = 0) => {
    const server = await startHttp({ host: '127.0.0.1', port }, SOURCES)
    open.push(server)
    return server
  }

  test('listens on the address it is given', async () => {
    const { url } = await start()
    expect(await (await fetch(`${url}/livez`)).json()).toEqual({ live: true })
  })

  test('names a taken address and the setting to change', async () => {
    const port = Number(new URL((await start()).url).port)
    const message = expect.stringMatching(
      new RegExp(`^Cannot listen on "127.0.0.1:${port}": listen EADDRINUSE.*; set http.listen or FLAGSHIP_HTTP_LISTEN`),
    )
    await expect(start(port)).rejects.toThrow(expect.objectContaining({ code: 'LISTEN_FAILED', message }))
  })

  test('closes although a client keeps its connection open', async () => {
    const server = await startHttp({ host: '127.0.0.1', port: 0 }, SOURCES)
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    await once(socket, 'connect')
    const ended = once(socket, 'close')
    await server.close()
    await ended
    expect(socket.destroyed).toBe(true)
  })
})
