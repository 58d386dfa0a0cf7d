import * as fc from '../../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { compileTextFormat } from '../../../../src/ingest/format/compile-text.ts'
import { type EnvoyLine, emptyLine } from '../../../../src/record/envoy-line.ts'
import { CLIENT_COLUMNS, lineValues, misread } from '../../../support/line-values.ts'
import { render } from '../../../support/render.ts'

const T = '2026-11-22T13:16:15.697Z'

function read(template: string, text: string): EnvoyLine | undefined {
  const line = emptyLine('')
  return compileTextFormat('edge', template).parse(text, line) ? line : undefined
}

function extraOf(template: string, text: string): unknown {
  const extra = read(template, text)?.extra
  return extra === undefined ? undefined : JSON.parse(extra)
}

describe('compileTextFormat()', () => {
  test.for([
    [
      'a space-separated line with omitted values',
      '%START_TIME% %REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %DURATION%',
      '1795353375.697 GET / 200  via_upstream 3',
      {
        startTime: T,
        path: '/',
        responseCode: 200,
        responseFlags: undefined,
        responseCodeDetails: 'via_upstream',
        durationMs: 3,
      },
    ],
    [
      'a time in two operators',
      '%START_TIME(%s)%.%START_TIME(%3f)% %DURATION%',
      '1795353375.697 5',
      { startTime: T, durationMs: 5 },
    ],
    [
      'a date and a time',
      '%START_TIME(%F)% %START_TIME(%T%z)%|%DURATION%',
      '2026-11-22 13:16:15+0000|5',
      { startTime: '2026-11-22T13:16:15Z' },
    ],
    [
      'a time beside another operator',
      '%START_TIME%%PROTOCOL% %DURATION%',
      `${T}HTTP/2 5`,
      { startTime: T, protocol: 'HTTP/2', durationMs: 5 },
    ],
    [
      'a URL',
      '%REQ(:SCHEME)%://%REQ(:AUTHORITY)%%REQ(:PATH)% %RESPONSE_CODE%',
      'https://a.example:8443/b c 200',
      { authority: 'a.example:8443', path: '/b c', responseCode: 200, more: { scheme: 'https' } },
    ],
    [
      'a URL without a path',
      '%REQ(:AUTHORITY)%%REQ(:PATH)% %RESPONSE_CODE%',
      'a.example:443- 200',
      { authority: 'a.example:443', path: undefined },
    ],
    [
      'an address and its port',
      '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_REMOTE_PORT%',
      '10.0.0.1 8080',
      { downstreamRemoteAddress: '10.0.0.1:8080' },
    ],
    [
      'a port before its address',
      '%UPSTREAM_REMOTE_PORT% %UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
      '80 ::1',
      { upstreamHost: '[::1]:80' },
    ],
    [
      'an IPv6 address and its port with a colon',
      '%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%:%UPSTREAM_LOCAL_PORT% x',
      'fd00::1:8080 x',
      { upstreamLocalAddress: '[fd00::1]:8080', isAmbiguous: false },
    ],
    [
      'a port whose address is absent',
      '%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_LOCAL_PORT%',
      '- 0',
      { downstreamLocalAddress: undefined, extra: '{"downstream_local_port":0}' },
    ],
    [
      'a whole address, and the port apart',
      '%UPSTREAM_LOCAL_ADDRESS% %UPSTREAM_LOCAL_PORT%',
      '10.0.0.1:80 80',
      { upstreamLocalAddress: '10.0.0.1:80', extra: '{"upstream_local_port":80}' },
    ],
    [
      'the longer names of header operators',
      '%REQUEST_HEADER(USER-AGENT)%|%RESPONSE_HEADER(x-envoy-upstream-service-time)%|%RESPONSE_TRAILER(grpc-status)%',
      'curl|12|5',
      { userAgent: 'curl', upstreamServiceTimeMs: 12, more: { grpcStatusNumber: 5 } },
    ],
    [
      'gRPC status as name and number',
      '%GRPC_STATUS% %GRPC_STATUS(NUMBER)% %TRAILER(GRPC-STATUS)%',
      'NotFound 5 -',
      { more: { grpcStatus: 'NotFound', grpcStatusNumber: 5 } },
    ],
    [
      'gRPC status from the headers of an answer without body',
      '%TRAILER(GRPC-STATUS)%|%RESP(GRPC-STATUS)%',
      '-|14',
      { more: { grpcStatusNumber: 14 } },
    ],
    [
      'an emission time as the end',
      '%EMIT_TIME% %DURATION%',
      `${T} 697`,
      { startTime: '2026-11-22T13:16:15.000Z', durationMs: 697 },
    ],
    [
      'a start time rather than an emission time',
      '%EMIT_TIME% %START_TIME% %DURATION%',
      `2026-11-22T13:16:16.000Z ${T} 3`,
      { startTime: T, extra: '{"emit_time":"2026-11-22T13:16:16.000Z"}' },
    ],
    [
      'a local time with its zone',
      '%START_TIME_LOCAL(%F %T %z)% %DURATION%',
      '2026-11-22 21:16:15 +0800 3',
      { startTime: '2026-11-22T13:16:15Z' },
    ],
    [
      'a raw cluster rather than its display name',
      '%UPSTREAM_CLUSTER% %UPSTREAM_CLUSTER_RAW%',
      'shown outbound|80||x;',
      { upstreamCluster: 'outbound|80||x', extra: '{"upstream_cluster":"shown"}' },
    ],
    [
      'the original path rather than the rewritten one',
      '%REQ(:PATH)%|%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
      '/b|/a',
      { path: '/a', extra: '{"req(:path)":"/b"}' },
    ],
    [
      'peer metadata as a list',
      '%FILTER_STATE(upstream_peer:PLAIN)% %DURATION%',
      'workload=reviews-v1,name=reviews-v1-x,cluster=c1,namespace=default 5',
      {
        more: { destinationPeer: { workload: 'reviews-v1', pod: 'reviews-v1-x', cluster: 'c1', namespace: 'default' } },
      },
    ],
    [
      'peer metadata field by field',
      '%FILTER_STATE(downstream_peer:FIELD:name)% %FILTER_STATE(downstream_peer:FIELD:namespace)% %DURATION%',
      'sleep default 5',
      { more: { sourcePeer: { pod: 'sleep', namespace: 'default' } } },
    ],
    [
      'the older filter state as JSON',
      '%FILTER_STATE(wasm.downstream_peer)%|%DURATION%',
      '{"WORKLOAD_NAME":"sleep","NAMESPACE":"x"}|5',
      { more: { sourcePeer: { workload: 'sleep', namespace: 'x' } } },
    ],
    [
      'upstream filter state in quotes',
      "%UPSTREAM_FILTER_STATE('upstream_peer')%|%DURATION%",
      'workload=db|5',
      { more: { destinationPeer: { workload: 'db' } } },
    ],
    [
      'a peer principal',
      '%FILTER_STATE(io.istio.peer_principal:PLAIN)%|%DURATION%',
      'spiffe://a/ns/b/sa/c|5',
      { more: { sourcePeer: { identity: 'spiffe://a/ns/b/sa/c' } } },
    ],
    [
      'metadata that had quotes of its own',
      '"%DYNAMIC_METADATA(a:b)%" %DURATION%',
      '""x y"" 5',
      { extra: '{"dynamic_metadata(a:b)":"x y"}' },
    ],
    [
      'absent values',
      '%DURATION% %PROTOCOL% %UPSTREAM_HOST% %REQ(A)% %RESPONSE_FLAGS%',
      '- - - - -',
      { durationMs: undefined, protocol: undefined, extra: undefined },
    ],
    ['a dash that separates', '%RESPONSE_CODE%-%DURATION%', '--5', { responseCode: undefined, durationMs: 5 }],
    ['a percent sign', '%DURATION%%% %RESPONSE_CODE%', '5% 200', { durationMs: 5, responseCode: 200 }],
    [
      'tabs',
      '%RESPONSE_CODE%\t%REQ(:PATH)%\t%UPSTREAM_CLUSTER%\n',
      '200\t/a b\toutbound|1||x',
      { path: '/a b', upstreamCluster: 'outbound|1||x' },
    ],
    [
      'details with blanks where the format allows them',
      '%RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)%|%DURATION%',
      'a b|5',
      { responseCodeDetails: 'a b' },
    ],
  ] as const)('reads %s', ([, template, text, expected]) => {
    expect(read(template, text)).toMatchObject({ isAmbiguous: false, ...expected })
  })

  test.for([
    ['an operator without a property', '%CONNECTION_ID% %DURATION%', '12 5', { connection_id: 12 }],
    ['a header', '"%REQ(X-Foo?X-Bar)%" %DURATION%', '"a "b"" 5', { 'req(x-foo?x-bar)': 'a "b"' }],
    [
      'a number beyond 2^53',
      '%CONNECTION_ID% %DURATION%',
      '12345678901234567890 5',
      { connection_id: '12345678901234567890' },
    ],
    ['operators with nothing between', '%REQ(A)%%REQ(B)% %DURATION%', 'foobar 5', { 'req(a)req(b)': 'foobar' }],
    [
      'a local time without a zone',
      '%START_TIME_LOCAL(%F %T)%|%DURATION%',
      '2026-11-22 13:16:15|5',
      { 'start_time_local(%f %t)': '2026-11-22 13:16:15' },
    ],
    [
      'the validity of a certificate',
      '%DOWNSTREAM_PEER_CERT_V_END% %DURATION%',
      `${T} 5`,
      { downstream_peer_cert_v_end: T },
    ],
    [
      'peer metadata nobody knows',
      '%FILTER_STATE(upstream_peer)%|%DURATION%',
      'abc|5',
      { 'filter_state(upstream_peer)': 'abc' },
    ],
    [
      'peer metadata of which only some is known',
      '%FILTER_STATE(upstream_peer)%|%DURATION%',
      'workload=db,version=v1|5',
      { 'filter_state(upstream_peer)': 'workload=db,version=v1' },
    ],
    ['a key that is no key', '%REQ(__proto__)%|%DURATION%', 'abc|5', JSON.parse('{"req(__proto__)":"abc"}')],
  ] as const)('keeps %s in extra', ([, template, text, extra]) => {
    expect(extraOf(template, text)).toEqual(extra)
  })

  test.for([
    ['a letter in a number', '%DURATION% %RESPONSE_CODE%', '1x 200'],
    ['a number of 21 digits', '%DURATION% %RESPONSE_CODE%', `${'1'.repeat(21)} 200`],
    ['an unknown protocol', '%PROTOCOL% %RESPONSE_CODE%', 'SPDY/3 200'],
    ['a name for an address', '%UPSTREAM_HOST% %RESPONSE_CODE%', 'localhost 200'],
    ['a quote in a token', '%HOSTNAME% %RESPONSE_CODE%', 'a"b 200'],
    ['a blank in a quoted token', '"%HOSTNAME%" %RESPONSE_CODE%', '"a b" 200'],
    ['another time', '%START_TIME(%F)% %RESPONSE_CODE%', '2026/11/22 200'],
    ['another literal', '[%DURATION%] %RESPONSE_CODE%', '(5) 200'],
    ['something behind the end', '%DURATION% %RESPONSE_CODE%', '5 200 x'],
    ['a missing end', '%DURATION% %RESPONSE_CODE% x', '5 200'],
    ['nothing', '%DURATION% %RESPONSE_CODE%', ''],
  ] as const)('does not fit %s', ([, template, text]) => {
    expect(read(template, text)).toBeUndefined()
  })

  test('leaves a line alone that it does not fit', () => {
    const line = emptyLine('before')
    expect(compileTextFormat('edge', '%REQ(:PATH)% %DURATION%').parse('/a b', line)).toBe(false)
    expect(line).toEqual(emptyLine('before'))
  })

  test.for([
    [
      'a user agent takes what is left',
      '"%REQ(A)%" "%REQ(USER-AGENT)%" "%REQ(B)%"',
      '"1" "2" "3" "4"',
      { userAgent: '2" "3' },
    ],
    [
      'a path takes what is left when nothing wider follows',
      '%REQ(:PATH)% %RESPONSE_CODE%|%ROUTE_NAME%',
      '/a 200|b 404|c',
      { path: '/a 200|b', responseCode: 404, routeName: 'c' },
    ],
    [
      'a path ends first when another header follows',
      '%REQ(:PATH)% %RESPONSE_CODE%|%REQ(X)%',
      '/a 200|b 404|c',
      { path: '/a', responseCode: 200 },
    ],
    ['overlapping separators count', '"%REQ(A)%" "%REQ(USER-AGENT)%"', '"" " ""', {}],
  ] as const)('marks a line that fits twice: %s', ([, template, text, expected]) => {
    expect(read(template, text)).toMatchObject({ isAmbiguous: true, ...expected })
  })

  test('cuts values where the format cuts them, even inside a character', () => {
    const template = '"%REQ(USER-AGENT):4%" %UPSTREAM_HOST:6% %RESPONSE_CODE%'
    const text = render(template, { 'REQ(USER-AGENT)': 'caf€', UPSTREAM_HOST: '10.244.0.1:80', RESPONSE_CODE: '200' })
    expect(read(template, text)).toMatchObject({ userAgent: 'caf\ufffd', upstreamHost: '10.244', responseCode: 200 })
  })

  test.for([
    '%START_TIME%|%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%|%RESPONSE_CODE%|%REQ(USER-AGENT)%|%UPSTREAM_HOST%',
    '%START_TIME% %REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %RESPONSE_CODE% "%REQ(USER-AGENT)%" %ROUTE_NAME%',
    'path=%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% status=%RESPONSE_CODE% ua=%REQ(USER-AGENT)% host=%UPSTREAM_HOST% flags=%RESPONSE_FLAGS%',
    '%REQ(USER-AGENT)%\t%REQ(X-FORWARDED-FOR)%\t%BYTES_SENT%\t%START_TIME%',
    '%RESPONSE_CODE%,%RESPONSE_FLAGS%,"%REQ(:AUTHORITY)%","%REQ(X-REQUEST-ID)%",%DURATION%',
    '{"ua":"%REQ(USER-AGENT)%","code":%RESPONSE_CODE%,"path":"%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%","id":"%REQ(X-REQUEST-ID)%"}',
  ])('reads back %s, or says that the line is ambiguous', (template) => {
    const format = compileTextFormat('edge', template)
    fc.assert(
      fc.property(lineValues(CLIENT_COLUMNS), (values) => {
        const line = emptyLine('')
        const isRead = format.parse(render(template, values), line)
        expect(misread(template, values, isRead ? line : undefined)).toEqual([])
      }),
      { seed: 20_261_122, numRuns: 150 },
    )
  })

  test('stays linear when every place of a line could begin a token', { timeout: 60_000 }, () => {
    const format = compileTextFormat('edge', '%REQ(X)% id=%TRACE_ID% %SPAN_ID% x')
    const startedMs = performance.now()
    expect(format.parse(`${'id='.repeat(500_000)} ${'id='.repeat(500_000)} y`, emptyLine(''))).toBe(false)
    expect(performance.now() - startedMs).toBeLessThan(30_000)
  })

  test.for([
    ['', 'character 1 begins a text without any operator; write at least %START_TIME%'],
    ['GET /', 'character 1 begins a text without any operator; write at least %START_TIME%'],
    [
      '[%START_TIME(%Y %Q)%]',
      `character 17 has the unknown time specifier "%Q"; see strftime(3) and Envoy's START_TIME`,
    ],
  ] as const)('refuses %j', ([template, message]) => {
    expect(() => compileTextFormat('edge', template)).toThrow(`Cannot use format "edge": ${message}`)
  })
})
