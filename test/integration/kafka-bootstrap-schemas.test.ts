import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SchemaRegistry, valueSubject } from '../../src/clients/schema-registry.ts'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import { avroSchema, avroSchemaText } from '../../src/record/avro-schema.ts'
import { guarded } from '../support/guarded.ts'
import { benchOf } from '../support/kafka-bootstrap.ts'
import { describeKafka } from '../support/real-kafka.ts'
import { isRegistryLeftOut, type RegistryServer, startRegistry } from '../support/real-registry.ts'

const TOPICS = ['envoy.access', 'envoy.log', 'envoy.unparsed', 'envoy.loss']
const SUBJECTS = TOPICS.map(valueSubject)

describeKafka(
  'flagship bootstrap kafka with Avro',
  (cluster) => {
    const bench = benchOf(cluster, ({ brokers }) => brokers)

    describe.skipIf(isRegistryLeftOut())('and a real registry', () => {
      let server: RegistryServer
      let registry: SchemaRegistry
      beforeAll(async () => {
        server = await startRegistry()
        registry = new SchemaRegistry({ url: server.url, requestTimeoutMs: 10_000 }, SYSTEM_CLOCK)
      })
      afterAll(() => server.stop())

      /** A sink that writes Avro to topics with a name of their own. */
      function configure(settings: object = {}, prefix = 'envoy') {
        const topics = Object.fromEntries(TOPICS.map((topic) => [topic.slice(6), topic.replace('envoy', prefix)]))
        bench().bootstrap.configure({ topics, value: 'avro', registry: { url: server.url, ...settings } })
      }

      test('registers schemas under BACKWARD, once', async () => {
        const { bootstrap } = bench()
        configure()
        expect(await bootstrap.counts('--replicas', '1', '--dry-run')).toEqual({ create: 8 })
        expect(await registry.find('envoy.access-value', avroSchemaText())).toBeUndefined()
        const { code, stdout, stderr } = await bootstrap.run('--replicas', '1')
        expect([code, stderr]).toEqual([0, ''])
        expect(stdout).toMatch(/^created +schema +envoy.access-value\n/)
        for (const subject of SUBJECTS) {
          expect(await registry.idOf(subject, avroSchemaText())).toBeGreaterThan(0)
          expect(await registry.compatibilityOf(subject)).toBe('BACKWARD')
        }
        expect((await bootstrap.run('--dry-run')).stdout).toContain('unchanged  schema  envoy.access-value\n')
        expect(await bootstrap.counts()).toEqual({ unchanged: 8 })
      })

      test('shows a compatibility that somebody has changed, and brings it back', async () => {
        const { bootstrap } = bench()
        await registry.setCompatibility('envoy.log-value', 'NONE')
        expect((await bootstrap.run('--diff')).stdout).toContain(
          '    - compatibility: "NONE"\n    + compatibility: "BACKWARD"\n',
        )
        expect(await bootstrap.counts()).toEqual({ update: 1, unchanged: 7 })
        expect(await registry.compatibilityOf('envoy.log-value')).toBe('BACKWARD')
      })

      test('makes no topic where a subject holds what is not compatible', async () => {
        const { bootstrap, admin } = bench()
        const { fields, ...rest } = avroSchema()
        const other = {
          ...rest,
          fields: fields.map((field) => ({ ...field, type: ['null', { type: 'array', items: 'bytes' }] })),
        }
        await registry.register('taken.access-value', JSON.stringify(other))
        configure({}, 'taken')
        const { code, stderr } = await bootstrap.run('--replicas', '1')
        expect([code, stderr]).toEqual([
          78,
          expect.stringMatching(
            /Cannot register the schema of subject "taken.access-value" .*HTTP 409.*use another topic/,
          ),
        ])
        expect(await admin.sizeOf('taken.access')).toBeUndefined()
      })

      test('comes in as the sink, or as who bootstraps, and says what is in the way', async () => {
        const { bootstrap } = bench()
        const passwordFile = bootstrap.file('password', 'wrong')
        const right = bootstrap.file('right', 'right')
        const url = await guarded(server.url, { username: 'agent', password: 'right' })
        configure({ url, username: 'agent', passwordFile })
        const wrong = await bootstrap.run()
        expect([wrong.code, wrong.stderr]).toEqual([
          78,
          expect.stringMatching(/subject "envoy.access-value".*\(HTTP 401\).*give --registry-username and/),
        ])
        const given = ['--registry-username', 'agent', '--registry-password-file', right]
        expect(await bootstrap.counts(...given)).toEqual({ unchanged: 8 })
        configure({ url, username: 'agent', passwordFile: right })
        expect(await bootstrap.counts()).toEqual({ unchanged: 8 })
        configure({ url: 'http://127.0.0.1:1' })
        const down = await bootstrap.run()
        expect([down.code, down.stderr]).toEqual([69, expect.stringContaining('give another with --registry-url')])
        const bare = await bootstrap.run('--registry-url', new URL(server.url).origin)
        expect([bare.code, bare.stderr]).toEqual([78, expect.stringContaining('base path such as /apis/ccompat/v7')])
        expect(await bootstrap.counts('--registry-url', server.url)).toEqual({ unchanged: 8 })
      })

      test('writes files that do the same', async () => {
        const { bootstrap } = bench()
        configure({}, 'files')
        const directory = join(bootstrap.workplace.root, 'output')
        await bootstrap.run('--output', directory)
        const lines = readFileSync(join(directory, 'README.md'), 'utf8').split('\n')
        const commands = lines.filter((line) => line.startsWith('ask'))
        expect(commands).toHaveLength(9)
        const env = { ...process.env, REGISTRY: server.url }
        await promisify(execFile)('sh', ['-ec', commands.join('\n')], { cwd: directory, env })
        expect(await bootstrap.counts('--replicas', '1', '--dry-run')).toEqual({ unchanged: 4, create: 4 })
      })

      test('leaves schemas when topics are removed', async () => {
        const { bootstrap } = bench()
        configure()
        const { code, stdout, stderr } = await bootstrap.run('--remove')
        expect([code, stderr, stdout]).toEqual([
          0,
          '',
          expect.stringContaining('schema envoy.log-value stays: records in the topic'),
        ])
        expect(await registry.find('envoy.log-value', avroSchemaText())).toBeDefined()
      })
    })
  },
  { newestOnly: true },
)
