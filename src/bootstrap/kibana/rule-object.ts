import { thresholdOf } from '../alert-thresholds.ts'
import { BOOTSTRAP_VERSION, type Installable } from '../object.ts'
import { minutesRead, ruleEsql } from './esql.ts'
import { markOf } from './mark.ts'
import type { AlertRule } from './rules.ts'
import type { Place } from './saved-object.ts'
import { uuidIn } from './space.ts'

/** A rule as `POST /api/alerting/rule/{id}` takes it. Without actions: whom to tell is not for flagship to know. */
export interface RuleBody {
  readonly name: string
  readonly tags: readonly string[]
  readonly rule_type_id: string
  readonly consumer: string
  readonly schedule: { readonly interval: string }
  readonly alert_delay: { readonly active: number }
  readonly params: Readonly<Record<string, unknown>>
  readonly actions: readonly never[]
}

/** An alert rule that `flagship bootstrap kibana` installs. */
export interface InstallableRule extends Installable {
  readonly body: RuleBody
}

export function ruleObject(rule: AlertRule, { pattern, space }: Place): InstallableRule {
  const make = (mark: readonly string[]): RuleBody => ({
    name: rule.name,
    tags: ['envoy', 'managed_by:flagship', ...mark],
    rule_type_id: '.es-query',
    consumer: 'stackAlerts', // shown and allowed in every solution view; `logs` is not
    schedule: { interval: `${thresholdOf('check')}m` },
    alert_delay: { active: thresholdOf('runs') },
    params: {
      searchType: 'esqlQuery',
      esqlQuery: { esql: ruleEsql(rule, pattern) },
      timeField: 'event.end',
      timeWindowSize: minutesRead(rule),
      timeWindowUnit: 'm',
      groupBy: 'row', // Kibana 8.19 and 9.1: one alert for each row
      // Kibana demands these for ES|QL too; any row at all is an alert.
      threshold: [0],
      thresholdComparator: '>',
      size: 0,
      aggType: 'count',
      excludeHitsFromPreviousRun: false,
    },
    actions: [],
  })
  const body = make([markOf(make([]), BOOTSTRAP_VERSION)])
  return { kind: 'alert rule', id: uuidIn(space, rule.id), fileName: `kibana/rule-${rule.slug}.json`, body }
}
