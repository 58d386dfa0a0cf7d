import { describe, expect, test } from 'vitest'
import { parseComponentJson, parseComponentText } from '../../../../src/ingest/format/component.ts'

describe('parseComponentText()', () => {
  test.for([
    [
      'Istio since 1.6',
      '2026-11-22T13:17:42.240610Z\tdebug\tenvoy filter source/x.cc:191\ttls inspector: failed\tthread=28698',
      {
        format: 'envoy-log',
        time: '2026-11-22T13:17:42.240610Z',
        level: 'debug',
        logger: 'filter',
        message: 'tls inspector: failed',
        extra: '{"file":"source/x.cc:191","thread":"28698"}',
      },
    ],
    [
      'the same without file and thread',
      '2021-02-01T21:34:38.761055Z\twarning\tenvoy config\tgRPC config stream closed: 14',
      {
        format: 'envoy-log',
        level: 'warning',
        logger: 'config',
        message: 'gRPC config stream closed: 14',
        extra: undefined,
      },
    ],
    [
      'a message that holds tabs',
      '2021-02-01T21:34:38.761055Z\terror\tenvoy lua\ta\tb\tthread=1',
      { message: 'a\tb', extra: '{"thread":"1"}' },
    ],
    [
      'Istio up to 1.5',
      '[Envoy (Epoch 0)] [2020-02-12 04:16:56.302][21][debug][connection] [external/envoy/ssl_socket.cc:201] [C42] TLS error: 268435612',
      {
        format: 'envoy-log',
        time: '2020-02-12T04:16:56.302Z',
        level: 'debug',
        logger: 'connection',
        message: '[C42] TLS error: 268435612',
        extra: '{"file":"external/envoy/ssl_socket.cc:201","thread":"21"}',
      },
    ],
    [
      'plain Envoy',
      '[2026-02-07 10:00:00.123][1][info][main] [source/server/server.cc:1012] starting main dispatch loop',
      { format: 'envoy-log', level: 'info', logger: 'main', message: 'starting main dispatch loop' },
    ],
    [
      'the agent without a scope',
      '2023-02-22T06:39:55.716246Z\tinfo\tFLAG: --concurrency="2"',
      { format: 'istio-agent-log', level: 'info', logger: undefined, message: 'FLAG: --concurrency="2"' },
    ],
    [
      'the agent with a scope',
      '2026-02-07T09:59:58.000123Z\tinfo\txdsproxy\tconnected to istiod:15012\tid=1',
      { format: 'istio-agent-log', logger: 'xdsproxy', message: 'connected to istiod:15012', extra: '{"id":"1"}' },
    ],
    [
      'ztunnel',
      '2026-02-07T09:59:58.000123Z\tinfo\tztunnel::proxy\tlistening',
      { format: 'ztunnel-log', logger: 'ztunnel::proxy', message: 'listening' },
    ],
  ] as const)('reads %s', ([, line, expected]) => {
    expect(parseComponentText(line)).toMatchObject(expected)
  })

  test.for([
    ['an access line', '[2026-02-07T10:00:00.000Z] "GET /a HTTP/1.1" 200 -'],
    ['an unknown level', '2023-02-22T06:39:55.716246Z\tloud\thello'],
    ['a time alone', '2023-02-22T06:39:55.716246Z'],
    ['a time that is none', '2023-99-22T06:39:55.716246Z\tinfo\thello'],
    ['brackets that do not close', '[2026-02-07 10:00:00.123][1][info'],
    ['an epoch without a rest', '[Envoy (Epoch 0)]'],
    ['nothing', ''],
  ] as const)('leaves %s', ([, line]) => {
    expect(parseComponentText(line)).toBeUndefined()
  })
})

describe('parseComponentJson()', () => {
  test.for([
    [
      { level: 'info', time: '2026-02-07T09:59:58.000123Z', scope: 'sds', msg: 'started' },
      { format: 'istio-agent-log', logger: 'sds', message: 'started' },
    ],
    [
      { level: 'warning', time: '2026-02-07T09:59:58Z', scope: 'envoy config', msg: 'closed', thread: 12 },
      { format: 'envoy-log', logger: 'config', extra: '{"thread":12}' },
    ],
  ] as const)('reads %j', ([object, expected]) => {
    expect(parseComponentJson(object, JSON.stringify(object))).toMatchObject(expected)
  })

  test.for([{ level: 'info' }, { msg: 'x' }, { level: 'x', msg: 'y' }, {}])('leaves %j', (object) => {
    expect(parseComponentJson(object, JSON.stringify(object))).toBeUndefined()
  })
})
