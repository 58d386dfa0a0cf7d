import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Workplace } from '../support/agent-process.ts'
import { at } from '../support/read-back.ts'
import { describeElasticsearch } from '../support/real-elasticsearch.ts'
import { deliverTree, differencesIn, type Document, eventId, SHIPPED_COUNT } from '../support/delivered-tree.ts'
import { countIn, request, type StoredDocument } from '../support/stored-documents.ts'

const ACCESS = 'logs-envoy.access-default'

/** How many documents have each of their values at `path`, as a terms aggregation counts them. */
function termsAt(documents: readonly Document[], path: string): Readonly<Record<string, number>> {
  const values = documents.flatMap((document) => [...new Set([at(document, path) ?? []].flat())].map(String))
  return Object.fromEntries([...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length]))
}

function addressNumber(address: unknown): number {
  return String(address)
    .split('.')
    .reduce((number, part) => number * 256 + Number(part), 0)
}

/** Every field of a mapping by its dotted name, with its type. */
function typesIn(mapping: object, prefix = ''): Readonly<Record<string, unknown>> {
  const properties: Readonly<Record<string, object>> = Reflect.get(mapping, 'properties') ?? {}
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, member]) =>
      'properties' in member
        ? Object.entries(typesIn(member, `${prefix}${name}.`))
        : [[`${prefix}${name}`, Reflect.get(member, 'type')]],
    ),
  )
}

describeElasticsearch('flagship run on the recorded tree', (server) => {
  const clearings: (() => Promise<void>)[] = []
  let stored: readonly StoredDocument[] = []
  let written: readonly Document[] = []
  const access = () => written.filter((document) => at(document, 'event.dataset') === 'envoy.access')

  beforeAll(async () => {
    // As on every licence but Enterprise's, where a source is put together from what is indexed.
    await request(server(), 'PUT', '/_component_template/logs@custom', {
      template: { settings: { 'index.mapping.source.mode': 'stored' } },
    })
    const workplace = new Workplace({}, (clear) => clearings.push(clear))
    ;({ stored, written } = await deliverTree(server(), workplace))
  })
  afterAll(async () => {
    for (const clear of clearings) await clear()
  })

  test('stores each document once, equal to what a file sink writes', () => {
    expect(written).toHaveLength(SHIPPED_COUNT)
    expect(stored.map(({ id }) => id).sort()).toEqual(written.map(eventId).sort())
    expect(stored.filter(({ id, source }) => id !== eventId(source))).toEqual([])
    expect(differencesIn(written, stored).slice(0, 20)).toEqual([])
  })

  test('puts each dataset into a stream of its own', async () => {
    const counts = termsAt(written, 'event.dataset')
    expect(counts['envoy.access']).toBeGreaterThan(500)
    expect(counts['envoy.log']).toBeGreaterThan(0)
    for (const [dataset, count] of Object.entries(counts))
      expect(await countIn(server(), `logs-${dataset}-default`), dataset).toBe(count)
  })

  test('adds no field to the mapping of the template', async () => {
    const simulated = await request<{ template: { mappings: object } }>(
      server(),
      'POST',
      `/_index_template/_simulate_index/${ACCESS}`,
    )
    const indices = await request<Record<string, { mappings: object }>>(server(), 'GET', `/${ACCESS}/_mapping`)
    for (const { mappings } of Object.values(indices))
      expect(typesIn(mappings)).toEqual(typesIn(simulated.template.mappings))
    expect(typesIn(simulated.template.mappings)).toMatchObject({
      '@timestamp': 'date',
      'destination.ip': 'ip',
      'envoy.response_flags': 'keyword',
      'envoy.extra': 'flattened',
      'event.duration': 'long',
    })
  })

  describe('a search', () => {
    test('finds addresses in a range, as numbers and not as text', async () => {
      const [from, to] = ['10.9.0.0', '10.244.2.31'] // as text, the first comes after the second
      const isWithin = (address: unknown) =>
        addressNumber(address) >= addressNumber(from) && addressNumber(address) <= addressNumber(to)
      const expected = access().filter((document) => isWithin(at(document, 'destination.ip') ?? '0.0.0.0'))
      expect(expected.length).toBeGreaterThan(10)
      expect(expected.length).toBeLessThan(access().length)
      const range = { range: { 'destination.ip': { gte: from, lte: to } } }
      expect(await countIn(server(), ACCESS, range)).toBe(expected.length)
    })

    test('finds labels by their key', async () => {
      const labels = termsAt(access(), 'envoy.destination.labels.app')
      expect(Object.keys(labels).length).toBeGreaterThan(1)
      for (const [app, count] of Object.entries(labels))
        expect(await countIn(server(), ACCESS, { term: { 'envoy.destination.labels.app': app } }), app).toBe(count)
    })

    test.for(['envoy.response_flags', 'envoy.verdict.cause', 'envoy.destination.labels.app', 'destination.ip'])(
      'counts documents by %s as they are',
      async (field) => {
        const body = { size: 0, aggs: { values: { terms: { field, size: 1_000 } } } }
        const { aggregations } = await request<{
          aggregations: { values: { buckets: readonly { key: string; doc_count: number }[] } }
        }>(server(), 'POST', `/${ACCESS}/_search`, body)
        const counted = aggregations.values.buckets.map(({ key, doc_count: count }) => [key, count])
        const expected = termsAt(access(), field)
        expect(Object.keys(expected).length).toBeGreaterThan(1)
        expect(Object.fromEntries(counted)).toEqual(expected)
      },
    )
  })
})
