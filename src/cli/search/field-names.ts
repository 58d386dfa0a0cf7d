import { nearest } from '../../config/nearest.ts'
import type { Field } from '../../record/field.ts'
import { documentTree, type FieldTree, isTree } from '../../record/field-tree.ts'

/** Every field of a document, by its dotted name. */
export const FIELDS_BY_NAME: ReadonlyMap<string, Field> = new Map(leaves(documentTree(), ''))

const TAILS: ReadonlyMap<string, string> = new Map(
  [...FIELDS_BY_NAME.keys()].map((name) => [name.split('.').slice(-1).join(''), name]),
)

const FIELD_IN_QUERY = /(?:^|[\s(+!-])([A-Za-z_@][\w.@-]*):/g
const QUOTED = /"(?:[^"\\]|\\.)*"/g

/**
 * A name in front of a colon in a query that is no field of ours, as ` (did you mean ...)` text; undefined where there
 * is none. Elasticsearch finds nothing by such a name, and says nothing.
 */
export function strangeField(query: string): string | undefined {
  const names = query.replace(QUOTED, '').matchAll(FIELD_IN_QUERY)
  const strange = [...names].map(([, name = '']) => name).find((name) => !name.startsWith('_') && !isKnown(name))
  return strange === undefined ? undefined : `"${strange}"${meantField(strange)}`
}

/** ` (did you mean "envoy.response_flags"?)`, also for the last part of a name; or nothing. */
export function meantField(name: string): string {
  const tail = nearest(name, TAILS.keys())
  const meant = nearest(name, FIELDS_BY_NAME.keys()) ?? (tail === undefined ? undefined : TAILS.get(tail))
  return meant === undefined ? '' : ` (did you mean "${meant}"?)`
}

/** Also `labels.team`: what stands in a flattened field. */
function isKnown(name: string): boolean {
  if (FIELDS_BY_NAME.has(name)) return true
  return [...FIELDS_BY_NAME].some(([known, { type }]) => type === 'flattened' && name.startsWith(`${known}.`))
}

function leaves(tree: FieldTree, prefix: string): [string, Field][] {
  return [...tree].flatMap(([name, member]): [string, Field][] =>
    isTree(member) ? leaves(member, `${prefix}${name}.`) : [[`${prefix}${name}`, member]],
  )
}
