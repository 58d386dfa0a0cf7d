import { describe, expect, test } from 'vitest'
import { PAGE_LINES, type Page, pageRequest, pagesOf } from '../../../../src/cli/search/lines.ts'
import { parseOptions } from '../../../../src/cli/options.ts'
import { PointInTime } from '../../../../src/cli/search/point-in-time.ts'
import { QUESTION_OPTIONS, readQuestion } from '../../../../src/cli/search/question.ts'
import { documentsInTime, PagedElasticsearch, type PagedDocument } from '../../../support/paged-elasticsearch.ts'

const question = (...args: readonly string[]) =>
  readQuestion({ since: 'all', ...parseOptions('search', args, QUESTION_OPTIONS).values }, 0)

async function open(client: PagedElasticsearch): Promise<PointInTime> {
  const { signal } = new AbortController()
  return PointInTime.open({ client, streams: ['s'], hasQuery: false, hasCredentials: false, signal })
}

async function idsOf(client: PagedElasticsearch, limit: number): Promise<readonly (string | undefined)[]> {
  const point = await open(client)
  const pages: Page[] = []
  for await (const page of pagesOf(point, question('--limit', String(limit)), true)) pages.push(page)
  return pages.flatMap(({ documents }) => documents.map(({ event }) => event?.id))
}

function newestIds(documents: readonly PagedDocument[], limit = documents.length) {
  return documents
    .map(({ event }) => event.id)
    .toReversed()
    .slice(0, limit)
}

describe('pagesOf()', () => {
  test.for([0, 1, PAGE_LINES - 1, PAGE_LINES, PAGE_LINES + 1, 3 * PAGE_LINES + 7])(
    'gives each of %i lines once, newest first',
    async (count) => {
      const documents = documentsInTime(count)
      expect(await idsOf(new PagedElasticsearch(documents), 10_000)).toEqual(newestIds(documents))
    },
  )

  test.for([1, PAGE_LINES, PAGE_LINES + 1])('stops after %i lines, and asks for no more', async (limit) => {
    const documents = documentsInTime(3 * PAGE_LINES)
    const client = new PagedElasticsearch(documents)
    expect(await idsOf(client, limit)).toEqual(newestIds(documents, limit))
    const sizes = client.requests.map(({ json }) => json && Reflect.get(json, 'size')).filter(Number)
    expect(sizes.reduce((sum, size) => sum + Number(size), 0)).toBe(limit)
  })

  test('gives what was there at the start while lines arrive', async () => {
    const documents = documentsInTime(3 * PAGE_LINES)
    const client = new PagedElasticsearch(documents)
    client.onSearch = (count) => void client.documents.push(...documentsInTime(50).map((line) => renamed(line, count)))
    expect(await idsOf(client, 10_000)).toEqual(newestIds(documents))
    expect(client.openedPoints).toBe(1)
  })

  test('goes on where it was when the point in time was lost', async () => {
    const documents = documentsInTime(3 * PAGE_LINES)
    const client = new PagedElasticsearch(documents)
    client.onSearch = (count) => void (count === 2 && client.expire())
    expect(await idsOf(client, 10_000)).toEqual(newestIds(documents))
    expect(client.openedPoints).toBe(2)
  })

  test('reads a page only when the one before was taken', async () => {
    const client = new PagedElasticsearch(documentsInTime(3 * PAGE_LINES))
    const pages = pagesOf(await open(client), question('--limit', '10000'), true)
    await pages.next()
    expect(client.requests.filter(({ path }) => path === '/_search')).toHaveLength(1)
  })

  test('says how many there are, on every page', async () => {
    const pages = pagesOf(await open(new PagedElasticsearch(documentsInTime(12_000))), question('--limit', '500'), true)
    expect((await pages.next()).value).toMatchObject({ total: { lines: 10_000, isExact: false } })
    expect((await pages.next()).value).toMatchObject({ total: { lines: 10_000, isExact: false } })
  })
})

function renamed(line: PagedDocument, count: number): PagedDocument {
  return { ...line, event: { ...line.event, id: `${line.event.id}-${count}` } }
}

describe('pageRequest()', () => {
  const first = { size: 10, after: undefined, isShort: false }

  test('sorts access lines by their end, those without one last', () => {
    expect(pageRequest(question(), first)).toEqual({
      size: 10,
      query: { bool: { filter: [] } },
      sort: [
        { 'event.end': { order: 'desc', missing: 0, unmapped_type: 'date' } },
        { 'event.id': { order: 'desc', unmapped_type: 'keyword' } },
      ],
      track_total_hits: 10_000,
    })
  })

  test('sorts other lines by their time', () => {
    expect(pageRequest(question('--dataset', 'log'), first)).toMatchObject({ sort: [{ '@timestamp': {} }, {}] })
  })

  test('counts once', () => {
    expect(pageRequest(question(), { ...first, after: [1, 'a'] })).toMatchObject({
      search_after: [1, 'a'],
      track_total_hits: false,
    })
  })

  test('leaves out of a table what it does not show', () => {
    expect(pageRequest(question(), { ...first, isShort: true })['_source']).not.toContain('event.original')
    expect(pageRequest(question('--dataset', 'unparsed'), { ...first, isShort: true })['_source']).toContain(
      'event.original',
    )
  })
})
