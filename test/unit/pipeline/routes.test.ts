import { beforeAll, describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../src/enrich/endpoint/index.ts'
import { Vantages } from '../../../src/enrich/vantage.ts'
import { BUILT_IN_ONLY } from '../../../src/ingest/format/detect.ts'
import { EMPTY_CARRY } from '../../../src/pipeline/contract.ts'
import { createTranscoder } from '../../../src/pipeline/transcode.ts'
import type { DocumentForm } from '../../../src/sinks/batch.ts'
import { at } from '../../support/read-back.ts'
import { recordedSegments } from '../../support/recorded-tree.ts'

const NOW_MS = Date.UTC(2026, 0, 1)
const ROUTED: DocumentForm = { encoding: 'json', isRouted: true }

function routesOf(text: string) {
  const transcoder = createTranscoder(
    {
      frame: 'cri',
      formats: BUILT_IN_ONLY,
      minLevel: 'trace',
      keepOriginal: 'never',
      maxLineBytes: 1_000,
      now: () => NOW_MS,
    },
    new Vantages({ index: new EndpointIndex() }, {}),
    ROUTED,
  )
  const chunk = { fileKey: 'AbCdEfGhIjA', path: '/log/0.log', offsetBytes: 0, bytes: Buffer.from(text) }
  const { segment, carry } = transcoder.transcode(chunk, EMPTY_CARRY)
  const loss = { scope: 's', source: undefined, path: 'p', fileKey: undefined, offsetBytes: 7 }
  const lost = transcoder.loss(
    { ...loss, reason: 'deleted', size: 'exact', bytes: 3, afterMs: undefined, beforeMs: 5_000 },
    'id-of-loss',
  )
  return { segment, closed: transcoder.close(carry), lost }
}

const ACCESS =
  '[2026-11-22T13:16:16.658Z] "GET /a HTTP/1.1" 200 - 0 22 1 0 "-" "curl/8" "id-1" "reviews:9080" "10.244.2.31:9080"'

describe('createTranscoder() with routes', () => {
  test.for([
    [
      'the request id and the time of the frame',
      `2026-11-22T13:16:17.000000001Z stdout F ${ACCESS}\n`,
      'id-1',
      '2026-11-22T13:16:17.000Z',
    ],
    ['the time of the line where the frame has none', `${ACCESS}\n`, 'id-1', '2026-11-22T13:16:16.658Z'],
    [
      'the event id of a line with neither request nor connection',
      '2026-11-22T13:16:17.5+02:00 stdout F what\n',
      undefined,
      '2026-11-22T11:16:17.500Z',
    ],
    ['the time of reading where there is no other', 'what\n', undefined, new Date(NOW_MS).toISOString()],
    [
      'the time of reading where the frame has one that is none',
      '2026-99-22T13:16:17.000000000Z stdout F what\n',
      undefined,
      new Date(NOW_MS).toISOString(),
    ],
  ] as const)('give %s', ([, text, key, time]) => {
    const { segment } = routesOf(text)
    expect(segment.routes).toEqual({ keys: [key ?? segment.ids[0]], timesMs: [Date.parse(time)] })
  })

  test('give one entry for each document, none for what is dropped', () => {
    const { segment } = routesOf(`${ACCESS}\n2026-11-22T13:16:17.0Z stdout P half of a line\n${ACCESS}\n`)
    expect(segment.routes?.keys).toHaveLength(segment.ids.length)
    expect(segment.routes?.timesMs).toHaveLength(segment.ids.length)
  })

  test('name what was lost by its event id, and a line that never ended by its own', () => {
    const { lost, closed } = routesOf('2026-11-22T13:16:17.0Z stdout P half of a line\n')
    expect(lost.routes).toEqual({ keys: ['id-of-loss'], timesMs: [5_000] })
    expect(closed?.routes).toEqual({ keys: closed?.ids, timesMs: [Date.parse('2026-11-22T13:16:17.000Z')] })
  })

  test('are not there unless they are asked for', async () => {
    const [segment] = await recordedSegments({ encoding: 'json', isRouted: false })
    expect(segment).not.toHaveProperty('routes')
  })
})

/** One recorded line with what its route says. */
interface Routed {
  readonly key: string
  readonly direction: unknown
  readonly protocol: unknown
  readonly startMs: number
  readonly document: Readonly<Record<string, unknown>>
}

describe('the keys of the recorded pods', () => {
  let lines: readonly Routed[] = []
  beforeAll(async () => {
    lines = (await recordedSegments(ROUTED)).flatMap(({ bytes, ends, routes }) =>
      ends.map((end, index) => {
        const document = JSON.parse(bytes.toString('utf8', ends[index - 1] ?? 0, end))
        const [direction, protocol] = [at(document, 'envoy.direction'), at(document, 'network.protocol')]
        return {
          key: routes?.keys[index] ?? '',
          direction,
          protocol,
          startMs: Date.parse(document['@timestamp']),
          document,
        }
      }),
    )
  })

  /** The client's line of a hop, found without its key: the same connection and path, at the same time. */
  function clientOf({ document, startMs }: Routed): Routed | undefined {
    return lines.find(
      (client) =>
        (client.direction === 'outbound' || client.direction === 'gateway') &&
        at(client.document, 'envoy.upstream.local_address') === at(document, 'envoy.downstream.remote_address') &&
        at(client.document, 'envoy.upstream.host') === at(document, 'envoy.downstream.local_address') &&
        (at(document, 'url.path') === undefined || at(client.document, 'url.path') === at(document, 'url.path')) &&
        client.startMs <= startMs + 2 &&
        startMs <= Date.parse(String(at(client.document, 'event.end'))) + 1,
    )
  }

  test('are those of both lines of a hop, unless only one of them knows of the request', () => {
    const counts: Record<string, number> = {}
    for (const server of lines.filter(({ direction }) => direction === 'inbound')) {
      const client = clientOf(server)
      const found = client === undefined ? 'no client by connection' : client.key === server.key ? 'same' : 'other'
      const kind = `${String(server.protocol)}, ${found}`
      counts[kind] = (counts[kind] ?? 0) + 1
    }
    expect(counts).toEqual({
      'http, same': 128,
      'tcp, same': 6,
      // Plain HTTP into a port that wants mTLS: the client's line has the request id, the server's only the connection.
      'tcp, other': 2,
      // 82 came through the gateway, whose inbound lines name the user's address; 3 and 1 have no client with a proxy.
      'http, no client by connection': 85,
      'tcp, no client by connection': 1,
    })
  })

  test('are those of a client or a gateway too wherever the connection does not tell', () => {
    const clients = new Set(lines.filter(({ direction }) => direction !== 'inbound').map(({ key }) => key))
    const alone = lines.filter((line) => line.direction === 'inbound' && !clients.has(line.key))
    expect(alone.map(({ document }) => at(document, 'envoy.response_flags_raw'))).toEqual(['NR', 'NR', 'NR'])
  })
})
