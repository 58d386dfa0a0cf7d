import { thresholdOf } from '../../src/bootstrap/alert-thresholds.ts'
import { kqlOf } from '../../src/bootstrap/kibana/condition.ts'
import { minutesRead, UNNAMED } from '../../src/bootstrap/kibana/esql.ts'
import { type AlertRule, SIDES } from '../../src/bootstrap/kibana/rules.ts'
import { dslOfKql } from './kql.ts'

/** One alert: the group in the order of `groupBy`, and its side. */
export interface Firing {
  readonly group: readonly string[]
  readonly side: string
  readonly hits: number
  readonly causes: readonly string[]
}

type Json = Readonly<Record<string, unknown>>

/**
 * A rule as a search with aggregations: the same model and the same numbers as its ES|QL, for servers that have none.
 * What it shows is that conditions, groups, windows and thresholds are right, not that the text of the ES|QL is.
 */
export function ruleSearch(rule: AlertRule, now: number): Json {
  const ago = (minutesAgo: number) => new Date(now - minutesAgo * 60_000).toISOString()
  const read = { range: { 'event.end': { gt: ago(minutesRead(rule)), lte: ago(0) } } }
  const isNow = { range: { 'event.end': { gt: ago(thresholdOf('window')) } } }
  const windows = { filters: { filters: { now: isNow, before: { bool: { must_not: isNow } } } } }
  const hit = dslOfKql(kqlOf(rule.hit))
  const causes = { terms: { field: 'envoy.verdict.cause', size: 100 }, aggs: { windows } }
  const inSide = { windows: { ...windows, aggs: { hits: { filter: hit } } }, hit: { filter: hit, aggs: { causes } } }
  const bySide = {
    sides: {
      filters: {
        filters: { [SIDES.inbound]: directed('inbound'), [SIDES.waypoint]: directed('waypoint') },
        other_bucket_key: SIDES.other,
      },
      aggs: inSide,
    },
  }
  const aggs = rule.groupBy.reduceRight<Json>(
    (below, field) => ({ group: { terms: { field, missing: UNNAMED, size: 1_000 }, aggs: below } }),
    bySide,
  )
  const among = rule.among === undefined ? [] : [dslOfKql(kqlOf(rule.among))]
  return { size: 0, query: { bool: { filter: [read, ...among] } }, aggs }
}

function directed(direction: string): Json {
  return { term: { 'envoy.direction': direction } }
}

/** What would be an alert in an answer to `ruleSearch`. */
export function firingsOf(rule: AlertRule, answer: unknown): readonly Firing[] {
  return groupsOf(at(answer, 'aggregations'), []).flatMap(([group, sides]) =>
    Object.entries(Object(sides)).flatMap(([side, bucket]) => {
      const fired = rule.baseline.kind === 'share' ? shareOf(rule, rule.baseline, bucket) : newCausesOf(rule, bucket)
      return fired === undefined ? [] : [{ group, side, ...fired }]
    }),
  )
}

type Fired = Pick<Firing, 'hits' | 'causes'> | undefined

function shareOf(rule: AlertRule, baseline: AlertRule['baseline'] & { kind: 'share' }, bucket: unknown): Fired {
  const counts = (window: string) => {
    const found = at(bucket, 'windows', 'buckets', window)
    return { lines: count(found), hits: count(at(found, 'hits')) }
  }
  const now = counts('now')
  const before = counts('before')
  const share = now.hits / now.lines
  const shareBefore = before.lines > 0 ? before.hits / before.lines : 0
  const isRise = share > baseline.factor * shareBefore || share >= (baseline.sustained ?? Number.POSITIVE_INFINITY)
  if (now.hits < rule.floor || share < rule.ratio || !isRise) return undefined
  return {
    hits: now.hits,
    causes: causesOf(bucket)
      .filter(({ now: hits }) => hits > 0)
      .map(({ cause }) => cause),
  }
}

function newCausesOf(rule: AlertRule, bucket: unknown): Fired {
  const lines = count(at(bucket, 'windows', 'buckets', 'now'))
  const fresh = causesOf(bucket).filter(({ now, before }) => before === 0 && now >= rule.floor)
  const hits = Math.max(0, ...fresh.map(({ now }) => now))
  if (hits < rule.floor || hits / lines < rule.ratio) return undefined
  return { hits, causes: fresh.map(({ cause }) => cause) }
}

function causesOf(bucket: unknown): readonly { cause: string; now: number; before: number }[] {
  return list(at(bucket, 'hit', 'causes', 'buckets')).map((one) => ({
    cause: String(at(one, 'key')),
    now: count(at(one, 'windows', 'buckets', 'now')),
    before: count(at(one, 'windows', 'buckets', 'before')),
  }))
}

function groupsOf(aggregations: unknown, group: readonly string[]): readonly (readonly [readonly string[], unknown])[] {
  const sides = at(aggregations, 'sides', 'buckets')
  if (sides !== undefined) return [[group, sides]]
  return list(at(aggregations, 'group', 'buckets')).flatMap((one) => groupsOf(one, [...group, String(at(one, 'key'))]))
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce(
    (found: unknown, name) => (found === undefined ? undefined : Reflect.get(Object(found), name)),
    value,
  )
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function count(bucket: unknown): number {
  return Number(at(bucket, 'doc_count') ?? 0)
}
