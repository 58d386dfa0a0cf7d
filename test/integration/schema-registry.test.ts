import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SchemaRegistry, valueSubject } from '../../src/clients/schema-registry.ts'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import { isRetryable } from '../../src/errors.ts'
import { avroDecoder } from '../../src/record/avro-decoder.ts'
import { avroSchema } from '../../src/record/avro-schema.ts'
import { isRegistryLeftOut, type RegistryServer, startRegistry } from '../support/real-registry.ts'
import { recordedSegments } from '../support/recorded-tree.ts'

const SUBJECT = valueSubject('envoy.access')
const { fields, ...rest } = avroSchema()
const SCHEMA = JSON.stringify(avroSchema())
const OLDER = JSON.stringify({ ...rest, fields: fields.filter(({ name }) => name !== 'log_offset') })
const BROKEN = JSON.stringify({ ...rest, fields: [{ name: 'must', type: 'string' }, ...fields] })

describe.skipIf(isRegistryLeftOut())('SchemaRegistry on a real Apicurio', () => {
  let server: RegistryServer
  let registry: SchemaRegistry
  beforeAll(async () => {
    server = await startRegistry()
    registry = new SchemaRegistry({ url: server.url, requestTimeoutMs: 10_000 }, SYSTEM_CLOCK)
  })
  afterAll(() => server.stop())

  test('registers what it does not find, once, and takes later schemas that are compatible', async () => {
    expect(await registry.find(SUBJECT, OLDER)).toBeUndefined()
    expect(await registry.compatibilityOf(SUBJECT)).toBeUndefined()
    await registry.setCompatibility(SUBJECT, 'BACKWARD')
    expect(await registry.compatibilityOf(SUBJECT)).toBe('BACKWARD')
    const older = await registry.register(SUBJECT, OLDER)
    expect(await registry.register(SUBJECT, OLDER)).toBe(older)
    expect(await registry.find(SUBJECT, SCHEMA)).toBeUndefined()
    const id = await registry.register(SUBJECT, SCHEMA)
    expect(id).not.toBe(older)
    expect(await registry.idOf(SUBJECT, SCHEMA)).toBe(id)
    expect(await registry.idOf(SUBJECT, OLDER)).toBe(older)
  })

  test('gives the schema back by its id, and records are read with it', async () => {
    const id = await registry.register(SUBJECT, SCHEMA)
    const decode = avroDecoder(await registry.schemaOf(id))
    const [segment] = await recordedSegments({ encoding: 'avro', isRouted: false })
    expect(decode(Buffer.from(segment?.bytes.subarray(0, segment.ends[0]) ?? []))).toContain('"event":{"id":')
    expect(await registry.schemaOf(id + 1_000)).toBeUndefined()
  })

  test.for([
    [
      'a schema that is not compatible',
      SUBJECT,
      BROKEN,
      /^Cannot register the schema of subject "envoy.access-value" .*HTTP 409.*use another topic/,
    ],
    ['a schema that is none', 'other-value', '{"type":"strang"}', /HTTP 422, code 42201/],
  ] as const)('refuses %s', async ([, subject, schema, message]) => {
    await registry.register(SUBJECT, SCHEMA)
    await expect(registry.register(subject, schema)).rejects.toThrow(message)
  })

  test('tells a registry from what is none', async () => {
    const url = new URL(server.url).origin
    const other = new SchemaRegistry({ url, requestTimeoutMs: 10_000 }, SYSTEM_CLOCK)
    await expect(other.find(SUBJECT, SCHEMA)).rejects.toThrow(/no schema registry \(HTTP 404\); give its whole address/)
  })

  test('is to be tried again while it is down, and finds the same id after it', async () => {
    const id = await registry.register(SUBJECT, SCHEMA)
    await server.kill()
    const error: unknown = await registry.find(SUBJECT, SCHEMA).catch((reason: unknown) => reason)
    expect(isRetryable(error)).toBe(true)
    await server.restart()
    expect(await registry.idOf(SUBJECT, SCHEMA)).toBe(id)
  })
})
