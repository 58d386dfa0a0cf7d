import { describe, expect, test } from 'vitest'
import { parseZtunnelJson, parseZtunnelText } from '../../../../src/ingest/format/ztunnel.ts'

const pairs =
  'src.addr=10.42.0.9:33772 src.workload="sleep-1" src.namespace="default" src.identity="spiffe://cluster.local/ns/default/sa/sleep" ' +
  'dst.addr=10.42.0.5:15008 dst.hbone_addr=10.42.0.5:9080 dst.service="details.default.svc.cluster.local" dst.workload="details-1" ' +
  'dst.namespace="default" direction="outbound" bytes_sent=84 bytes_recv=358 duration="15ms"'
const head = '2024-08-21T15:32:05.754291Z\tinfo\taccess\tconnection complete\t'

describe('parseZtunnelText()', () => {
  test('reads a connection with both peers, its start before its end', () => {
    expect(parseZtunnelText(head + pairs)).toMatchObject({
      format: 'ztunnel-text',
      startTime: '2024-08-21T15:32:05.739Z',
      durationMs: 15,
      downstreamRemoteAddress: '10.42.0.9:33772',
      upstreamHost: '10.42.0.5:15008',
      bytesReceived: 84,
      bytesSent: 358,
      extra: undefined,
      more: {
        ztunnelDirection: 'outbound',
        hboneAddress: '10.42.0.5:9080',
        level: 'info',
        message: 'connection complete',
        sourcePeer: { pod: 'sleep-1', namespace: 'default', identity: 'spiffe://cluster.local/ns/default/sa/sleep' },
        destinationPeer: { pod: 'details-1', namespace: 'default', service: 'details.default.svc.cluster.local' },
      },
    })
  })

  test('counts an inbound connection from the other side', () => {
    const line = parseZtunnelText(head + pairs.replace('outbound', 'inbound'))
    expect(line).toMatchObject({ bytesReceived: 358, bytesSent: 84, more: { ztunnelDirection: 'inbound' } })
  })

  test.for([
    ['blanks for the tabs', head.replaceAll('\t', '    ') + pairs, { upstreamHost: '10.42.0.5:15008' }],
    [
      'an error',
      `${head}${pairs} error="http status: 401 Unauthorized"`,
      { connectionTerminationDetails: 'http status: 401 Unauthorized' },
    ],
    ['escapes of Rust', `${head}error="a \\"b\\" \\u{e9} \\n"`, { connectionTerminationDetails: 'a "b" é \n' }],
    [
      'a quoted address of early releases',
      `${head}dst.hbone_addr="10.0.0.1:80"`,
      { more: { hboneAddress: '10.0.0.1:80' } },
    ],
    ['a key nobody knows', `${head}${pairs} colour=blue`, { extra: '{"colour":"blue"}' }],
    [
      'a line cut inside a value',
      `${head}src.addr=10.0.0.1:1 error="conn`,
      { downstreamRemoteAddress: '10.0.0.1:1', connectionTerminationDetails: 'conn' },
    ],
    ['a duration in seconds', `${head}duration="1.5s"`, { durationMs: 1500 }],
    [
      'a duration nobody knows',
      `${head}duration="soon"`,
      { durationMs: undefined, startTime: '2024-08-21T15:32:05.754Z' },
    ],
    ['a key named like a prototype', `${head}__proto__=x`, { extra: '{"__proto__":"x"}' }],
  ] as const)('reads %s', ([, text, expected]) => {
    expect(parseZtunnelText(text)).toMatchObject(expected)
  })

  test.for([
    ['another scope', '2024-08-21T15:32:05.754291Z\tinfo\tproxy\tconnection complete\t'],
    ['another message', '2024-08-21T15:32:05.754291Z\tinfo\taccess\thello'],
    ['no time', 'now\tinfo\taccess\tconnection complete\t'],
  ] as const)('leaves %s', ([, text]) => {
    expect(parseZtunnelText(text)).toBeUndefined()
  })
})

describe('parseZtunnelJson()', () => {
  test('reads the flat object', () => {
    const object = {
      level: 'error',
      time: '2026-02-07T10:00:00.123456Z',
      scope: 'access',
      message: 'connection complete',
      'src.addr': '10.244.1.12:41000',
      direction: 'outbound',
      bytes_sent: 0,
      bytes_recv: 0,
      duration: '10002ms',
      error: 'connection timed out',
    }
    expect(parseZtunnelJson(object)).toMatchObject({
      format: 'ztunnel-json',
      durationMs: 10_002,
      downstreamRemoteAddress: '10.244.1.12:41000',
      connectionTerminationDetails: 'connection timed out',
      more: { level: 'error' },
    })
  })

  test('leaves a diagnostic', () => {
    expect(parseZtunnelJson({ level: 'info', scope: 'proxy', message: 'connection complete' })).toBeUndefined()
  })
})
