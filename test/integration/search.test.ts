import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import type { ShownDocument } from '../../src/cli/document.ts'
import { elasticsearchMapping } from '../../src/record/elasticsearch-mapping.ts'
import { describeElasticsearch, type ElasticsearchServer } from '../support/real-elasticsearch.ts'
import { recordedDocuments } from '../support/recorded-documents.ts'
import { capturedIo } from '../unit/cli/captured-io.ts'

/** A line of a format that logs no duration. */
const ENDLESS: ShownDocument & { readonly '@timestamp': string } = {
  '@timestamp': '2026-11-22T13:17:40.000Z',
  event: { id: 'endless', dataset: 'envoy.access', outcome: 'success' },
  url: { path: '/\u001b[2J' },
}
const WHOLE = { aliases: { response_flags: { type: 'alias', path: 'envoy.response_flags' } } }

type Fits = (document: ShownDocument) => boolean

const flagsOf = ({ envoy }: ShownDocument) => envoy?.response_flags ?? []
const isClient: Fits = ({ envoy }) => envoy?.direction === 'outbound' || envoy?.direction === 'gateway'
const isServer: Fits = ({ envoy }) => envoy?.direction === 'inbound'
const isFailure: Fits = ({ event }) => event?.outcome === 'failure'
const isFailedClass: Fits = (document) => isFailure(document) || flagsOf(document).length > 0
const endOf = ({ event, ...document }: ShownDocument) => event?.end ?? document['@timestamp'] ?? ''
const idOf = ({ event }: ShownDocument) => event?.id ?? ''

/** What each question finds, said by the documents and not by a query. */
const QUESTIONS: readonly (readonly [readonly string[], Fits])[] = [
  [[], () => true],
  [['--flag', 'UC'], (document) => flagsOf(document).includes('UC')],
  [
    ['--flag', 'nr,UpstreamConnectionFailure'],
    (document) => flagsOf(document).some((flag) => flag === 'NR' || flag === 'UF'),
  ],
  [['--cause', 'connection_refused'], ({ envoy }) => envoy?.verdict?.cause === 'connection_refused'],
  [['--failures'], isFailure],
  [['--status', '503'], ({ envoy }) => envoy?.response_code === 503],
  [
    ['--status', '4xx,0'],
    ({ envoy }) => envoy?.response_code === 0 || Math.floor((envoy?.response_code ?? 0) / 100) === 4,
  ],
  [['--responder', 'envoy'], ({ envoy }) => envoy?.verdict?.responder === 'envoy'],
  [
    ['--responder', 'application', '--failures'],
    (document) => document.envoy?.verdict?.responder === 'application' && isFailure(document),
  ],
  [['--side', 'client'], isClient],
  [['--side', 'server'], isServer],
  [['--source', 'productpage-v1'], ({ envoy }) => envoy?.source?.workload === 'productpage-v1'],
  [['--source', '10.244.1.21'], ({ source }) => source?.address === '10.244.1.21'],
  [['--source', '203.0.113.0/24'], ({ source }) => source?.address?.startsWith('203.0.113.') === true],
  [['--destination', 'reviews'], ({ envoy }) => envoy?.destination?.service === 'reviews'],
  [['--destination', 'reviews-v2'], ({ envoy }) => envoy?.destination?.workload === 'reviews-v2'],
  [
    ['--destination', 'reviews-v1-7f8d6c5b4-h9k2m'],
    ({ envoy }) => envoy?.destination?.pod === 'reviews-v1-7f8d6c5b4-h9k2m',
  ],
  [
    ['--destination', 'shop/payments'],
    ({ envoy }) => envoy?.destination?.namespace === 'shop' && envoy.destination.service === 'payments',
  ],
  [['--destination', 'shop/*'], ({ envoy }) => envoy?.destination?.namespace === 'shop'],
  [
    ['--destination', 'review*'],
    ({ envoy }) =>
      [envoy?.destination?.service, envoy?.destination?.workload].some((name) => name?.startsWith('review')),
  ],
  [['--destination', 'www.unknown.example'], ({ url }) => url?.domain === 'www.unknown.example'],
  [
    ['--destination', 'mongodb.data.svc.cluster.local'],
    ({ destination }) => destination?.domain === 'mongodb.data.svc.cluster.local',
  ],
  [
    ['--query', 'envoy.verdict.cause:connection_refused OR envoy.response_code:[500 TO 502]'],
    ({ envoy }) =>
      envoy?.verdict?.cause === 'connection_refused' || [500, 501, 502].includes(envoy?.response_code ?? 0),
  ],
  [['--query', 'response_flags:UC'], (document) => flagsOf(document).includes('UC')],
  [
    ['--since', '2026-11-22T13:17:36.505Z', '--until', '2026-11-22T13:17:41Z'],
    (document) => endOf(document) >= '2026-11-22T13:17:36.505Z' && endOf(document) < '2026-11-22T13:17:41.000Z',
  ],
  [
    ['--flag', 'UC', '--side', 'server', '--destination', 'reviews'],
    (document) =>
      flagsOf(document).includes('UC') && isServer(document) && document.envoy?.destination?.service === 'reviews',
  ],
]

const nameOf = (namespace: string | undefined, name: string | undefined) =>
  namespace === undefined ? (name ?? null) : `${namespace}/${name ?? '-'}`
const GROUPS: Readonly<Record<string, (document: ShownDocument) => readonly (string | null)[]>> = {
  source: ({ envoy }) => [nameOf(envoy?.source?.namespace, envoy?.source?.workload ?? envoy?.source?.service)],
  destination: ({ envoy }) => [
    nameOf(envoy?.destination?.namespace, envoy?.destination?.service ?? envoy?.destination?.workload),
  ],
  cause: ({ envoy }) => [envoy?.verdict?.cause ?? null],
  flag: (document) => (flagsOf(document).length === 0 ? [null] : flagsOf(document)),
  status: ({ envoy }) => [envoy?.response_code === undefined ? null : String(envoy.response_code)],
  host: ({ url }) => [url?.domain ?? null],
  'envoy.direction': ({ envoy }) => [envoy?.direction ?? null],
}

interface CountedGroup {
  readonly group: Readonly<Record<string, string | null>>
  readonly lines: number
}

/** Counted one by one. */
function countsOf(documents: readonly ShownDocument[], names: readonly string[]): Map<string, object> {
  const found = new Map<string, ShownDocument[]>()
  for (const document of documents) {
    const values = names.map((name) => GROUPS[name]?.(document) ?? [])
    const keys = values.reduce<readonly (string | null)[][]>(
      (made, next) => made.flatMap((key) => next.map((value) => [...key, value])),
      [[]],
    )
    for (const key of keys) found.set(JSON.stringify(key), [...(found.get(JSON.stringify(key)) ?? []), document])
  }
  const count = (lines: readonly ShownDocument[]) => ({
    lines: lines.length,
    failed: lines.filter(isFailure).length,
    client: lines.filter(isClient).length,
    server: lines.filter(isServer).length,
    share: lines.length / documents.length,
    failureRatio: lines.filter(isFailure).length / lines.length,
  })
  return new Map([...found].map(([key, lines]) => [key, count(lines)]))
}

/** The command, with what it wrote. */
async function search(...args: readonly string[]) {
  const { io, written } = capturedIo()
  const code = await dispatch(['search', ...args], io)
  return { code, ...written }
}

const json = <T>(text: string): T[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line): T => JSON.parse(line))

describeElasticsearch(
  'flagship search',
  (server) => {
    const root = mkdtempSync(join(tmpdir(), 'flagship-search-'))
    const file = (name: string) => join(root, name)
    let documents: readonly ShownDocument[] = []
    let access: readonly ShownDocument[] = []

    beforeAll(async () => {
      documents = [...(await recordedDocuments()), ENDLESS]
      access = documents.filter(({ event }) => event?.dataset === 'envoy.access')
      await install(server())
      await store(server(), documents)
      const { username = '', password = '' } = server().auth ?? {}
      writeFileSync(file('password'), `${password}\n`)
      const sink = { type: 'elasticsearch', nodes: [server().url], username, passwordFile: file('password') }
      writeFileSync(
        file('flagship.json'),
        JSON.stringify({
          state: { directory: root },
          ingest: { pods: root },
          sinks: { search: sink, copy: { type: 'stdout' } },
        }),
      )
    })
    afterAll(() => rmSync(root, { recursive: true, force: true }))

    const ofAgent = (...args: readonly string[]) => search('--config', file('flagship.json'), '--since', 'all', ...args)

    test.for(QUESTIONS)('%j finds what the documents say', async ([args, fits]) => {
      const { code, stdout } = await ofAgent('--output', 'json', '--limit', '10000', ...args)
      const expected = access.filter(fits)
      expect(expected.length).toBeGreaterThan(0)
      expect(json<ShownDocument>(stdout).map(idOf).sort()).toEqual(expected.map(idOf).sort())
      expect(code).toBe(0)
    })

    test('a request id finds the request at every proxy, also with another trace digit', async () => {
      const ids = access.map(({ http }) => http?.request?.id ?? '').filter((id) => id[14] === '9' || id[14] === '4')
      const id = ids.find((each) => ids.filter((other) => other === each).length > 1) ?? ''
      const expected = access
        .filter(({ http }) => http?.request?.id === id)
        .map(idOf)
        .sort()
      expect(expected.length).toBeGreaterThan(1)
      for (const asked of [id, id.toUpperCase(), `${id.slice(0, 14)}b${id.slice(15)}`]) {
        const { stdout } = await ofAgent('--request-id', asked, '--output', 'json')
        expect(json<ShownDocument>(stdout).map(idOf).sort()).toEqual(expected)
      }
    })

    test('gives whole documents, newest first, those without an end last', async () => {
      const { stdout } = await ofAgent('--output', 'json', '--limit', '10000')
      const found = json<ShownDocument>(stdout)
      expect(found.at(-1)).toEqual(ENDLESS)
      const ends = found.slice(0, -1).map(endOf)
      expect(ends).toEqual(ends.toSorted().toReversed())
      const byId = new Map(access.map((document) => [idOf(document), document]))
      for (const document of found) expect(document).toEqual(byId.get(idOf(document)))
    })

    test.for([['log', 'envoy.log']] as const)('--dataset %s finds those lines', async ([dataset, name]) => {
      const { stdout } = await ofAgent('--dataset', dataset, '--output', 'json')
      const expected = documents.filter(({ event }) => event?.dataset === name)
      expect(json<ShownDocument>(stdout).map(idOf).sort()).toEqual(expected.map(idOf).sort())
    })

    test('pages over what was there at the start while lines arrive', async () => {
      let written = ''
      let arrived = 0
      const stdout = new Writable({
        highWaterMark: 1,
        write(chunk: Buffer, _encoding, done) {
          written += chunk.toString()
          arrived += 1
          const late = access
            .slice(0, 100)
            .map((document) => ({ ...document, event: { ...document.event, id: `late-${arrived}-${idOf(document)}` } }))
          store(server(), late, 'late').then(() => done(), done)
        },
      })
      const args = [
        '--config',
        file('flagship.json'),
        '--since',
        'all',
        '--namespace',
        'default,late',
        '--limit',
        '10000',
      ]
      await store(server(), [], 'late')
      expect(await dispatch(['search', ...args, '--output', 'json'], { ...capturedIo().io, stdout })).toBe(0)
      expect(arrived).toBeGreaterThan(2)
      expect(json<ShownDocument>(written).map(idOf).sort()).toEqual(access.map(idOf).sort())
      expect(await openPoints(server())).toBe(0)
    })

    test('a table escapes what steers a terminal', async () => {
      const { stdout, stderr } = await ofAgent('--query', 'event.id:endless')
      expect(stdout).toMatch(/^2026-11-22 13:17:40\.000 .*TCP \/\\u001b\[2J\n$/)
      expect(stderr).toBe('flagship: 1 line, newest first\n')
    })

    test.for([
      ['source', 'destination'],
      ['cause'],
      ['flag'],
      ['flag', 'cause', 'status'],
      ['host'],
      ['envoy.direction', 'status'],
    ])('counts by %j as the documents say', async (names) => {
      const { stdout } = await ofAgent('--group-by', names.join(','), '--output', 'json', '--limit', '10000')
      const found = json<CountedGroup>(stdout)
      const counted = found.map(
        ({ group, ...counts }) => [JSON.stringify(names.map((name) => group[name])), counts] as const,
      )
      expect(new Map(counted)).toEqual(countsOf(access, names))
      expect(found.map(({ lines }) => lines)).toEqual(found.map(({ lines }) => lines).toSorted((a, b) => b - a))
    })

    test('counts one side of each hop, and says what it left out', async () => {
      const args = ['--group-by', 'destination', '--failures', '--limit', '1']
      const called = access.filter((document) => isServer(document) && isFailure(document))
      const groups = [...countsOf(called, ['destination']).values()]
      const { stdout } = await ofAgent(...args, '--side', 'server')
      expect(stdout).toMatch(/^destination {2,}lines {2,}share {2,}failed\n/)
      expect(stdout).toContain(`and ${groups.length - 1} more groups with `)
      expect(stdout).toMatch(new RegExp(`^all +${called.length} +100\\.0% +100\\.0%$`, 'm'))
      expect(stdout).toContain('Counted are lines of the called side (inbound)')
    })

    test('reads more groups than one answer has', async () => {
      const many = Array.from({ length: 2_500 }, (_, n) => ({
        ...ENDLESS,
        event: { ...ENDLESS.event, id: `many-${n}` },
      }))
      await store(server(), many, 'many')
      const { stdout } = await ofAgent(
        '--namespace',
        'many',
        '--group-by',
        'event.id',
        '--output',
        'json',
        '--limit',
        '10000',
      )
      expect(new Set(json<CountedGroup>(stdout).map(({ group }) => group['event.id']))).toEqual(new Set(many.map(idOf)))
    })

    test('a shard that is nowhere is told, with exit code 69, and the rest is shown', async () => {
      const nowhere = { 'index.routing.allocation.require._name': 'nobody', 'index.write.wait_for_active_shards': '0' }
      const settings = { number_of_replicas: 0, ...nowhere }
      const template = {
        index_patterns: ['logs-envoy.access-lost'],
        priority: 600,
        data_stream: {},
        template: { settings },
      }
      await server().request('PUT', '/_index_template/lost', template)
      await server().request(
        'POST',
        '/logs-envoy.access-lost/_bulk?timeout=10ms',
        `{"create":{}}\n${JSON.stringify(ENDLESS)}\n`,
      )
      const { code, stdout, stderr } = await ofAgent('--namespace', 'default,lost', '--limit', '1', '--output', 'json')
      await server().request('DELETE', '/_data_stream/logs-envoy.access-lost')
      expect({ code, lines: json(stdout).length }).toEqual({ code: 69, lines: 1 })
      expect(stderr).toContain('1 of 3 shards failed (not available); what is printed is a part')
    })

    async function withKey(name: string, names: readonly string[], ...args: readonly string[]) {
      const role = { index: [{ names, privileges: ['read'] }] }
      const { body } = await server().request<{ encoded: string }>('POST', '/_security/api_key', {
        name,
        role_descriptors: { r: role },
      })
      writeFileSync(file(name), body.encoded)
      return search(
        '--url',
        server().url,
        '--api-key-file',
        file(name),
        '--since',
        'all',
        '--limit',
        '10000',
        '--output',
        'json',
        ...args,
      )
    }

    describe('with the key of a reader', () => {
      test('the right "read" is enough', async () => {
        const { code, stdout, stderr } = await withKey('reader', ['logs-envoy.*-*'], '--namespace', 'default')
        expect({ code, lines: json(stdout).length, stderr }).toEqual({
          code: 0,
          lines: access.length,
          stderr: `flagship: ${access.length} lines, newest first\n`,
        })
      })

      test('streams that may not be read are named', async () => {
        const { code, stdout, stderr } = await withKey('half', ['logs-envoy.access-*'], '--namespace', 'default')
        expect({ code, lines: json(stdout).length }).toEqual({
          code: 0,
          lines: access.filter((document) => !isFailedClass(document)).length,
        })
        expect(stderr).toContain(
          'these credentials may not read all of logs-envoy.access_failed-default: only what they may read is searched',
        )
      })

      test.for([['default'], ['*']])('without it the right is named (namespace %s)', async ([namespace = '']) => {
        const { code, stdout, stderr } = await withKey('stranger', ['other-*'], '--namespace', namespace)
        expect({ code, stdout }).toEqual({ code: 78, stdout: '' })
        expect(stderr).toContain('the right "read" is missing on logs-envoy.access-')
      })

      test('a key that nobody knows is told', async () => {
        writeFileSync(file('wrong'), Buffer.from('nobody:nothing').toString('base64'))
        const { code, stderr } = await search('--url', server().url, '--api-key-file', file('wrong'))
        expect({ code, stderr }).toMatchObject({
          code: 78,
          stderr: expect.stringContaining('HTTP 401, Elasticsearch does not know these credentials'),
        })
      })
    })

    test.for<readonly [readonly string[], number, string]>([
      [
        ['--namespace', 'nowhere'],
        78,
        'Cannot search "logs-envoy.access-nowhere,logs-envoy.access_failed-nowhere": no such data stream',
      ],
      [['--query', 'a:(b OR'], 64, 'Cannot search for the value of "--query": Failed to parse query [a:(b OR]'],
      [
        ['--query', 'response_flag:UC'],
        0,
        'no line fits; flagship writes no field "response_flag" (did you mean "envoy.response_flags"?)',
      ],
    ])('%j is answered with %i and the reason', async ([args, exitCode, message]) => {
      const { code, stdout, stderr } = await ofAgent(...args)
      expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
      expect(stderr).toContain(message)
      expect(await openPoints(server())).toBe(0)
    })
  },
  { security: true },
)

async function install(server: ElasticsearchServer): Promise<void> {
  const { properties, ...mapping } = elasticsearchMapping()
  const mappings = { ...mapping, properties: { ...properties, ...WHOLE.aliases } }
  const template = { settings: { number_of_replicas: 0 }, mappings }
  const body = { index_patterns: ['logs-envoy.*-*'], priority: 500, data_stream: {}, template }
  expect(await server.request('PUT', '/_index_template/flagship', body)).toMatchObject({ status: 200 })
}

/** As a sink does that keeps failures longer; visible when it resolves. */
async function store(
  server: ElasticsearchServer,
  documents: readonly ShownDocument[],
  namespace = 'default',
): Promise<void> {
  const lines = documents.map((document) => {
    const dataset =
      document.event?.dataset === 'envoy.access' && isFailedClass(document)
        ? 'envoy.access_failed'
        : document.event?.dataset
    return `${JSON.stringify({ create: { _index: `logs-${dataset}-${namespace}`, _id: idOf(document) } })}\n${JSON.stringify(document)}\n`
  })
  if (lines.length === 0) return
  const { body } = await server.request<{ errors: boolean }>('POST', '/_bulk?refresh=true', lines.join(''))
  expect(body.errors).toBe(false)
}

/** A point in time that is closed may be counted for a moment. */
async function openPoints(server: ElasticsearchServer): Promise<number> {
  for (let tries = 0; ; tries += 1) {
    const { body } = await server.request<{ _all: { total: { search: { open_contexts: number } } } }>(
      'GET',
      '/_stats/search',
    )
    const { open_contexts: open } = body['_all'].total.search
    if (open === 0 || tries === 400) return open
    await sleep(50)
  }
}
