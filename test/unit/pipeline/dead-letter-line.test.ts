import { describe, expect, test } from 'vitest'
import { deadLetterLine, parseDeadLetterLine } from '../../../src/pipeline/dead-letter-line.ts'

const TIME = '2026-11-22T13:00:00.000Z'
const REFUSED = {
  id: 'a-_1',
  reason: 'mapper_parsing',
  dataset: 'envoy.access',
  recordClass: 'failed',
  reporterNamespace: 'shop',
} as const

describe('parseDeadLetterLine()', () => {
  test.for([
    ['a plain document', 'x', '{"n":"x"}'],
    ['a reason that looks like the place', 'a","document":{"n":1}', '{"n":1}'],
    ['a reason of several lines', 'a\nb\u2028', '{}'],
    ['a document that holds the place too', 'x', '{"m":"\\",\\"document\\":","document":{"n":1}}'],
    ['numbers that JSON would write otherwise', 'x', '{"n":1.0,"m":1e3,"k":12345678901234567890}'],
    ['characters of every kind', 'ü', '{"n":"\u{1f600}\\ud800 \\u001b"}'],
  ] as const)('gives back %s byte for byte', ([, reason, text]) => {
    const document = Buffer.from(`${text}\n`)
    const line = deadLetterLine({ ...REFUSED, reason, document }, TIME)
    expect(parseDeadLetterLine(line)).toEqual({ ...REFUSED, time: TIME, reason, document })
  })

  test('gives back where it belongs in a partitioned log', () => {
    const refused = { ...REFUSED, route: { key: 'k', timeMs: 1.5 }, document: Buffer.from('{}\n') }
    expect(parseDeadLetterLine(deadLetterLine(refused, TIME))).toEqual({ ...refused, time: TIME })
  })

  test('reads a line of a version that had neither class nor namespace', () => {
    const line = '{"id":"a","time":"t","reason":"r","dataset":"envoy.access","document":{"n":1}}\n'
    expect(parseDeadLetterLine(line)).toMatchObject({ recordClass: 'healthy', reporterNamespace: undefined })
  })

  test.for([
    ['nothing', ''],
    ['no JSON', 'x,"document":{}}'],
    ['no document', '{"id":"a","time":"t","reason":"r","dataset":"envoy.access"}'],
    ['half a document', '{"id":"a","time":"t","reason":"r","dataset":"envoy.access","document":{"n":1}'],
    ['a document that is none', '{"id":"a","time":"t","reason":"r","dataset":"envoy.access","document":1}'],
    ['an unknown dataset', '{"id":"a","time":"t","reason":"r","dataset":"x","document":{}}'],
    ['an id that is no text', '{"id":1,"time":"t","reason":"r","dataset":"envoy.access","document":{}}'],
  ] as const)('refuses %s', ([, line]) => {
    expect(parseDeadLetterLine(line)).toBeUndefined()
  })
})
