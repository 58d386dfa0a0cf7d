import { describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { Vantages } from '../../../../src/enrich/vantage.ts'
import { messagesOf } from '../../../../src/ingest/envelope/body.ts'
import { isEventId } from '../../../../src/ingest/envelope/line-id.ts'
import { BUILT_IN_ONLY } from '../../../../src/ingest/format/detect.ts'
import { requestTranscoder } from '../../../../src/pipeline/stream/request-transcoder.ts'
import { MessageTranscoder } from '../../../../src/pipeline/transcode-messages.ts'

const SETTINGS = {
  formats: BUILT_IN_ONLY,
  minLevel: 'warning',
  keepOriginal: 'failures',
  maxLineBytes: 1_048_576,
  now: () => 0,
  envelope: 'fluentbit',
} as const

const [A, B] = [1, 2].map((n) => ({ time: `2026-11-22T13:17:33.00000000${n}Z`, log: `line ${n}` }))

/** Ids of the lines in one request with these records. */
function idsOf(records: readonly unknown[], key?: string) {
  const broken: string[] = []
  const transcoder = new MessageTranscoder(SETTINGS, new Vantages({ index: new EndpointIndex() }, {}))
  const transcode = requestTranscoder(transcoder, (count, expected) => broken.push(`${count} ${expected}`))
  const body = Buffer.from(JSON.stringify(records))
  const split = messagesOf(body)
  const { segments } = transcode({ messages: split.ok ? split.messages : [], body, key })
  return { ids: segments.flatMap(({ ids }) => ids), broken }
}

describe('requestTranscoder()', () => {
  test('gives a request that comes again the same ids, however it is cut', () => {
    const { ids } = idsOf([A, B])
    expect(ids.every(isEventId)).toBe(true)
    expect(ids).toEqual([...idsOf([A]).ids, ...idsOf([B]).ids])
  })

  test('tells equal lines of a request apart, and those of requests with keys', () => {
    const ids = [...idsOf([A, A, A]).ids, ...idsOf([A, A, A], 'k').ids, ...idsOf([A], 'l').ids]
    expect(new Set(ids).size).toBe(7)
    expect(idsOf([A, A], 'k').ids).toEqual(idsOf([A, A], 'k').ids)
  })

  test('keeps what is not of the envelope whole, and says so once', () => {
    const { ids, broken } = idsOf([A, { foreign: null }, {}, { resourceLogs: [] }])
    expect(ids).toHaveLength(4)
    expect(broken).toEqual([expect.stringMatching(/^\d one JSON object of Fluent Bit/)])
  })
})
