import { describe, expect, test } from 'vitest'
import { compileFormat } from '../../../../src/ingest/format/compile.ts'
import { BUILT_IN_ONLY, type Formats, parseLine } from '../../../../src/ingest/format/detect.ts'

const edge = compileFormat('edge', '%START_TIME% %REQ(:METHOD)% %REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS%')
const renamed = compileFormat('renamed', { when: '%START_TIME%', verb: '%REQ(:METHOD)%', code: '%RESPONSE_CODE%' })
const text =
  '[2026-11-22T13:16:16.658Z] "GET /a HTTP/1.1" 200 - 0 22 1 0 "-" "curl/8" "id-1" "reviews:9080" "10.244.2.31:9080"'

function kindOf(line: string, formats: Formats = BUILT_IN_ONLY): string {
  const parsed = parseLine(line, formats)
  return parsed.kind === 'unparsed' ? parsed.reason : parsed.line.format
}

describe('parseLine()', () => {
  test.for([
    ['{"response_code":200}', 'json'],
    ['{"start_time":"2026-11-22T13:16:16.658Z"}', 'json'],
    [text, 'envoy-text'],
    [`ACCESS ${text}`, 'emissary-text'],
    ['{"level":"info","time":"2026-02-07T09:59:58Z","scope":"sds","msg":"started"}', 'istio-agent-log'],
    ['{"level":"info","time":"2026-02-07T09:59:58Z","scope":"envoy main","msg":"started"}', 'envoy-log'],
    ['{"level":"info","time":"2026-02-07T09:59:58Z","scope":"access","message":"connection complete"}', 'ztunnel-json'],
    ['2024-08-21T15:32:05.754291Z\tinfo\taccess\tconnection complete\tsrc.addr=1.2.3.4:5', 'ztunnel-text'],
    ['2024-08-21T15:32:05.754291Z\tinfo\tproxy\tready', 'istio-agent-log'],
    ['[2026-02-07 10:00:00.123][1][info][main] [x.cc:1] starting', 'envoy-log'],
    ['{"when":"2026-11-22T13:16:16.658Z","verb":"GET","code":200}', 'no_format_fits'],
    ['', 'empty'],
    ['{', 'invalid_json'],
    ['"text"', 'no_format_fits'],
    ['12', 'no_format_fits'],
  ] as const)('tells %s as %s', ([line, kind]) => {
    expect(kindOf(line)).toBe(kind)
  })

  test('tries custom formats in order, after the built-in ones', () => {
    const formats = { pinned: undefined, custom: [edge, renamed] }
    expect(kindOf('2026-11-22T13:16:16.658Z GET /a 200 -', formats)).toBe('custom:edge')
    expect(kindOf('{"when":"2026-11-22T13:16:16.658Z","verb":"GET","code":200}', formats)).toBe('custom:renamed')
    expect(kindOf(text, formats)).toBe('envoy-text')
  })

  test('reads a text format in the shape of JSON whose quotes are not escaped', () => {
    const shaped = compileFormat('shaped', '{"m":"%REQ(:METHOD)%","ua":"%REQ(USER-AGENT)%","code":%RESPONSE_CODE%}')
    expect(kindOf('{"m":"GET","ua":"a "b" c","code":200}', { pinned: shaped, custom: [] })).toBe('custom:shaped')
  })

  test('tries a pinned format before everything, and the others after it', () => {
    const formats = { pinned: renamed, custom: [] }
    expect(kindOf('{"when":"2026-11-22T13:16:16.658Z","verb":"GET","code":200}', formats)).toBe('custom:renamed')
    expect(kindOf('{"response_code":200,"start_time":"2026-11-22T13:16:16.658Z"}', formats)).toBe('json')
    expect(kindOf(text, formats)).toBe('envoy-text')
    expect(kindOf('{"level":"info","time":"2026-02-07T09:59:58Z","scope":"sds","msg":"started"}', formats)).toBe(
      'istio-agent-log',
    )
  })
})
