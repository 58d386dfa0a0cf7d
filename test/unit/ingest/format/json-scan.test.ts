import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import * as fc from '../../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { parseAccessJson } from '../../../../src/ingest/format/json.ts'
import { scanIstioJson } from '../../../../src/ingest/format/json-scan.ts'

const corpus = gunzipSync(readFileSync(new URL('../../../fixtures/recorded/corpus.json.log.gz', import.meta.url)))
const lines = corpus.toString('utf8').trimEnd().split('\n')
const keys = Object.keys(JSON.parse(lines[0] ?? '{}'))
const numberKeys = new Set(['bytes_received', 'bytes_sent', 'duration', 'response_code'])

function parsed(text: string): unknown {
  try {
    return parseAccessJson(JSON.parse(text), text)
  } catch {
    return undefined
  }
}

describe('scanIstioJson()', () => {
  test('reads every line of a current Istio, as parseAccessJson() does', () => {
    for (const line of lines.filter((_, i) => i % 7 === 0)) expect(scanIstioJson(line)).toEqual(parsed(line))
  })

  test('gives what parseAccessJson() gives, or nothing', () => {
    const value = fc.oneof(
      { weight: 60, arbitrary: fc.stringMatching(/^[ !#-[\]-~]{0,12}$/) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          null,
          '-',
          '',
          0,
          200,
          2 ** 53,
          1e21,
          -1,
          1.5,
          true,
          '2026-11-22T13:16:15.697Z',
          'outbound|80||a;',
        ),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
      { weight: 1, arbitrary: fc.jsonValue() },
    )
    const record = fc
      .tuple(...keys.map(() => value))
      .map((values) => Object.fromEntries(keys.map((key, i) => [key, values[i]])))
    let read = 0
    fc.assert(
      fc.property(record, fc.boolean(), (object, isTyped) => {
        const typed = isTyped
          ? Object.fromEntries(Object.entries(object).map(([key, v]) => [key, typedValue(key, v)]))
          : object
        const text = JSON.stringify(typed)
        const line = scanIstioJson(text)
        if (line === undefined) return
        read += 1
        expect(line).toEqual(parsed(text))
      }),
      { seed: 7, numRuns: 2_000 },
    )
    expect(read).toBeGreaterThan(100)
  })

  test('gives what parseAccessJson() gives for lines with one byte changed, or nothing', () => {
    const line = lines[3] ?? ''
    const changed = fc
      .tuple(fc.nat(line.length - 1), fc.nat(0x7f))
      .map(([at, code]) => line.slice(0, at) + String.fromCharCode(code) + line.slice(at + 1))
    const changes = fc.sample(changed, { seed: 11, numRuns: 5_000 })
    const read = changes.filter((text) => scanIstioJson(text) !== undefined)
    expect(read.map((text) => scanIstioJson(text))).toEqual(read.map(parsed))
    expect(read.length).toBeGreaterThan(500)
  })

  test.for([
    ['nothing', ''],
    ['a line that ends early', (lines[0] ?? '').slice(0, 300)],
    ['a line with more behind it', `${lines[0]} `],
    ['keys in another order', JSON.stringify({ bytes_sent: 0, authority: 'a' })],
    ['an escape', (lines[0] ?? '').replace('"GET"', '"G\\u0045T"')],
  ] as const)('leaves %s', ([, text]) => {
    expect(scanIstioJson(text)).toBeUndefined()
  })
})

function typedValue(key: string, value: unknown): unknown {
  if (numberKeys.has(key)) return typeof value === 'number' ? value : null
  return typeof value === 'string' ? value : null
}
