import { thresholdOf } from '../alert-thresholds.ts'
import { esqlOf } from './condition.ts'
import { type AlertRule, SIDES } from './rules.ts'

/** What stands in a group where a document has no such field. */
export const UNNAMED = 'unknown'

/** Minutes that a rule reads: its window and what it is compared with. */
export function minutesRead({ baseline }: AlertRule): number {
  return thresholdOf('window') + baseline.minutes
}

/**
 * A rule as ES|QL; every row of the answer is an alert, named by the fields behind the last BY. Uses what Elasticsearch
 * 8.19 has. Counts are made doubles before they are divided, because integers are cut off there.
 */
export function ruleEsql(rule: AlertRule, pattern: string): string {
  const stages = rule.baseline.kind === 'share' ? shareStages(rule, rule.baseline) : newCauseStages(rule)
  return [`FROM ${pattern}`, ...stages, 'SORT hits DESC'].join('\n| ')
}

function shareStages(rule: AlertRule, baseline: AlertRule['baseline'] & { kind: 'share' }): readonly string[] {
  const { sustained, factor } = baseline
  const rises = `share > ${factor} * share_before`
  return [
    `WHERE ${isRead(rule)}`,
    `EVAL ${marks(rule)}`,
    `STATS ${[
      `hits = ${count('is_now AND is_hit')}`,
      `lines = ${count('is_now')}`,
      `hits_before = ${count('NOT is_now AND is_hit')}`,
      `lines_before = ${count('NOT is_now')}`,
      'causes = VALUES(CASE(is_now AND is_hit, envoy.verdict.cause))',
    ].join(', ')} BY ${groups(rule)}`,
    `WHERE hits >= ${rule.floor}`,
    'EVAL share = hits::double / lines, share_before = CASE(lines_before > 0, hits_before::double / lines_before, 0.0)',
    `WHERE share >= ${rule.ratio} AND ${sustained === undefined ? rises : `(${rises} OR share >= ${sustained})`}`,
  ]
}

/** First by cause, to tell the new ones; then by service, because a share needs all of its lines. */
function newCauseStages(rule: AlertRule): readonly string[] {
  return [
    `WHERE ${isRead(rule)} AND (${IS_NOW} OR (${esqlOf(rule.hit)}))`,
    `EVAL ${marks(rule)}, cause = CASE(is_hit, envoy.verdict.cause, "")`,
    `STATS hits_by_cause = ${count('is_now AND is_hit')}, lines_by_cause = ${count('is_now')}, hits_before = ${count('NOT is_now AND is_hit')} BY ${groups(rule)}, cause`,
    `EVAL is_new = hits_before == 0 AND hits_by_cause >= ${rule.floor}`,
    `STATS hits = MAX(CASE(is_new, hits_by_cause, 0)), lines = SUM(lines_by_cause), causes = VALUES(CASE(is_new, cause)) BY ${groups(rule)}`,
    `WHERE hits >= ${rule.floor}`,
    'EVAL share = hits::double / lines',
    `WHERE share >= ${rule.ratio}`,
  ]
}

const IS_NOW = `event.end > NOW() - ${thresholdOf('window')} minutes`

function isRead(rule: AlertRule): string {
  const isRecent = `event.end > NOW() - ${minutesRead(rule)} minutes`
  return rule.among === undefined ? isRecent : `${isRecent} AND (${esqlOf(rule.among)})`
}

function marks(rule: AlertRule): string {
  const named = rule.groupBy.map((field) => `${field} = COALESCE(${field}, "${UNNAMED}")`)
  const side = `side = CASE(envoy.direction == "inbound", "${SIDES.inbound}", envoy.direction == "waypoint", "${SIDES.waypoint}", "${SIDES.other}")`
  return [...named, side, `is_now = ${IS_NOW}`, `is_hit = ${esqlOf(rule.hit)}`].join(', ')
}

function groups({ groupBy }: AlertRule): string {
  return [...groupBy, 'side'].join(', ')
}

function count(condition: string): string {
  return `SUM(CASE(${condition}, 1, 0))`
}
