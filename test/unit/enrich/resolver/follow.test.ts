import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { SYSTEM_CLOCK } from '../../../../src/clock.ts'
import { memberOf } from '../../../../src/enrich/resolver/protocol.ts'
import { ManualClock, settle } from '../../fakes/manual-clock.ts'
import { scratch } from '../../fakes/scratch.ts'
import { followerOf, peerOf, resolverOf } from './resolver-bench.ts'
import { change, indexOf, thingsOf } from './things.ts'

const fixture = (name: string) => join(import.meta.dirname, '../../../fixtures/tls', name)
const pem = (name: string) => readFileSync(fixture(name), 'utf8')
const NODE = { cert: pem('node.crt'), key: pem('node.key'), ca: undefined }
const HELLO = { type: 'hello', schema: 1, epoch: 'x', seq: 0, nowMs: 0, freshness: 'current' } as const
const shop = gzipSync('{"k":"namespace","name":"shop","labels":"{\\"value\\":\\"7\\"}"}\n')

/** The machine may be busy. */
const PATIENCE = { timeout: 20_000 }

function waitFor(holds: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(holds, PATIENCE)
}

/** Lets in who shows one of these. */
function tokensOf(...tokens: string[]) {
  return async (header: string | undefined) => tokens.some((token) => header === `Bearer ${token}`)
}

/** A whole stream of one namespace, as another version may send it. */
function streamOf(hello: object = {}, ...more: readonly Buffer[]): Buffer {
  const first = gzipSync(`${JSON.stringify({ ...HELLO, nowMs: Date.now(), ...hello })}\n`)
  return Buffer.concat([
    first,
    memberOf({ type: 'snapshot' }),
    shop,
    memberOf({ type: 'end', seq: 3, atMs: 0 }),
    ...more,
  ])
}

describe('followResolver()', () => {
  test('has what the resolver has, and what changes there', async () => {
    const source = indexOf({ a: 1, b: 1 })
    const { url, state } = await resolverOf(source)
    const { index, followed, said } = followerOf({ urls: [url] })
    expect(followed.freshness).toBe('not_synced')
    await followed.synced
    expect([thingsOf(index), followed.freshness]).toEqual([{ a: 1, b: 1 }, 'current'])
    change(source, { a: 2, b: 'gone' })
    state.freshness = 'stale'
    await waitFor(() => expect(thingsOf(index)).toEqual({ a: 2 }))
    expect(said).toEqual(['the resolver has told everything'])
  })

  test('is as stale as the resolver is', async () => {
    const { url, state } = await resolverOf(indexOf({ a: 1 }))
    state.freshness = 'stale'
    const { followed } = followerOf({ urls: [url] })
    await followed.synced
    expect([followed.freshness, followed.heardAtMs]).toEqual(['stale', undefined])
  })

  test('tells when a resolver last knew everything', async () => {
    const { url } = await resolverOf(indexOf({ a: 1 }))
    const { followed } = followerOf({ urls: [url] })
    expect(followed.heardAtMs).toBeUndefined()
    await followed.synced
    expect([followed.freshness, Math.abs((followed.heardAtMs ?? 0) - Date.now()) < 5_000]).toEqual(['current', true])
  })

  test('goes on where it was when the connection is lost', async () => {
    const source = indexOf({ a: 1 })
    const { url, publisher } = await resolverOf(source)
    const outputs = vi.spyOn(publisher, 'add')
    const { index, followed, streams } = followerOf({ urls: [url] })
    await followed.synced
    outputs.mock.calls[0]?.[0].destroy()
    change(source, { b: 1 })
    await waitFor(() => expect(thingsOf(index)).toEqual({ a: 1, b: 1 }))
    expect(streams).toEqual(['snapshot', 'resume'])
  })

  test('turns to the next resolver when one is gone, and ends what that one does not have', async () => {
    const one = await resolverOf(indexOf({ a: 1, b: 1 }))
    const two = await resolverOf(indexOf({ b: 2, c: 2 }), { epoch: 'e-2' })
    const { index, followed, said } = followerOf({ urls: [one.url, two.url] })
    await followed.synced
    expect(thingsOf(index)).toEqual({ a: 1, b: 1 })
    await one.close()
    await waitFor(() => expect(thingsOf(index)).toEqual({ b: 2, c: 2 }))
    expect(said).toContain(`Cannot read names from resolver "${one.url}": the stream has ended`)
    await two.close()
    await waitFor(() => expect(said.at(-1)).toContain('ECONNREFUSED'))
    expect([thingsOf(index), followed.freshness]).toEqual([{ b: 2, c: 2 }, 'current'])
  })

  test('says once what is wrong, however often it tries', async () => {
    let asked = 0
    const url = await peerOf((_request, response) => {
      asked += 1
      response.writeHead(500).end('no\u0007')
    })
    const { said } = followerOf({ urls: [url] })
    await waitFor(() => expect(asked).toBeGreaterThan(4))
    expect(said).toEqual([`Cannot read names from resolver "${url}": it answers 500 no`])
  })

  test('comes again when the resolver says, and not before', async () => {
    const clock = new ManualClock()
    let asked = 0
    const url = await peerOf((_request, response) => {
      asked += 1
      response.writeHead(503, { 'retry-after': '20' }).end()
    })
    followerOf({ urls: [url] }, { clock, random: () => 0 })
    await waitFor(() => expect(asked).toBe(1))
    await waitFor(async () => {
      await clock.advance(100)
      await settle()
    })
    await clock.advance(19_000)
    expect(asked).toBe(1)
    await waitFor(async () => {
      await clock.advance(100)
      expect(asked).toBe(2)
    })
  })

  test('gives up a connection on which nothing comes for 15 s, and is stale after 8 s', async () => {
    const clock = new ManualClock()
    let asked = 0
    const url = await peerOf((_request, response) => {
      asked += 1
      if (asked === 1) response.write(streamOf())
    })
    const { followed, said } = followerOf({ urls: [url] }, { clock, random: () => 0 })
    await followed.synced
    await clock.advance(8_000)
    expect([followed.freshness, said.length]).toEqual(['current', 2])
    await clock.advance(7_000)
    expect([followed.freshness, said.length]).toEqual(['stale', 2])
    await clock.advance(2_000)
    await waitFor(() => expect(said.at(-1)).toBe(`Cannot read names from resolver "${url}": nothing came for 15 s`))
  })

  test('spreads over the replicas, and over time', async () => {
    const asked = [0, 0, 0]
    const urls = await Promise.all(
      asked.map((_, at) =>
        peerOf((_request, response) => {
          asked[at] = (asked[at] ?? 0) + 1
          response.writeHead(500).end()
        }),
      ),
    )
    const { followed } = followerOf({ urls }, { random: () => 0.7 })
    await waitFor(() => expect(asked).toEqual([0, 0, 1]))
    await followed.stop()
  })

  test.for([
    ['one schema newer, with keys, records and lines of its own', { schema: 2, colour: 'red' }],
    ['one schema older', { schema: 0 }],
  ] as const)('understands a resolver of %s', async ([, hello]) => {
    const newer = gzipSync('{"type":"weather","degrees":-3}\n{"type":"delta","seq":4,"records":2,"of":"sky"}\n')
    const records = gzipSync(
      '{"k":"cloud","name":"x"}\n{"k":"namespace","name":"shop","mood":1,"labels":"{\\"value\\":\\"8\\"}"}\n',
    )
    const url = await peerOf((_request, response) => void response.write(streamOf(hello, newer, records)))
    const { index, followed, said } = followerOf({ urls: [url] })
    await followed.synced
    await waitFor(() => expect(thingsOf(index)).toEqual({ shop: 8 }))
    expect(said).toEqual(['the resolver has told everything'])
  })

  test('refuses a resolver that is two schemas newer', async () => {
    const url = await peerOf((_request, response) => void response.write(streamOf({ schema: 3 })))
    const { said } = followerOf({ urls: [url] })
    await waitFor(() => expect(said).toHaveLength(1))
    expect(said[0]).toContain('it speaks schema 3 of the stream, expected 0 to 2')
  })

  test('begins anew where resuming does not get it further', async () => {
    const queries: string[] = []
    const url = await peerOf((request, response) => {
      queries.push(request.url ?? '')
      const isResume = request.url?.includes('epoch') === true
      const resumed = [
        memberOf(HELLO),
        memberOf({ type: 'resume', seq: 3 }),
        memberOf({ type: 'delta', seq: 9, records: 0 }),
      ]
      response.end(isResume ? Buffer.concat(resumed) : streamOf())
    })
    const { followed } = followerOf({ urls: [url] }, { random: () => 0 })
    await followed.synced
    await waitFor(() => expect(queries.length).toBeGreaterThan(3))
    await followed.stop()
    expect(queries.slice(0, 4)).toEqual(
      ['', '&epoch=x&seq=3', '', '&epoch=x&seq=3'].map((rest) => `/v1/stream?schema=1${rest}`),
    )
  })

  test.for([
    ['no gzip', Buffer.from('{}\n'), 'the stream is no whole gzip'],
    ['a bomb', gzipSync(Buffer.alloc(50_000_000, 0x61)), 'a line has more than'],
    ['no JSON', gzipSync('nothing\n'), 'what is no line of the stream'],
    ['no hello', gzipSync('{"type":"snapshot"}\n'), 'snapshot in place of hello'],
    ['nothing', Buffer.alloc(0), 'the stream is no whole gzip'],
  ] as const)('goes on after a peer that sends %s', async ([, bytes, reason]) => {
    const broken = await peerOf((_request, response) => void response.end(bytes))
    const { url } = await resolverOf(indexOf({ a: 1 }))
    const { followed, index, said } = followerOf({ urls: [broken, url] })
    await followed.synced
    expect(thingsOf(index)).toEqual({ a: 1 })
    expect(said[0]).toContain(reason)
  })

  test('goes on after a peer that cuts it off anywhere', async () => {
    const whole = streamOf()
    let cut = 0
    const url = await peerOf((_request, response) => {
      cut += 7
      response.write(whole.subarray(0, cut))
      setImmediate(() => (cut > whole.length ? undefined : response.destroy()))
    })
    const { followed, index } = followerOf({ urls: [url] }, { random: () => 0 })
    await followed.synced
    expect(thingsOf(index)).toEqual({ shop: 7 })
  })

  test('ends its connection when it is told to stop, also before there is an answer', async () => {
    const sockets = new Set<object>()
    const mute = createServer((socket) => {
      sockets.add(socket)
      socket
        .on('close', () => sockets.delete(socket))
        .on('error', () => undefined)
        .resume()
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void mute.close())
    await vi.waitUntil(() => mute.listening, PATIENCE)
    const address = mute.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const { followed, said } = followerOf({ urls: [`http://127.0.0.1:${port}`] })
    await vi.waitUntil(() => sockets.size === 1, PATIENCE)
    await followed.stop()
    await vi.waitUntil(() => sockets.size === 0, PATIENCE)
    expect(said).toEqual([])
  })

  test('warns of clocks that differ by more than names can bear', async () => {
    const url = await peerOf((_request, response) => void response.write(streamOf({ nowMs: Date.now() - 60_000 })))
    const { followed, said } = followerOf({ urls: [url] })
    await followed.synced
    expect(said[0]).toContain('clocks of this node and of the resolver differ by more than 2000 ms')
  })
})

describe('followResolver() and who may read', () => {
  test('shows its token, and the new one when its file is replaced', async () => {
    const tokenFile = join(scratch(), 'token')
    writeFileSync(tokenFile, 'old\n')
    const source = indexOf({ a: 1 })
    const { url, refusals, publisher } = await resolverOf(source, { isAuthorized: tokensOf('new') })
    const { followed, said } = followerOf({ urls: [url], tokenFile })
    await waitFor(() => expect(refusals).toContain('unauthorized'))
    await waitFor(() => expect(said).toHaveLength(1))
    expect(said[0]).toBe(
      `Cannot read names from resolver "${url}": it does not know our token (401); look at enrich.kubernetes.resolver.tokenFile`,
    )
    writeFileSync(`${tokenFile}.next`, 'new\n')
    renameSync(`${tokenFile}.next`, tokenFile)
    await followed.synced
    expect(publisher.status.readers).toBe(1)
  })

  test('says which file is missing, and goes on when it is there', async () => {
    const tokenFile = join(scratch(), 'token')
    const { url } = await resolverOf(indexOf({ a: 1 }), { isAuthorized: tokensOf('new') })
    const { followed, said } = followerOf({ urls: [url], tokenFile })
    await waitFor(() => expect(said[0]).toContain(`Cannot read credentials "${tokenFile}": ENOENT`))
    writeFileSync(tokenFile, 'new')
    await followed.synced
    expect(said.at(-1)).toBe('the resolver has told everything')
  })

  test.for([
    ['another authority', NODE, { caFile: fixture('other-ca.crt') }, 'its certificate is not trusted'],
    [
      'a certificate of another authority',
      { ...NODE, ca: pem('ca.crt') },
      { caFile: fixture('ca.crt'), certificateFile: fixture('other-agent.crt'), keyFile: fixture('other-agent.key') },
      /alert|ECONNRESET|socket/,
    ],
    ['no certificate', { ...NODE, ca: pem('ca.crt') }, { caFile: fixture('ca.crt') }, /alert|ECONNRESET|socket/],
  ] as const)('does not read with %s', async ([, tls, files, reason]) => {
    const { url } = await resolverOf(indexOf({ a: 1 }), { tls })
    const { followed, said } = followerOf({ urls: [url], ...files })
    await waitFor(() => expect(said[0]).toMatch(reason))
    expect(followed.freshness).toBe('not_synced')
  })

  test('shows its certificate where one is asked for, and takes a resolver that has a new one', async () => {
    const server = await resolverOf(indexOf({ a: 1 }), { tls: { ...NODE, ca: pem('ca.crt') } })
    const files = { caFile: fixture('ca.crt'), certificateFile: fixture('agent.crt'), keyFile: fixture('agent.key') }
    const outputs = vi.spyOn(server.publisher, 'add')
    const { followed, streams, said } = followerOf({ urls: [server.url], ...files })
    await followed.synced
    server.replaceTls({ cert: pem('other-node.crt'), key: pem('other-node.key'), ca: pem('ca.crt') })
    outputs.mock.calls[0]?.[0].destroy()
    await waitFor(() => expect(said.at(-1)).toContain('its certificate is not trusted'))
    server.replaceTls({ ...NODE, ca: pem('ca.crt') })
    await waitFor(() => expect(streams).toEqual(['snapshot', 'resume']))
  })
})

describe('followResolver() and the server', () => {
  test.for([
    ['not synced yet', { publisher: () => undefined }, '/v1/stream?schema=1', 503, 'not_synced'],
    ['no schema', {}, '/v1/stream?schema=x', 400, 'schema'],
    ['a schema too old', {}, '/v1/stream?schema=3', 400, 'schema'],
    [
      'credentials that cannot be read',
      { isAuthorized: async () => Promise.reject(new Error('ENOENT')) },
      '/v1/stream?schema=1',
      503,
      'no_credentials',
    ],
    ['another path', {}, '/v1/streams', 404, 'not_found'],
    ['a path that is none', {}, '/%', 404, 'not_found'],
  ] as const)('is answered in place of a stream: %s', async ([, options, path, status, reason]) => {
    const { url, refusals } = await resolverOf(indexOf(), options)
    const answer = await fetch(`${url}${path}`)
    expect([answer.status, refusals]).toEqual([status, [reason]])
    expect(answer.headers.get('retry-after')).toBe(status === 503 ? '2' : null)
    expect(await answer.json()).toMatchObject({ error: reason })
  })

  test('says what it speaks to a reader that is too new', async () => {
    const { url } = await resolverOf(indexOf())
    const answer = await fetch(`${url}/v1/stream?schema=3`)
    expect(await answer.json()).toMatchObject({
      message: 'schema "3" of the stream is not spoken here, expected one of 0, 1, 2: update what is older',
      spoken: [0, 1, 2],
    })
  })

  test('names the address that cannot be listened on', async () => {
    const { url } = await resolverOf(indexOf())
    const port = Number(new URL(url).port)
    await expect(resolverOf(indexOf(), { port })).rejects.toThrow(
      /^Cannot listen on "127.0.0.1:\d+": .*; set listen to a free address of this host$/,
    )
  })

  test('ends streams when it closes, and at once', async () => {
    const source = indexOf({ a: 1 })
    const server = await resolverOf(source)
    const { followed, said } = followerOf({ urls: [server.url] })
    await followed.synced
    const startMs = SYSTEM_CLOCK.elapsedMs()
    await server.close()
    expect(SYSTEM_CLOCK.elapsedMs() - startMs).toBeLessThan(2_000)
    await waitFor(() => expect(said.at(-1)).toMatch(/the stream has ended|ECONNREFUSED/))
  })
})
