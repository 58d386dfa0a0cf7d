import { describe, expect, test } from 'vitest'
import { compileJsonFormat } from '../../../../src/ingest/format/compile-json.ts'
import { type EnvoyLine, emptyLine } from '../../../../src/record/envoy-line.ts'

const T = '2026-11-22T13:16:15.697Z'
const FORMAT = {
  time: '%START_TIME%',
  request: { method: '%REQ(:METHOD)%', path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%', trace: '%REQ(X-TRACE)%' },
  status: '%RESPONSE_CODE%',
  list: ['%PROTOCOL% %RESPONSE_FLAGS%', '%BYTES_SENT%'],
  ms: '%DURATION%',
  source: 'edge',
}

function read(format: Readonly<Record<string, unknown>>, text: string): EnvoyLine | undefined {
  const line = emptyLine('')
  return compileJsonFormat('edge', format).parse(JSON.parse(text), text, line) ? line : undefined
}

const json = (members: object) => JSON.stringify({ time: T, status: 200, ms: 1, ...members })

describe('compileJsonFormat()', () => {
  test('reads nested members, lists and texts that mix operators, in any order', () => {
    const text = `{"ms":12,"list":["HTTP/2 UF,URX",5],"request":{"path":"/a \\"b\\"","method":"GET"},"status":503,"time":"${T}"}`
    expect(read(FORMAT, text)).toMatchObject({
      format: 'edge',
      isAmbiguous: false,
      startTime: T,
      method: 'GET',
      path: '/a "b"',
      responseCode: 503,
      protocol: 'HTTP/2',
      responseFlags: 'UF,URX',
      bytesSent: 5,
      durationMs: 12,
      extra: undefined,
    })
  })

  test.for([
    ['a number', '503', 503],
    ['digits in a text', '"503"', 503],
    ['a float', '503.0', 503],
    ['a float in a text', '"503.0"', 503],
    ['zero', '0', 0],
    ['a dash', '"-"', undefined],
    ['nothing', '""', undefined],
    ['null', 'null', undefined],
  ] as const)('reads a status from %s', ([, value, responseCode]) => {
    expect(read(FORMAT, `{"time":"${T}","ms":1,"status":${value}}`)).toMatchObject({ responseCode, extra: undefined })
  })

  test('reads a line whose keys are missing, as omit_empty_values leaves them', () => {
    expect(read(FORMAT, `{"time":"${T}","ms":1}`)).toMatchObject({ startTime: T, responseCode: undefined })
  })

  test.for([
    ['a key the format does not have', { other: 'x' }, { other: 'x' }],
    ['a constant of the format', { source: 'edge' }, { source: 'edge' }],
    [
      'an operator without a property, where it stands',
      { request: { trace: 't', zz: 1 } },
      { request: { trace: 't', zz: 1 } },
    ],
    ['a value that is no number', { status: 'abc' }, { status: 'abc' }],
    ['a text that does not fit', { list: ['HTTP/2'] }, { list: { 0: 'HTTP/2' } }],
    ['a text where members are expected', { request: 'GET' }, { request: 'GET' }],
  ] as const)('keeps %s in extra', ([, members, extra]) => {
    expect(JSON.parse(read(FORMAT, json(members))?.extra ?? '{}')).toEqual(extra)
  })

  test('keeps every digit of a number beyond 2^53', () => {
    expect(read(FORMAT, `{"time":"${T}","status":200,"n":12345678901234567890}`)?.extra).toBe(
      '{"n":"12345678901234567890"}',
    )
  })

  test('takes __proto__ for a key like any other', () => {
    const text = `{"time":"${T}","status":200,"ms":1,"__proto__":{"x":1}}`
    expect(read(FORMAT, text)?.extra).toBe('{"__proto__":{"x":1}}')
    expect(({} as { x?: number }).x).toBeUndefined()
  })

  test('tells a key with a dot from a nested one', () => {
    const format = { t: '%START_TIME%', 'a.b': '%REQ(:METHOD)%', a: { b: '%REQ(:PATH)%' } }
    expect(read(format, `{"t":"${T}","a.b":"GET","a":{"b":"/x"}}`)).toMatchObject({ method: 'GET', path: '/x' })
  })

  test('joins a port to an address that stands behind it', () => {
    const format = { t: '%START_TIME%', p: '%DOWNSTREAM_REMOTE_PORT%', a: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' }
    expect(read(format, `{"p":80,"t":"${T}","a":"::1"}`)).toMatchObject({ downstreamRemoteAddress: '[::1]:80' })
  })

  test('reads peer metadata from an object', () => {
    const format = { t: '%START_TIME%', peer: '%FILTER_STATE(upstream_peer)%' }
    const text = `{"t":"${T}","peer":{"workload":"db","namespace":"data","labels":{}}}`
    const line = read(format, text)
    expect(line?.more).toEqual({ destinationPeer: { workload: 'db', namespace: 'data' } })
    expect(line?.extra).toBe('{"peer":{"workload":"db","namespace":"data","labels":{}}}')
  })

  test('marks a line ambiguous whose mixed text fits twice', () => {
    const format = { t: '%START_TIME%', both: '%REQ(:AUTHORITY)%|%REQ(:PATH)%' }
    expect(read(format, `{"t":"${T}","both":"a|/b|c"}`)).toMatchObject({
      isAmbiguous: true,
      authority: 'a',
      path: '/b|c',
    })
  })

  test.for([
    ['a line without its start time', '{"status":200,"ms":1}'],
    ['a start time that is none', '{"time":"today","status":200,"ms":1}'],
    ['a line with too few keys', `{"time":"${T}"}`],
    ['a line of mostly other keys', `{"time":"${T}","status":200,"a":1,"b":1,"c":1}`],
    ['an empty object', '{}'],
  ] as const)('does not fit %s', ([, text]) => {
    expect(read(FORMAT, text)).toBeUndefined()
  })

  test.for([
    [
      { a: { b: '%FOO%' } },
      'Cannot use format "edge" at "a.b": character 1 has an unknown operator %FOO%; see the operators of Envoy',
    ],
    [
      { a: 'x' },
      'Cannot use format "edge": character 1 begins an object without any operator; give a key "%START_TIME%"',
    ],
    [nested(40), 'Cannot use format "edge": character 1 begins an object nested deeper than 32 levels; flatten it'],
  ] as const)('refuses a format and says why (%#)', ([format, message]) => {
    expect(() => compileJsonFormat('edge', format)).toThrow(message)
  })
})

function nested(depth: number): Record<string, unknown> {
  return depth === 0 ? { leaf: '%DURATION%' } : { inner: nested(depth - 1) }
}
