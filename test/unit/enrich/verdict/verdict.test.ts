import { describe, expect, test } from 'vitest'
import { judge, type Verdict } from '../../../../src/enrich/verdict/verdict.ts'
import { type EnvoyLine, emptyLine } from '../../../../src/record/envoy-line.ts'
import type { Direction } from '../../../../src/record/layer.ts'
import { recordedLines, sampleLines } from './fixture-lines.ts'

const HOST = { upstreamHost: '10.244.2.31:9080' } as const

function http(values: Partial<EnvoyLine>): EnvoyLine {
  return { ...emptyLine('istio-json'), method: 'GET', path: '/', protocol: 'HTTP/1.1', ...values }
}

function tcp(values: Partial<EnvoyLine>): EnvoyLine {
  return { ...emptyLine('istio-json'), responseCode: 0, ...values }
}

/** `503 UF,URX details` as the start of a line. */
function answer(responseCode: number, responseFlags?: string, responseCodeDetails?: string): Partial<EnvoyLine> {
  return { responseCode, responseFlags, responseCodeDetails }
}

function outcome({ responder, rule, cutShort }: Verdict): string {
  return `${responder} ${rule}${cutShort ? ' cut short' : ''}`
}

describe('judge() finds who answered, one row of the decision table after the other:', () => {
  test.for<[string, EnvoyLine, Direction, string]>([
    ['1 no filter chain', tcp(answer(0, 'NR', 'filter_chain_not_found')), 'unknown', 'none connection_without_filter_chain'],
    ['1 no route, a format without details', { ...tcp(answer(0, 'NR')), format: 'envoy-text' }, 'unknown', 'none connection_without_route'],
    ['2 TCP', tcp({ ...answer(0), ...HOST }), 'outbound', 'not_applicable tcp_connection'],
    ['2 TCP with a flag', tcp({ ...answer(0, 'UF,URX'), ...HOST }), 'outbound', 'not_applicable tcp_connection'],
    ['2 TCP without status', tcp({ responseCode: undefined }), 'unknown', 'not_applicable tcp_connection'],
    ['2 TCP that found its cluster missing', tcp(answer(0, 'NC')), 'outbound', 'not_applicable tcp_connection'],
    ['3 the caller left', http({ ...answer(0, 'DC', 'downstream_remote_disconnect'), ...HOST }), 'inbound', 'none http_without_response'],
    ['3 in a format without details', http({ ...answer(0, 'DC'), ...HOST }), 'unknown', 'none http_without_response'],
    ['3 a codec error before the method', http({ ...answer(0, 'DPE'), method: undefined, path: undefined }), 'unknown', 'none http_without_response'],
    ['4 inbound', http({ ...answer(200, undefined, 'via_upstream'), ...HOST }), 'inbound', 'application details_via_upstream_inbound'],
    ['4 inbound error', http({ ...answer(503, undefined, 'via_upstream'), ...HOST }), 'inbound', 'application details_via_upstream_inbound'],
    ['4 kept in the cache', http(answer(200, undefined, 'cache.insert_via_upstream')), 'inbound', 'application details_via_upstream_inbound'],
    ['5 outbound', http(answer(200, undefined, 'via_upstream')), 'outbound', 'next_hop details_via_upstream_next_hop'],
    ['5 gateway error', http(answer(404, undefined, 'via_upstream')), 'gateway', 'next_hop details_via_upstream_next_hop'],
    ['5 waypoint', http(answer(200, undefined, 'via_upstream')), 'waypoint', 'next_hop details_via_upstream_next_hop'],
    ['5 no direction', http(answer(200, undefined, 'via_upstream')), 'unknown', 'next_hop details_via_upstream_next_hop'],
    ['5 URX does not say who answered', http(answer(503, 'URX', 'via_upstream')), 'outbound', 'next_hop details_via_upstream_next_hop'],
    ['5 UO beside via_upstream', http(answer(503, 'UO', 'via_upstream')), 'outbound', 'next_hop details_via_upstream_next_hop'],
    ['5 a redirect that was followed', http(answer(302, undefined, 'internal_redirect')), 'outbound', 'next_hop details_via_upstream_next_hop'],
    ['6 upstream reset', http(answer(200, 'UPE', 'upstream_reset_after_response_started{protocol_error}')), 'inbound', 'application details_ended_after_headers cut short'],
    ['6 the caller left', http(answer(200, 'DC', 'downstream_remote_disconnect')), 'outbound', 'next_hop details_ended_after_headers cut short'],
    ['6 this proxy closed', http(answer(200, 'DC', 'downstream_local_disconnect(on_idle_timeout)')), 'outbound', 'next_hop details_ended_after_headers cut short'],
    ['6 the caller cancelled', http(answer(200, 'DR', 'http2.remote_reset')), 'inbound', 'application details_ended_after_headers cut short'],
    ['6 the caller cancelled, HTTP/3', http(answer(200, 'DR', 'http3.remote_refuse')), 'inbound', 'application details_ended_after_headers cut short'],
    ['6 a WebSocket ends', http(answer(101, 'DC', 'downstream_remote_disconnect')), 'inbound', 'application details_upgrade_ended'],
    ['6 a tunnel ends', http({ ...answer(200, 'DC', 'downstream_remote_disconnect'), method: 'CONNECT' }), 'outbound', 'next_hop details_upgrade_ended'],
    ['6 a WebSocket is cut upstream', http(answer(101, 'UC', 'upstream_reset_after_response_started{connection_termination}')), 'outbound', 'next_hop details_ended_after_headers cut short'],
    ['6a idle during the response', http({ ...answer(200, 'SI', 'stream_idle_timeout'), upstreamServiceTimeMs: 3 }), 'outbound', 'next_hop details_limit_after_headers cut short'],
    ['6a duration of the route', http({ ...answer(200, undefined, 'max_duration_timeout'), upstreamServiceTimeMs: 3 }), 'inbound', 'application details_limit_after_headers cut short'],
    ['6a duration of the cluster', http({ ...answer(200, 'UMSDR', 'upstream_max_stream_duration_reached'), upstreamServiceTimeMs: 0 }), 'outbound', 'next_hop details_limit_after_headers cut short'],
    ['7 idle before the response', http({ ...answer(504, 'SI', 'stream_idle_timeout'), ...HOST }), 'outbound', 'envoy details_local_reply'],
    ['7 reset before the response', http({ ...answer(503, 'UC', 'upstream_reset_before_response_started{connection_termination}'), ...HOST }), 'outbound', 'envoy details_local_reply'],
    ['7 a gRPC call with status 200', http(answer(200, 'UH', 'no_healthy_upstream')), 'outbound', 'envoy details_local_reply'],
    ['7 refused by the authorizer, which set a service time', http({ ...answer(403, 'UAEX', 'ext_authz_denied'), upstreamServiceTimeMs: 0 }), 'inbound', 'envoy details_local_reply'],
    ['7 words nobody knows', http(answer(418, undefined, 'my_plugin_says_no')), 'outbound', 'envoy details_local_reply'],
    ['8 flag alone', http({ ...answer(503, 'UF,URX'), ...HOST }), 'outbound', 'envoy flags_local_reply'],
    ['8 gRPC with a flag', http(answer(200, 'UH')), 'outbound', 'envoy flags_local_reply'],
    ['8 denied by the authorizer', http({ ...answer(403, 'UAEX'), upstreamServiceTimeMs: 1 }), 'inbound', 'envoy flags_local_reply'],
    ['8 cut short after a genuine status', http({ ...answer(200, 'UC'), ...HOST, upstreamServiceTimeMs: 4 }), 'outbound', 'next_hop flags_ended_after_headers cut short'],
    ['8 broken HTTP/1 body', http({ ...answer(200, 'UPE'), ...HOST, upstreamServiceTimeMs: 4 }), 'inbound', 'application flags_ended_after_headers cut short'],
    ['8 idle after a genuine status', http({ ...answer(200, 'SI'), ...HOST, upstreamServiceTimeMs: 4 }), 'outbound', 'next_hop flags_ended_after_headers cut short'],
    ['8 the status of a time limit is this proxy\'s', http({ ...answer(504, 'UT'), ...HOST, upstreamServiceTimeMs: 4 }), 'outbound', 'envoy flags_local_reply'],
    ['8 the status of a reset is this proxy\'s', http({ ...answer(503, 'UC'), ...HOST, upstreamServiceTimeMs: 4 }), 'outbound', 'envoy flags_local_reply'],
    ['8 no retry was allowed, the answer passed', http({ ...answer(503, 'UO'), ...HOST, upstreamServiceTimeMs: 4 }), 'outbound', 'next_hop service_time'],
    ['9 the caller left', http({ ...answer(200, 'DC'), ...HOST }), 'inbound', 'application flag_client_left cut short'],
    ['9 a WebSocket ends', http({ ...answer(101, 'DC'), ...HOST }), 'outbound', 'next_hop flag_upgrade_ended'],
    ['10 service time', http({ ...answer(200), ...HOST, upstreamServiceTimeMs: 0 }), 'inbound', 'application service_time'],
    ['10 service time with an error status', http({ ...answer(503), ...HOST, upstreamServiceTimeMs: 3 }), 'unknown', 'next_hop service_time'],
    ['10 with URX', http({ ...answer(503, 'URX'), ...HOST, upstreamServiceTimeMs: 3 }), 'outbound', 'next_hop service_time'],
    ['10 with DI', http({ ...answer(200, 'DI'), ...HOST, upstreamServiceTimeMs: 3 }), 'outbound', 'next_hop service_time'],
    ['11 an upgrade without service time', http({ ...answer(101), ...HOST }), 'inbound', 'application upgrade_with_upstream_host'],
    ['12 no endpoint', http(answer(301)), 'gateway', 'envoy no_upstream_host'],
    ['12 a user\'s format may have no column for the endpoint', { ...http(answer(301)), format: 'custom:edge' }, 'gateway', 'unknown undecided'],
    ['12 JSON with both addresses has the endpoint too', { ...http({ ...answer(301), downstreamLocalAddress: '10.0.0.1:80', downstreamRemoteAddress: '10.0.0.2:1' }), format: 'json' }, 'gateway', 'envoy no_upstream_host'],
    ['12 JSON cut down to a few keys', { ...http(answer(301)), format: 'json' }, 'gateway', 'unknown undecided'],
    ['13 but the body is Envoy\'s own', http({ ...answer(408), ...HOST, bytesSent: 15 }), 'outbound', 'envoy known_body_without_service_time'],
    ['13 nothing proves it', http({ ...answer(500), ...HOST }), 'outbound', 'unknown undecided'],
    ['ztunnel', { ...emptyLine('ztunnel-text'), connectionTerminationDetails: 'tls error: x' }, 'outbound', 'not_applicable ztunnel_connection'],
  ])('%s', ([, line, direction, expected]) => {
    expect(outcome(judge(line, direction))).toBe(expected)
  })
}) // biome-ignore format: a table

describe('judge() agrees with', () => {
  test.for(sampleLines().map((sample) => [sample.name, sample] as const))('the sample %s', ([, sample]) => {
    expect(judge(sample.line, sample.direction).responder).toBe(sample.responder)
  })

  test.for(recordedLines().map((recorded) => [recorded.name, recorded] as const))(
    'what a real Envoy wrote: %s',
    ([, { line, direction, responder, cutShort }]) => {
      expect(judge(line, direction)).toMatchObject({ responder, cutShort })
    },
  )
})

test('judge() gives one frozen object for lines of the same meaning', () => {
  const line = http({ ...answer(503, 'UC', 'upstream_reset_before_response_started{connection_termination}'), ...HOST })
  const first = judge(line, 'outbound')
  expect(judge({ ...line, path: '/other', upstreamHost: '10.0.0.1:1' }, 'gateway')).toBe(first)
  expect(Object.isFrozen(first)).toBe(true)
  expect(judge(http(answer(200, undefined, 'via_upstream')), 'inbound')).toBe(
    judge(http(answer(204, undefined, 'via_upstream')), 'inbound'),
  )
})

test('judge() says the same of a plain success with and without more values', () => {
  const line = http({ ...answer(200, undefined, 'via_upstream'), ...HOST })
  expect(judge({ ...line, more: { traceId: 'x' } }, 'outbound')).toEqual(judge(line, 'outbound'))
  const old = http({ ...answer(200), ...HOST, upstreamServiceTimeMs: 3 })
  expect(judge({ ...old, more: { traceId: 'x' } }, 'inbound')).toEqual(judge(old, 'inbound'))
})
