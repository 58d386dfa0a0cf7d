import type { Field } from './field.ts'
import { documentTree, type FieldTree, isTree } from './field-tree.ts'

/** The mapping of one field, or of an object. */
export interface Mapping {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Mapping>>
  readonly [parameter: string]: unknown
}

/**
 * A longer value is stored but not indexed. Without a limit one value over 32,766 bytes, Lucene's longest term, would
 * refuse the whole document. 1,024 is what ECS has.
 */
const IGNORE_ABOVE = 1_024

/** The Elasticsearch mapping of a document, as it stands under `mappings` in a template. */
export function elasticsearchMapping(): Mapping {
  return mappingOfTree(documentTree())
}

function mappingOfTree(tree: FieldTree): Mapping {
  const properties: Record<string, Mapping> = {}
  for (const [name, member] of tree) properties[name] = isTree(member) ? mappingOfTree(member) : mappingOf(member)
  return { properties }
}

function mappingOf(field: Field): Mapping {
  const { type, constant, mapping } = field
  if (type === 'constant_keyword') return { type, ...(constant === undefined ? {} : { value: constant }), ...mapping }
  const isLimited = (type === 'keyword' && mapping?.['index'] !== false) || type === 'flattened'
  return { type, ...(isLimited ? { ignore_above: IGNORE_ABOVE } : {}), ...mapping }
}
