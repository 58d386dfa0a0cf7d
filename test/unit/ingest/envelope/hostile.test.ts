import * as fc from '../../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { MAX_LINES } from '../../../../src/ingest/envelope/enveloped-line.ts'
import { type LineEnvelope, OPENERS } from '../../../../src/ingest/envelope/open.ts'
import { anyValue, lengthDelimited, otlpProto, protoValue } from '../../../support/envelopes.ts'

const ENVELOPES: readonly LineEnvelope[] = ['fluentbit', 'vector', 'filebeat', 'otel', 'raw']
const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const record = (body: unknown) => ({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body }] }] }] })

const DEEP = `${'['.repeat(200_000)}${']'.repeat(200_000)}`

/** A list in a list in a list ... */
function nested(depth: number): unknown {
  let value: unknown = 'x'
  for (let i = 0; i < depth; i += 1) value = [value]
  return value
}

const logsData = (records: Buffer) => lengthDelimited(1, lengthDelimited(2, records))
const logRecord = (body: Buffer) => lengthDelimited(2, lengthDelimited(5, body))

describe('OPENERS', () => {
  test.for([
    ['fluentbit', 'no JSON', Buffer.from('{"log":')],
    ['fluentbit', 'msgpack', Buffer.from([0x92, 0xd7, 0x00])],
    ['fluentbit', 'an array', json([{ log: 'x' }])],
    ['fluentbit', 'a text', json('x')],
    ['fluentbit', 'null', json(null)],
    ['fluentbit', 'no line', json({ '@timestamp': 1, kubernetes: {} })],
    ['fluentbit', 'what Filebeat writes', json({ '@metadata': {}, message: 'x' })],
    ['fluentbit', 'what Vector writes', json({ source_type: 'file', message: 'x' })],
    ['vector', 'what Filebeat writes', json({ '@metadata': {}, message: 'x' })],
    ['filebeat', 'what Vector writes', json({ source_type: 'file', message: 'x' })],
    ['filebeat', 'OTLP', json({ resourceLogs: [] })],
    ['otel', 'an object of another', json({ log: 'x' })],
    ['otel', 'a list that is none', json({ resourceLogs: {} })],
    ['otel', 'scopes that are none', json({ resourceLogs: [{ scopeLogs: 5 }] })],
    ['otel', 'records that are none', json({ resourceLogs: [{ scopeLogs: [{ logRecords: ['x'] }] }] })],
    ['otel', 'protobuf that is cut', logsData(logRecord(protoValue('x'))).subarray(0, -1)],
    ['otel', 'a length beyond the end', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['otel', 'a number without end', Buffer.from([0x0a, ...Array.from({ length: 12 }, () => 0xff)])],
    ['otel', 'a group', logsData(Buffer.from([0x0b]))],
    [
      'otel',
      'too many records',
      json({ resourceLogs: [{ scopeLogs: [{ logRecords: Array.from({ length: MAX_LINES + 1 }, () => ({})) }] }] }),
    ],
    ['otel', 'too many records in protobuf', logsData(Buffer.alloc(2 * (MAX_LINES + 1), Buffer.from([0x12, 0x00])))],
    ['raw', 'too many lines', Buffer.alloc(MAX_LINES + 1, '\n')],
  ] as const)('%s refuses %s', ([envelope, , message]) => {
    expect(OPENERS[envelope](message)).toEqual({
      ok: false,
      reason: 'wrong_envelope',
      expected: expect.stringMatching(/^(one JSON object of|OTLP logs of|at most) /),
    })
  })

  test.for([
    ['fluentbit', json({ log: { a: nested(101) } })],
    ['vector', json({ message: { a: nested(101) } })],
    ['filebeat', json({ json: { a: nested(101) } })],
    ['otel', json(record(anyValue(nested(101))))],
    ['otel', logsData(logRecord(protoValue(nested(101))))],
  ] as const)('%s refuses values nested too deep', ([envelope, message]) => {
    expect(OPENERS[envelope](message)).toMatchObject({ ok: false, reason: 'too_deep' })
  })

  test.for([
    ['fluentbit', Buffer.from(`{"log":"x","labels":${'['.repeat(500_000)}${']'.repeat(500_000)}}`)],
    ['vector', Buffer.from(`{"message":${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}}`)],
    ['otel', Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"doubleValue":${DEEP}}}]}]}]}`)],
    ['otel', Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"boolValue":${DEEP}}}]}]}]}`)],
    ['otel', Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"intValue":${DEEP}}}]}]}]}`)],
    ['raw', Buffer.from('"'.repeat(1_000_000))],
  ] as const)('%s survives nesting without end', ([envelope, message]) => {
    expect(() => OPENERS[envelope](message)).not.toThrow()
  })

  test.for([
    ['intValue', { toString: 1, valueOf: 1 }, ''],
    ['intValue', '12', '12'],
    ['doubleValue', { a: 1 }, ''],
    ['doubleValue', 1.5, '1.5'],
    ['boolValue', [true], ''],
    ['boolValue', false, 'false'],
  ] as const)('otel takes for %s what one can be: %j', ([name, value, text]) => {
    expect(OPENERS.otel(json(record({ [name]: value })))).toMatchObject({ ok: true, lines: [{ text }] })
  })

  test('otel takes exactly as many records as a message may have', () => {
    const opened = OPENERS.otel(logsData(Buffer.alloc(2 * MAX_LINES, Buffer.from([0x12, 0x00]))))
    expect(opened.ok && opened.lines.length).toBe(MAX_LINES)
  })

  test('otel finds nothing in an empty message', () => {
    expect(OPENERS.otel(Buffer.alloc(0))).toEqual({ ok: true, lines: [] })
  })

  test('fluentbit keeps a key called __proto__ in the line', () => {
    const opened = OPENERS.fluentbit(Buffer.from('{"__proto__":{"log":"x"},"response_code":200}'))
    expect(opened).toMatchObject({ lines: [{ text: '{"__proto__":{"log":"x"},"response_code":200}' }] })
    expect(Object.prototype).not.toHaveProperty('log')
  })

  test('never throw, and give an answer for any bytes and any JSON', () => {
    const keys = [
      'log',
      'message',
      'json',
      'kubernetes',
      'time',
      'resourceLogs',
      'scopeLogs',
      'logRecords',
      '__proto__',
    ]
    const anyJson = fc.jsonValue().chain((value) => fc.dictionary(fc.constantFrom(...keys), fc.constant(value)))
    const message = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.jsonValue().map(json),
      anyJson.map(json),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => logsData(logRecord(Buffer.from(bytes)))),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.concat([Buffer.from([0x0a]), Buffer.from(bytes)])),
    )
    fc.assert(
      fc.property(message, fc.constantFrom(...ENVELOPES), (bytes, envelope) => {
        const opened = OPENERS[envelope](bytes)
        const lines = opened.ok ? opened.lines : []
        expect(opened.ok || opened.expected !== '').toBe(true)
        expect(lines.every(({ text }) => typeof text === 'string')).toBe(true)
        expect(lines.every(({ stream }) => ['', 'stdout', 'stderr'].includes(stream))).toBe(true)
        expect(lines.every(({ time }) => !Number.isNaN(Date.parse(time ?? '2026-11-22T00:00:00Z')))).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test('read a value back that was written in protobuf', () => {
    const value = fc.jsonValue({ maxDepth: 4 }).filter((each) => each !== null)
    const shipped = {
      text: '',
      time: '2026-11-22T13:17:33.262640773Z',
      stream: 'stdout',
      identity: { namespace: 'a', podName: 'b', podUid: 'c', containerName: 'd', nodeName: 'e' },
      path: '/x',
      offsetBytes: 0,
    }
    fc.assert(
      fc.property(value, (body) => {
        const opened = OPENERS.otel(otlpProto([shipped], () => body))
        const [line] = opened.ok ? opened.lines : []
        const written = JSON.stringify(body)
        expect(line?.text).toBe(typeof body === 'string' ? body : written)
      }),
    )
  })
})
