import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig, parseConfig } from '../../../src/config/load.ts'
import { problemText } from '../../../src/config/problem.ts'
import { scratch } from '../fakes/scratch.ts'

const folder = join(import.meta.dirname, 'fixtures')
const fixtures = (ending: string) => readdirSync(folder).filter((name) => name.endsWith(ending))
const text = (name: string) => readFileSync(join(folder, name), 'utf8')

/** What a user is told about a file, one line a problem. */
function told(yaml: string, env: Record<string, string> = {}, name = 'flagship.yaml'): readonly string[] {
  const result = parseConfig(yaml, '/etc/flagship', env)
  return result.ok ? [] : result.problems.map((problem) => problemText(name, problem))
}

const MINIMAL = text('minimal.good.yaml')

function valid(yaml: string, env: Record<string, string> = {}) {
  const result = parseConfig(yaml, '/etc/flagship', env)
  if (!result.ok) throw new Error(told(yaml, env).join('\n'))
  return result.config
}

describe('parseConfig()', () => {
  test.for(fixtures('.bad.yaml'))('names every problem of %s with its line', (name) => {
    expect(told(text(name), {}, name)).toEqual(text(name.replace('.yaml', '.txt')).trimEnd().split('\n'))
  })

  test.for(fixtures('.good.yaml'))('accepts %s', (name) => {
    expect(told(text(name), {}, name)).toEqual([])
  })

  test('fills in every default', () => {
    expect(valid(MINIMAL)).toEqual({
      labels: {},
      state: { directory: '/var/lib/flagship', lockWaitMs: 30_000 },
      spool: { maxBytes: 10_737_418_240, minFreePercent: 15 },
      ingest: {
        pods: '/var/log/pods',
        containers: expect.arrayContaining(['istio-proxy', 'envoy']),
        namespaces: ['*'],
        podNames: ['*'],
        linkTargets: ['/var/lib/docker/containers'],
        files: [],
        formats: {},
        logLevel: 'warning',
        keepOriginal: 'failures',
        maxLineBytes: 1_048_576,
      },
      enrich: {
        kubernetes: {
          resolver: { urls: ['http://flagship-resolver:9465'] },
          api: { encoding: 'protobuf' },
          allowManyNodes: false,
          syncWaitMs: 30_000,
          missWaitMs: 2_000,
          historyMinutes: 30,
        },
        networks: {},
        namespaceLabels: [],
        labels: expect.arrayContaining(['app', 'version']),
      },
      limits: { inflightBytes: 33_554_432, stopMs: 25_000 },
      http: { listen: '127.0.0.1:9464' },
      log: { level: 'info' },
      sinks: { out: { type: 'stdout', batch: expect.objectContaining({ maxAgeMs: 200 }) } },
    })
  })

  test('takes relative paths from the folder of the file', () => {
    const { state, ingest, enrich, sinks } = valid(text('full.good.yaml'))
    expect([state.directory, ingest.files[0]?.path, enrich.inventory]).toEqual([
      '/etc/flagship/state',
      '/etc/flagship/logs/*.log',
      '/etc/flagship/cluster.json',
    ])
    expect(sinks['copy']).toMatchObject({ path: '/etc/flagship/out/access.ndjson' })
    expect(valid(text('avro.good.yaml')).ingest.kafka).toMatchObject({
      tls: { caFile: '/etc/flagship/ca.crt' },
      sasl: { passwordFile: '/etc/flagship/password' },
      registry: { bearerTokenFile: '/etc/flagship/token' },
    })
  })

  test('takes relative paths of what tells names from there too', () => {
    const resolver = '{ tokenFile: t, caFile: ca, certificateFile: c, keyFile: k }'
    const kubernetes = `{ mode: resolver, resolver: ${resolver}, api: { kubeconfig: admin.conf } }`
    const { enrich } = valid(`${MINIMAL}enrich: { kubernetes: ${kubernetes} }\n`)
    expect(enrich.kubernetes).toMatchObject({
      resolver: {
        tokenFile: '/etc/flagship/t',
        caFile: '/etc/flagship/ca',
        certificateFile: '/etc/flagship/c',
        keyFile: '/etc/flagship/k',
      },
      api: { kubeconfig: '/etc/flagship/admin.conf' },
    })
  })

  test('takes relative paths of a source from there too', () => {
    const { http } = valid(text('http-source.good.yaml')).ingest
    expect(http?.auth?.tokenFile).toBe('/etc/flagship/tokens')
    const secrets = 'tls: { caFile: ca.pem }, sasl: { mechanism: PLAIN, username: u, passwordFile: p }'
    const source = `{ brokers: ['k:9092'], topics: [t], group: g, ${secrets} }`
    const { kafka } = valid(`ingest: { kafka: ${source} }\nsinks: { out: { type: stdout } }\n`).ingest
    expect([kafka?.tls?.caFile, kafka?.sasl?.passwordFile]).toEqual(['/etc/flagship/ca.pem', '/etc/flagship/p'])
  })

  test('fills in the defaults of a mapping where a text may stand too', () => {
    const { sinks } = valid(text('elasticsearch.good.yaml'))
    const rules = [{ match: 'payments-*', namespace: 'pay' }]
    expect(['plain', 'named', 'tenants', 'empty'].map((name) => sinks[name])).toMatchObject([
      { namespace: 'default', retention: { healthy: '90d' }, ids: 'event' },
      { namespace: 'prod', retention: { healthy: '400d', failed: '14d' } },
      { namespace: { default: 'default', rules }, retention: { healthy: '90d', failed: '400d' }, ids: 'auto' },
      { namespace: { default: 'default', rules: [] } },
    ])
    expect(sinks['tenants']).toMatchObject({
      bearerTokenFile: '/etc/flagship/token',
      tls: {
        caFile: '/etc/flagship/ca.crt',
        certificateFile: '/etc/flagship/tls.crt',
        keyFile: '/etc/flagship/tls.key',
      },
    })
  })

  test('refuses more rules than it can keep apart', () => {
    const rules = Array.from({ length: 65 }, (_, n) => `{ match: n${n}, namespace: n${n} }`).join(', ')
    const sink = `{ type: elasticsearch, nodes: ['http://a:9200'], namespace: { rules: [${rules}] } }`
    expect(told(`ingest: { pods: /p }\nsinks:\n  a: ${sink}\n`)).toEqual([
      'flagship.yaml:3: sinks.a.namespace.rules: found a list of 65, expected a list of at most 64 entries',
    ])
  })

  test('gives defaults to each entry by itself', () => {
    const two = 'ingest: { files: [{ path: /a }, { path: /b }] }\nsinks: { out: { type: stdout } }'
    const { files } = valid(two).ingest
    expect(files[0]?.reporter).toEqual({})
    expect(files[0]?.reporter).not.toBe(files[1]?.reporter)
  })

  test('freezes the configuration to its leaves', () => {
    const config = valid(text('full.good.yaml'))
    const parts = [config, config.sinks, config.sinks['copy'], config.ingest.files, config.ingest.formats['gateway']]
    expect(parts.map((part) => Object.isFrozen(part))).toEqual([true, true, true, true, true])
  })

  test('does not take __proto__ for a prototype', () => {
    expect(told(`${MINIMAL}__proto__: { cluster: evil }\n`)).toEqual([
      expect.stringContaining('flagship.yaml:4: __proto__: no such setting'),
    ])
  })

  test('finds a sink that would be followed under another name, or behind a link', () => {
    const root = scratch()
    mkdirSync(join(root, 'logs'))
    symlinkSync(join(root, 'logs'), join(root, 'out'))
    const configOf = (glob: string, path: string) =>
      `ingest: { files: [{ path: '${root}/logs/${glob}' }] }\nsinks: { out: { type: file, path: '${root}/${path}' } }`
    const followed = [expect.stringContaining('is what `ingest` follows')]
    expect(told(configOf('*.log', 'out/a.log'))).toEqual(followed)
    expect(told(configOf('*.ndjson.*', 'logs/a.ndjson'))).toEqual(followed)
    expect(told(configOf('*.log', 'out/a.ndjson'))).toEqual([])
  })

  test('takes a topic for no path, wherever it is started', () => {
    const sink = "{ type: kafka, brokers: ['kafka:9093'] }"
    expect(told(`ingest: { pods: '${dirname(process.cwd())}' }\nsinks: { out: ${sink} }`)).toEqual([])
  })

  test('keeps secrets out of messages', () => {
    expect(told('sinks: { out: { type: stdout, password: hunter2 } }').join('\n')).not.toContain('hunter2')
  })
})

describe('parseConfig() with an environment', () => {
  test.for([
    ['FLAGSHIP_CLUSTER', 'c1', ['cluster'], 'c1'],
    ['FLAGSHIP_NODE_NAME', 'n1', ['nodeName'], 'n1'],
    ['FLAGSHIP_STATE_DIRECTORY', '/s', ['state', 'directory'], '/s'],
    ['FLAGSHIP_STATE_DIRECTORY', 's', ['state', 'directory'], join(process.cwd(), 's')],
    ['FLAGSHIP_PODS', '/p', ['ingest', 'pods'], '/p'],
    ['FLAGSHIP_INVENTORY', '/i.json', ['enrich', 'inventory'], '/i.json'],
    ['FLAGSHIP_HTTP_LISTEN', 'fd00::1:9464', ['http', 'listen'], 'fd00::1:9464'],
    ['FLAGSHIP_LOG_LEVEL', 'debug', ['log', 'level'], 'debug'],
    ['FLAGSHIP_CLUSTER', '17', ['cluster'], '17'],
  ] as const)('takes %s=%s', ([variable, value, path, expected]) => {
    expect(valid(MINIMAL, { [variable]: value })).toHaveProperty([...path], expected)
  })

  test('prefers the environment to the file', () => {
    expect(valid(`${MINIMAL}cluster: file\n`, { FLAGSHIP_CLUSTER: 'environment' }).cluster).toBe('environment')
  })

  test('takes an empty variable as unset, and leaves others alone', () => {
    const env = { FLAGSHIP_CLUSTER: '', FLAGSHIP_SERVICE_HOST: '10.0.0.1', FLAGSHIP_PORT: 'tcp://10.0.0.1:80' }
    expect(valid(`${MINIMAL}cluster: file\n`, env).cluster).toBe('file')
  })

  test('names the variable a wrong value came from', () => {
    expect(
      told(`${MINIMAL}log: { level: info }\n`, { FLAGSHIP_LOG_LEVEL: 'loud', FLAGSHIP_HTTP_LISTEN: ':9464' }),
    ).toEqual([
      'FLAGSHIP_LOG_LEVEL: log.level: found "loud", expected debug, info, warn, error or silent',
      'FLAGSHIP_HTTP_LISTEN: http.listen: found ":9464", expected ADDRESS:PORT such as 127.0.0.1:9464, or "off"',
    ])
  })

  test('reports a part that leaves no place for an override', () => {
    expect(told(`${MINIMAL}state: nowhere\n`, { FLAGSHIP_STATE_DIRECTORY: '/s' })).toEqual([
      'flagship.yaml:4: state: found "nowhere", expected a mapping',
    ])
  })
})

describe('loadConfig()', () => {
  test('throws all problems as one CONFIG_INVALID', () => {
    const path = join(folder, 'no-source.bad.yaml')
    const message = `Cannot use configuration "${path}": 1 problem\n  ${path}:1: ingest: nothing to read, expected \`pods\`, \`files\` or both, or \`kafka\`, or \`http\``
    expect(() => loadConfig(path, {})).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
  })

  test.for([
    ['a missing file', 'nowhere.yaml', 'ENOENT'],
    ['a folder', '.', 'EISDIR'],
  ] as const)('throws CONFIG_UNREADABLE for %s', ([, name, reason]) => {
    const message = expect.stringContaining(reason)
    expect(() => loadConfig(join(folder, name), {})).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNREADABLE', message }),
    )
  })
})
