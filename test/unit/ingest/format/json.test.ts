import { describe, expect, test } from 'vitest'
import { parseAccessJson } from '../../../../src/ingest/format/json.ts'

const read = (fields: object) => parseAccessJson({ response_code: 200, ...fields }, JSON.stringify(fields))

describe('parseAccessJson()', () => {
  test.for([
    ['a number', { duration: 12 }, { durationMs: 12 }],
    ['digits in a text', { duration: '12' }, { durationMs: 12 }],
    [
      'a number with a fraction of Istio 1.22.0',
      { response_code: 200.0, bytes_sent: 600.0 },
      { responseCode: 200, bytesSent: 600 },
    ],
    ['Envoy\'s "-"', { duration: '-', method: '-' }, { durationMs: undefined, method: undefined }],
    ['null', { duration: null, path: null }, { durationMs: undefined, path: undefined }],
    ['nothing', { path: '' }, { path: undefined }],
    ['no key', {}, { durationMs: undefined, path: undefined }],
    ['a cluster with a semicolon', { upstream_cluster: 'outbound|80||a;' }, { upstreamCluster: 'outbound|80||a' }],
    [
      'the start time that Istio 1.1.0 printed as the method',
      { method: '2019-03-28T12:00:00.100Z' },
      { method: undefined },
    ],
    [
      'keys of Envoy Gateway',
      { ':authority': 'a', 'x-envoy-origin-path': '/p', 'x-request-id': 'r', 'user-agent': 'u' },
      { authority: 'a', path: '/p', requestId: 'r', userAgent: 'u', extra: undefined },
    ],
    [
      'keys of Contour',
      { '@timestamp': '2019-04-25T06:31:07.162Z', grpc_status: 'OK' },
      { startTimeMs: 1_556_173_867_162, more: { grpcStatus: 'OK' } },
    ],
    [
      'keys nobody knows',
      { uber_trace_id: 'x', n: 1, o: { a: [1] }, none: null, dash: '-' },
      { extra: '{"uber_trace_id":"x","n":1,"o":{"a":[1]}}' },
    ],
    ['a negative number', { duration: -1 }, { durationMs: undefined }],
    ['a number in scientific form', { bytes_sent: 1e3 }, { bytesSent: 1000 }],
  ] as const)('reads %s', ([, fields, expected]) => {
    expect(read(fields)).toMatchObject(expected)
  })

  test.for([
    ['an agent line', { level: 'info', time: 'x', scope: 'sds', msg: 'm' }],
    ['nothing', {}],
    ['a start with a message', { start_time: 'x', msg: 'm' }],
  ] as const)('leaves %s', ([, object]) => {
    expect(parseAccessJson(object, '{}')).toBeUndefined()
  })

  test('refuses keys that are nested too deep to be kept', () => {
    let deep: unknown = 1
    for (let i = 0; i < 200; i += 1) deep = [deep]
    const object = { response_code: 200, deep }
    expect(parseAccessJson(object, JSON.stringify(object))).toBe('too_deep')
  })
})
