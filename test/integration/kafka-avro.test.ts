import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import avsc from 'avsc'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { avroDecoder } from '../../src/record/avro-decoder.ts'
import { avroSchemaText } from '../../src/record/avro-schema.ts'
import { parseConfluentValue } from '../../src/record/confluent-frame.ts'
import { type AgentProcess, until, Workplace } from '../support/agent-process.ts'
import { type Document, eventId, SHIPPED_COUNT } from '../support/delivered-tree.ts'
import { flagship } from '../support/flagship-command.ts'
import { guarded } from '../support/guarded.ts'
import { decodeWithJava, readWithJava } from '../support/kafka-readers.ts'
import { administer, createTopics } from '../support/kafka-topics.ts'
import { describeKafka } from '../support/real-kafka.ts'
import { isRegistryLeftOut, type RegistryServer, startRegistry } from '../support/real-registry.ts'
import { inMilliseconds } from '../support/recorded-tree.ts'
import { registerSchemas } from '../support/registered-schemas.ts'

const RECORDED = join(import.meta.dirname, '../fixtures/recorded')
const TOPICS = { access: 'envoy.access', log: 'envoy.log', unparsed: 'envoy.unparsed', loss: 'envoy.loss' }
const NAMES = Object.values(TOPICS)
const PATIENCE_MS = 60_000

const parsed = (line: string): Document => JSON.parse(line)

/** The lines of a file sink, by the id of their event. */
function linesById(
  workplace: Workplace,
  change: (line: string) => string = (line) => line,
): ReadonlyMap<string, string> {
  const lines = readFileSync(workplace.output, 'utf8').split('\n').slice(0, -1)
  return new Map(lines.map((line): [string, string] => [eventId(parsed(line)), change(line)]))
}

describeKafka(
  'flagship run with Avro in Kafka',
  (kafka) => {
    describe.skipIf(isRegistryLeftOut())('and a real registry', () => {
      let registry: RegistryServer
      /** What the agent itself wrote to a file beside it. */
      let direct: ReadonlyMap<string, string>
      const streamTo = (settings: object = {}) => {
        const { url } = registry
        return {
          type: 'kafka',
          brokers: kafka().brokers,
          topics: TOPICS,
          value: 'avro',
          registry: { url },
          ...settings,
        }
      }
      const configure = (node: Workplace, settings: object = {}) =>
        node.configure({
          cluster: 'recorded',
          enrich: { inventory: join(RECORDED, 'cluster.json') },
          sinks: { stream: streamTo(settings), copy: { type: 'file', path: node.output } },
        })

      beforeAll(async () => {
        registry = await startRegistry()
        await createTopics(
          kafka().brokers,
          NAMES.map((topic) => ({ topic, numPartitions: 3 })),
        )
      })
      afterAll(() => registry.stop())

      test('waits for the schemas to be registered, then for nothing, and Java reads every record as it was', async () => {
        const node = new Workplace()
        cpSync(join(RECORDED, 'pods'), node.pods, { recursive: true })
        configure(node)
        const agent = node.start()
        const said = 'it is not registered there; run \\"flagship bootstrap kafka\\"'
        await until(
          () => agent.stderr.includes('Cannot find the schema of subject') && agent.stderr.includes(said),
          () => agent.stderr,
          PATIENCE_MS,
        )
        await registerSchemas(registry.url, NAMES)
        await until(
          () => agent.stderr.includes('Can deliver to sink \\"stream\\" again'),
          () => agent.stderr,
          PATIENCE_MS,
        )
        await registry.kill() // the ids are known
        await delivered(node, agent)
        await until(
          async () => (await countIn(kafka().brokers)) >= SHIPPED_COUNT,
          () => agent.stderr,
          PATIENCE_MS,
        )
        expect(await agent.stop()).toBe(0)
        await registry.restart()
        direct = linesById(node, inMilliseconds)
        const messages = (await Promise.all(NAMES.map((topic) => readWithJava(kafka().brokers, topic)))).flat()
        expect(messages).toHaveLength(SHIPPED_COUNT)
        expect(new Set(messages.map(({ headers }) => Object.fromEntries(headers)['content-type']))).toEqual(
          new Set(['avro/binary']),
        )
        const bodies = messages.map(
          ({ value }) => parseConfluentValue(value ?? Buffer.alloc(0))?.body ?? Buffer.alloc(0),
        )
        const decode = avroDecoder()
        expect(new Map(bodies.map((body) => jsonById(decode(body))))).toEqual(direct)
        const type = avsc.Type.forSchema(JSON.parse(avroSchemaText()))
        const values = bodies.map((body): unknown => JSON.parse(JSON.stringify(type.fromBuffer(body))))
        expect(await decodeWithJava(avroSchemaText(), bodies)).toEqual(values)
      })

      test('comes out of the group as the agent itself would have written it, also while the registry is down', async () => {
        const group = new Workplace()
        const source = { brokers: kafka().brokers, topics: NAMES, registry: { url: registry.url } }
        group.configure({ ingest: { kafka: { ...source, group: 'from-avro' } } })
        await registry.kill()
        const member = group.start()
        await until(
          () => /Cannot take messages, trying again: Cannot read schema .*ECONNREFUSED/.test(member.stderr),
          () => member.stderr,
          PATIENCE_MS,
        )
        expect(group.countDocuments()).toBe(0)
        await registry.restart()
        await delivered(group, member)
        expect(await member.stop()).toBe(0)
        expect(group.countDocuments()).toBe(SHIPPED_COUNT)
        expect(linesById(group)).toEqual(direct)
      })

      test('says what is wrong with the registry before anything is sent', async () => {
        const node = new Workplace()
        const validate = async (settings: object) => {
          configure(node, settings)
          const { status, stderr } = await flagship('validate', '--config', node.config, '--connect')
          return { status, stderr }
        }
        expect(await validate({})).toMatchObject({ status: 0 })
        const origin = new URL(registry.url).origin
        expect(await validate({ registry: { url: origin } })).toEqual({
          status: 78,
          stderr: expect.stringContaining('give its whole address, with its base path such as /apis/ccompat/v7'),
        })
        const passwordFile = join(node.root, 'password')
        writeFileSync(passwordFile, 'wrong')
        const url = await guarded(registry.url, { username: 'agent', password: 'right' })
        const behindDoor = { registry: { url, username: 'agent', passwordFile } }
        expect(await validate(behindDoor)).toEqual({
          status: 78,
          stderr: expect.stringContaining('it does not let us in (HTTP 401); check the credentials'),
        })
        writeFileSync(passwordFile, 'right')
        expect(await validate(behindDoor)).toMatchObject({ status: 0 })
        const reader = new Workplace()
        const source = { brokers: kafka().brokers, topics: NAMES, group: 'validated' }
        reader.configure({ ingest: { kafka: { ...source, registry: { url: origin } } } })
        expect(await flagship('validate', '--config', reader.config, '--connect')).toMatchObject({
          status: 78,
          stderr: expect.stringContaining('source "kafka": Cannot read schema "1" in schema registry'),
        })
        reader.configure({ ingest: { kafka: { ...source, registry: { url: registry.url } } } })
        expect(await flagship('validate', '--config', reader.config, '--connect')).toMatchObject({
          status: 78,
          stderr: expect.stringContaining('source "kafka": Cannot find topic "envoy.dead_letter": it is not there'),
        })
        const deadLetterTopic = 'refused'
        await createTopics(kafka().brokers, [{ topic: deadLetterTopic }])
        reader.configure({ ingest: { kafka: { ...source, deadLetterTopic, registry: { url: registry.url } } } })
        expect(await flagship('validate', '--config', reader.config, '--connect')).toMatchObject({
          status: 0,
          stdout: expect.stringContaining('Source "kafka" would work: brokers'),
        })
        await registry.kill()
        expect(await validate({})).toEqual({ status: 69, stderr: expect.stringContaining('ECONNREFUSED') })
        await registry.restart()
      })
    })
  },
  { newestOnly: true },
)

function jsonById(json = ''): [string, string] {
  return [eventId(parsed(json)), json]
}

/** How many messages the topics have. */
async function countIn(brokers: readonly string[]): Promise<number> {
  const ends = await administer(brokers, (admin) => Promise.all(NAMES.map((topic) => admin.fetchTopicOffsets(topic))))
  return ends.flat().reduce((sum, { high }) => sum + Number(high), 0)
}

function delivered(workplace: Workplace, agent: AgentProcess): Promise<void> {
  return until(
    () => workplace.countDocuments() >= SHIPPED_COUNT,
    () => agent.stderr,
    PATIENCE_MS,
  )
}
