import { BOOTSTRAP_VERSION, type Installable } from '../object.ts'
import { markOf } from './mark.ts'
import { idIn } from './space.ts'

export type SavedObjectType = 'index-pattern' | 'search' | 'dashboard'

/** A reference from one object to another, by a name that its attributes use. */
export interface Reference {
  readonly type: SavedObjectType
  readonly id: string
  readonly name: string
}

/** A saved object as Kibana imports it: one line of NDJSON. */
export interface SavedObject {
  readonly type: SavedObjectType
  readonly id: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly references: readonly Reference[]
  /** Both versions say how old the form is; without them Kibana takes an object for one of version 7. */
  readonly coreMigrationVersion: string
  readonly typeMigrationVersion: string
  /** Kibana lets nobody edit it in place, so an upgrade overwrites nobody's work. */
  readonly managed: true
}

/** A saved object that `flagship bootstrap kibana` installs. */
export interface InstallableSavedObject extends Installable {
  readonly savedObject: SavedObject
}

/** What objects are made for. */
export interface Place {
  /** Data streams, as an index pattern: `logs-envoy.access*-default`. */
  readonly pattern: string
  readonly space: string
}

const CORE_MIGRATION_VERSION = '8.8.0' // the newest there is, and in every Kibana since 8.8

/** Forms no newer than that of Kibana 8.17: each is the last one Kibana numbered by release, and later ones only add. */
const TYPE_MIGRATION_VERSIONS: Readonly<Record<SavedObjectType, string>> = {
  'index-pattern': '8.0.0',
  search: '8.0.0',
  dashboard: '8.9.0',
}

const KINDS: Readonly<Record<SavedObjectType, string>> = {
  'index-pattern': 'data view',
  search: 'saved search',
  dashboard: 'dashboard',
}

/** What an object is before it has an id in a space and a mark. */
interface Draft {
  readonly type: SavedObjectType
  readonly name: string
  readonly references: readonly Reference[]
  /** Attributes with the mark in them, in whatever text the type has for it. */
  readonly attributes: (mark: string) => Readonly<Record<string, unknown>>
}

export function savedObject(draft: Draft, { space }: Place): InstallableSavedObject {
  const { type, name, references } = draft
  const make = (mark: string): SavedObject => ({
    type,
    id: idIn(space, name),
    attributes: draft.attributes(mark),
    references,
    coreMigrationVersion: CORE_MIGRATION_VERSION,
    typeMigrationVersion: TYPE_MIGRATION_VERSIONS[type],
    managed: true,
  })
  const body = make(markOf(make(''), BOOTSTRAP_VERSION))
  return { kind: KINDS[type], id: body.id, fileName: `kibana/${type}-${name}.json`, body, savedObject: body }
}

/** Objects as one file for Kibana's import (Stack Management > Saved Objects), in an order that resolves. */
export function ndjsonOf(objects: readonly SavedObject[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('')
}
