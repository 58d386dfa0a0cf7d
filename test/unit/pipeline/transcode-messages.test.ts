import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../src/enrich/endpoint/index.ts'
import { feedInventory, readInventory } from '../../../src/enrich/kubernetes/inventory.ts'
import { Vantages } from '../../../src/enrich/vantage.ts'
import { messageKey, positionOf } from '../../../src/ingest/envelope/line-id.ts'
import type { LineEnvelope } from '../../../src/ingest/envelope/open.ts'
import { eventIds } from '../../../src/ingest/event-id.ts'
import { BUILT_IN_ONLY } from '../../../src/ingest/format/detect.ts'
import { parsePodDirectory } from '../../../src/ingest/pod-path.ts'
import { EMPTY_CARRY } from '../../../src/pipeline/contract.ts'
import { createTranscoder } from '../../../src/pipeline/transcode.ts'
import { type Message, MessageTranscoder } from '../../../src/pipeline/transcode-messages.ts'
import type { DocumentForm, Segment } from '../../../src/sinks/batch.ts'
import { otlpJson, type ShippedLine, WRAPPINGS } from '../../support/envelopes.ts'
import { at } from '../../support/read-back.ts'

const SETTINGS = {
  formats: BUILT_IN_ONLY,
  minLevel: 'warning',
  keepOriginal: 'never',
  maxLineBytes: 1_048_576,
  now: () => Date.UTC(2026, 0, 1),
} as const
const TIME = '2026-11-22T13:16:17.123456789Z'
const IDENTITY = {
  namespace: 'shop',
  podName: 'web-1',
  podUid: '60c243b5-5194-4eb3-9288-e6fc07192a07',
  containerName: 'istio-proxy',
  nodeName: 'node-a',
}

const EDGE = { namespace: 'edge' }

type Json = { readonly [key: string]: unknown }

function documentsOf(segment: Segment): readonly Json[] {
  return segment.ends.map((end, i): Json => JSON.parse(segment.bytes.toString('utf8', segment.ends[i - 1] ?? 0, end)))
}

function messageOf(bytes: Buffer | string, offset = 7): Message {
  const key = messageKey('logs', 3, Date.parse(TIME))
  const position = positionOf(offset, 0)
  return { bytes: Buffer.from(bytes), headers: {}, key, position, idOf: undefined, route: undefined }
}

function transcoderOf(envelope: LineEnvelope | 'flagship', index = new EndpointIndex(), form?: DocumentForm) {
  return new MessageTranscoder({ ...SETTINGS, envelope }, new Vantages({ index }, EDGE), form)
}

function run(envelope: LineEnvelope | 'flagship', ...messages: readonly (Buffer | string | Message)[]) {
  const all = messages.map((each, i) => (typeof each === 'string' || Buffer.isBuffer(each) ? messageOf(each, i) : each))
  const { segments, broken } = transcoderOf(envelope).transcode(all)
  return { segments, broken, documents: segments.flatMap(documentsOf) }
}

const access = (path: string, code = 200) =>
  JSON.stringify({
    start_time: '2026-11-22T13:16:16.658Z',
    method: 'GET',
    path,
    response_code: code,
    response_flags: '-',
  })
const fluentBit = (log: string, pod = 'web-1', namespace = 'shop') =>
  JSON.stringify({ '@timestamp': 1, log, kubernetes: { pod_name: pod, namespace_name: namespace } })

const RECORDED = fileURLToPath(new URL('../../fixtures/recorded/', import.meta.url))
/** What says where and when a line was read, and nothing about it. */
const WHERE = ['event.id', 'event.created', 'log.file.path', 'log.offset']
/** A line without a time has the runtime's, of which shippers may drop digits. */
const MS = '2026-11-22T13:17:42.934'.length

/** Every whole line of the recorded pods, and the document it becomes out of its file. */
function recordedLines(index: EndpointIndex): readonly { readonly line: ShippedLine; readonly document: Json }[] {
  return readdirSync(`${RECORDED}pods`).flatMap((pod) => {
    const directory = parsePodDirectory(pod)
    if (directory === undefined) return []
    const identity = { ...directory, containerName: 'istio-proxy', nodeName: 'node-a' }
    const path = `/var/log/pods/${pod}/istio-proxy/0.log`
    const transcoder = createTranscoder({ ...SETTINGS, frame: 'cri' }, new Vantages({ index }, identity))
    let offsetBytes = 0
    return readFileSync(`${RECORDED}pods/${pod}/istio-proxy/0.log`, 'utf8')
      .split('\n')
      .flatMap((framed) => {
        const [time = '', stream = '', tag = ''] = framed.split(' ', 3)
        const text = framed.slice(time.length + stream.length + tag.length + 3)
        const chunk = { fileKey: 'AAAAAAAAAAA', path, offsetBytes, bytes: Buffer.from(`${framed}\n`) }
        offsetBytes += chunk.bytes.length
        const [document] = tag === 'F' ? documentsOf(transcoder.transcode(chunk, EMPTY_CARRY).segment) : []
        return document === undefined ? [] : [{ line: { text, time, stream, identity, path, offsetBytes }, document }]
      })
  })
}

function withoutPlace(document: Json): Json {
  const time = String(document['@timestamp'])
  const isOfRuntime = time.slice(0, MS) === String(at(document, 'event.created')).slice(0, MS)
  const copy: Record<string, unknown> = {
    ...structuredClone(document),
    '@timestamp': isOfRuntime ? time.slice(0, MS) : time,
  }
  for (const path of WHERE) {
    const [first = '', ...rest] = path.split('.')
    const last = rest.pop() ?? ''
    const parent = at(copy, [first, ...rest].join('.'))
    if (typeof parent === 'object' && parent !== null) Reflect.deleteProperty(parent, last)
  }
  const { log, ...others } = copy
  const { file: _, ...rest } = Object(log)
  return { ...others, ...(Object.keys(rest).length > 0 && { log: rest }) }
}

describe('MessageTranscoder.transcode() on the recorded lines', () => {
  const index = new EndpointIndex()
  let recorded: ReturnType<typeof recordedLines> = []
  beforeAll(async () => {
    feedInventory(index, await readInventory(`${RECORDED}cluster.json`), 0)
    recorded = recordedLines(index)
  })

  test.for(Object.entries(WRAPPINGS))('gives the documents of the files: %s', ([, [envelope, wrap]]) => {
    expect(recorded.length).toBeGreaterThan(500)
    const transcoders = new Map<unknown, MessageTranscoder>()
    for (const { line, document } of recorded) {
      // A raw line names nobody: its reporter is configured.
      const configured = envelope === 'raw' ? line.identity : EDGE
      const transcoder =
        transcoders.get(configured) ??
        new MessageTranscoder({ ...SETTINGS, envelope }, new Vantages({ index }, configured))
      transcoders.set(configured, transcoder)
      const [made = {}] = transcoder.transcode([messageOf(wrap(line))]).segments.flatMap(documentsOf)
      expect(withoutPlace(made)).toEqual(withoutPlace(document))
      const created = Date.parse(String(at(made, 'event.created')))
      expect(Math.abs(created - Date.parse(line.time))).toBeLessThanOrEqual(1)
    }
  })
})

describe('MessageTranscoder.transcode()', () => {
  test('makes one segment of each namespace, in the order of the messages', () => {
    const { segments } = run(
      'fluentbit',
      fluentBit(access('/1')),
      fluentBit(access('/2'), 'pay-1', 'pay'),
      fluentBit(access('/3'), 'web-2'),
      JSON.stringify({ log: access('/4') }),
    )
    expect(segments.map(({ reporterNamespace }) => reporterNamespace)).toEqual(['shop', 'pay', 'edge'])
    expect(segments.map((each) => documentsOf(each).map((document) => at(document, 'url.path')))).toEqual([
      ['/1', '/3'],
      ['/2'],
      ['/4'],
    ])
  })

  test('counts the bytes of every message once', () => {
    const messages = [fluentBit(access('/1')), fluentBit(access('/2'), 'pay-1', 'pay'), 'broken']
    const { segments } = run('fluentbit', ...messages)
    const total = segments.reduce((sum, { readBytes }) => sum + readBytes, 0)
    expect(total).toBe(messages.join('').length)
  })

  test('gives lines the ids of their places, each its own', () => {
    const lines = ['/1', '/2'].map((path): ShippedLine => {
      return { text: access(path), time: TIME, stream: 'stdout', identity: IDENTITY, path: '/x', offsetBytes: 0 }
    })
    const { segments } = run('otel', messageOf(JSON.stringify(otlpJson(lines)), 7))
    const ids = eventIds(messageKey('logs', 3, Date.parse(TIME)))
    expect(segments[0]?.ids).toEqual([ids(positionOf(7, 0)), ids(positionOf(7, 1))])
    expect(segments[0]?.offsets).toEqual([positionOf(7, 0), positionOf(7, 1)])
  })

  test.for([
    ['the header of a message with one line', 'Ijz8wSCelZcAAAAAAAA', 'Ijz8wSCelZcAAAAAAAA'],
    ['the place, where the header is no id', '../../etc', undefined],
  ] as const)('takes the id from %s', ([, header, id]) => {
    const message = { ...messageOf(fluentBit(access('/1'))), headers: { 'event-id': header } }
    const { segments, documents } = run('fluentbit', message)
    const expected = id ?? eventIds(message.key)(message.position)
    expect(segments[0]?.ids).toEqual([expected])
    expect(at(documents[0] ?? {}, 'event.id')).toBe(expected)
  })

  test('asks for ids where the source has its own', () => {
    const message = { ...messageOf(fluentBit(access('/1'))), idOf: (_: unknown, index: number) => `id-${index}` }
    expect(run('fluentbit', message).segments[0]?.ids).toEqual(['id-0'])
  })

  test('keeps a message of another envelope whole, and says what was expected', () => {
    const bytes = Buffer.concat([Buffer.from('{"log":'), Buffer.from([0xff])])
    const { documents, broken, segments } = run('fluentbit', fluentBit(access('/1')), bytes)
    expect(broken).toEqual([{ index: 1, expected: expect.stringContaining('Fluent Bit') }])
    expect(documents[1]).toMatchObject({
      event: { dataset: 'envoy.unparsed', original: '{"log":\ufffd' },
      error: { type: 'wrong_envelope' },
      envoy: { original_base64: bytes.toString('base64') },
    })
    expect(segments[1]?.counts.unparsed).toEqual({ wrong_envelope: 1 })
  })

  test('keeps a line that no format fits with its reporter', () => {
    const { documents } = run('fluentbit', fluentBit('hello'))
    expect(documents).toMatchObject([
      { event: { dataset: 'envoy.unparsed', original: 'hello' }, kubernetes: { pod: { name: 'web-1' } } },
    ])
  })

  test('never gives a line to the diagnostic of another message', () => {
    const head = '2026-11-22T13:16:17.240610Z\terror\tenvoy main\tdump:'
    const { documents } = run('fluentbit', fluentBit(head), fluentBit('  at foo'))
    expect(documents.map((document) => at(document, 'event.dataset'))).toEqual(['envoy.log', 'envoy.unparsed'])
  })

  test('gives a line to the diagnostic of its pod in the same message', () => {
    const head = '2026-11-22T13:16:17.240610Z\terror\tenvoy main\tdump:'
    expect(run('raw', `${head}\n  at foo`).documents.map((document) => at(document, 'event.dataset'))).toEqual([
      'envoy.log',
      'envoy.log',
    ])
  })

  test('drops diagnostics below the level, and counts them', () => {
    const { segments } = run('fluentbit', fluentBit('2026-11-22T13:16:17.240610Z\tinfo\tenvoy main\tready'))
    expect(segments.map(({ counts }) => counts)).toEqual([{ lines: 1, unparsed: {}, droppedByLevel: 1 }])
  })

  test('keeps the head of a line that is too long', () => {
    const transcoder = new MessageTranscoder(
      { ...SETTINGS, envelope: 'fluentbit', maxLineBytes: 100 },
      new Vantages({ index: new EndpointIndex() }, {}),
    )
    const [segment] = transcoder.transcode([messageOf(fluentBit('x'.repeat(101)))]).segments
    expect(segment && documentsOf(segment)).toMatchObject([
      { event: { original: 'x'.repeat(100) }, envoy: { truncated: true } },
    ])
  })

  test('gives routes where the form asks for them', () => {
    const form: DocumentForm = { encoding: 'json', isRouted: true }
    const line = JSON.stringify({ ...JSON.parse(access('/1')), request_id: 'ec8e1927-566a-4cfe-a3fb-30381bdb419a' })
    const message = messageOf(JSON.stringify({ time: TIME, log: line }))
    const [segment] = transcoderOf('fluentbit', undefined, form).transcode([message]).segments
    expect(segment?.routes?.timesMs).toEqual([Date.parse(TIME)])
    expect(segment?.routes?.keys).toHaveLength(1)
  })
})

const record = (id: string, namespace: string) =>
  `{"@timestamp":"${TIME}","event":{"id":"${id}","dataset":"envoy.access","outcome":"failure"},"kubernetes":{"namespace":"${namespace}"}}`

describe('MessageTranscoder.transcode() of flagship', () => {
  test('passes records on byte for byte', () => {
    const bytes = [record('AAAAAAAAAAAAAAAAAAA', 'shop'), record('BBBBBBBBBBBBBBBBBBA', 'pay')]
    const { segments, broken } = run('flagship', ...bytes)
    expect(broken).toEqual([])
    expect(segments.map((segment) => segment.bytes.toString())).toEqual(bytes.map((each) => `${each}\n`))
    expect(segments).toMatchObject([
      { ids: ['AAAAAAAAAAAAAAAAAAA'], datasets: ['envoy.access'], classes: ['failed'], reporterNamespace: 'shop' },
      { ids: ['BBBBBBBBBBBBBBBBBBA'], reporterNamespace: 'pay' },
    ])
  })

  test('passes on bytes that are no UTF-8', () => {
    const bytes = Buffer.from(record('AAAAAAAAAAAAAAAAAAA', 'shop').replace('failure', 'caf\u00e9'), 'latin1')
    const headers = { 'event-id': 'AAAAAAAAAAAAAAAAAAA', dataset: 'envoy.access', class: 'healthy', namespace: '' }
    const { segments } = run('flagship', { ...messageOf(bytes), headers })
    expect(segments[0]?.bytes.subarray(0, -1)).toEqual(bytes)
  })

  test('passes the JSON of a record on that came as something else', () => {
    const json = record('AAAAAAAAAAAAAAAAAAA', 'shop')
    const { segments, broken } = run('flagship', {
      ...messageOf(Buffer.from([0, 0, 0, 0, 7])),
      json: Buffer.from(json),
    })
    expect([segments[0]?.bytes.toString(), broken]).toEqual([`${json}\n`, []])
  })

  test('keeps the whole of a message in Avro that could not be read', () => {
    const bytes = Buffer.from([0, 0, 0, 0, 7, 2, 0xff, 0x61])
    const headers = { 'event-id': 'AAAAAAAAAAAAAAAAAAA', dataset: 'envoy.access', class: 'healthy', namespace: 'shop' }
    const { documents, segments, broken } = run('flagship', { ...messageOf(bytes), headers })
    expect(documents).toMatchObject([
      {
        event: { dataset: 'envoy.unparsed' },
        error: { type: 'wrong_envelope' },
        envoy: { original_base64: bytes.toString('base64') },
      },
    ])
    expect(segments[0]?.counts).toMatchObject({ lines: 1, unparsed: { wrong_envelope: 1 } })
    expect(broken).toMatchObject([{ index: 0, expected: expect.stringContaining('in Avro') }])
  })

  test('keeps what is no record of flagship', () => {
    const { documents, broken } = run('flagship', fluentBit('hello'))
    expect(documents).toMatchObject([{ error: { type: 'wrong_envelope' }, event: { original: fluentBit('hello') } }])
    expect(broken).toHaveLength(1)
  })

  test('gives the routes of the messages', () => {
    const message = { ...messageOf(record('AAAAAAAAAAAAAAAAAAA', 'shop')), route: { key: 'k', timeMs: 5 } }
    const [segment] = transcoderOf('flagship', undefined, { encoding: 'json', isRouted: true }).transcode([
      message,
    ]).segments
    expect(segment?.routes).toEqual({ keys: ['k'], timesMs: [5] })
  })
})
