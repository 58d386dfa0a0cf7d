import type { Kibana, KibanaAnswer } from '../../clients/kibana.ts'
import { at, listAt } from '../../sinks/elasticsearch/parts-of-json.ts'
import type { Found } from '../object.ts'
import { findMark } from './mark.ts'
import { type Attempt, isAbsent, refusal } from './refusal.ts'
import type { InstallableRule } from './rule-object.ts'

/** Compares what flagship wrote; actions, further tags and whether it is enabled are the users'. */
export async function findRule(kibana: Kibana, rule: InstallableRule): Promise<Found> {
  const answer = await read(kibana, rule)
  if (answer === undefined) return { kind: 'absent' }
  const mark = findMark(tagsOf(answer.body).join(' '))
  if (mark === undefined) return { kind: 'foreign' }
  const tags = tagsOf(answer.body).filter((tag) => isOurs(tag, rule))
  const sameOrder = rule.body.tags.filter((tag) => tags.includes(tag))
  const others = tags.filter((tag) => !sameOrder.includes(tag))
  const kept = projected(rule.body, answer.body)
  return {
    kind: 'ours',
    version: mark.version,
    body: { ...Object(kept), tags: [...sameOrder, ...others], actions: [] },
  }
}

/** Makes the rule, or replaces all of it but what is the users'. */
export async function writeRule(kibana: Kibana, rule: InstallableRule): Promise<void> {
  const found = await read(kibana, rule)
  const answer = await kibana.request(
    found === undefined
      ? { method: 'POST', path: pathOf(rule), json: { ...rule.body, enabled: true } }
      : { method: 'PUT', path: pathOf(rule), json: updateOf(rule, found.body) },
  )
  if (answer.statusCode !== 200) throw refusal(kibana, attempt('install', rule), answer)
}

/** Done also when it was not there. */
export async function removeRule(kibana: Kibana, rule: InstallableRule): Promise<void> {
  const answer = await kibana.request({ method: 'DELETE', path: pathOf(rule) })
  if (answer.statusCode === 200 || answer.statusCode === 204 || isAbsent(answer)) return
  throw refusal(kibana, attempt('remove', rule), answer)
}

async function read(kibana: Kibana, rule: InstallableRule): Promise<KibanaAnswer | undefined> {
  const answer = await kibana.request({ method: 'GET', path: pathOf(rule) })
  if (answer.statusCode === 200) return answer
  if (isAbsent(answer)) return undefined
  throw refusal(kibana, attempt('read', rule), answer)
}

function pathOf({ id }: InstallableRule): string {
  return `/api/alerting/rule/${id}`
}

function attempt(verb: string, { kind, id, body }: InstallableRule): Attempt {
  return { what: `${verb} ${kind} "${body.name}" (${id})`, privilege: '"Stack Rules: All" (under Management)' }
}

/** Type and consumer cannot be changed, and Kibana refuses an update that names them. */
function updateOf(rule: InstallableRule, found: unknown): object {
  const { rule_type_id: _, consumer: __, ...body } = rule.body
  const others = tagsOf(found).filter((tag) => !isOurs(tag, rule))
  return { ...body, tags: [...body.tags, ...others], actions: actionsOf(found) }
}

/** As an update takes them: it refuses the type of the connector that the answer names. */
function actionsOf(found: unknown): readonly object[] {
  return listAt(found, 'actions').map((action) => {
    const { connector_type_id: _, ...kept } = { connector_type_id: undefined, ...Object(action) }
    return kept
  })
}

function isOurs(tag: string, { body }: InstallableRule): boolean {
  return body.tags.includes(tag) || findMark(tag) !== undefined
}

function tagsOf(found: unknown): readonly string[] {
  return listAt(found, 'tags').filter((tag) => typeof tag === 'string')
}

/** The members of `found` that `wanted` has: Kibana adds defaults, times and names. */
function projected(wanted: unknown, found: unknown): unknown {
  const isPlain = typeof wanted === 'object' && wanted !== null && !Array.isArray(wanted)
  if (!isPlain || typeof found !== 'object' || found === null) return found
  return Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, projected(value, at(found, name))]))
}
