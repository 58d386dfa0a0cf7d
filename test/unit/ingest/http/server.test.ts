import { createServer, request as httpRequest } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import * as fc from '../../../support/fast-check.ts'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SYSTEM_CLOCK } from '../../../../src/clock.ts'
import type { LineEnvelope } from '../../../../src/ingest/envelope/open.ts'
import type { Credentials } from '../../../../src/ingest/http/authorization.ts'
import {
  createLineServer,
  type LineServerParts,
  type LinesRequest,
  type LineTaker,
  startLineServer,
} from '../../../../src/ingest/http/server.ts'

const MAX_BODY_BYTES = 65_536
const JSON_TYPE = { 'content-type': 'application/json' }
const NDJSON_TYPE = { 'content-type': 'application/x-ndjson' }

/** A taker with so much room that answers at once, and keeps what it took. */
class ScriptedTaker implements LineTaker {
  readonly taken: LinesRequest[] = []
  roomBytes = Number.POSITIVE_INFINITY
  isClosed = false
  answer: (request: LinesRequest) => Promise<'answered' | 'closed'> = async () => 'answered'

  refusalOf(receivingBytes: number): 'full' | 'closed' | undefined {
    if (this.isClosed) return 'closed'
    return receivingBytes > this.roomBytes ? 'full' : undefined
  }

  take(request: LinesRequest): Promise<'answered' | 'closed'> {
    this.taken.push(request)
    return this.answer(request)
  }

  get texts(): string[][] {
    return this.taken.map(({ messages }) => messages.map(String))
  }
}

function benchOf(envelope: LineEnvelope = 'fluentbit', credentials?: Credentials) {
  const taker = new ScriptedTaker()
  const answers: string[] = []
  const parts: LineServerParts = {
    taker,
    credentials,
    clock: SYSTEM_CLOCK,
    onAnswer: (status, reason) => answers.push(reason === '' ? String(status) : `${status} ${reason}`),
  }
  const settings = { listen: { host: '127.0.0.1', port: 0 }, maxBodyBytes: MAX_BODY_BYTES, envelope }
  const server = createLineServer(settings, parts)
  const post = async (payload: string | Buffer, headers: Readonly<Record<string, string>> = JSON_TYPE, url = '/') => {
    const answer = await server.inject({ method: 'POST', url, headers, payload })
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
  }
  const listening = async () => {
    const started = await startLineServer(settings, parts)
    onTestFinished(() => started.close())
    return started
  }
  return { taker, server, post, answers, listening }
}

/** Two records, as the bodies of shippers have them. */
const [A, B] = ['{"date":1795353437.123,"log":"a\\n"}', '{"date":1795353438,"log":"b"}']

/** A body of so many bytes. */
function bodyOf(bytes: number): string {
  return `[${A}${' '.repeat(bytes - A.length - 2)}]`
}

const secrets = async () => ['old', 'new']
const rotated = async (isUrgent: boolean) => (isUrgent ? ['new'] : ['old'])
const same = (bytes: Uint8Array) => Buffer.from(bytes)
const missing = async () => {
  throw new Error('no such file')
}

describe('createLineServer()', () => {
  // biome-ignore format: a table, one row a case
  test.for([
    ['Fluent Bit, json', 'fluentbit', JSON_TYPE, `[${A},${B}]`, [A, B]],
    ['Fluent Bit, json_lines', 'fluentbit', NDJSON_TYPE, `${A}\n${B}\n`, [A, B]],
    ['Fluent Bit, json_stream', 'fluentbit', JSON_TYPE, `${A}${B}`, [A, B]],
    ['Vector, newline_delimited', 'vector', NDJSON_TYPE, `${A}\n${B}`, [A, B]],
    ['Vector, json array', 'vector', JSON_TYPE, `[${A},${B}]`, [A, B]],
    ['Vector, text', 'raw', { 'content-type': 'text/plain' }, 'a\r\n\nb', ['a', 'b']],
    ['the Collector, otlp_json', 'otel', JSON_TYPE, '{"resourceLogs":[]}', ['{"resourceLogs":[]}']],
    ['the Collector, otlp_proto', 'otel', { 'content-type': 'application/x-protobuf' }, '\n\u0000', ['\n\u0000']],
    ['a content type with parameters', 'raw', { 'content-type': 'Application/JSON; charset=utf-8' }, A, [A]],
    ['an empty array', 'vector', JSON_TYPE, '[]', []],
    ['nothing', 'vector', NDJSON_TYPE, '', []],
  ] as const)('takes the messages of %s', async ([, envelope, headers, body, messages]) => {
    const { post, taker } = benchOf(envelope)
    expect(await post(body, headers)).toMatchObject({ status: 200, body: {} })
    expect(taker.texts).toEqual([messages])
  })

  // biome-ignore format: a table, one row a case
  test.for([
    ['no JSON', 'a', 1],
    ['a text', '"a"', 1],
    ['a broken second line', `${A}\n{"log":\n`, 2],
    ['half a line', `${A}\n${B}\n{"log":"c`, 3],
    ['an array without its end', `[${A},\n${B}`, 2],
    ['something behind the array', `[${A}]\n\nx`, 3],
    ['msgpack', Buffer.from([0x92, 0x82, 0xa4]), 1],
  ] as const)('refuses %s with the line and what was expected, and takes nothing of it', async ([, body, line]) => {
    const { post, taker, answers } = benchOf()
    expect(await post(body)).toMatchObject({
      status: 400,
      body: { error: 'bad_body', line, expected: expect.stringContaining('JSON objects') },
    })
    expect(taker.taken).toEqual([])
    expect(answers).toEqual([expect.stringContaining(`400 line ${line}, expected JSON objects`)])
  })

  test.for([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
    ['identity', same],
  ] as const)('unpacks %s', async ([encoding, pack]) => {
    const { post, taker } = benchOf()
    const packed = pack(Buffer.from(`[${A}]`))
    expect(await post(packed, { ...JSON_TYPE, 'content-encoding': encoding })).toMatchObject({ status: 200 })
    expect(taker.texts).toEqual([[A]])
  })

  test.for([
    ['gzip', Buffer.concat([gzipSync(A), Buffer.from('x')])],
    ['deflate', Buffer.concat([deflateSync(A), deflateSync(B)])],
    ['zstd', Buffer.concat([zstdCompressSync(A), zstdCompressSync(B)])],
    ['zstd', zstdCompressSync(A).subarray(0, -1)],
  ] as const)('takes no part of a body that %s leaves the rest of', async ([encoding, body]) => {
    const { taker, answers, listening } = benchOf()
    const { url } = await listening()
    const headers = { ...JSON_TYPE, 'content-encoding': encoding }
    expect((await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) })).status).toBe(400)
    expect(answers).toEqual([expect.stringContaining('packed as content-encoding says (broken)')])
    expect(taker.taken).toEqual([])
  })

  test.for([
    ['another content type', { 'content-type': 'application/msgpack' }, 'content-type'],
    ['text where lines have an envelope', { 'content-type': 'text/plain' }, 'content-type'],
    ['no content type', { 'content-type': '' }, 'content-type'],
    ['another encoding', { ...JSON_TYPE, 'content-encoding': 'br' }, 'content-encoding'],
  ] as const)('answers %s with 415 and what would do', async ([, headers, header]) => {
    const { post, taker } = benchOf()
    expect(await post(A, headers)).toMatchObject({
      status: 415,
      body: { error: 'unsupported', header, expected: expect.arrayContaining([expect.any(String)]) },
    })
    expect(taker.taken).toEqual([])
  })

  test('counts the unpacked size of a body against maxBodyBytes', async () => {
    const { post, taker } = benchOf()
    const gzip = { ...JSON_TYPE, 'content-encoding': 'gzip' }
    expect((await post(bodyOf(MAX_BODY_BYTES))).status).toBe(200)
    expect((await post(gzipSync(bodyOf(MAX_BODY_BYTES)), gzip)).status).toBe(200)
    const tooLarge = { status: 413, body: { error: 'too_large', maxBodyBytes: MAX_BODY_BYTES } }
    expect(await post(bodyOf(MAX_BODY_BYTES + 1))).toMatchObject(tooLarge)
    expect(await post(gzipSync(bodyOf(MAX_BODY_BYTES + 1)), gzip)).toMatchObject(tooLarge)
    expect(await post(gzipSync(Buffer.alloc(50_000_000)), gzip)).toMatchObject(tooLarge)
    expect(taker.taken).toHaveLength(2)
  })

  test.for([
    ['is no gzip', Buffer.from(A)],
    ['ends too early', gzipSync(A).subarray(0, -6)],
  ] as const)('refuses a body that says gzip and %s', async ([, body]) => {
    const { post } = benchOf()
    expect(await post(body, { ...JSON_TYPE, 'content-encoding': 'gzip' })).toMatchObject({ status: 400 })
  })

  test('asks to come again while there is no room, before it reads', async () => {
    const { post, taker } = benchOf()
    taker.roomBytes = 0
    expect(await post(`[${A}]`)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
    expect(taker.taken).toEqual([])
  })

  test('asks to come again where a body grows beyond the room there is, and takes the next one', async () => {
    const { post, taker } = benchOf()
    taker.roomBytes = 40
    expect(await post(`[${A}${' '.repeat(60)}]`)).toMatchObject({ status: 429 })
    expect((await post(A)).status).toBe(200)
    expect(taker.texts).toEqual([[A]])
  })

  test('asks to come again when more wait for an answer than may, and no more once they have it', async () => {
    const { post, taker } = benchOf()
    const answers: (() => void)[] = []
    taker.answer = () => new Promise((resolve) => answers.push(() => resolve('answered')))
    const waiting = Array.from({ length: 1_024 }, () => post(A))
    await expect.poll(() => answers.length).toBe(1_024)
    expect(await post(A)).toMatchObject({ status: 429 })
    for (const answer of answers) answer()
    expect((await Promise.all(waiting)).every(({ status }) => status === 200)).toBe(true)
    taker.answer = async () => 'answered'
    expect(await post(A)).toMatchObject({ status: 200 })
  })

  test('answers 503 while nothing is taken, and to those that will have no other answer', async () => {
    const { post, taker } = benchOf()
    taker.isClosed = true
    expect(await post(A)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    taker.isClosed = false
    taker.answer = async () => 'closed'
    expect(await post(A)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
  })

  test('answers 500 on a bug, and goes on', async () => {
    const { post, taker, answers } = benchOf()
    taker.answer = async () => {
      throw new Error('a bug')
    }
    expect(await post(A)).toMatchObject({ status: 500, body: { error: 'internal_error' } })
    expect(answers).toEqual(['500 a bug'])
    taker.answer = async () => 'answered'
    expect(await post(A)).toMatchObject({ status: 200 })
  })

  test('takes every path, and nothing but POST', async () => {
    const { post, server } = benchOf()
    for (const url of ['/', '/v1/logs', '/a/b?c=d']) expect((await post(A, JSON_TYPE, url)).status).toBe(200)
    const answer = await server.inject({ method: 'GET', url: '/' })
    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'POST'])
  })

  test('says what is wrong with a path that is none', async () => {
    const { post, answers } = benchOf()
    expect(await post(A, JSON_TYPE, '/%zz')).toMatchObject({ status: 400, body: { error: 'bad_url' } })
    expect(answers).toEqual([expect.stringContaining('400 the path of the URL')])
  })

  test('hands on what the client calls the request, where it is not too long', async () => {
    const { post, taker } = benchOf()
    for (const key of ['k-1', 'x'.repeat(257), '']) await post(A, { ...JSON_TYPE, 'idempotency-key': key })
    expect(taker.taken.map(({ key }) => key)).toEqual(['k-1', undefined, undefined])
  })

  test('answers every body', async () => {
    const { post } = benchOf()
    const piece = fc.constantFrom(A, B, '[', ']', '{', '}', ',', '"', '\\', '\n', ' ', '\u0000', 'ä', '1')
    const body = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join(''))),
      fc.uint8Array({ maxLength: 200 }).map(same),
    )
    const encoding = fc.constantFrom('identity', 'gzip', 'deflate', 'zstd')
    const packs = { identity: same, gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync }
    await fc.assert(
      fc.asyncProperty(body, encoding, fc.constantFrom('identity', 'gzip', 'zstd'), async (bytes, said, packed) => {
        const { status } = await post(packs[packed](bytes), { ...JSON_TYPE, 'content-encoding': said })
        expect([200, 400]).toContain(status)
      }),
      { numRuns: 300 },
    )
  })
})

describe('createLineServer() with credentials', () => {
  const basic = (text: string) => ({ ...JSON_TYPE, authorization: `Basic ${Buffer.from(text).toString('base64')}` })
  const bearer = (token: string) => ({ ...JSON_TYPE, authorization: `Bearer ${token}` })

  // biome-ignore format: a table, one row a case
  test.for([
    ['a token', undefined, bearer('old'), 200],
    ['another token', undefined, bearer('new'), 200],
    ['a scheme in lower case', undefined, { ...JSON_TYPE, authorization: 'bearer new' }, 200],
    ['a wrong token', undefined, bearer('ol'), 401],
    ['an empty token', undefined, { ...JSON_TYPE, authorization: 'Bearer ' }, 401],
    ['no header', undefined, JSON_TYPE, 401],
    ['a password in place of a token', undefined, basic('fb:old'), 401],
    ['a token of another scheme', undefined, { ...JSON_TYPE, authorization: 'Basic old' }, 401],
    ['user and password', 'fb', basic('fb:old'), 200],
    ['another user', 'fb', basic('vector:old'), 401],
    ['a wrong password', 'fb', basic('fb:older'), 401],
    ['a token in place of a password', 'fb', bearer('old'), 401],
  ] as const)('answers %s', async ([, username, headers, status]) => {
    const { post, taker } = benchOf('fluentbit', { username, secrets })
    const answer = await post(A, headers)
    expect(answer.status).toBe(status)
    expect(taker.taken).toHaveLength(status === 200 ? 1 : 0)
    if (status !== 401) return
    expect(answer.headers['www-authenticate']).toBe(username === undefined ? 'Bearer' : 'Basic realm="flagship"')
  })

  test('looks once more where a secret may have been replaced just now', async () => {
    const { post } = benchOf('fluentbit', { username: undefined, secrets: rotated })
    expect((await post(A, bearer('new'))).status).toBe(200)
  })

  test('answers 503, which is tried again, while there are no secrets', async () => {
    const { post, answers } = benchOf('fluentbit', { username: undefined, secrets: missing })
    expect(await post(A, bearer('new'))).toMatchObject({ status: 503, body: { error: 'no_credentials' } })
    expect(answers).toEqual(['503 no such file'])
  })
})

describe('startLineServer()', () => {
  test('takes nothing of a client that hangs up in mid request, and counts its bytes no more', async () => {
    const { listening, taker } = benchOf()
    const { url } = await listening()
    const client = httpRequest(url, { method: 'POST', headers: { ...JSON_TYPE, 'content-length': '1000' } })
    client.on('error', () => {})
    client.write(`[${A}`)
    let seen = 0
    taker.refusalOf = (bytes) => {
      seen = Math.max(seen, bytes)
      return undefined
    }
    await expect.poll(() => seen).toBeGreaterThan(A.length)
    client.destroy()
    const { promise, resolve } = Promise.withResolvers<number>()
    taker.refusalOf = (bytes) => {
      resolve(bytes)
      return undefined
    }
    await expect.poll(async () => (await fetch(url, { method: 'POST', headers: JSON_TYPE, body: A })).status).toBe(200)
    expect(await promise).toBe(1)
    expect(taker.texts).toEqual([[A]])
  })

  test('gives whoever waits an answer before it closes', async () => {
    const { listening, taker } = benchOf()
    const server = await listening()
    const answer = Promise.withResolvers<'closed'>()
    taker.answer = () => answer.promise
    const response = fetch(server.url, { method: 'POST', headers: JSON_TYPE, body: A })
    await expect.poll(() => taker.taken.length).toBe(1)
    answer.resolve('closed')
    await server.close()
    expect((await response).status).toBe(503)
  })

  test('says which setting has an address that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const address = other.address()
    const port = isAddress(address) ? address.port : 0
    const { taker } = benchOf()
    const settings = { listen: { host: '127.0.0.1', port }, maxBodyBytes: 1, envelope: 'raw' } as const
    const starting = startLineServer(settings, {
      taker,
      credentials: undefined,
      clock: SYSTEM_CLOCK,
      onAnswer: () => {},
    })
    await expect(starting).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringMatching(/^Cannot listen on "127.0.0.1:\d+": .*; set ingest.http.listen to a free address/),
    })
  })
})

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null
}
