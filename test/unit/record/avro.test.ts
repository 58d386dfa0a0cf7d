import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import avsc from 'avsc'
import * as fc from '../../support/fast-check.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { avroDecoder } from '../../../src/record/avro-decoder.ts'
import { avroSchema } from '../../../src/record/avro-schema.ts'
import { encodeAvro } from '../../../src/record/generated/avro.ts'
import { emptyRecord, encodeRecord, type LogRecord, makeOutcome } from '../../../src/record/generated/record.ts'
import { at } from '../../support/read-back.ts'
import { recordedSegments } from '../../support/recorded-tree.ts'
import { parseSegment } from '../../support/transcode.ts'
import { RANDOM_RECORD } from '../../support/random-record.ts'

const SCHEMA = JSON.stringify(avroSchema())
const type = avsc.Type.forSchema(JSON.parse(SCHEMA))
const decode = avroDecoder()
const memory = Buffer.alloc(8_388_608)

function encode(record: LogRecord): Buffer {
  return Buffer.from(memory.subarray(0, encodeAvro(record, memory, 0)))
}

/** What the library that everybody uses reads of the bytes. */
function readByAvsc(bytes: Buffer): Readonly<Record<string, unknown>> {
  return type.fromBuffer(bytes)
}

function recordOf(fields: Partial<LogRecord>): LogRecord {
  return { ...emptyRecord(), outcome: makeOutcome({ dataset: 'envoy.access' }), ...fields }
}

/** A document whose times have milliseconds. */
function cut(document: string): string {
  return document.replace(/"(@timestamp|created|end|after|before)":"([^"]+)"/g, (_, name: string, time: string) => {
    return `"${name}":"${new Date(time).toISOString()}"`
  })
}

describe('encodeAvro()', () => {
  test('gives back every record that JSON gives back, whatever is in it', () => {
    fc.assert(
      fc.property(RANDOM_RECORD, (record) => {
        const bytes = encode(record)
        expect(decode(bytes)).toBe(encodeRecord(record, false))
        expect(type.toBuffer(type.fromBuffer(bytes))).toEqual(bytes)
      }),
      { numRuns: 50 },
    )
  })

  test('says when the memory is too small, and writes the same where it is not', () => {
    fc.assert(
      fc.property(RANDOM_RECORD, fc.nat(), fc.nat(100), (record, room, start) => {
        const whole = encode(record)
        const small = Buffer.alloc(start + (room % whole.length))
        expect(encodeAvro(record, small, start)).toBe(-1)
        const enough = Buffer.alloc(start + whole.length * 3 + 10)
        expect(encodeAvro(record, enough, start)).toBe(start + whole.length)
        expect(enough.subarray(start, start + whole.length)).toEqual(whole)
      }),
      { numRuns: 50 },
    )
  })

  test.for([0, 47, 48, 49, 63, 64, 8_191, 8_192, 1_048_575, 1_048_576])('writes texts of %i units', (length) => {
    for (const unit of ['a', 'é', '☃']) {
      const message = unit.repeat(length)
      expect(readByAvsc(encode(recordOf({ message })))['message']).toBe(message)
      expect(readByAvsc(encode(recordOf({ message: `a${message}` })))['message']).toBe(`a${message}`)
    }
  })

  test.for([0, 1, 63, 64, 8_191, 2 ** 30, 2 ** 31, 2 ** 31 - 1, 2 ** 32, 2 ** 40 + 1, 2 ** 53 - 3, 2 ** 53 - 2])(
    'writes the number %i',
    (logOffset) => {
      expect(readByAvsc(encode(recordOf({ logOffset })))['log_offset']).toBe(logOffset)
    },
  )

  test.for([
    ['a number that readers refuse', { eventDurationNs: 2 ** 53 }, 'event_duration_ns', null],
    ['a time that is none', { eventCreated: '2026-99-01T00:00:00Z' }, 'event_created', null],
    [
      'finer digits of a time',
      { eventCreated: '2026-11-22T13:16:17.000999999Z' },
      'event_created',
      Date.UTC(2026, 10, 22, 13, 16, 17),
    ],
    [
      'an offset of a time',
      { eventCreated: '2026-11-22T13:16:17.5+02:00' },
      'event_created',
      Date.UTC(2026, 10, 22, 11, 16, 17, 500),
    ],
    ['a time before 1970', { timestamp: '1969-12-31T23:59:59.999Z' }, 'timestamp', -1],
    ['half a character', { message: 'a\ud800' }, 'message', 'a\ufffd'],
    ['extra keys as their JSON', { extra: '{"n":1,"deep":{"x":[]}}' }, 'extra', '{"n":1,"deep":{"x":[]}}'],
  ] as const)('writes %s', ([, fields, name, value]) => {
    expect(readByAvsc(encode(recordOf(fields)))[name]).toBe(value)
  })
})

describe('avroDecoder()', () => {
  const record = recordOf({ eventId: 'AbC', message: 'hello', logOffset: 7 })

  test('reads what an older build wrote', () => {
    const { fields, ...rest } = avroSchema()
    const older = JSON.stringify({ ...rest, fields: fields.filter(({ name }) => name !== 'log_offset') })
    const bytes = avsc.Type.forSchema(JSON.parse(older)).toBuffer(readByAvsc(encode(record)))
    expect(avroDecoder(older)(bytes)).toBe(decode(encode({ ...record, logOffset: undefined })))
  })

  test('leaves out what a newer build added', () => {
    const { fields, ...rest } = avroSchema()
    const added = { name: 'added', type: ['null', 'string'], default: null }
    const newer = JSON.stringify({ ...rest, fields: [added, ...fields] })
    const bytes = avsc.Type.forSchema(JSON.parse(newer)).toBuffer({ ...readByAvsc(encode(record)), added: 'x' })
    expect(avroDecoder(newer)(bytes)).toBe(decode(encode(record)))
  })

  test.for([
    ['no bytes', (whole: Buffer) => whole.subarray(0, 0)],
    ['half a record', (whole: Buffer) => whole.subarray(0, whole.length - 1)],
    ['more than a record', (whole: Buffer) => Buffer.concat([whole, Buffer.from([0])])],
    ['text', () => Buffer.from('{"@timestamp":"2026-11-22T13:16:17.000Z"}')],
  ] as const)('gives undefined for %s', ([, bytesOf]) => {
    expect(decode(bytesOf(encode(record)))).toBeUndefined()
  })

  test.for([
    ['a time that no Date can be', { timestamp: Number.MAX_SAFE_INTEGER - 1 }],
    ['extra keys that are no JSON', { extra: '{"a":' }],
    ['extra keys that are no object', { extra: '[1]' }],
  ] as const)('gives undefined for %s, which somebody else wrote', ([, fields]) => {
    expect(decode(type.toBuffer({ ...readByAvsc(encode(record)), ...fields }))).toBeUndefined()
  })

  test.for([
    ['no Avro schema', '{"type":"recrod"}'],
    ['the schema of something else', '{"type":"record","name":"Order","fields":[]}'],
  ] as const)('refuses %s', ([, schema]) => {
    expect(() => avroDecoder(schema)).toThrow(Error)
  })
})

describe('transcoding to Avro', () => {
  const avro = { encoding: 'avro', isRouted: false } as const
  let recorded: readonly (readonly [json: string, bytes: Buffer])[] = []
  beforeAll(async () => {
    const both = [await recordedSegments({ encoding: 'json', isRouted: false }), await recordedSegments(avro)] as const
    recorded = both[0].flatMap((json, pod) => {
      const segment = both[1][pod]
      return json.ends.map(
        (end, i) =>
          [
            json.bytes.toString('utf8', json.ends[i - 1] ?? 0, end - 1),
            Buffer.from(segment?.bytes.subarray(segment.ends[i - 1] ?? 0, segment.ends[i]) ?? []),
          ] as const,
      )
    })
  })

  test('gives the same documents of every recorded line, but for what is finer than a millisecond', () => {
    expect(recorded.length).toBeGreaterThan(500)
    for (const [json, bytes] of recorded) {
      expect(decode(bytes)).toBe(cut(json))
      expect(type.toBuffer(type.fromBuffer(bytes))).toEqual(bytes)
    }
  })

  test('gives the same documents of every sample', () => {
    const samples = readFileSync(join(import.meta.dirname, '../../fixtures/samples/samples.jsonl'), 'utf8')
    const lines = samples
      .trim()
      .split('\n')
      .map((line) => String(at(JSON.parse(line), 'line')))
    const [json, binary] = [parseSegment(lines.join('\n')), parseSegment(lines.join('\n'), avro)]
    expect(json.ids.length).toBeGreaterThan(100)
    for (const [i, end] of json.ends.entries()) {
      const read = decode(Buffer.from(binary.bytes.subarray(binary.ends[i - 1] ?? 0, binary.ends[i])))
      expect(read).toBe(cut(json.bytes.toString('utf8', json.ends[i - 1] ?? 0, end - 1)))
    }
  })
})
