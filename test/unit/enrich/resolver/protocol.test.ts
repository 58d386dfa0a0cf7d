import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { IndexRecord } from '../../../../src/enrich/endpoint/index-record.ts'
import { MAX_RECORD_CHARS } from '../../../../src/enrich/endpoint/record-line.ts'
import { isEpoch, isNearSchema, LONGEST_LINE, memberOf, parseLine } from '../../../../src/enrich/resolver/protocol.ts'
import { RecordLines } from '../../../../src/enrich/resolver/record-lines.ts'

const HELLO = { type: 'hello', schema: 1, epoch: 'a-1', seq: 0, nowMs: 5, freshness: 'current' } as const

describe('parseLine()', () => {
  test.for([
    HELLO,
    { type: 'resume', seq: 3 },
    { type: 'snapshot' },
    { type: 'end', seq: 0, atMs: 1.5 },
    { type: 'delta', seq: 1, records: 2 },
    { ...HELLO, knows: '12345678901234567890', told: '99' },
    { type: 'delta', seq: 1, records: 2, told: '99' },
    { type: 'heartbeat', seq: 1, nowMs: 1, freshness: 'stale' },
  ] as const)('reads $type as it was written', (line) => {
    expect(parseLine(gunzipSync(memberOf(line)).toString())).toEqual(line)
  })

  test.for([
    ['{"k":"namespace","name":"shop","colour":"red"}', { kind: 'namespace', row: { name: 'shop', labels: undefined } }],
    ['{"k":"gone","key":"node/a"}', { kind: 'gone', key: 'node/a' }],
    ['{"k":"weather","name":"rain"}', undefined],
    ['{"k":"namespace"}', undefined],
    ['{"k":', undefined],
  ] as const)('takes %s for a record, known or not', ([text, record]) => {
    expect(parseLine(text)).toEqual({ type: 'record', record })
  })

  test('leaves out keys it does not know, and takes a word it does not know for no promise', () => {
    const line = { ...HELLO, freshness: 'excellent', zone: 'eu-1' }
    expect(parseLine(JSON.stringify(line))).toEqual({ ...HELLO, freshness: 'stale' })
  })

  test.for(['', '0', '007', '-5', '1.5', '0x1f', ' 1', '9'.repeat(129), 7, null, ['1'], {}])(
    'takes %j for no version, and the line all the same',
    (version) => {
      const delta = { type: 'delta', seq: 1, records: 2 } as const
      for (const line of [HELLO, delta])
        expect(parseLine(JSON.stringify({ ...line, knows: version, told: version }))).toStrictEqual(line)
    },
  )

  test.for(['{"type":"weather","degrees":3}', '{"type":"__proto__"}', '{"type":"constructor"}'])(
    'tells a line of another version from a broken one: %s',
    (text) => {
      expect(parseLine(text)).toBe('unknown')
    },
  )

  test.for([
    '',
    'nothing',
    'null',
    '[]',
    '1',
    '{}',
    '{"type":1}',
    '{"type":"resume"}',
    '{"type":"resume","seq":-1}',
    '{"type":"resume","seq":1.5}',
    '{"type":"resume","seq":1e99}',
    '{"type":"delta","seq":1,"records":[]}',
    '{"type":"delta","seq":"1","records":1}',
    '{"type":"delta","seq":1}',
    '{"type":"end","seq":1,"atMs":null}',
    '{"type":"hello","schema":1,"epoch":"../x","seq":0,"nowMs":5}',
    '['.repeat(100_000),
  ])('refuses %s', (text) => {
    expect(parseLine(text)).toBeUndefined()
  })
})

describe('isNearSchema()', () => {
  test.for([
    [0, true],
    [1, true],
    [2, true],
    [3, false],
  ] as const)('of %i: %s', ([schema, isNear]) => expect(isNearSchema(schema)).toBe(isNear))
})

describe('isEpoch()', () => {
  test.for([
    ['0f1e-A9', true],
    ['', false],
    ['a&seq=1', false],
    ['a'.repeat(65), false],
    [1, false],
  ] as const)('of %s: %s', ([epoch, is]) => expect(isEpoch(epoch)).toBe(is))
})

function namespaceOf(name: string, labels: string): IndexRecord {
  return { kind: 'namespace', row: { name, labels } }
}

describe('RecordLines', () => {
  test('gathers lines until they are enough, and has the rest', () => {
    const lines = new RecordLines()
    const records = Array.from({ length: 2_000 }, (_, at) => namespaceOf(`n${at}`, `{"x":"${'x'.repeat(100)}"}`))
    const parts = [...records.map((record) => lines.add(record)), lines.rest()].filter((part) => part !== undefined)
    const read = parts.flatMap(({ text }) => text.trimEnd().split('\n').map(parseLine))
    expect(read).toEqual(records.map((record) => ({ type: 'record', record })))
    expect(parts.map(({ count }) => count).reduce((sum, count) => sum + count)).toBe(2_000)
    expect(parts.length).toBeGreaterThan(2)
    expect(Math.max(...parts.map(({ text }) => text.length))).toBeLessThan(70_000)
    expect(lines.rest()).toBeUndefined()
  })

  test('leaves out and counts a record that no reader would take', () => {
    const lines = new RecordLines()
    lines.add(namespaceOf('a', ''))
    lines.add(namespaceOf('b', 'x'.repeat(MAX_RECORD_CHARS)))
    expect([lines.rest()?.count, lines.oversizeCount]).toEqual([1, 1])
  })

  test('never makes a line that is longer than a reader takes', () => {
    const lines = new RecordLines()
    const part = lines.add(namespaceOf('a', '\u20ac'.repeat(MAX_RECORD_CHARS - 100)))
    expect(lines.oversizeCount).toBe(0)
    expect(Buffer.byteLength(part?.text ?? '')).toBeLessThan(LONGEST_LINE)
  })
})
