import { describe, expect, test } from 'vitest'
import { at } from '../../support/read-back.ts'
import { parseText } from '../../support/transcode.ts'

const line = (fields: object) =>
  JSON.stringify({
    start_time: '2026-11-22T13:16:16.658Z',
    method: 'GET',
    path: '/a',
    protocol: 'HTTP/1.1',
    response_code: 200,
    response_code_details: 'via_upstream',
    ...fields,
  })
const tcp = (fields: object) =>
  line({ method: null, path: null, protocol: null, response_code: 0, response_code_details: null, ...fields })

function documentOf(text: string): Record<string, unknown> {
  return parseText(text)[0] ?? {}
}

describe('a record says', () => {
  test.for([
    ['success for a 200', line({}), 'success'],
    ['success for a 404 of nobody before 400', line({ response_code: 399 }), 'success'],
    ['failure for a 400', line({ response_code: 400 }), 'failure'],
    [
      'failure for status 0 on HTTP',
      line({ response_code: 0, response_flags: 'DC', response_code_details: 'downstream_remote_disconnect' }),
      'failure',
    ],
    [
      'failure for a flag inside a gRPC 200',
      line({ response_flags: 'UH', response_code_details: 'no_healthy_upstream' }),
      'failure',
    ],
    ['failure for a gRPC status in a 200', line({ grpc_status: 'Unavailable' }), 'failure'],
    ['success for gRPC OK', line({ grpc_status_number: 0 }), 'success'],
    ['success for a delay', line({ response_flags: 'DI' }), 'success'],
    [
      'success for a WebSocket that was closed',
      line({ response_code: 101, response_flags: 'DC', response_code_details: 'downstream_remote_disconnect' }),
      'success',
    ],
    ['success for TCP without a flag', tcp({}), 'success'],
    ['failure for TCP with an error flag', tcp({ response_flags: 'UF,URX' }), 'failure'],
    [
      'failure for TCP that a policy denied',
      tcp({ connection_termination_details: 'rbac_access_denied_matched_policy[none]' }),
      'failure',
    ],
  ] as const)('%s', ([, text, outcome]) => {
    expect(at(documentOf(text), 'event.outcome')).toBe(outcome)
  })

  test.for([
    [
      'bodies for HTTP',
      line({ bytes_received: 3, bytes_sent: 5 }),
      { http: { request: { body: { bytes: 3 } }, response: { body: { bytes: 5 } } } },
    ],
    [
      'connections for TCP',
      tcp({ bytes_received: 3, bytes_sent: 5 }),
      { source: { bytes: 3 }, destination: { bytes: 5 }, network: { bytes: 8 } },
    ],
    [
      'the end in nanoseconds after the start',
      line({ duration: 1500 }),
      { event: { duration: 1_500_000_000, end: '2026-11-22T13:16:18.158Z' } },
    ],
    [
      'udp for HTTP/3',
      line({ protocol: 'HTTP/3' }),
      { network: { transport: 'udp', protocol: 'http' }, http: { version: '3' } },
    ],
    [
      'grpc where its status is logged',
      line({ grpc_status: 'OK' }),
      { network: { protocol: 'grpc' }, envoy: { grpc: { status: 'OK' } } },
    ],
    ['path and query apart', line({ path: '/a/b?c=d&e' }), { url: { path: '/a/b', query: 'c=d&e' } }],
    ['a path that ends with its question mark whole', line({ path: '/a?' }), { url: { original: '/a?', path: '/a' } }],
    [
      'host and port of an authority',
      line({ authority: 'shop:8080' }),
      { url: { domain: 'shop', port: 8080 }, server: { address: 'shop', port: 8080 } },
    ],
    ['an IPv6 authority', line({ authority: '[::1]:8080' }), { url: { domain: '[::1]', port: 8080 } }],
    ['an authority that only looks as if it had a port', line({ authority: 'a:b:80' }), { url: { domain: 'a:b:80' } }],
    [
      'the peer and the endpoint',
      line({ downstream_remote_address: '10.0.0.1:4000', upstream_host: '10.0.0.2:80' }),
      {
        source: { ip: '10.0.0.1', port: 4000 },
        destination: { ip: '10.0.0.2', port: 80 },
        related: { ip: ['10.0.0.1', '10.0.0.2'] },
      },
    ],
    [
      'the dialled address where no endpoint was chosen',
      line({ downstream_local_address: '10.96.0.1:80' }),
      { destination: { ip: '10.96.0.1', port: 80 } },
    ],
    [
      'a forwarded client as the client',
      line({ downstream_remote_address: '192.0.2.45:0' }),
      { client: { ip: '192.0.2.45' } },
    ],
    [
      'every entry of x-forwarded-for',
      line({ x_forwarded_for: '192.0.2.1, 10.0.0.1' }),
      { envoy: { x_forwarded_for: ['192.0.2.1', '10.0.0.1'] }, network: { forwarded_ip: '192.0.2.1' } },
    ],
    [
      'TLS as ECS splits it',
      line({ downstream_tls_version: 'TLSv1.3', downstream_peer_uri_san: 'spiffe://a,spiffe://b' }),
      {
        tls: {
          version: '1.3',
          version_protocol: 'tls',
          client: { x509: { alternative_names: ['spiffe://a', 'spiffe://b'] } },
        },
      },
    ],
    [
      'the trace of a traceparent',
      line({ traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }),
      { trace: { id: '4bf92f3577b34da6a3ce929d0e0e4736' }, span: { id: '00f067aa0ba902b7' } },
    ],
    [
      'the policy that denied',
      line({
        response_code: 403,
        response_code_details: 'rbac_access_denied_matched_policy[ns[shop]-policy[deny-admin]-rule[0]]',
      }),
      {
        envoy: {
          policy: { namespace: 'shop', name: 'deny-admin', rule: '0' },
          response_code_details: 'rbac_access_denied_matched_policy',
        },
      },
    ],
    [
      'the route object of Envoy Gateway',
      line({ route_name: 'httproute/default/backend/rule/0/match/0/www_example_com' }),
      { envoy: { route: { kind: 'httproute', namespace: 'default', name: 'backend', rule: '0' } } },
    ],
    [
      'the route object of Istio',
      line({ route_name: 'istio-test.test-hr.0' }),
      { envoy: { route: { kind: 'httproute', namespace: 'istio-test', name: 'test-hr', rule: '0' } } },
    ],
    [
      'the parts of a cluster',
      line({ upstream_cluster: 'outbound|9080|v1|reviews.default.svc.cluster.local;' }),
      {
        envoy: {
          upstream: {
            cluster: 'outbound|9080|v1|reviews.default.svc.cluster.local',
            cluster_parts: {
              direction: 'outbound',
              port: 9080,
              subset: 'v1',
              fqdn: 'reviews.default.svc.cluster.local',
            },
          },
        },
        destination: { domain: 'reviews.default.svc.cluster.local' },
      },
    ],
    [
      'flags in the order of the line, the primary by cause',
      line({ response_code: 503, response_flags: 'URX,UF' }),
      {
        envoy: { response_flags: ['URX', 'UF'], response_flags_raw: 'URX,UF', flag_class: 'upstream' },
        event: { code: 'UF' },
        error: { type: 'UF' },
      },
    ],
    [
      'unknown flags as they are',
      line({ response_code: 403, response_flags: 'XWAF' }),
      { envoy: { response_flags: ['XWAF'], flag_class: 'other' }, event: { code: 'XWAF' } },
    ],
  ] as const)('%s', ([, text, expected]) => {
    expect(documentOf(text)).toMatchObject(expected)
  })

  test.for([
    ['a route that is no object', line({ route_name: 'default' }), 'envoy.route'],
    ['a query where there is none', line({ path: '/a' }), 'url.query'],
    ['an HTTP status of 0', tcp({}), 'http.response'],
    ['a port of 0', line({ downstream_remote_address: '192.0.2.45:0' }), 'source.port'],
    ['a reason for plain success', line({}), 'event.reason'],
    ['checks for success', line({ response_flags: 'DI' }), 'envoy.verdict.checks'],
    ['mTLS it does not prove', line({}), 'envoy.mtls'],
  ] as const)('nothing of %s', ([, text, path]) => {
    expect(at(documentOf(text), path)).toBeUndefined()
  })
})
