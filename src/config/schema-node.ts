/** The part of JSON Schema that our TypeBox objects are made of. */
export interface SchemaNode {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly unknown[]
  readonly properties?: Readonly<Record<string, unknown>>
  readonly patternProperties?: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
  readonly items?: unknown
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly default?: unknown
  readonly description?: string
  readonly examples?: readonly unknown[]
}

const NOTHING: SchemaNode = {}

/** Keys and list positions from the root of the configuration. */
export type ConfigPath = readonly (string | number)[]

/** `schema` as a node; what is none says nothing. */
export function nodeOf(schema: unknown): SchemaNode {
  return isNode(schema) ? schema : NOTHING
}

/** The schema of a mapping: the node itself or, where a text or a mapping may stand, what it says of the mapping. */
export function mappingNode(node: SchemaNode): SchemaNode {
  return nodeOf(node.anyOf?.find((member) => nodeOf(member).type === 'object') ?? node)
}

/** The schema of the value at `path`; empty where the schema has no such place. */
export function schemaAt(schema: unknown, path: ConfigPath): SchemaNode {
  let node = nodeOf(schema)
  for (const step of path) node = typeof step === 'number' ? nodeOf(node.items) : propertyOf(node, step)
  return node
}

/** `sinks.copy.rotate.maxBytes`, `ingest.files[0].path`; keys that are no plain words stand in quotes. */
export function pathText(path: ConfigPath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[A-Za-z_][\w-]*$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${JSON.stringify(step)}]`
  }
  return text
}

function propertyOf(parent: SchemaNode, key: string): SchemaNode {
  const node = mappingNode(parent)
  if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return nodeOf(node.properties[key])
  return nodeOf(Object.values(node.patternProperties ?? {})[0])
}

function isNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null
}
