import { streamName } from '../../sinks/elasticsearch/stream-names.ts'
import type { Installable } from '../object.ts'
import { dashboard } from './dashboard.ts'
import { dataView } from './data-view.ts'
import { type InstallableRule, ruleObject } from './rule-object.ts'
import { ALERT_RULES } from './rules.ts'
import { type InstallableSavedObject, ndjsonOf, type Place } from './saved-object.ts'
import { searchObject, SEARCHES } from './searches.ts'

export interface KibanaObjectsOptions {
  /** Namespaces of the data streams that are looked at: those of one sink, or of one tenant. */
  readonly namespaces: readonly string[]
  /** `default` is the one that is always there. */
  readonly space: string
}

/** What goes into Kibana, in an order in which references resolve. Equal options give equal bytes. */
export function kibanaObjects(options: KibanaObjectsOptions): readonly Installable[] {
  return [...savedObjects(options), ...rules(options)]
}

/** The saved objects as one file for Kibana's own import; rules have no such file. */
export function kibanaNdjson(options: KibanaObjectsOptions): string {
  return ndjsonOf(savedObjects(options).map(({ savedObject }) => savedObject))
}

export function savedObjects(options: KibanaObjectsOptions): readonly InstallableSavedObject[] {
  const place = placeOf(options)
  return [dataView(place), ...SEARCHES.map((search) => searchObject(search, place)), dashboard(place)]
}

export function rules(options: KibanaObjectsOptions): readonly InstallableRule[] {
  const place = placeOf(options)
  return ALERT_RULES.map((rule) => ruleObject(rule, place))
}

/** `access*` takes in `access_failed`: a share needs the healthy lines and the failed ones. */
function placeOf({ namespaces, space }: KibanaObjectsOptions): Place {
  const patterns = namespaces.map((namespace) => streamName('envoy.access', namespace).replace('.access-', '.access*-'))
  return { space, pattern: patterns.join(',') }
}
