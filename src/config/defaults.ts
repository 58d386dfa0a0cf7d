import { isMapping, type Mapping } from './mapping.ts'
import { mappingNode, nodeOf, type SchemaNode } from './schema-node.ts'

/**
 * Fill what `schema` has defaults for into `value`, in place. An empty setting (`labels:`) counts as not set.
 *
 * `Value.Default` of TypeBox 1.4 throws on a name that a record with `additionalProperties: false` does not allow.
 */
export function fillDefaults(schema: unknown, value: unknown): void {
  const node = nodeOf(schema)
  if (Array.isArray(value)) for (const item of value) fillDefaults(node.items, item)
  else if (isMapping(value)) fillMapping(mappingNode(node), value)
}

function fillMapping({ properties, patternProperties }: SchemaNode, value: Mapping): void {
  for (const [key, schema] of Object.entries(properties ?? {})) {
    const preset = nodeOf(schema).default
    if (value[key] === null) delete value[key]
    if (value[key] === undefined && preset !== undefined) value[key] = structuredClone(preset)
    fillDefaults(schema, value[key])
  }
  const [entrySchema] = Object.values(patternProperties ?? {})
  if (entrySchema !== undefined) for (const entry of Object.values(value)) fillDefaults(entrySchema, entry)
}
