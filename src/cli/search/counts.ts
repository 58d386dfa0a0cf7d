import { at, listAt } from '../../sinks/elasticsearch/parts-of-json.ts'
import { type Dsl, filterOf } from './filter.ts'
import type { GroupBy } from './group-by.ts'
import type { PointInTime } from './point-in-time.ts'
import { DIRECTIONS, type Question } from './question.ts'

/** Groups in one answer. */
const PAGE_GROUPS = 1_000
/** Groups that are read at most: they are sorted here. */
const MOST_GROUPS = 50_000

/** How many lines, how many of them failed, and on which side of a hop they stood. */
export interface Counts {
  readonly lines: number
  readonly failed: number
  readonly client: number
  readonly server: number
}

/** The lines with the same values; a value is undefined where a line has none. */
export interface Group extends Counts {
  readonly values: readonly (string | undefined)[]
}

/** All lines that fit, and their groups, largest first. */
export interface Tally {
  readonly total: Counts
  readonly groups: readonly Group[]
  /** False when there were more than can be read: then even large ones may be missing. */
  readonly isWhole: boolean
}

/** Every group, counted to the last line. */
export async function countGroups(point: PointInTime, question: Question, mostGroups = MOST_GROUPS): Promise<Tally> {
  const groups: Group[] = []
  let after: unknown
  let total: Counts | undefined
  do {
    const body = await point.search(countRequest(question, after))
    total ??= countsIn(at(body, 'aggregations'), at(body, 'hits', 'total', 'value'))
    const buckets = listAt(body, 'aggregations', 'groups', 'buckets')
    for (const bucket of buckets) groups.push(groupIn(bucket, question.groupBy))
    after = buckets.length < PAGE_GROUPS ? undefined : at(body, 'aggregations', 'groups', 'after_key')
  } while (after !== undefined && groups.length < mostGroups)
  groups.sort((a, b) => b.lines - a.lines)
  return { total, groups, isWhole: after === undefined }
}

/** What one page of groups is asked with: each combination of values once, in order, so that none is estimated. */
export function countRequest(question: Question, after: unknown): Dsl {
  const fields = question.groupBy.flatMap((group) => group.fields)
  const sources = fields.map((field, index) => ({ [`k${index}`]: { terms: { field, missing_bucket: true } } }))
  const composite = { size: PAGE_GROUPS, sources, ...(after === undefined ? {} : { after }) }
  return {
    size: 0,
    query: filterOf(question),
    track_total_hits: after === undefined,
    aggs: { groups: { composite, aggs: PARTS }, ...(after === undefined ? PARTS : {}) },
  }
}

const PARTS: Dsl = {
  failed: { filter: { term: { 'event.outcome': 'failure' } } },
  client: { filter: { terms: { 'envoy.direction': DIRECTIONS.client } } },
  server: { filter: { terms: { 'envoy.direction': DIRECTIONS.server } } },
}

function groupIn(bucket: unknown, groupBy: readonly GroupBy[]): Group {
  let index = 0
  const values = groupBy.map(({ fields }) => {
    const parts = fields.map(() => textOf(at(bucket, 'key', `k${index++}`)))
    return parts.some((part) => part !== undefined) ? endName(parts) : undefined
  })
  return { values, ...countsIn(bucket, at(bucket, 'doc_count')) }
}

/** `NAMESPACE/NAME`; a namespace alone does not say who. */
function endName(parts: readonly (string | undefined)[]): string {
  const name = parts.at(-1) ?? '-'
  return [...parts.slice(0, -1).filter((part) => part !== undefined), name].join('/')
}

function textOf(key: unknown): string | undefined {
  return typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean' ? String(key) : undefined
}

function countsIn(parts: unknown, lines: unknown): Counts {
  const countOf = (name: string) => numberOf(at(parts, name, 'doc_count'))
  return { lines: numberOf(lines), failed: countOf('failed'), client: countOf('client'), server: countOf('server') }
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
