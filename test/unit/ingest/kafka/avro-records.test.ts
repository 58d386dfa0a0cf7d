import { beforeAll, describe, expect, test } from 'vitest'
import { SchemaRegistry } from '../../../../src/clients/schema-registry.ts'
import { AvroRecords } from '../../../../src/ingest/kafka/avro-records.ts'
import type { Message } from '../../../../src/ingest/kafka/group.ts'
import { avroSchema, avroSchemaText } from '../../../../src/record/avro-schema.ts'
import { confluentHeader } from '../../../../src/record/confluent-frame.ts'
import { inMilliseconds, recordedDocuments, recordedSegments } from '../../../support/recorded-tree.ts'
import { ScriptedRegistry } from '../../../support/scripted-registry.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'

const SUBJECT = 'envoy.access-value'
const AVRO = { 'content-type': 'avro/binary' }
const never = new AbortController().signal

let bodies: readonly Buffer[]
let documents: readonly string[]
beforeAll(async () => {
  documents = await recordedDocuments()
  bodies = (await recordedSegments({ encoding: 'avro', isRouted: true })).flatMap(({ bytes, ends }) =>
    ends.map((end, index) => Buffer.from(bytes.subarray(ends[index - 1] ?? 0, end))),
  )
})

function message(value: Buffer | undefined, headers: Message['headers'] = AVRO, offset = 0): Message {
  return { offset, timeMs: 0, key: undefined, value, headers }
}

const framed = (id: number, body: Buffer | undefined) => Buffer.concat([confluentHeader(id), body ?? Buffer.alloc(0)])

async function benchOf() {
  const registry = await ScriptedRegistry.start()
  registry.register(SUBJECT, 7, avroSchemaText())
  const client = new SchemaRegistry({ url: registry.url, requestTimeoutMs: 30_000 }, new ManualClock())
  return { registry, records: new AvroRecords(client) }
}

describe('AvroRecords.read()', () => {
  test('gives every recorded line as the JSON document it would have been', async () => {
    const { records, registry } = await benchOf()
    const read = await records.read(
      bodies.map((body) => message(framed(7, body))),
      never,
    )
    expect(read.map(({ json }) => String(json))).toEqual(documents.map(inMilliseconds))
    expect(registry.asked).toEqual(['GET /apis/ccompat/v7/schemas/ids/7'])
  })

  test('asks for each schema once', async () => {
    const { records, registry } = await benchOf()
    registry.register('other-value', 8, avroSchemaText())
    for (let round = 0; round < 2; round += 1)
      await records.read(
        [8, 7, 8].map((id) => message(framed(id, bodies[0]))),
        never,
      )
    expect(registry.asked).toEqual([8, 7].map((id) => `GET /apis/ccompat/v7/schemas/ids/${id}`))
  })

  test('keeps the schemas that are used, and does not grow', async () => {
    const { records, registry } = await benchOf()
    for (let id = 100; id < 200; id += 1) {
      registry.register(`s${id}`, id, avroSchemaText())
      await records.read(
        [id, 7].map((each) => message(framed(each, bodies[0]))),
        never,
      )
    }
    registry.goDown()
    await expect(
      records.read([message(framed(199, bodies[0])), message(framed(7, bodies[0]))], never),
    ).resolves.toMatchObject([{ json: expect.anything() }, { json: expect.anything() }])
    await expect(records.read([message(framed(100, bodies[0]))], never)).rejects.toThrow('Cannot read schema "100"')
  })

  test('reads by the schema that the writer had', async () => {
    const { records, registry } = await benchOf()
    const { fields, ...rest } = avroSchema()
    const one = fields.filter(({ name }) => name === 'url_path')
    registry.register('older-value', 9, JSON.stringify({ ...rest, fields: one }))
    const body = Buffer.concat([Buffer.from([2, 4]), Buffer.from('/a')])
    const [read] = await records.read([message(framed(9, body))], never)
    expect(String(read?.json)).toContain('"url":{"path":"/a"}')
  })

  test.for([
    ['JSON', Buffer.from('{"a":1}'), {}],
    ['a tombstone', undefined, AVRO],
    ['nothing', Buffer.alloc(0), AVRO],
    ['Avro that stands bare', Buffer.from([2, 4, 0x2f, 0x61]), AVRO],
    ['a zero byte that is said to be JSON', Buffer.from([0, 0, 0, 0, 7, 1]), { 'content-type': 'application/json' }],
  ] as const)('leaves %s as it is', async ([, value, headers]) => {
    const { records, registry } = await benchOf()
    const messages = [message(value, headers)]
    expect(await records.read(messages, never)).toEqual(messages)
    expect(registry.asked).toEqual([])
  })

  test('knows Avro without a header by its first byte', async () => {
    const { records } = await benchOf()
    const [read] = await records.read([message(framed(7, bodies[0]), {})], never)
    expect(String(read?.json)).toMatch(/^\{"@timestamp":/)
  })

  test.for<readonly [what: string, body: () => Buffer | undefined, id: number]>([
    ['half a record', () => bodies[0]?.subarray(0, 40), 7],
    ['more than a record', () => Buffer.concat([bodies[0] ?? Buffer.alloc(0), Buffer.from('x')]), 7],
    ['what has a schema of something else', () => Buffer.from([2]), 11],
    ['what has a schema that is none', () => bodies[0], 12],
  ])('leaves %s to be kept whole', async ([, body, id]) => {
    const { records, registry } = await benchOf()
    registry.register('number-value', 11, '"long"')
    registry.register('none-value', 12, '{"type":"strang"}')
    const messages = [message(framed(id, body())), message(framed(7, bodies[1]), AVRO, 1)]
    const [broken, whole] = await records.read(messages, never)
    expect(broken).toEqual(messages[0])
    expect(whole?.json).toBeDefined()
  })

  test.for<readonly [what: string, disturb: (registry: ScriptedRegistry) => void, text: RegExp]>([
    ['nobody answers', (registry) => registry.goDown(), /^Cannot read schema "7" in .*: /],
    [
      'it is not let in',
      (registry) => {
        registry.status = 401
      },
      /does not let us in \(HTTP 401\); check the credentials/,
    ],
    [
      'the schema is not there',
      (registry) => registry.subjects.clear(),
      /^Cannot read schema "7" in schema registry "http.*": it is not there; give the registry of who writes the messages$/,
    ],
  ])('is to be tried again while %s', async ([, disturb, text]) => {
    const { records, registry } = await benchOf()
    disturb(registry)
    const messages = [message(framed(7, bodies[0]))]
    await expect(records.read(messages, never)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringMatching(text),
    })
    registry.comeBack()
    registry.status = undefined
    registry.register(SUBJECT, 7, avroSchemaText())
    expect(await records.read(messages, never)).toMatchObject([{ json: expect.anything() }])
  })

  test('waits for a registry to be configured where a message says that it is Avro', async () => {
    const records = new AvroRecords(undefined)
    await expect(records.read([message(framed(7, bodies[0]))], never)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'Cannot read schema "7": `ingest.kafka.registry` is missing, and messages are Avro',
    })
    const unsaid = [message(framed(7, bodies[0]), {})]
    expect(await records.read(unsaid, never)).toBe(unsaid)
  })
})
