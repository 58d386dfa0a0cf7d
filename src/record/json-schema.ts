import type { Field } from './field.ts'
import { documentTree, type FieldTree, isTree } from './field-tree.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** JSON Schema (2020-12) of a document: every place a document may fill, and nothing else. Only constants are required. */
export function recordJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'flagship document',
    description: 'One line of an Envoy access log as flagship ships it. Absent means unknown or not applicable.',
    ...schemaOfTree(documentTree()),
  }
}

function schemaOfTree(tree: FieldTree): JsonSchema {
  const properties: Record<string, JsonSchema> = {}
  const required: string[] = []
  for (const [name, member] of tree) {
    properties[name] = isTree(member) ? schemaOfTree(member) : schemaOf(member)
    if (isTree(member) ? 'required' in (properties[name] ?? {}) : member.constant !== undefined) required.push(name)
  }
  const isAnyRequired = required.length > 0
  return { type: 'object', ...(isAnyRequired ? { required } : {}), properties, additionalProperties: false }
}

function schemaOf(field: Field): JsonSchema {
  const { meaning, constant, many } = field
  if (constant !== undefined) return { const: constant, description: meaning }
  const value = valueSchema(field)
  return many === true ? { type: 'array', items: value, description: meaning } : { ...value, description: meaning }
}

function valueSchema({ type }: Field): JsonSchema {
  switch (type) {
    case 'long':
      return { type: 'integer' }
    case 'float':
      return { type: 'number' }
    case 'boolean':
      return { type: 'boolean' }
    case 'flattened':
      return { type: 'object' }
    case 'date':
      return { type: 'string', format: 'date-time' }
    case 'ip':
      return { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] }
    default:
      return { type: 'string' }
  }
}
