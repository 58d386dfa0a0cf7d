import { expectedText } from '../../src/config/check-schema.ts'
import { ENVIRONMENT, type EnvironmentVariable, RESOLVER_ENVIRONMENT } from '../../src/config/environment.ts'
import { ResolverConfigSchema } from '../../src/config/resolver.ts'
import { FrameConfig, SINK_SCHEMAS } from '../../src/config/schema.ts'
import { nodeOf, type SchemaNode } from '../../src/config/schema-node.ts'
import { code, generatedFrom, table } from './markdown.ts'

/** docs/generated/config.md: every setting, and the environment variables. */
export function configDoc(): string {
  return `${generatedFrom('src/config and src/sinks/*/config.ts')}

# Configuration

One YAML file, checked as a whole: \`flagship validate --config FILE\` lists every problem with its line. A first line
lets editors check and complete it; \`flagship validate --schema\` prints that schema where no checkout is at hand.

\`\`\`yaml
# yaml-language-server: $schema=docs/generated/config.schema.json
cluster: prod-eu
ingest:
  pods: /var/log/pods
enrich:
  inventory: cluster.json
sinks:
  copy: { type: file, path: /var/log/flagship/access.ndjson }
\`\`\`

Needed are files (\`ingest.pods\`, \`ingest.files\`) and at least one sink, or \`ingest.kafka\` or \`ingest.http\` and exactly
one; everything else has a default. Relative paths are taken from the folder of the file. An empty setting counts as not set.

## Settings

${settingsTable(rowsOf('', withoutSinks(FrameConfig)))}

## Sinks

\`sinks.NAME\` is one pipeline. NAME starts with a lower-case letter and holds lower-case letters, digits, \`-\` and \`_\`.
The same name keeps the same cursor.

${Object.entries(SINK_SCHEMAS).map(sinkSection).join('\n\n')}

## Environment

These variables, and no others, override the file. An empty one counts as not set; relative paths are taken from the
working directory.

${variablesTable(ENVIRONMENT)}

\`FLAGSHIP_DEBUG=1\` adds stacks to messages of failure; \`NO_COLOR\` turns colour off.

## flagship resolver

A file of its own, in which everything has a default ([docs/resolver.md](../resolver.md)); its schema for editors is
\`docs/generated/resolver-config.schema.json\`.

${settingsTable(rowsOf('', ResolverConfigSchema))}

${variablesTable(RESOLVER_ENVIRONMENT)}
`
}

function variablesTable(variables: readonly EnvironmentVariable[]): string {
  const rows = variables.map(({ variable, path }) => [code(variable), code(path.join('.'))])
  return table(['Variable', 'Setting'], rows)
}

function sinkSection([type, schema]: [string, SchemaNode]): string {
  return `### type: ${type}\n\n${schema.description ?? ''}\n\n${settingsTable(rowsOf('sinks.NAME', schema))}`
}

function withoutSinks(schema: SchemaNode): SchemaNode {
  const { sinks: _, ...properties } = schema.properties ?? {}
  return { ...schema, properties }
}

function settingsTable(rows: readonly (readonly string[])[]): string {
  return table(['Setting', 'Value', 'Default', 'Meaning'], rows)
}

function rowsOf(prefix: string, schema: SchemaNode): readonly (readonly string[])[] {
  const rows: (readonly string[])[] = []
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    const node = nodeOf(member)
    const path = prefix === '' ? key : `${prefix}.${key}`
    const items = nodeOf(node.items)
    if (node.properties !== undefined) rows.push(...rowsOf(path, node))
    else rows.push(row(path, node, schema.required?.includes(key) === true))
    for (const other of node.anyOf ?? []) rows.push(...rowsOf(path, nodeOf(other)))
    if (items.properties !== undefined) rows.push(...rowsOf(`${path}[]`, items))
  }
  return rows
}

function row(path: string, node: SchemaNode, isRequired: boolean): readonly string[] {
  const example = node.examples?.[0]
  const meaning = [node.description ?? '', example === undefined ? '' : `Example: ${code(valueText(example))}`]
  return [code(path), valueOf(node), presetOf(node, isRequired), meaning.filter((text) => text !== '').join(' ')]
}

function valueOf(node: SchemaNode): string {
  const { patternProperties, items } = node
  const [entry] = Object.values(patternProperties ?? {})
  if (entry !== undefined) return `mapping of names to ${expectedText(nodeOf(entry))}`
  if (items !== undefined && nodeOf(items).properties === undefined) return `${expectedText(node)} (text)`
  if (node.enum !== undefined) return node.enum.map((value) => code(valueText(value))).join(', ')
  return node.const === undefined ? expectedText({ ...node, examples: [] }) : code(valueText(node.const))
}

function presetOf(node: SchemaNode, isRequired: boolean): string {
  if (node.default !== undefined) return code(valueText(node.default))
  return isRequired ? '**required**' : 'none'
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
