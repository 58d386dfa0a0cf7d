import { describe, expect, test } from 'vitest'
import type { EnvelopedLine, Opened } from '../../../../src/ingest/envelope/enveloped-line.ts'
import { type LineEnvelope, OPENERS } from '../../../../src/ingest/envelope/open.ts'
import { otlpJson, otlpProto, type ShippedLine } from '../../../support/envelopes.ts'

const LINE = '{"start_time":"2026-11-22T13:17:33.250Z","response_code":200,"path":"/a"}'
const LINE_KEYS = JSON.parse(LINE)
const TEXT = '[2026-11-22T13:17:33.250Z] "GET /a HTTP/1.1" 200'
const TIME = '2026-11-22T13:17:33.262640773Z'
const UID = '2c8e0f71-1d50-4a7f-9e44-a2b8c3d5e603'
const POD_PATH = `/var/log/pods/default_reviews-1_${UID}/istio-proxy/0.log`
const WHO = {
  namespace: 'default',
  podName: 'reviews-1',
  podUid: UID,
  containerName: 'istio-proxy',
  nodeName: 'node-a',
}
const SHIPPED: ShippedLine = {
  text: TEXT,
  time: TIME,
  stream: 'stdout',
  identity: WHO,
  path: POD_PATH,
  offsetBytes: 0,
}

function opened(envelope: LineEnvelope, message: unknown): Opened {
  return OPENERS[envelope](Buffer.isBuffer(message) ? message : Buffer.from(JSON.stringify(message)))
}

/** The lines of a message, without what nobody said. */
function linesOf(envelope: LineEnvelope, message: unknown): readonly Partial<EnvelopedLine>[] {
  const result = opened(envelope, message)
  if (!result.ok) throw new Error(`broken: ${result.expected}`)
  return result.lines.map((line) => {
    const told = Object.entries(line).filter(([, value]) => value !== undefined && value !== '' && value !== false)
    return Object.fromEntries(told)
  })
}

type Case = readonly [name: string, message: unknown, line: Partial<EnvelopedLine>]

const KUBERNETES = {
  pod_name: 'reviews-1',
  namespace_name: 'default',
  pod_id: UID,
  host: 'node-a',
  container_name: 'istio-proxy',
  labels: { app: 'reviews' },
}

const FLUENT_BIT: readonly Case[] = [
  [
    'a record of the multiline parser cri',
    { '@timestamp': 1795353453.262641, time: TIME, stream: 'stdout', _p: 'F', log: TEXT, kubernetes: KUBERNETES },
    { text: TEXT, time: TIME, stream: 'stdout', reporter: WHO },
  ],
  [
    'the parser cri of parsers.conf',
    { '@timestamp': 1, logtag: 'F', message: TEXT },
    { text: TEXT, time: '1970-01-01T00:00:01.000Z' },
  ],
  ['a piece', { logtag: 'P', message: 'half' }, { text: 'half', isTruncated: true }],
  ['a line that was joined of pieces', { _p: 'P', log: TEXT }, { text: TEXT }],
  ['the newline of Docker', { log: `${TEXT}\n` }, { text: TEXT }],
  ['the newline of Windows', { log: `${TEXT}\r\n` }, { text: TEXT }],
  [
    'the frame that no parser took off',
    { date: 5, log: `${TIME} stderr F ${TEXT}` },
    { text: TEXT, time: TIME, stream: 'stderr' },
  ],
  [
    'a piece in its frame',
    { log: `${TIME} stderr P half` },
    { text: 'half', time: TIME, stream: 'stderr', isTruncated: true },
  ],
  [
    'keys merged into the root',
    { date: 5, time: TIME, stream: 'stdout', _p: 'F', ...LINE_KEYS, kubernetes: KUBERNETES },
    { text: LINE, time: TIME, stream: 'stdout', reporter: WHO },
  ],
  ['keys below Merge_Log_Key', { time: TIME, log_processed: LINE_KEYS, cluster: 'eu' }, { text: LINE, time: TIME }],
  ['keys in the place of the text', { time: TIME, log: LINE_KEYS }, { text: LINE, time: TIME }],
  ['the text, where it was kept', { log: LINE, ...LINE_KEYS, path: '/changed' }, { text: LINE }],
  [
    'a line of ztunnel merged into the root',
    { date: 5, stream: 'stdout', level: 'info', time: TIME, scope: 'access', message: 'connection complete' },
    {
      text: JSON.stringify({ level: 'info', time: TIME, scope: 'access', message: 'connection complete' }),
      time: TIME,
      stream: 'stdout',
    },
  ],
  [
    'a time with its digits',
    { date: '2026-11-22T13:17:33.262640Z', log: '' },
    { text: '', time: '2026-11-22T13:17:33.262640Z' },
  ],
  [
    'a time as Java writes it',
    { date: '2026-11-22 13:17:33.262640', log: 'x' },
    { text: 'x', time: '2026-11-22T13:17:33.262640Z' },
  ],
  ['seconds', { date: 1795353453, log: 'x' }, { text: 'x', time: '2026-11-22T13:17:33.000Z' }],
  ['seconds with digits', { date: 1795353453.262641, log: 'x' }, { text: 'x', time: '2026-11-22T13:17:33.262641Z' }],
  ['milliseconds', { date: 1795353453262, log: 'x' }, { text: 'x', time: '2026-11-22T13:17:33.262Z' }],
  ['no time', { date: 'yesterday', '@timestamp': -1, time: {}, log: 'x' }, { text: 'x' }],
  ['names that are none', { log: 'x', kubernetes: { ...KUBERNETES, pod_name: 'a/../b', host: 7 } }, { text: 'x' }],
  [
    'a label of 10 MB',
    { log: 'x', kubernetes: { ...KUBERNETES, labels: { a: 'y'.repeat(10_000_000) } } },
    { text: 'x', reporter: WHO },
  ],
  ['a name of 10 MB', { log: 'x', kubernetes: { pod_name: 'y'.repeat(10_000_000) } }, { text: 'x' }],
  ['NUL bytes', { log: '\0\0x\0' }, { text: '\0\0x\0' }],
]

const VECTOR: readonly Case[] = [
  [
    'an event of kubernetes_logs',
    {
      file: POD_PATH,
      kubernetes: {
        pod_name: 'reviews-1',
        pod_namespace: 'default',
        pod_node_name: 'node-a',
        pod_uid: UID,
        container_name: 'istio-proxy',
      },
      message: TEXT,
      source_type: 'kubernetes_logs',
      stream: 'stdout',
      timestamp: TIME,
    },
    { text: TEXT, time: TIME, stream: 'stdout', path: POD_PATH, reporter: WHO },
  ],
  ['native_json', { log: { message: TEXT, timestamp: TIME } }, { text: TEXT, time: TIME }],
  [
    'the path, where no pod is named',
    { file: POD_PATH, message: TEXT },
    {
      text: TEXT,
      path: POD_PATH,
      reporter: { namespace: 'default', podName: 'reviews-1', containerName: 'istio-proxy', podUid: UID },
    },
  ],
  ['keys in the place of the text', { message: LINE_KEYS, timestamp: TIME }, { text: LINE, time: TIME }],
  ['keys merged into the root', { source_type: 'kubernetes_logs', ...LINE_KEYS }, { text: LINE }],
  ['keys below another', { source_type: 'kubernetes_logs', log: LINE_KEYS }, { text: LINE }],
  [
    'nanoseconds',
    { message: 'x', timestamp: 1_795_353_453_262_640_896 },
    { text: 'x', time: '2026-11-22T13:17:33.262641Z' },
  ],
  ['a path that is none', { message: 'x', file: 'relative' }, { text: 'x' }],
]

const FILEBEAT: readonly Case[] = [
  [
    'an event of the container input',
    {
      '@timestamp': '2026-11-22T13:17:33.262Z',
      '@metadata': { beat: 'filebeat' },
      message: TEXT,
      stream: 'stdout',
      log: { offset: 105583, file: { path: POD_PATH } },
      kubernetes: {
        pod: { name: 'reviews-1', uid: UID },
        namespace: 'default',
        node: { name: 'node-a' },
        container: { name: 'istio-proxy' },
      },
    },
    {
      text: TEXT,
      time: '2026-11-22T13:17:33.262Z',
      stream: 'stdout',
      path: POD_PATH,
      offsetBytes: 105583,
      reporter: WHO,
    },
  ],
  [
    'the link of kubelet, where no pod is named',
    {
      message: 'x',
      log: { file: { path: `/var/log/containers/reviews-1_default_istio-proxy-${'a'.repeat(64)}.log` } },
    },
    {
      text: 'x',
      path: `/var/log/containers/reviews-1_default_istio-proxy-${'a'.repeat(64)}.log`,
      reporter: { namespace: 'default', podName: 'reviews-1', containerName: 'istio-proxy' },
    },
  ],
  ['keys decoded below json', { '@metadata': {}, json: LINE_KEYS }, { text: LINE }],
  ['keys decoded in the place of the text', { '@metadata': {}, message: LINE_KEYS }, { text: LINE }],
  ['keys decoded into the root', { '@metadata': {}, agent: {}, host: {}, ...LINE_KEYS }, { text: LINE }],
  ['a line that was cut', { message: 'x', log: { flags: ['truncated'] } }, { text: 'x', isTruncated: true }],
  ['an offset that is none', { message: 'x', log: { offset: -1 } }, { text: 'x' }],
]

const OTEL_LINE = { text: TEXT, time: TIME, stream: 'stdout', path: POD_PATH, reporter: WHO }
const record = (logRecord: object) => ({ resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord] }] }] })

const KINDS = {
  text: 'é',
  yes: true,
  no: false,
  whole: 7,
  less: -3,
  half: 0.5,
  none: null,
  list: [1, 'a', { b: 2 }],
  map: { c: {} },
}

const OTEL: readonly Case[] = [
  ['otlp_json', otlpJson([SHIPPED]), OTEL_LINE],
  ['otlp_proto', otlpProto([SHIPPED]), OTEL_LINE],
  ['a parsed body', otlpJson([SHIPPED], () => LINE_KEYS), { ...OTEL_LINE, text: LINE }],
  ['a parsed body in protobuf', otlpProto([SHIPPED], () => LINE_KEYS), { ...OTEL_LINE, text: LINE }],
  ['every kind of value', otlpJson([SHIPPED], () => KINDS), { ...OTEL_LINE, text: JSON.stringify(KINDS) }],
  ['every kind of value in protobuf', otlpProto([SHIPPED], () => KINDS), { ...OTEL_LINE, text: JSON.stringify(KINDS) }],
  [
    'parsed attributes',
    record({
      attributes: [
        { key: 'response_code', value: { intValue: 200 } },
        { key: 'logtag', value: {} },
      ],
    }),
    { text: '{"response_code":200}' },
  ],
  ['bytes', record({ body: { bytesValue: Buffer.from(TEXT).toString('base64') } }), { text: TEXT }],
  ['nothing', record({}), { text: '' }],
  [
    'the frame that no operator took off',
    record({ body: { stringValue: `${TIME} stdout F ${TEXT}` } }),
    { text: TEXT, time: TIME, stream: 'stdout' },
  ],
  ['no time', record({ timeUnixNano: '0', body: { stringValue: 'x' } }), { text: 'x' }],
  [
    '__proto__',
    record({ body: { kvlistValue: { values: [{ key: '__proto__', value: { stringValue: 'x' } }] } } }),
    { text: '{"__proto__":"x"}' },
  ],
]

const RAW: readonly Case[] = [
  ['a line', Buffer.from(TEXT), { text: TEXT, bytes: Buffer.from(TEXT) }],
  [
    'a line in the frame of CRI',
    Buffer.from(`${TIME} stdout F ${TEXT}\n`),
    { text: TEXT, bytes: Buffer.from(TEXT), time: TIME, stream: 'stdout' },
  ],
  [
    'a line in the frame of Docker',
    { log: `${TEXT}\n`, stream: 'stderr', time: TIME },
    { text: TEXT, time: TIME, stream: 'stderr' },
  ],
  ['a text of JSON, as the Collector writes it', TEXT, { text: TEXT, bytes: Buffer.from(TEXT) }],
  ['an object, as the Collector writes a parsed body', LINE_KEYS, { text: LINE, bytes: Buffer.from(LINE) }],
  [
    'what only looks like a text of JSON',
    Buffer.from('"GET / HTTP/1.1" 200 "curl"'),
    { text: '"GET / HTTP/1.1" 200 "curl"', bytes: Buffer.from('"GET / HTTP/1.1" 200 "curl"') },
  ],
  ['bytes that are no UTF-8', Buffer.from([0x61, 0xff]), { text: 'a\ufffd', bytes: Buffer.from([0x61, 0xff]) }],
  ['nothing', Buffer.alloc(0), { text: '', bytes: Buffer.alloc(0) }],
]

describe.for([
  ['fluentbit', FLUENT_BIT],
  ['vector', VECTOR],
  ['filebeat', FILEBEAT],
  ['otel', OTEL],
  ['raw', RAW],
] as const)('OPENERS.%s()', ([envelope, cases]) => {
  test.for(cases)('reads %s', ([, message, line]) => {
    const expected = Object.fromEntries(Object.entries(line).filter(([, value]) => value !== ''))
    expect(linesOf(envelope, message)).toEqual([expected])
  })
})
