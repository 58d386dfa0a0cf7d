import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { dispatch } from '../../../src/cli/dispatch.ts'
import { startScriptedKibana } from '../fakes/scripted-kibana.ts'
import { capturedIo } from './captured-io.ts'

const root = mkdtempSync(join(tmpdir(), 'flagship-bootstrap-'))
afterAll(() => rmSync(root, { recursive: true }))

const search = { type: 'elasticsearch', nodes: ['http://127.0.0.1:1'] }
const DEPLOY = join(import.meta.dirname, '../../../deploy')

function configWith(name: string, sinks: object, ingest: object = { pods: root }): string {
  const path = join(root, `${name}.yaml`)
  writeFileSync(path, JSON.stringify({ ingest, state: { directory: root }, sinks }))
  return path
}
const ONE = configWith('one', { search })
const TWO = configWith('two', { search, other: { ...search, namespace: 'other' } })
const stream = { type: 'kafka', brokers: ['127.0.0.1:1'] }
const KAFKA = configWith('kafka', { stream, search })
const AVRO = configWith('avro', { stream: { ...stream, value: 'avro', registry: { url: 'http://127.0.0.1:1' } } })
const READING = { kafka: { brokers: ['127.0.0.1:1'], topics: ['a'], group: 'g' } }
const GROUP = configWith('group', { search }, READING)
const BOTH = configWith('both', { stream }, READING)

async function bootstrap(...args: readonly string[]) {
  const { io, written } = capturedIo()
  return { code: await dispatch(['bootstrap', ...args], io), ...written }
}

/** Every file below a directory, by its name there. */
function filesIn(directory: string): Readonly<Record<string, string>> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
  const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(paths.map((path) => [path.slice(directory.length), readFileSync(path, 'utf8')]))
}

describe('flagship bootstrap', () => {
  test.for([
    [[], 'expected one of elasticsearch, kibana, kafka'],
    [['elasticserch'], 'did you mean "elasticsearch"?'],
    [['elasticsearch'], 'option "--config" is missing'],
    [['elasticsearch', '-c', TWO], 'Cannot choose a sink: give --sink: search, other'],
    [['elasticsearch', '-c', TWO, '--sink', 'serch'], 'did you mean "search"?'],
    [['elasticsearch', '-c', configWith('none', { out: { type: 'stdout' } })], 'has no sink of type elasticsearch'],
    [['elasticsearch', '-c', ONE, '--username', 'me'], 'it goes together with --password-file'],
    [['elasticsearch', '-c', ONE, '--lifecycle', 'none'], 'expected stream, ilm'],
    [['elasticsearch', '-c', ONE, '--server-version', '7.17', '-o', root], 'expected 8.14 or later'],
    [['elasticsearch', '-c', ONE, '--url', 'localhost:9200'], 'expected http:// or https://'],
    [['elasticsearch', '-c', ONE, '-o', root, '--remove'], 'it does not go together with --remove'],
    [['kibana', '-c', ONE, '-o', root, '--dry-run'], 'it does not go together with --dry-run'],
    [['elasticsearch', '-c', ONE, '-o', root, '--create-api-key', 'k'], 'go together with --create-api-key'],
    [['kafka', '-c', ONE], 'the configuration has no sink of type kafka'],
    [['kafka', '-c', KAFKA, '--sink', 'search'], 'there is no sink of type kafka with that name'],
    [['kafka', '-c', KAFKA, '--partitions', '0'], 'Cannot set "--partitions" to "0": expected 1 to 10000'],
    [['kafka', '-c', KAFKA, '--replicas', 'x'], 'Cannot set "--replicas" to "x": expected 1 to 100'],
    [['kafka', '-c', KAFKA, '--retention', '7'], 'expected days, such as 7d'],
    [['kafka', '-c', KAFKA, '--brokers', 'me:secret@host:9092'], 'expected host:port'],
    [['kafka', '-c', KAFKA, '--mechanism', 'PLAN'], 'did you mean "PLAIN"?'],
    [['kafka', '-c', KAFKA, '--username', 'me'], 'it goes together with --password-file'],
    [['kafka', '-c', KAFKA, '--key-file', 'k'], 'it goes together with --key-file'],
    [['kafka', '-c', KAFKA, '--token-file', 't', '--username', 'me', '--password-file', 'p'], 'give one of them'],
    [['kafka', '-c', KAFKA, '-o', root, '--writer', 'a\nb'], 'expected at most 249 characters of ASCII'],
    [['kafka', '-c', KAFKA, '-o', root, '--strimzi-cluster', 'A'], 'Cannot use cluster "A"'],
    [['kafka', '-c', KAFKA, '--source'], 'the configuration has no `ingest.kafka`'],
    [['kafka', '-c', GROUP, '--source', '--sink', 'search'], 'there is --sink too; give one of them'],
    [['kafka', '-c', BOTH], 'give --source for `ingest.kafka`, or --sink NAME'],
    [['kafka', '-c', AVRO, '--registry-url', 'registry:8081'], 'expected http:// or https://'],
    [['kafka', '-c', AVRO, '--registry-username', 'me'], 'it goes together with --registry-password-file'],
    [
      ['kafka', '-c', AVRO, '--registry-token-file', 't', '--registry-username', 'me', '--registry-password-file', 'p'],
      'there is --registry-username too',
    ],
    [['kibana', '-c', ONE], 'option "--url" is missing'],
    [['kibana', '-c', ONE, '--url', 'http://k', '--space', '../x'], 'Cannot use space'],
  ] as const)('refuses %o', async ([args, message]) => {
    const { code, stderr } = await bootstrap(...args)
    expect([code, stderr]).toEqual([64, expect.stringContaining(message)])
  })

  test('does not repeat credentials that stand in an address', async () => {
    const { code, stderr } = await bootstrap('elasticsearch', '-c', ONE, '--url', 'http://me:secret@host')
    expect([code, stderr]).toEqual([64, expect.not.stringContaining('secret')])
  })

  test('says that the server cannot be reached', async () => {
    const { code, stderr } = await bootstrap('elasticsearch', '-c', ONE)
    expect([code, stderr]).toEqual([69, expect.stringContaining('Cannot reach Elasticsearch "http://127.0.0.1:1"')])
  })

  test('says that no broker can be reached', async () => {
    const { code, stderr } = await bootstrap('kafka', '-c', KAFKA)
    expect([code, stderr]).toEqual([69, expect.stringContaining('Cannot reach Kafka "127.0.0.1:1"')])
  })

  test.for([
    ['elasticsearch', ONE, ['--api-key-file']],
    ['kafka', KAFKA, ['--token-file']],
    ['kafka', KAFKA, ['--username', 'me', '--password-file']],
    ['kafka', KAFKA, ['--ca-file']],
    ['kafka', AVRO, ['--registry-token-file']],
    ['kafka', AVRO, ['--registry-username', 'me', '--registry-password-file']],
  ] as const)('for %s names a file that is not there', async ([name, config, options]) => {
    const { code, stderr } = await bootstrap(name, '-c', config, ...options, join(root, 'nowhere'))
    expect([code, stderr]).toEqual([66, expect.stringContaining('nowhere')])
  })

  test.for([
    ['a group', GROUP, [], ['dead_letter'], 'acls-reader.sh'],
    ['the group beside a sink', BOTH, ['--source'], ['dead_letter'], 'acls-reader.sh'],
    ['the sink beside a group', BOTH, ['--sink', 'stream'], ['access', 'log', 'loss', 'unparsed'], 'acls-writer.sh'],
  ] as const)('writes what %s needs in Kafka', async ([, config, options, topics, script]) => {
    const output = join(root, `needs-${script}-${options.length}`)
    expect((await bootstrap('kafka', '-c', config, ...options, '--output', output)).stderr).toBe('')
    const names = Object.keys(filesIn(output))
    expect(names).toContain(`/${script}`)
    expect(names.filter((name) => name.startsWith('/strimzi/topic-')).toSorted()).toEqual(
      topics.map((topic) => `/strimzi/topic-envoy.${topic}.yaml`),
    )
  })

  test.for([
    ['elasticsearch', ONE],
    ['kafka', KAFKA],
  ] as const)(
    'writes what is rendered under deploy/%s, without a server, each time the same',
    async ([name, config]) => {
      const output = join(root, `output-${name}`)
      for (let time = 1; time <= 2; time += 1) {
        expect((await bootstrap(name, '-c', config, '--output', output)).code).toBe(0)
        expect(filesIn(output)).toEqual(filesIn(join(DEPLOY, name)))
      }
    },
  )

  test('grants to the user that the sink logs in as', async () => {
    const output = join(root, 'user')
    const sasl = { mechanism: 'PLAIN', username: 'shipper', passwordFile: 'p' }
    await bootstrap('kafka', '-c', configWith('user', { stream: { ...stream, sasl } }), '--output', output)
    expect(filesIn(output)['/acls-writer.sh']).toContain('--allow-principal User:shipper ')
  })

  test('writes templates for an older server', async () => {
    const output = join(root, 'older')
    await bootstrap('elasticsearch', '-c', ONE, '--output', output, '--server-version', '8.16.0', '--no-aliases')
    const files = filesIn(output)
    expect(files['/component-templates/flagship-settings.json']).toContain('"codec": "best_compression"')
    expect(Object.values(files).join('')).not.toMatch(/logsdb|failure_store|"alias"/)
  })

  test('writes what goes into Kibana, in every file that its page names', async () => {
    const output = join(root, 'kibana')
    expect((await bootstrap('kibana', '-c', ONE, '--output', output, '--space', 'ops')).code).toBe(0)
    const files = filesIn(output)
    const named = [...(files['/README.md'] ?? '').matchAll(/kibana\/[\w.-]+/g)].map(([name]) => `/${name}`)
    expect(named.length).toBeGreaterThan(5)
    expect(Object.keys(files)).toEqual(expect.arrayContaining(named))
    expect(files['/README.md']).toContain('KIBANA=https://kibana:5601/s/ops')
  })

  test('brings Kibana to what it should be, and away', async () => {
    const { url, kibana, close } = await startScriptedKibana()
    try {
      const where = ['kibana', '-c', ONE, '--kibana-url', url]
      const dry = await bootstrap(...where, '--dry-run')
      expect([dry.code, dry.stderr]).toEqual([0, ''])
      expect(kibana.changes).toEqual([])
      const first = await bootstrap(...where)
      expect([first.code, first.stderr]).toEqual([0, ''])
      expect(first.stdout).toMatch(/^created +data view/)
      const second = await bootstrap(...where)
      expect(second.stdout).toMatch(/^(\d+) of \1 objects were as they should be\n$/)
      const gone = await bootstrap(...where, '--remove')
      expect([gone.code, gone.stderr]).toEqual([0, ''])
      expect(kibana.stored.size).toBe(0)
    } finally {
      close()
    }
  })
})
