import { describe, expect, test } from 'vitest'
import { compileFormat } from '../../../../src/ingest/format/compile.ts'

const T = '2026-11-22T13:16:15.697Z'

describe('compileFormat()', () => {
  test('compiles a text format, under the name custom:NAME', () => {
    const format = compileFormat('edge', '%START_TIME% %REQ(:PATH)% %RESPONSE_CODE%')
    expect(format.name).toBe('custom:edge')
    expect(format.parseText(`${T} /a 200`)).toMatchObject({ format: 'custom:edge', startTime: T, path: '/a' })
    expect(format.parseText('something else')).toBeUndefined()
    expect(format.parseObject({ a: 1 }, '{"a":1}')).toBeUndefined()
  })

  test('reads leniently what does not fit strictly', () => {
    const format = compileFormat('edge', '"%UPSTREAM_CLUSTER%" %RESPONSE_CODE%')
    expect(format.parseText('"my cluster" 200')).toMatchObject({ upstreamCluster: 'my cluster', isAmbiguous: true })
  })

  test.for([
    ['an object', { t: '%START_TIME%', code: '%RESPONSE_CODE%' }],
    ['the text of one', '{"t":"%START_TIME%","code":"%RESPONSE_CODE%"}'],
    ['the text of one over several lines', '{\n  "t": "%START_TIME%",\n  "code": "%RESPONSE_CODE%"\n}\n'],
  ] as const)('compiles a JSON format given as %s', ([, definition]) => {
    const text = `{"code":200,"t":"${T}"}`
    const line = compileFormat('edge', definition).parseObject(JSON.parse(text), text)
    expect(line).toMatchObject({ format: 'custom:edge', startTime: T, responseCode: 200 })
  })

  test('reads a line of a text format in the shape of JSON that a quote has broken', () => {
    const format = compileFormat('edge', '{"t":"%START_TIME%","ua":"%REQ(USER-AGENT)%","code":"%RESPONSE_CODE%"}')
    expect(format.parseText(`{"t":"${T}","ua":"a "b"","code":"200"}`)).toMatchObject({ userAgent: 'a "b"' })
  })

  test('reads a text format in the shape of JSON by its text, whose backslashes escape nothing', () => {
    const format = compileFormat('edge', '{"t":"%START_TIME%","code":%RESPONSE_CODE%,"ua":"%REQ(USER-AGENT)%"}')
    const text = `{"t":"${T}","code":200,"ua":"a\\\\b"}`
    expect(format.parseObject(JSON.parse(text), text)).toMatchObject({ userAgent: 'a\\\\b', responseCode: 200 })
  })

  test.for([
    ['%RESPONSE_COD%', 'Cannot use format "edge": character 1 has an unknown operator'],
    ['{"a":"%DURATION"}', 'Cannot use format "edge": character 16 has no percent sign at the end of %DURATION'],
    [{ a: '%START_TIME(%Q)%' }, 'has the unknown time specifier "%Q"'],
  ] as const)('refuses %j', ([definition, message]) => {
    expect(() => compileFormat('edge', definition)).toThrow(message)
  })
})
