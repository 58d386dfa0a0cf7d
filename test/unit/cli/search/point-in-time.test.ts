import { describe, expect, test } from 'vitest'
import type { ElasticsearchAnswer } from '../../../../src/clients/elasticsearch.ts'
import { PointInTime, type SearchParts } from '../../../../src/cli/search/point-in-time.ts'
import { documentsInTime, PagedElasticsearch } from '../../../support/paged-elasticsearch.ts'

const STREAMS = ['logs-envoy.access-default', 'logs-envoy.access_failed-default']

function partsOf(client: PagedElasticsearch, more: Partial<SearchParts> = {}): SearchParts {
  const { signal } = new AbortController()
  return { client, streams: STREAMS, hasQuery: false, hasCredentials: false, signal, ...more }
}

function answer(statusCode: number, body: object = {}): ElasticsearchAnswer {
  return { statusCode, body }
}

const NOTHING_THERE = answer(200, { id: 'x', _shards: { total: 0, successful: 0, failed: 0 } })

describe('PointInTime', () => {
  test('searches all streams, those that are not there too, and closes', async () => {
    const client = new PagedElasticsearch(documentsInTime(3))
    const point = await PointInTime.open(partsOf(client))
    await point.search({ size: 2 })
    await point.close()
    await point.close()
    expect(client.requests.map(({ method, path, query, json }) => ({ method, path, query, json }))).toEqual([
      {
        method: 'POST',
        path: '/logs-envoy.access-default,logs-envoy.access_failed-default/_pit',
        query: { keep_alive: '1m', ignore_unavailable: 'true', allow_no_indices: 'true' },
        json: undefined,
      },
      {
        method: 'POST',
        path: '/_search',
        query: undefined,
        json: { size: 2, pit: { id: 'point-1', keep_alive: '1m' } },
      },
      { method: 'DELETE', path: '/_pit', query: undefined, json: { id: 'point-1' } },
    ])
  })

  test('takes the answer of another program for none, not for an empty one', async () => {
    const client = new PagedElasticsearch(documentsInTime(3))
    const point = await PointInTime.open(partsOf(client))
    client.instead.push({ path: '_search', answer: answer(200, { hello: 'world' }) })
    await expect(point.search({})).rejects.toThrow('the answer is not understood')
  })

  test('is opened anew when it was lost', async () => {
    const client = new PagedElasticsearch(documentsInTime(3))
    const point = await PointInTime.open(partsOf(client))
    client.expire()
    expect(await point.search({ size: 1 })).toMatchObject({ pit_id: 'point-2', hits: { hits: [{}] } })
    await point.close()
    expect(client.openPoints).toBe(0)
  })

  test('says which streams the credentials may not read, of those that are there', async () => {
    const client = new PagedElasticsearch()
    client.rights = { 'logs-envoy.access_failed-default': false }
    const point = await PointInTime.open(partsOf(client, { hasCredentials: true }))
    expect(point.unreadable).toEqual(['logs-envoy.access_failed-default'])
  })

  test('does not ask for rights without credentials, and goes on where nobody knows', async () => {
    const client = new PagedElasticsearch()
    await PointInTime.open(partsOf(client))
    expect(client.requests).toHaveLength(1)
    client.instead.push({ path: '_has_privileges', answer: answer(400) })
    expect((await PointInTime.open(partsOf(client, { hasCredentials: true }))).unreadable).toEqual([])
  })

  test('goes on without a shard that is nowhere, and says so', async () => {
    const client = new PagedElasticsearch()
    const shards = { total: 3, failed: 1, failures: [{ reason: { type: 'no_shard_available', reason: null } }] }
    client.instead.push(
      { path: '_pit', answer: answer(503) },
      { path: '_pit', answer: answer(200, { id: 'x', _shards: shards }) },
    )
    const point = await PointInTime.open(partsOf(client))
    expect(point.gap).toBe('1 of 3 shards failed (not available)')
    expect(client.requests[1]?.query).toMatchObject({ allow_partial_search_results: 'true' })
  })

  test.for<readonly [string, Partial<PagedElasticsearch>, string]>([
    [
      'shards that failed',
      { shardFailures: { total: 5, failed: 2, failures: [{ reason: { type: 't', reason: 'too\nmany' } }] } },
      '2 of 5 shards failed (too)',
    ],
    ['a time limit', { isTimedOut: true }, 'the time limit of the cluster for a search had passed'],
  ])('keeps a gap in an answer: %s', async ([, settings, gap]) => {
    const client = Object.assign(new PagedElasticsearch(), settings)
    const point = await PointInTime.open(partsOf(client))
    await point.search({})
    Object.assign(client, { shardFailures: undefined, isTimedOut: false })
    await point.search({})
    expect(point.gap).toBe(gap)
  })

  test.for<readonly [string, readonly ElasticsearchAnswer[], Partial<SearchParts>, string, string]>([
    [
      'no stream',
      [NOTHING_THERE],
      {},
      'SINK_MISCONFIGURED',
      'no such data stream. The first line that is delivered makes it, if there are templates (flagship bootstrap elasticsearch); else check the namespace (--namespace)',
    ],
    [
      '401',
      [answer(401)],
      {},
      'SINK_MISCONFIGURED',
      'HTTP 401, Elasticsearch does not know these credentials; check what the files hold',
    ],
    [
      '403',
      [answer(403)],
      {},
      'SINK_MISCONFIGURED',
      'HTTP 403; the right "read" is missing on logs-envoy.access-default, logs-envoy.access_failed-default; grant it to the role or API key',
    ],
    [
      '503 twice',
      [answer(503), answer(503, { error: { type: 'x', reason: 'gone' } })],
      {},
      'SINK_UNAVAILABLE',
      'HTTP 503 gone',
    ],
    [
      '503 of a server that knows no partial answers',
      [answer(503, { error: { reason: 'gone' } }), answer(400)],
      {},
      'SINK_UNAVAILABLE',
      'HTTP 503 gone',
    ],
    [
      'the answer of another program',
      [answer(200, { hello: 'world' })],
      {},
      'SINK_UNAVAILABLE',
      'the answer is not understood; check what stands before Elasticsearch',
    ],
    [
      '429',
      [answer(429, { error: { type: 'es_rejected_execution_exception' } })],
      {},
      'SINK_UNAVAILABLE',
      'HTTP 429 es_rejected_execution_exception',
    ],
  ])('does not open: %s', async ([, answers, parts, code, message]) => {
    const client = new PagedElasticsearch()
    client.instead.push(...answers.map((each) => ({ path: '_pit', answer: each })))
    await expect(PointInTime.open(partsOf(client, parts))).rejects.toMatchObject({
      code,
      message: `Cannot search "${STREAMS.join(',')}": ${message}`,
    })
  })

  test('names the right where a pattern finds nothing because of it, and closes', async () => {
    const client = new PagedElasticsearch()
    client.rights = { 'logs-envoy.access-default': false }
    client.instead.push({ path: '_pit', answer: NOTHING_THERE })
    await expect(PointInTime.open(partsOf(client, { hasCredentials: true }))).rejects.toThrow(
      'Cannot search "logs-envoy.access-default": the right "read" is missing on logs-envoy.access-default;',
    )
    expect(client.requests.at(-1)).toMatchObject({ method: 'DELETE', json: { id: 'x' } })
  })

  test.for<readonly [string, boolean, string, string]>([
    [
      'with --query',
      true,
      'USAGE',
      'Cannot search for the value of "--query": Failed to parse query [a:(]: Cannot parse; see flagship search --help',
    ],
    [
      'without',
      false,
      'SINK_MISCONFIGURED',
      `Cannot search "${STREAMS.join(',')}": Failed to parse query [a:(]: Cannot parse; are the templates of flagship bootstrap elasticsearch installed?`,
    ],
  ])('tells whose fault a request is that is not understood: %s', async ([, hasQuery, code, message]) => {
    const client = new PagedElasticsearch()
    const point = await PointInTime.open(partsOf(client, { hasQuery }))
    const error = {
      root_cause: [{ type: 'query_shard_exception', reason: 'Failed to parse query [a:(]' }],
      caused_by: { reason: 'x', caused_by: { reason: 'Cannot parse' } },
    }
    client.instead.push({ path: '_search', answer: answer(400, { error }) })
    await expect(point.search({})).rejects.toMatchObject({ code, message })
  })
})
