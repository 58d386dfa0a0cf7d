import { describe, expect, test } from 'vitest'
import type { ElasticsearchAnswer } from '../../../../src/clients/elasticsearch.ts'
import { parseOptions } from '../../../../src/cli/options.ts'
import { countGroups, countRequest } from '../../../../src/cli/search/counts.ts'
import { PointInTime } from '../../../../src/cli/search/point-in-time.ts'
import { QUESTION_OPTIONS, readQuestion } from '../../../../src/cli/search/question.ts'
import { PagedElasticsearch } from '../../../support/paged-elasticsearch.ts'

const question = (...args: readonly string[]) =>
  readQuestion({ since: 'all', ...parseOptions('search', args, QUESTION_OPTIONS).values }, 0)

const of = (field: string) => ({ terms: { field, missing_bucket: true } })

const parts = (failed: number) => ({
  failed: { doc_count: failed },
  client: { doc_count: 1 },
  server: { doc_count: 2 },
})

/** One answer with `length` groups; each has as many lines as its number. */
function page(from: number, length: number): ElasticsearchAnswer {
  const buckets = Array.from({ length }, (_, n) => ({
    key: { k0: `g${from + n}` },
    doc_count: from + n,
    ...parts(0),
  }))
  const groups = { buckets, after_key: buckets.at(-1)?.key }
  return { statusCode: 200, body: { hits: { total: { value: 9 } }, aggregations: { groups, ...parts(3) } } }
}

async function count(answers: readonly ElasticsearchAnswer[], most?: number) {
  const client = new PagedElasticsearch()
  client.instead.push(...answers.map((answer) => ({ path: '_search', answer })))
  const { signal } = new AbortController()
  const point = await PointInTime.open({ client, streams: ['s'], hasQuery: false, hasCredentials: false, signal })
  return { client, tally: await countGroups(point, question('--group-by', 'cause'), most) }
}

describe('countGroups()', () => {
  test('reads every page and sorts by count', async () => {
    const { client, tally } = await count([page(0, 1_000), page(1_000, 1_000), page(2_000, 3)])
    expect(tally).toMatchObject({ isWhole: true, total: { lines: 9, failed: 3, client: 1, server: 2 } })
    expect(tally.groups).toHaveLength(2_003)
    expect(tally.groups[0]).toEqual({ values: ['g2002'], lines: 2_002, failed: 0, client: 1, server: 2 })
    expect(client.requests.slice(2).map(({ json }) => json)).toMatchObject([
      { aggs: { groups: { composite: { after: { k0: 'g999' } } } } },
      { aggs: { groups: { composite: { after: { k0: 'g1999' } } } } },
    ])
  })

  test('stops at a bound, and says so', async () => {
    const { tally } = await count([page(0, 1_000), page(1_000, 1_000)], 1_500)
    expect({ isWhole: tally.isWhole, count: tally.groups.length }).toEqual({ isWhole: false, count: 2_000 })
  })

  test.for([
    [{ k0: 'shop', k1: 'cart' }, 'shop/cart'],
    [{ k0: null, k1: 'cart' }, 'cart'],
    [{ k0: 'shop', k1: null }, 'shop/-'],
    [{ k0: null, k1: null }, undefined],
  ] as const)('names an end %j %s', async ([key, name]) => {
    const client = new PagedElasticsearch()
    const body = { hits: {}, aggregations: { groups: { buckets: [{ key, doc_count: 1 }] } } }
    client.instead.push({ path: '_search', answer: { statusCode: 200, body } })
    const { signal } = new AbortController()
    const point = await PointInTime.open({ client, streams: ['s'], hasQuery: false, hasCredentials: false, signal })
    expect((await countGroups(point, question('--group-by', 'destination'))).groups[0]?.values).toEqual([name])
  })
})

describe('countRequest()', () => {
  test('asks for each combination of values, also of those that are missing', () => {
    const aggs = {
      failed: { filter: { term: { 'event.outcome': 'failure' } } },
      client: { filter: { terms: { 'envoy.direction': ['outbound', 'gateway'] } } },
      server: { filter: { terms: { 'envoy.direction': ['inbound'] } } },
    }
    const sources = [
      { k0: of('envoy.destination.namespace') },
      { k1: of('service.target.name') },
      { k2: of('envoy.response_flags') },
    ]
    expect(countRequest(question('--group-by', 'destination,flag'), undefined)).toEqual({
      size: 0,
      query: { bool: { filter: [] } },
      track_total_hits: true,
      aggs: { groups: { composite: { size: 1_000, sources }, aggs }, ...aggs },
    })
  })
})
