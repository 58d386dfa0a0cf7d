import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerOptions } from 'node:https'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connectElasticsearch, type ElasticsearchOptions } from '../../../src/clients/elasticsearch.ts'
import { portOf } from '../../support/recording-server.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { scratch } from '../fakes/scratch.ts'

const pem = (name: string) => readFileSync(fixture(name), 'utf8')
const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/tls', name)
const fingerprintOf = (name: string) => new X509Certificate(pem(name)).fingerprint256
const identity = (name: string) => ({ cert: pem(`${name}.crt`), key: pem(`${name}.key`) })
const chained = (name: string, authority: string) => ({
  cert: pem(`${name}.crt`) + pem(`${authority}.crt`),
  key: pem(`${name}.key`),
})

const REQUEST = { method: 'POST', path: '/_bulk', ndjson: { bytes: Buffer.from('{}\n'), isGzip: false } } as const

interface TlsServer {
  readonly url: string
  readonly server: Server
  /** `authorization` of every request that was read. */
  readonly seen: (string | undefined)[]
}

/** An https server that takes `Bearer right`, and answers everything else with 401. */
async function serve(options: ServerOptions, right = ''): Promise<TlsServer> {
  const seen: (string | undefined)[] = []
  const server = createServer(options, (request, response) => {
    seen.push(request.headers.authorization)
    const isRight = right === '' || request.headers.authorization === right
    response.writeHead(isRight ? 200 : 401, {
      'content-type': 'application/json',
      'x-elastic-product': 'Elasticsearch',
      connection: 'close',
    })
    response.end('{}')
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close().closeAllConnections()
  })
  return { url: `https://127.0.0.1:${portOf(server)}`, server, seen }
}

function clientOf(
  url: string,
  options: Omit<ElasticsearchOptions, 'nodes' | 'requestTimeoutMs'>,
  clock = new ManualClock(),
) {
  const client = connectElasticsearch({ nodes: [url], requestTimeoutMs: 30_000, ...options }, clock)
  onTestFinished(() => client.close())
  return client
}

/** Replace a file as a mounted secret is replaced. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

describe('connectElasticsearch() over TLS', () => {
  // biome-ignore format: a table, one row a case
  test.for<[string, ServerOptions, NonNullable<ElasticsearchOptions['tls']>, string]>([
    ['the authority', identity('node'), { caFile: fixture('ca.crt') }, ''],
    ['another authority', identity('node'), { caFile: fixture('other-ca.crt') }, 'its certificate is not trusted (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)'],
    ['no authority but those of Node', identity('node'), {}, 'give the file with the one that signs it'],
    ['a node of another name', identity('elsewhere'), { caFile: fixture('ca.crt') }, 'altnames'],
    ['the fingerprint of the node', identity('node'), { fingerprint: fingerprintOf('node.crt') }, ''],
    ['the fingerprint without colons, in lower case', identity('node'), { fingerprint: fingerprintOf('node.crt').replaceAll(':', '').toLowerCase() }, ''],
    ['the fingerprint of the authority in the chain', chained('node', 'ca'), { fingerprint: fingerprintOf('ca.crt') }, ''],
    ['the fingerprint of an authority that is not shown', identity('node'), { fingerprint: fingerprintOf('ca.crt') }, 'none of the 1 certificates'],
    ['the fingerprint of another', chained('node', 'ca'), { fingerprint: fingerprintOf('other-ca.crt') }, 'none of the 2 certificates'],
    ['the fingerprint of an authority of another name', chained('elsewhere', 'ca'), { fingerprint: fingerprintOf('ca.crt') }, 'altnames'],
    ['a forged node that shows the authority it is not of', chained('forged-node', 'ca'), { fingerprint: fingerprintOf('ca.crt') }, 'signature'],
  ])('with %s', async ([, options, tls, failure]) => {
    const { url, seen } = await serve(options)
    const asked = clientOf(url, { tls, auth: { apiKey: 'secret' } }).request(REQUEST)
    const result = await asked.catch((error: unknown) => error)
    const refused = { isSurelyUnsent: true, message: expect.stringContaining(failure) }
    expect(result).toMatchObject(failure === '' ? { statusCode: 200 } : refused)
    expect(seen).toEqual(failure === '' ? ['ApiKey secret'] : [])
  })

  const PRESENTED = { certificateFile: fixture('agent.crt'), keyFile: fixture('agent.key') }
  const FOREIGN = { certificateFile: fixture('other-agent.crt'), keyFile: fixture('other-agent.key') }
  const DEMANDING = { ...identity('node'), ca: pem('ca.crt'), requestCert: true, rejectUnauthorized: true }

  test('shows its certificate where one is asked for', async () => {
    const { url } = await serve(DEMANDING)
    const client = clientOf(url, { tls: { caFile: fixture('ca.crt'), ...PRESENTED } })
    await expect(client.request(REQUEST)).resolves.toMatchObject({ statusCode: 200 })
  })

  test.for([
    ['TLSv1.2', {}],
    ['TLSv1.2', FOREIGN],
    ['TLSv1.3', {}], // a server on Node says nothing where it is a wrong one: that is tested with Elasticsearch
  ] as const)('knows that nothing was read where its certificate is refused by %s (%j)', async ([version, shown]) => {
    const { url, seen } = await serve({ ...DEMANDING, minVersion: version, maxVersion: version })
    const asked = clientOf(url, { tls: { caFile: fixture('ca.crt'), ...shown } }).request(REQUEST)
    await expect(asked).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE', isSurelyUnsent: true })
    expect(seen).toEqual([])
  })

  test('trusts the authority that its file names now', async () => {
    const { url, server } = await serve(identity('node'))
    const caFile = join(scratch(), 'ca.crt')
    replace(caFile, pem('other-ca.crt'))
    const client = clientOf(url, { tls: { caFile } })
    await expect(client.request(REQUEST)).rejects.toMatchObject({ isSurelyUnsent: true })
    replace(caFile, pem('ca.crt'))
    // The clock stands still: it is the refusal that makes us look.
    await expect(client.request(REQUEST)).resolves.toMatchObject({ statusCode: 200 })
    replace(caFile, pem('other-ca.crt'))
    server.setSecureContext(identity('other-node'))
    await expect(client.request(REQUEST)).resolves.toMatchObject({ statusCode: 200 })
  })

  test('keeps the authority it knows while the file is half written', async () => {
    const { url } = await serve(identity('node'))
    const clock = new ManualClock()
    const caFile = join(scratch(), 'ca.crt')
    replace(caFile, pem('ca.crt'))
    const client = clientOf(url, { tls: { caFile } }, clock)
    for (const text of [pem('ca.crt'), '', pem('other-ca.crt').slice(0, 200), '-----BEGIN CERTIFICATE-----']) {
      writeFileSync(caFile, text)
      await clock.advance(10_000)
      await expect(client.request(REQUEST)).resolves.toMatchObject({ statusCode: 200 })
    }
  })
})

describe('connectElasticsearch() with credentials that rotate', () => {
  test.for<[keyof ElasticsearchOptions, (text: string) => string]>([
    ['apiKeyFile', (text) => `ApiKey ${text}`],
    ['bearerTokenFile', (text) => `Bearer ${text}`],
    ['passwordFile', (text) => `Basic ${Buffer.from(`me:${text}`).toString('base64')}`],
  ])('reads %s again at once when it is refused, and from time to time', async ([key, header]) => {
    const { url, seen } = await serve(identity('node'), header('new'))
    const clock = new ManualClock()
    const path = join(scratch(), 'secret')
    replace(path, 'old\n')
    const client = clientOf(url, { tls: { caFile: fixture('ca.crt') }, username: 'me', [key]: path }, clock)
    await expect(client.request(REQUEST)).resolves.toMatchObject({ statusCode: 401 })
    expect(seen.splice(0)).toEqual([header('old')]) // the same once more would be of no use
    replace(path, 'new\n')
    await expect(client.request(REQUEST)).resolves.toMatchObject({ statusCode: 200 })
    expect(seen.splice(0)).toEqual([header('old'), header('new')])
    replace(path, 'newer\n')
    await client.request(REQUEST)
    expect(seen.splice(0)).toEqual([header('new')])
    await clock.advance(2_000)
    await client.request(REQUEST)
    expect(seen.splice(0)).toEqual([header('newer')])
    for (const half of ['', ' \n']) {
      writeFileSync(path, half)
      await clock.advance(2_000)
      await client.request(REQUEST)
      expect(seen.splice(0)).toEqual([header('newer')])
    }
  })

  test.for(['two words', 'line\nline', 'k\u00e9y'])('takes %j for no key, and does not repeat it', async (text) => {
    const path = join(scratch(), 'key')
    writeFileSync(path, text)
    const asked = clientOf('http://127.0.0.1:1', { apiKeyFile: path }).request(REQUEST)
    const message = `Cannot read credentials "${path}": it holds more than one word of printable ASCII`
    await expect(asked).rejects.toMatchObject({ isSurelyUnsent: true, message })
  })

  test('waits for a file that is not there yet, and names it without what is in others', async () => {
    const { url, seen } = await serve(identity('node'))
    const path = join(scratch(), 'token')
    const client = clientOf(url, { tls: { caFile: fixture('ca.crt') }, bearerTokenFile: path })
    await expect(client.request(REQUEST)).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
      isSurelyUnsent: true,
      message: expect.stringContaining(path),
    })
    replace(path, 'token')
    await expect(client.request(REQUEST)).resolves.toMatchObject({ statusCode: 200 })
    expect(seen).toEqual(['Bearer token'])
  })
})
