import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { isEpoch, isNearSchema, LONGEST_LINE, memberOf, parseLine } from '../../../../src/enrich/resolver/protocol.ts'
import { RecordLines } from '../../../../src/enrich/resolver/record-lines.ts'

const HELLO = { type: 'hello', schema: 1, epoch: 'a-1', seq: 0, nowMs: 5, freshness: 'current' } as const

describe('parseLine()', () => {
  test.for([
    HELLO,
    { type: 'resume', seq: 3 },
    { type: 'snapshot' },
    { type: 'records', records: [{ any: 1 }, 2] },
    { type: 'end', seq: 0, atMs: 1.5 },
    { type: 'delta', seq: 1, records: [] },
    { type: 'heartbeat', seq: 1, nowMs: 1, freshness: 'stale' },
  ] as const)('reads $type as it was written', (line) => {
    expect(parseLine(gunzipSync(memberOf(line)).toString())).toEqual(line)
  })

  test('leaves out keys it does not know, and takes a word it does not know for no promise', () => {
    const line = { ...HELLO, freshness: 'excellent', zone: 'eu-1' }
    expect(parseLine(JSON.stringify(line))).toEqual({ ...HELLO, freshness: 'stale' })
  })

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
    '{"type":"delta","seq":1,"records":{}}',
    '{"type":"delta","seq":"1","records":[]}',
    '{"type":"records"}',
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

describe('RecordLines', () => {
  test('ends a line once it is long enough, and has the rest', () => {
    const lines = new RecordLines()
    const records = Array.from({ length: 2_000 }, (_, id) => ({ id, text: 'x'.repeat(100) }))
    const arrays = [...records.map((record) => lines.add(record)), lines.rest()].filter((text) => text !== undefined)
    expect(arrays.flatMap((text): unknown => JSON.parse(text))).toEqual(records)
    expect(arrays.length).toBeGreaterThan(2)
    expect(Math.max(...arrays.map((text) => text.length))).toBeLessThan(70_000)
    expect(lines.rest()).toBeUndefined()
  })

  test('leaves out and counts a record that no reader would take', () => {
    const lines = new RecordLines()
    lines.add({ id: 1 })
    lines.add({ text: '\u{1f600}'.repeat(LONGEST_LINE / 6) })
    expect([lines.rest(), lines.oversizeCount]).toEqual(['[{"id":1}]', 1])
  })

  test('never makes a line that is longer than a reader takes', () => {
    const lines = new RecordLines()
    lines.add({ text: '\u20ac'.repeat(65_000) })
    const array = lines.add({ text: '\u20ac'.repeat(1_330_000) }) ?? lines.rest()
    expect(lines.oversizeCount).toBe(0)
    expect(Buffer.byteLength(array ?? '')).toBeLessThan(LONGEST_LINE)
  })
})
