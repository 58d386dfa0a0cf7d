import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import { at as memberAt } from '../../src/sinks/elasticsearch/parts-of-json.ts'
import type { ElasticsearchServer } from '../services/elasticsearch/server.ts'
import { until, Workplace } from '../support/agent-process.ts'
import { describeElasticsearch } from '../support/real-elasticsearch.ts'
import { countIn, request } from '../support/stored-documents.ts'
import { capturedIo } from '../unit/cli/captured-io.ts'

const RECORDED = join(import.meta.dirname, '../fixtures/recorded')
const TENANTS = { default: 'default', rules: [{ match: 'payments-*', namespace: 'pay' }] }
const SETTINGS = '/_component_template/flagship-settings'
const ACCESS = 'logs-envoy.access*-default'

function at(value: unknown, path: string): unknown {
  return memberAt(value, ...path.split('.'))
}

interface Reported {
  readonly objects: readonly { readonly kind: string; readonly id: string; readonly action: string }[]
  readonly notes: readonly string[]
}

/** A configuration with one sink, and `flagship bootstrap elasticsearch` with it. */
class Bootstrap {
  readonly workplace: Workplace
  readonly #server: ElasticsearchServer
  readonly #admin: readonly string[]

  constructor(server: ElasticsearchServer, atEnd: (clear: () => Promise<void>) => void) {
    this.#server = server
    this.workplace = new Workplace({}, atEnd)
    this.configure({})
    this.#admin = server.auth === undefined ? [] : this.as(server.auth.username, server.auth.password)
  }

  configure(sink: object): void {
    const search = { type: 'elasticsearch', nodes: [this.#server.url], settleMs: 1_000, namespace: TENANTS }
    const retention = { healthy: '14d', failed: '400d' }
    this.workplace.configure({
      cluster: 'recorded',
      enrich: { inventory: join(RECORDED, 'cluster.json') },
      sinks: { search: { ...search, retention, ...sink } },
    })
  }

  /** Options that say who bootstraps. */
  as(username: string, password: string): readonly string[] {
    return ['--username', username, '--password-file', this.file(`password-of-${username}`, password)]
  }

  file(name: string, text: string): string {
    const path = join(this.workplace.root, name)
    writeFileSync(path, text)
    return path
  }

  async run(options: readonly string[], who = this.#admin) {
    const { io, written } = capturedIo()
    const args = ['bootstrap', 'elasticsearch', '--config', this.workplace.config, ...who, ...options]
    return { code: await dispatch(args, io), ...written }
  }

  async json(options: readonly string[] = []): Promise<Reported> {
    const { code, stdout, stderr } = await this.run([...options, '--json'])
    if (code !== 0) throw new Error(stderr)
    const reported: Reported = JSON.parse(stdout)
    return reported
  }

  /** How many objects come to each action. */
  async counts(options: readonly string[] = []): Promise<Readonly<Record<string, number>>> {
    const { objects } = await this.json(options)
    const groups = Map.groupBy(objects, ({ action }) => action)
    return Object.fromEntries([...groups].map(([action, all]) => [action, all.length]))
  }
}

describeElasticsearch('flagship bootstrap elasticsearch', (server) => {
  const clears: (() => Promise<void>)[] = []
  let bootstrap: Bootstrap
  beforeAll(() => {
    bootstrap = new Bootstrap(server(), (clear) => void clears.push(clear))
  })
  afterAll(async () => void (await Promise.all(clears.map((clear) => clear()))))

  test('installs everything once', async () => {
    expect(await bootstrap.counts(['--dry-run'])).toEqual({ create: 12 })
    expect(await bootstrap.counts()).toEqual({ create: 12 })
    expect(await bootstrap.counts()).toEqual({ unchanged: 12 })
    expect((await bootstrap.json()).notes).toEqual(['Security is off on this server: no roles'])
  })

  test('shows what somebody has changed, and brings it back', async () => {
    const template = { settings: { index: { mode: 'logsdb', number_of_replicas: '3' } } }
    await request(server(), 'PUT', SETTINGS, { template, _meta: { managed_by: 'flagship', version: 1 } })
    const { stdout } = await bootstrap.run(['--diff'])
    expect(stdout).toContain('\n    - template.settings.index.number_of_replicas: "3"\n')
    expect(stdout).toContain('\n    + template.settings.index.sort.order: ["asc","desc"]\n')
    expect(await bootstrap.counts()).toEqual({ update: 1, unchanged: 11 })
    expect(await bootstrap.counts()).toEqual({ unchanged: 12 })
  })

  test('upgrades what an older release has installed', async () => {
    const { component_templates: found } = await request<{ component_templates: { component_template: object }[] }>(
      server(),
      'GET',
      SETTINGS,
    )
    const template: unknown = at(Object(found[0]?.component_template), 'template')
    await request(server(), 'PUT', SETTINGS, { template, _meta: { managed_by: 'flagship', version: 0 } })
    const { stdout } = await bootstrap.run(['--diff'])
    expect(stdout).toContain('\n    - _meta.version: 0\n    + _meta.version: 1\n')
    expect(await bootstrap.counts()).toEqual({ update: 1, unchanged: 11 })
    await request(server(), 'PUT', SETTINGS, { template, _meta: { managed_by: 'flagship', version: 2 } })
    const refused = await bootstrap.run([])
    expect([refused.code, refused.stderr]).toEqual([78, expect.stringContaining('a newer flagship has installed it')])
    await request(server(), 'PUT', SETTINGS, { template, _meta: { managed_by: 'flagship', version: 1 } })
  })

  test('refuses all of it where one object is not ours', async () => {
    const path = '/_index_template/logs-envoy.access-pay'
    await request(server(), 'DELETE', path)
    await request(server(), 'PUT', path, { index_patterns: ['logs-envoy.access-pay'], data_stream: {}, priority: 500 })
    const { code, stderr, stdout } = await bootstrap.run([])
    expect([code, stdout]).toEqual([78, ''])
    expect(stderr).toMatch(/^flagship: Cannot install index template "logs-envoy.access-pay": .* --force\n$/)
    expect(await bootstrap.counts(['--force'])).toEqual({ replace: 1, unchanged: 11 })
  })

  test('names what the server has against a template', async () => {
    const path = '/_index_template/mine'
    await request(server(), 'DELETE', '/_index_template/logs-envoy.log-pay')
    await request(server(), 'PUT', path, { index_patterns: ['logs-envoy.log-p*'], data_stream: {}, priority: 500 })
    const { code, stderr } = await bootstrap.run([])
    expect(code).toBe(78)
    expect(stderr).toMatch(/Cannot install index template "logs-envoy.log-pay": HTTP 400, .*\[mine\]/)
    await request(server(), 'DELETE', path)
    expect(await bootstrap.counts()).toEqual({ create: 1, unchanged: 11 })
  })

  test('gives each stream its constants', async () => {
    const { index_templates: found } = await request<{ index_templates: readonly object[] }>(
      server(),
      'GET',
      '/_index_template/logs-envoy.access_failed-pay',
    )
    expect(at(Object(found[0]), 'index_template.template.mappings.properties.data_stream.properties')).toEqual({
      type: { type: 'constant_keyword', value: 'logs' },
      dataset: { type: 'constant_keyword', value: 'envoy.access_failed' },
      namespace: { type: 'constant_keyword', value: 'pay' },
    })
  })

  describe('with the recorded tree', () => {
    const count = globSync(join(RECORDED, 'pods/*/*/*.log'))
      .flatMap((path) => readFileSync(path, 'utf8').trimEnd().split('\n'))
      .filter((line) => !/^\S+ \S+ P /.test(line) && !/^\S+ stderr F \S+\t(trace|debug|info)\t/.test(line)).length

    beforeAll(async () => {
      const { workplace } = bootstrap
      cpSync(join(RECORDED, 'pods'), workplace.pods, { recursive: true })
      const agent = workplace.start()
      await agent.started
      await until(
        async () => (await countIn(server(), 'logs-envoy.*')) >= count,
        () => agent.stderr,
        60_000,
      )
      if ((await agent.stop()) !== 0) throw new Error(agent.stderr)
    })

    test('takes every document, in logsdb, sorted by host and time', async () => {
      expect(await countIn(server(), 'logs-envoy.*')).toBe(count)
      const settings = await request<Record<string, object>>(server(), 'GET', '/logs-envoy.access-default/_settings')
      for (const index of Object.values(settings)) {
        expect(at(index, 'settings.index.mode')).toBe('logsdb')
        expect(at(index, 'settings.index.sort.field')).toEqual(['host.name', '@timestamp'])
      }
    })

    test('finds by Istio keys what our fields find', async () => {
      const named = async (field: string, value: unknown) => countIn(server(), ACCESS, { term: { [field]: value } })
      const ofFlag = await named('envoy.response_flags', 'UC')
      expect(ofFlag).toBeGreaterThan(0)
      expect(await named('response_flags', 'UC')).toBe(ofFlag)
      expect(await named('response_code', 503)).toBe(await named('envoy.response_code', 503))
      expect(await countIn(server(), ACCESS, { query_string: { query: 'response_flags:UC' } })).toBe(ofFlag)
      expect(await countIn(server(), ACCESS, { range: { start_time: { gte: 'now-10y' } } })).toBeGreaterThan(100)
    })

    test('finds labels, ranges of addresses, and without a field', async () => {
      expect(await countIn(server(), ACCESS, { exists: { field: 'envoy.destination.labels' } })).toBeGreaterThan(0)
      expect(await countIn(server(), ACCESS, { term: { 'envoy.destination.labels.app': 'reviews' } })).toBeGreaterThan(
        0,
      )
      expect(await countIn(server(), ACCESS, { term: { 'destination.ip': '10.0.0.0/8' } })).toBeGreaterThan(0)
      expect(await countIn(server(), ACCESS, { query_string: { query: 'NR' } })).toBeGreaterThan(0)
    })

    test('counts by flag', async () => {
      const aggs = { flags: { terms: { field: 'response_flags' } } }
      const answer = await request<object>(server(), 'POST', `/${ACCESS}/_search`, { size: 0, aggs })
      const buckets: unknown = at(answer, 'aggregations.flags.buckets')
      expect(buckets).toContainEqual({
        key: 'UC',
        doc_count: await countIn(server(), ACCESS, { term: { 'envoy.response_flags': 'UC' } }),
      })
    })

    test('puts failed lines where they are kept longer', async () => {
      const { data_streams: streams } = await request<{ data_streams: readonly object[] }>(
        server(),
        'GET',
        '/_data_stream/logs-envoy.access*-default',
      )
      const kept = streams.map((stream) => [at(stream, 'name'), at(stream, 'lifecycle.data_retention')])
      expect(Object.fromEntries(kept)).toEqual({
        'logs-envoy.access-default': '14d',
        'logs-envoy.access_failed-default': '400d',
      })
    })

    // The servers of the tests have no call to change the lifecycle of a stream; that it would be made is what shows.
    test('changes the retention of streams that are there', async () => {
      bootstrap.configure({ retention: { healthy: '30d', failed: '400d' } })
      const { stdout } = await bootstrap.run(['--diff'])
      bootstrap.configure({})
      expect(stdout).toMatch(
        /update +retention of data stream +logs-envoy\.access-default\n {4}- data_retention: "14d"\n {4}\+ data_retention: "30d"/,
      )
    })

    test('removes what no documents stand on, and once they are gone the rest', async () => {
      const { code, stderr } = await bootstrap.run(['--remove'])
      expect(code).toBe(78)
      expect(stderr).toMatch(/Cannot remove index template "logs-envoy.access-default": .*in use by/)
      expect(stderr).toMatch(/Cannot remove component template "flagship-mappings": .*in use by/)
      await request(server(), 'DELETE', '/_data_stream/logs-envoy.*')
      expect(Object.keys(await bootstrap.counts(['--remove', '--dry-run']))).toContain('remove')
      await bootstrap.counts(['--remove'])
      expect(await bootstrap.counts(['--remove'])).toEqual({ absent: 12 })
      const left = await request<object>(server(), 'GET', '/_index_template')
      expect(JSON.stringify(left)).not.toContain('flagship')
    })
  })
})

describeElasticsearch(
  'flagship bootstrap elasticsearch with security',
  (server) => {
    const clears: (() => Promise<void>)[] = []
    let bootstrap: Bootstrap
    let keyFile = ''
    const withKey = async (method: string, path: string, body?: string | object) => {
      const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
      const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json'
      const headers = { authorization: `ApiKey ${readFileSync(keyFile, 'utf8').trim()}`, 'content-type': type }
      const answer = await fetch(`${server().url}${path}`, {
        method,
        headers,
        ...(text !== undefined && { body: text }),
      })
      return { status: answer.status, text: await answer.text() }
    }
    beforeAll(() => {
      bootstrap = new Bootstrap(server(), (clear) => void clears.push(clear))
      keyFile = join(bootstrap.workplace.root, 'api-key')
    })
    afterAll(async () => void (await Promise.all(clears.map((clear) => clear()))))

    test('says who is missing', async () => {
      const { code, stderr } = await bootstrap.run([], [])
      expect([code, stderr]).toEqual([78, expect.stringContaining('give --username and --password-file')])
    })

    test.for([
      [['monitor', 'manage_security'], 'component template "flagship-settings"', 'manage_index_templates'],
      [['monitor', 'manage_index_templates'], 'role "flagship-writer-search"', 'manage_security'],
    ] as const)('with %o names the object and the right that is missing', async ([cluster, object, privilege]) => {
      await request(server(), 'PUT', '/_security/role/weak', { cluster })
      await request(server(), 'PUT', '/_security/user/weak', { password: 'weak-password', roles: ['weak'] })
      const { code, stderr } = await bootstrap.run([], bootstrap.as('weak', 'weak-password'))
      expect(code).toBe(78)
      expect(stderr).toContain(object)
      expect(stderr).toContain(`"${privilege}"`)
    })

    test('installs with the documented rights, and roles too', async () => {
      const cluster = ['monitor', 'manage_index_templates', 'manage_security']
      await request(server(), 'PUT', '/_security/role/weak', { cluster })
      const { code, stderr, stdout } = await bootstrap.run([], bootstrap.as('weak', 'weak-password'))
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toMatch(/not looked at: that takes the index privilege "view_index_metadata"/)
      expect(await bootstrap.counts()).toEqual({ unchanged: 15 })
      const noKey = await bootstrap.run(['--create-api-key', keyFile], bootstrap.as('weak', 'weak-password'))
      expect(noKey.stderr).toContain(
        'lacks the index privilege "auto_configure" on logs-envoy.access-default and 9 more',
      )
    })

    test('makes a key once and never says it', async () => {
      const first = await bootstrap.run(['--create-api-key', keyFile])
      expect([first.code, first.stderr]).toEqual([0, ''])
      const key = readFileSync(keyFile, 'utf8')
      const second = await bootstrap.run(['--create-api-key', keyFile])
      expect(second.stdout).toContain('is as it should be')
      expect(readFileSync(keyFile, 'utf8')).toBe(key)
      expect(first.stdout + second.stdout).not.toContain(key.trim())
    })

    test('makes a key that the sink works with', async () => {
      bootstrap.configure({ apiKeyFile: keyFile })
      cpSync(join(RECORDED, 'pods'), bootstrap.workplace.pods, { recursive: true })
      const agent = bootstrap.workplace.start()
      await agent.started
      await until(
        async () => (await countIn(server(), 'logs-envoy.access*-default')) > 100,
        () => agent.stderr,
        60_000,
      )
      expect(await agent.stop(), agent.stderr).toBe(0)
      expect(agent.stderr).not.toMatch(/"level":"error"/)
    })

    test.for([
      ['write elsewhere', 'POST', '/logs-other-default/_doc', { '@timestamp': '2026-11-22T00:00:00Z' }],
      ['write another tenant it does not have', 'POST', '/logs-envoy.access-x/_doc', { '@timestamp': '2026-11-22' }],
      ['change the mapping', 'PUT', '/logs-envoy.access-default/_mapping', { properties: { a: { type: 'long' } } }],
      ['roll over', 'POST', '/logs-envoy.access-default/_rollover', {}],
      ['change templates', 'DELETE', '/_index_template/logs-envoy.log-pay', undefined],
      ['see users', 'GET', '/_security/user', undefined],
    ] as const)('makes a key that cannot %s', async ([, method, path, body]) => {
      const { status, text } = await withKey(method, path, body)
      expect(status, text).toBe(403)
    })

    test('makes a key that cannot delete or overwrite documents', async () => {
      const found = await request<object>(server(), 'GET', '/logs-envoy.access-default/_search?size=1')
      const hit: unknown = at(found, 'hits.hits')
      const { _index: index, _id: id } = Object(Array.isArray(hit) ? hit[0] : undefined)
      const target = JSON.stringify({ _index: index, _id: id })
      const { text } = await withKey('POST', '/_bulk', `{"delete":${target}}\n{"index":${target}}\n{"a":1}\n`)
      expect([...text.matchAll(/"status":(\d+)/g)].map(([, status]) => status)).toEqual(['403', '400'])
      expect((await withKey('DELETE', `/${index}`)).status).toBe(403)
    })

    test('removes keys first, also where a template has to stay', async () => {
      const { code, stdout } = await bootstrap.run(['--remove'])
      expect([code, stdout]).toEqual([78, expect.stringMatching(/^invalidated 1 of API key flagship-writer-search\n/)])
      expect((await withKey('GET', '/')).status).toBe(401)
    })

    test('removes roles as well', async () => {
      await request(server(), 'DELETE', '/_data_stream/logs-envoy.*')
      await bootstrap.json(['--remove'])
      expect(await bootstrap.counts(['--remove'])).toEqual({ absent: 15 })
      expect((await withKey('GET', '/')).status).toBe(401)
      const again = await bootstrap.run(['--create-api-key', keyFile])
      expect(again.stderr).toContain('the server does not know it; move the file away')
    })
  },
  { security: true },
)
