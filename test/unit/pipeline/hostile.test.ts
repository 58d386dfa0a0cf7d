import { describe, expect, test } from 'vitest'
import { at } from '../../support/read-back.ts'
import { parseBytes, parseText } from '../../support/transcode.ts'

const MIB = 1_048_576
const json = (fields: object) =>
  JSON.stringify({ start_time: '2026-11-22T13:16:16.658Z', response_code: 200, ...fields })
const text = (path: string, userAgent = 'curl/8') =>
  `[2026-11-22T13:16:16.658Z] "GET ${path} HTTP/1.1" 200 - via_upstream - "-" 0 22 1 0 "-" "${userAgent}" "id-1" "reviews:9080" "10.244.2.31:9080" outbound|80||a.b.svc.cluster.local 10.0.0.1:2 10.0.0.3:80 10.0.0.1:4 - default`

/** Control characters as bytes: C0 but the newline between documents, DEL, and C1 in UTF-8. */
// oxlint-disable-next-line no-control-regex -- control characters are what must not be there
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/

const HOSTILE: readonly (readonly [string, string])[] = [
  ['a line of 10 MiB', text(`/${'a'.repeat(10 * MIB)}`)],
  ['a JSON line of 10 MiB', json({ path: `/${'a'.repeat(10 * MIB)}` })],
  ['100,000 quotes', text('/', '"'.repeat(100_000))],
  ['100,000 separators', text('/', '" "'.repeat(100_000))],
  ['10,000 forged columns', text('/ HTTP/1.1" 200 - via_upstream - "-" 0 0 0 0 "-" "'.repeat(10_000))],
  ['100,000 backslashes', json({ path: '\\'.repeat(100_000) })],
  [
    'JSON nested 100,000 deep',
    `{"start_time":"x","response_code":200,"extra":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  ],
  ['a foreign object nested 100,000 deep', `{"a":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`],
  ['100,000 unknown keys', json(Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key${i}`, i])))],
  ['lone surrogates', json({ path: '/\ud800x\udc00' })],
  ['terminal escapes in a path', text('/\u001b[31mred\u001b[0m\u0007\u009b31m')],
  ['terminal escapes in JSON', json({ path: '/\u001b[31m\u009b\u007f', extra: { a: '\u001b]0;x\u0007\u009b' } })],
  ['NUL bytes', '\0\0\0'],
  ['NUL bytes inside', `a\0b${text('/x')}`],
  ['__proto__ as a key', '{"response_code":200,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'],
  ['duplicate keys', '{"response_code":200,"response_code":503,"path":"/a","path":"/b"}'],
  [
    'numbers beyond 2^53',
    '{"response_code":200,"bytes_sent":18446744073709551615,"big":18446744073709551615,"e":1e400}',
  ],
  ['negative and broken numbers', '{"response_code":-1,"bytes_sent":-5,"duration":1.9,"bytes_received":"NaN"}'],
]

describe('a hostile line', () => {
  test.for(HOSTILE)('%s becomes one document of valid JSON without control characters', ([, line]) => {
    const bytes = parseBytes(line)
    const documents = bytes.toString('utf8').trimEnd().split('\n')
    expect(documents).toHaveLength(1)
    expect(() => JSON.parse(documents[0] ?? '')).not.toThrow()
    expect(CONTROL.test(documents[0] ?? '')).toBe(false)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  test('keeps digits that a double cannot hold', () => {
    const [document = {}] = parseText(
      '{"response_code":200,"bytes_sent":18446744073709551615,"big":18446744073709551615}',
    )
    expect(at(document, 'envoy.extra')).toEqual({ bytes_sent: '18446744073709551615', big: '18446744073709551615' })
    expect(at(document, 'http.response.body.bytes')).toBeUndefined()
  })

  test('keeps a key named __proto__ as a key', () => {
    const [document = {}] = parseText('{"response_code":200,"__proto__":{"polluted":1}}')
    expect(JSON.stringify(at(document, 'envoy.extra'))).toBe('{"__proto__":{"polluted":1}}')
  })

  test('takes the last of two equal keys, as JSON.parse does', () => {
    expect(parseText('{"response_code":200,"response_code":503}')).toMatchObject([{ envoy: { response_code: 503 } }])
  })

  test('keeps values that are nested deeper than Elasticsearch takes as text', () => {
    const deep = `${'['.repeat(30)}1${']'.repeat(30)}`
    const [document = {}] = parseText(`{"response_code":200,"extra":${deep}}`)
    expect(at(document, 'envoy.extra.extra')).toBe(deep)
  })

  test.for([
    ['quotes', (n: number) => text('/', '"'.repeat(n))],
    ['separators', (n: number) => text('/', '" "'.repeat(n))],
    ['forged heads', (n: number) => text(' HTTP/1.1" 200 - '.repeat(n))],
    ['forged amounts', (n: number) => text('/', '" 1 2 3 4 "'.repeat(n))],
    ['blanks', (n: number) => text(' '.repeat(n))],
    ['brackets', (n: number) => json({ path: '['.repeat(n) })],
    ['backslashes', (n: number) => json({ path: '\\'.repeat(n) })],
  ] as const)('of many %s takes time in proportion to its length', ([, line]) => {
    const [small, large] = [line(4_000), line(64_000)]
    // 16 times the bytes; a quadratic reader would need 256 times. Best of several, because the machine is shared.
    expect(fastest(large)).toBeLessThan(fastest(small) * 20 * 3 + 2)
  })
})

function fastest(line: string): number {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < 7; i += 1) {
    const start = process.cpuUsage()
    parseBytes(line)
    const { user, system } = process.cpuUsage(start)
    best = Math.min(best, (user + system) / 1_000)
  }
  return best
}
