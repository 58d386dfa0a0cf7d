import type { Kibana, KibanaAnswer } from '../../clients/kibana.ts'
import { FlagshipError } from '../../errors.ts'
import { at, listAt, textAt } from '../../sinks/elasticsearch/parts-of-json.ts'
import type { Found } from '../object.ts'
import { findMark } from './mark.ts'
import { type Attempt, isAbsent, messageOf, refusal } from './refusal.ts'
import { type InstallableSavedObject, ndjsonOf, type SavedObject, type SavedObjectType } from './saved-object.ts'

/**
 * Looks through the export, the one call that also a serverless Kibana has. Kibana rewrites what it stores with every
 * release, so attributes say nothing: equal is what carries the mark of what we would write. Nobody can have edited it,
 * because it is `managed`.
 */
export async function findSavedObject(kibana: Kibana, object: InstallableSavedObject): Promise<Found> {
  const { type, id } = object.savedObject
  const answer = await kibana.request({
    method: 'POST',
    path: '/api/saved_objects/_export',
    json: { objects: [{ type, id }], excludeExportDetails: true },
  })
  if (answer.statusCode !== 200) {
    if (isMissing(answer)) return { kind: 'absent' }
    throw refusal(kibana, attempt('read', object), answer)
  }
  const mark = findMark(JSON.stringify(at(answer.body, 'attributes') ?? ''))
  if (mark === undefined) return { kind: 'foreign' }
  const isEqual = mark.text === findMark(JSON.stringify(object.body))?.text
  return { kind: 'ours', version: mark.version, body: isEqual ? object.body : keptOf(answer.body) }
}

/** Replaces what has this id in the space. */
export async function writeSavedObject(kibana: Kibana, object: InstallableSavedObject): Promise<void> {
  const path = '/api/saved_objects/_import?overwrite=true'
  const answer = await kibana.request({ method: 'POST', path, file: ndjsonOf([object.savedObject]) })
  if (answer.statusCode !== 200) throw refusal(kibana, attempt('install', object), answer)
  const problem = problemOf(answer)
  if (problem === undefined) return
  throw new FlagshipError('SINK_MISCONFIGURED', `Cannot ${attempt('install', object).what}: ${problem}`)
}

/** Done also when it was not there. */
export async function removeSavedObject(kibana: Kibana, object: InstallableSavedObject): Promise<void> {
  const answer = await kibana.request({ method: 'DELETE', path: pathToRemove(object.savedObject) })
  if (answer.statusCode === 200 || isAbsent(answer)) return
  if (/not available with the current configuration/.test(messageOf(answer)))
    throw new FlagshipError(
      'SINK_MISCONFIGURED',
      `Cannot ${attempt('remove', object).what}: a serverless Kibana has no call for it; delete it under Management > Saved Objects`,
    )
  throw refusal(kibana, attempt('remove', object), answer)
}

/** Data views have a call of their own, which a serverless Kibana has too. */
function pathToRemove({ type, id }: SavedObject): string {
  if (type === 'index-pattern') return `/api/data_views/data_view/${id}`
  return `/api/saved_objects/${type}/${id}?force=true`
}

const PRIVILEGES: Readonly<Record<SavedObjectType, string>> = {
  'index-pattern': '"Data View Management: All"',
  search: '"Discover: All"',
  dashboard: '"Dashboard: All"',
}

function attempt(verb: string, { kind, savedObject: { type, id } }: InstallableSavedObject): Attempt {
  return { what: `${verb} ${kind} "${id}"`, privilege: `"Saved Objects Management: All" and ${PRIVILEGES[type]}` }
}

/** The export of one object that is not there is a 400 that holds a 404. */
function isMissing({ statusCode, body }: KibanaAnswer): boolean {
  const objects = listAt(body, 'attributes', 'objects')
  return statusCode === 400 && objects.some((object) => at(object, 'error', 'statusCode') === 404)
}

/** An import that did not do it answers 200 all the same. */
function problemOf({ body }: KibanaAnswer): string | undefined {
  if (at(body, 'success') !== true) {
    const error = at(listAt(body, 'errors')[0], 'error')
    const reason = [textAt(error, 'type'), textAt(error, 'message')].filter((text) => text !== undefined).join(', ')
    return `the import failed: ${reason === '' ? 'no reason given' : reason.slice(0, 300)}`
  }
  const other = textAt(listAt(body, 'successResults')[0], 'destinationId')
  return other === undefined
    ? undefined
    : `another space has this id, so Kibana stored a copy as "${other}"; delete one of the two`
}

/** What is ours to compare, without what Kibana adds. */
function keptOf(found: unknown): object {
  const names = ['type', 'id', 'attributes', 'references', 'coreMigrationVersion', 'typeMigrationVersion', 'managed']
  return Object.fromEntries(names.map((name) => [name, at(found, name)]))
}
