import { isMapping, type Mapping } from './mapping.ts'
import { ResolverConfigSchema } from './resolver.ts'
import { ConfigSchema } from './schema.ts'
import { nodeOf } from './schema-node.ts'

/**
 * JSON Schema (2020-12) of the configuration as a user writes it, for editors.
 *
 * TypeBox lists settings with a default under `required`, because the effective configuration has them; a file need not.
 */
export function configJsonSchema(): Mapping {
  return jsonSchemaOf(ConfigSchema)
}

/** The same for `flagship resolver`. */
export function resolverJsonSchema(): Mapping {
  return jsonSchemaOf(ResolverConfigSchema)
}

function jsonSchemaOf(config: object): Mapping {
  const schema: unknown = JSON.parse(JSON.stringify(config))
  withoutDefaulted(schema)
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...(isMapping(schema) ? schema : {}) }
}

function withoutDefaulted(schema: unknown): void {
  if (Array.isArray(schema)) for (const member of schema) withoutDefaulted(member)
  if (!isMapping(schema)) return
  const { properties, required } = nodeOf(schema)
  if (properties !== undefined && required !== undefined) {
    const needed = required.filter((key) => nodeOf(properties[key]).default === undefined)
    if (needed.length === 0) delete schema['required']
    else schema['required'] = needed
  }
  for (const inner of Object.values(schema)) withoutDefaulted(inner)
}
