import * as fc from '../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../src/enrich/endpoint/index.ts'
import { Vantages } from '../../../src/enrich/vantage.ts'
import { eventIds } from '../../../src/ingest/event-id.ts'
import { BUILT_IN_ONLY } from '../../../src/ingest/format/detect.ts'
import { type Carry, EMPTY_CARRY } from '../../../src/pipeline/contract.ts'
import { createTranscoder, type TranscoderSettings } from '../../../src/pipeline/transcode.ts'
import type { Segment } from '../../../src/sinks/batch.ts'
import { at } from '../../support/read-back.ts'

const SETTINGS: TranscoderSettings = {
  frame: 'cri',
  formats: BUILT_IN_ONLY,
  minLevel: 'warning',
  keepOriginal: 'failures',
  maxLineBytes: 1_048_576,
  now: () => Date.UTC(2026, 0, 1),
}
const KEY = 'AbCdEfGhIjA'
const access = (path: string, code = 200) =>
  `[2026-11-22T13:16:16.658Z] "GET ${path} HTTP/1.1" ${code} - 0 22 1 0 "-" "curl/8" "id-1" "reviews:9080" "10.244.2.31:9080"`
const cri = (content: string, stream = 'stdout', tag = 'F') =>
  `2026-11-22T13:16:17.000000001Z ${stream} ${tag} ${content}\n`
const diagnostic = (level: string, message: string) => `2026-11-22T13:16:17.240610Z\t${level}\tenvoy main\t${message}`

function transcoderOf(settings: Partial<TranscoderSettings> = {}) {
  return createTranscoder(
    { ...SETTINGS, ...settings },
    new Vantages({ index: new EndpointIndex() }, { namespace: 'shop', podName: 'web-1' }),
  )
}

function run(text: string | Buffer, settings: Partial<TranscoderSettings> = {}) {
  const transcoder = transcoderOf(settings)
  const bytes = Buffer.from(text)
  const { segment, carry } = transcoder.transcode(
    { fileKey: KEY, path: '/log/0.log', offsetBytes: 0, bytes },
    EMPTY_CARRY,
  )
  return { segment, carry, documents: documentsOf(segment), closed: transcoder.close(carry) }
}

function documentsOf(segment: Segment): Record<string, unknown>[] {
  return segment.ends.map((end, i) => JSON.parse(segment.bytes.toString('utf8', segment.ends[i - 1] ?? 0, end)))
}

describe('createTranscoder()', () => {
  test('gives one document a line, in order, each with the id of its place', () => {
    const text = cri(access('/a')) + cri(access('/b', 503))
    const { segment, documents } = run(text)
    const offsets = [0, cri(access('/a')).length]
    expect(documents.map((document) => at(document, 'url.path'))).toEqual(['/a', '/b'])
    expect(segment.offsets).toEqual(offsets)
    expect(segment.ids).toEqual(offsets.map(eventIds(KEY)))
    expect(documents.map((document) => at(document, 'event.id'))).toEqual(segment.ids)
    expect(documents.map((document) => at(document, 'log.offset'))).toEqual(offsets)
    expect(documents[0]).toMatchObject({ stream: 'stdout', event: { created: '2026-11-22T13:16:17.000000001Z' } })
  })

  test('gives equal bytes for equal arguments', () => {
    const text = cri(access('/a')) + cri('not a line')
    expect(run(text).segment.bytes).toEqual(run(text).segment.bytes)
  })

  test('joins pieces across chunks and gives the place of the first', () => {
    const transcoder = transcoderOf()
    const first =
      cri('[2026-11-22T13:16:16.658Z] "GET /lo', 'stdout', 'P') + cri(diagnostic('warning', 'between'), 'stderr')
    const rest = access('/long').slice('[2026-11-22T13:16:16.658Z] "GET /lo'.length)
    const chunk = (text: string, offsetBytes: number) => ({
      fileKey: KEY,
      path: '/log/0.log',
      offsetBytes,
      bytes: Buffer.from(text),
    })
    const one = transcoder.transcode(chunk(first, 0), EMPTY_CARRY)
    expect(one.segment.datasets).toEqual(['envoy.log'])
    expect(one.carry.joins).toMatchObject([{ fileKey: KEY, offsetBytes: 0 }])
    const two = transcoder.transcode(chunk(cri(rest), first.length), one.carry)
    expect(documentsOf(two.segment)).toMatchObject([{ url: { path: '/long' }, log: { offset: 0 } }])
    expect(two.carry.joins).toEqual([])
  })

  test('emits a join whose end never came as truncated', () => {
    const { segment, closed } = run(cri('[2026-11-22T13:16:16.658Z] "GET /lo', 'stdout', 'P'))
    expect(segment.ids).toEqual([])
    expect(closed && documentsOf(closed)).toMatchObject([
      { event: { dataset: 'envoy.unparsed' }, error: { type: 'truncated' }, envoy: { truncated: true } },
    ])
  })

  test('drops diagnostics below the level, and counts them', () => {
    const { segment, documents } = run(cri(diagnostic('info', 'a'), 'stderr') + cri(diagnostic('error', 'b'), 'stderr'))
    expect(documents).toMatchObject([{ message: 'b', log: { level: 'error' } }])
    expect(segment.counts).toEqual({ lines: 2, unparsed: {}, droppedByLevel: 1 })
  })

  test('counts lines without a head to the diagnostic before them, per stream', () => {
    const dump =
      cri(diagnostic('error', 'dump:'), 'stderr') +
      cri('  at foo', 'stderr') +
      cri('strange', 'stdout') +
      cri('  at bar', 'stderr')
    expect(run(dump).documents).toMatchObject([
      { message: 'dump:' },
      { event: { dataset: 'envoy.log' }, message: '  at foo', log: { level: 'error', logger: 'main' } },
      { event: { dataset: 'envoy.unparsed' }, error: { type: 'no_format_fits' } },
      { message: '  at bar', log: { level: 'error' } },
    ])
    const quiet = cri(diagnostic('info', 'dump:'), 'stderr') + cri('  at foo', 'stderr')
    expect(run(quiet).segment.counts).toMatchObject({ lines: 2, droppedByLevel: 2 })
  })

  test('never lets a line it cannot read share the fate of a dropped diagnostic', () => {
    const lines = cri(diagnostic('info', 'ready')) + cri('2026 GET /pay 503 my own format') + cri('  indented')
    expect(run(lines).documents).toMatchObject([
      { event: { dataset: 'envoy.unparsed', original: '2026 GET /pay 503 my own format' } },
      { event: { dataset: 'envoy.unparsed', original: '  indented' } },
    ])
  })

  test.for([
    ['an empty line', '', 'empty'],
    ['blanks', '   ', 'empty'],
    ['broken JSON', '{"a":', 'invalid_json'],
    ['an object of nobody', '{"a":1}', 'no_format_fits'],
    ['words', 'hello', 'no_format_fits'],
    ['half an access line', access('/a').slice(0, 60), 'truncated'],
    ['what Envoy writes for a lost record', 'Failed to convert protobuf message to JSON string: x', 'lost_by_envoy'],
  ] as const)('keeps %s with its reason', ([, line, reason]) => {
    const { documents, segment } = run(cri(line))
    expect(documents).toMatchObject([{ event: { dataset: 'envoy.unparsed', original: line }, error: { type: reason } }])
    expect(segment.counts.unparsed).toEqual({ [reason]: 1 })
  })

  test('keeps the exact bytes of a line that is neither readable nor UTF-8', () => {
    const content = Buffer.from([0x68, 0xff, 0x69])
    const { documents } = run(Buffer.concat([Buffer.from(cri('')).subarray(0, -1), content, Buffer.from('\n')]))
    expect(at(documents[0] ?? {}, 'envoy.original_base64')).toBe(content.toString('base64'))
  })

  test.for([
    ['never' as const, [undefined, undefined]],
    ['failures' as const, [undefined, access('/b', 503)]],
    ['always' as const, [access('/a'), access('/b', 503)]],
  ] as const)('with keepOriginal %s keeps the text of parsed lines', ([keepOriginal, expected]) => {
    const { documents } = run(cri(access('/a')) + cri(access('/b', 503)), { keepOriginal })
    expect(documents.map((document) => at(document, 'event.original'))).toEqual(expected)
  })

  test('gives the same documents however the bytes are cut into chunks of whole lines', () => {
    const pieces = fc.constantFrom(
      cri(access('/a')),
      cri(access('/b', 404)),
      cri('{"response_code":200,"x":"é"}'),
      cri('half ', 'stdout', 'P'),
      cri('other ', 'stderr', 'P'),
      cri(diagnostic('error', 'x'), 'stderr'),
      cri('  at y', 'stderr'),
      cri(''),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(pieces, fc.boolean()), { maxLength: 30 }), (parts) => {
        const whole = run(parts.map(([text]) => text).join(''))
        const cut = inChunks(parts)
        expect(cut.documents).toEqual([
          ...whole.documents,
          ...(whole.closed === undefined ? [] : documentsOf(whole.closed)),
        ])
      }),
      { seed: 3, numRuns: 300 },
    )
  })
})

/** The same parts, with a chunk ending after each part that says so. */
function inChunks(parts: readonly (readonly [string, boolean])[]) {
  const transcoder = transcoderOf()
  const documents: Record<string, unknown>[] = []
  let carry: Carry = EMPTY_CARRY
  let offsetBytes = 0
  let text = ''
  for (const [i, [part, isEnd]] of parts.entries()) {
    text += part
    if (!isEnd && i < parts.length - 1) continue
    const bytes = Buffer.from(text)
    const result = transcoder.transcode({ fileKey: KEY, path: '/log/0.log', offsetBytes, bytes }, carry)
    documents.push(...documentsOf(result.segment))
    carry = result.carry
    offsetBytes += bytes.length
    text = ''
  }
  const last = transcoder.close(carry)
  return { documents: last === undefined ? documents : [...documents, ...documentsOf(last)] }
}
