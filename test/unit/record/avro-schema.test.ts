import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import avsc from 'avsc'
import { describe, expect, test } from 'vitest'
import { avroName, avroSchema } from '../../../src/record/avro-schema.ts'
import { ENDPOINT_FIELDS, FIELDS, REPORTER_FIELDS } from '../../../src/record/fields.ts'

const committed: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../docs/generated/record.avsc'), 'utf8'),
)
const compiled = () => avsc.Type.forSchema(JSON.parse(JSON.stringify(avroSchema())))

const ENDPOINT = { kind: 'pod', pod: 'reviews-v1-1', namespace: 'default', pod_state_ms: 3, labels: { app: 'reviews' } }
const RECORD = {
  timestamp: Date.parse('2026-11-22T09:00:00.123Z'),
  event_id: 'AAECAwQFBgcAAAAAAAA',
  response_flags: ['UF', 'URX'],
  response_code: 503,
  upstream_service_time_ms: 12,
  verdict_cut_short: false,
  sample_rate: 0.1,
  extra: '{"x-key":{"deep":true}}',
  source: ENDPOINT,
  destination: { ...ENDPOINT, pod: 'ratings-v1-1' },
  reporter: { pod_name: 'productpage-v1-1', namespace: 'default' },
}

/** Avro names of what a record stores of a table. */
function stored(fields: readonly { key: string; constant?: string }[]): readonly string[] {
  return fields.filter(({ constant }) => constant === undefined).map(({ key }) => avroName(key))
}

describe('avroSchema()', () => {
  test('compiles as flagship.AccessRecord', () => {
    expect(compiled().name).toBe('flagship.AccessRecord')
  })

  test('gives back what was written', () => {
    const type = compiled()
    const read: unknown = type.fromBuffer(type.toBuffer(RECORD))
    expect(read).toMatchObject(RECORD)
    expect(read).toMatchObject({ method: null, reporter: { node_name: null } })
  })

  test('writes a record of which nothing is known as one null a field', () => {
    expect(compiled().toBuffer({})).toEqual(Buffer.alloc(avroSchema().fields.length))
  })

  test('lets an older reader skip a field it does not know', () => {
    const { fields, ...rest } = avroSchema()
    const older = avsc.Type.forSchema(
      JSON.parse(JSON.stringify({ ...rest, fields: fields.filter(({ name }) => name !== 'method') })),
    )
    const resolver = older.createResolver(compiled())
    const read: unknown = older.fromBuffer(compiled().toBuffer({ ...RECORD, method: 'GET' }), resolver)
    expect(read).toMatchObject({ event_id: RECORD.event_id, response_code: 503 })
  })

  test('has a field for everything but constants, nullable and null by default', () => {
    const { fields } = avroSchema()
    expect(fields.map(({ name }) => name)).toEqual(stored(FIELDS))
    expect(
      fields.filter((field) => field.default !== null || !Array.isArray(field.type) || field.type[0] !== 'null'),
    ).toEqual([])
    expect(JSON.stringify(fields)).toContain(`"name":"${stored(REPORTER_FIELDS).at(-1)}"`)
    expect(JSON.stringify(fields).split(`"name":"${stored(ENDPOINT_FIELDS).at(-1)}"`)).toHaveLength(2)
  })

  test('is what docs/generated/record.avsc holds', () => {
    expect(JSON.parse(JSON.stringify(avroSchema()))).toEqual(committed)
  })
})

describe('avroName()', () => {
  test.for([
    ['timestamp', 'timestamp'],
    ['upstreamServiceTimeMs', 'upstream_service_time_ms'],
    ['xForwardedFor', 'x_forwarded_for'],
    ['sourceIp', 'source_ip'],
  ] as const)('makes %s %s', ([key, name]) => {
    expect(avroName(key)).toBe(name)
  })
})
