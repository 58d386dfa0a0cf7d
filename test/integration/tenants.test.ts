import { expect, test } from 'vitest'
import { Workplace } from '../support/agent-process.ts'
import type { Difference } from '../support/differences.ts'
import { at } from '../support/read-back.ts'
import { describeElasticsearch } from '../support/real-elasticsearch.ts'
import { deliverTree, differencesIn, type Document, SHIPPED_COUNT } from '../support/delivered-tree.ts'
import { countIn, request } from '../support/stored-documents.ts'

const SINK = {
  namespace: {
    default: 'rest',
    rules: [
      { match: 'sho?', namespace: 'pay' },
      { match: 'istio-*', namespace: 'mesh' },
    ],
  },
  retention: { healthy: '14d', failed: '400d' },
}

/** Where a document belongs, by what it says of itself. */
function streamOf(document: Document): string {
  const dataset = String(at(document, 'event.dataset'))
  const isFailed = at(document, 'event.outcome') === 'failure' || at(document, 'envoy.response_flags') !== undefined
  const failed = dataset === 'envoy.access' && isFailed ? '_failed' : ''
  return `logs-${dataset}${failed}-${NAMESPACES[String(at(document, 'kubernetes.namespace'))]}`
}

const NAMESPACES: Readonly<Record<string, string>> = {
  shop: 'pay',
  'istio-system': 'mesh',
  default: 'rest',
  data: 'rest',
}

/** Where a source is put together from what is indexed, a date has no more than milliseconds. */
function isCutDate({ path, expected, found }: Difference): boolean {
  const isDate = path === '@timestamp' || path === 'event.created'
  return isDate && String(expected).replace(/(\.\d{3})\d+Z$/, '$1Z') === found
}

describeElasticsearch('Streams of tenants and classes', (server) => {
  test('hold what belongs to them, and one search finds all of it', async () => {
    const { stored, written } = await deliverTree(server(), new Workplace(), SINK)
    expect(stored).toHaveLength(SHIPPED_COUNT)
    expect(differencesIn(written, stored).filter((difference) => !isCutDate(difference))).toEqual([])
    const streams = Map.groupBy(written, streamOf)
    const named = [...streams.keys()]
    expect(named).toEqual(
      expect.arrayContaining(['rest', 'pay', 'mesh'].map((name) => `logs-envoy.access_failed-${name}`)),
    )
    expect(named).toEqual(expect.arrayContaining(['rest', 'mesh'].map((name) => `logs-envoy.access-${name}`)))
    for (const [stream, documents] of streams) expect(await countIn(server(), stream), stream).toBe(documents.length)
    const access = written.filter((document) => at(document, 'event.dataset') === 'envoy.access')
    expect(await countIn(server(), 'logs-envoy.access*-*')).toBe(access.length)
    expect(await countIn(server(), 'logs-envoy.access*-*', { term: { 'event.dataset': 'envoy.access' } })).toBe(
      access.length,
    )
  })

  test('are kept as long as their class', async () => {
    const retentions = await Promise.all(
      ['access-pay', 'access_failed-pay', 'access_failed-rest', 'log-mesh'].map(async (stream) => {
        const path = `/_index_template/_simulate_index/logs-envoy.${stream}`
        const { template } = await request<{ template: { lifecycle: { data_retention: string } } }>(
          server(),
          'POST',
          path,
        )
        return template.lifecycle.data_retention
      }),
    )
    expect(retentions).toEqual(['14d', '400d', '400d', '14d'])
  })
})
