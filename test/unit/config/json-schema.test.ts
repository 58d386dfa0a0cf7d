import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ENVIRONMENT } from '../../../src/config/environment.ts'
import { configJsonSchema } from '../../../src/config/json-schema.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { schemaAt } from '../../../src/config/schema-node.ts'
import { FrameConfig } from '../../../src/config/schema.ts'

const folder = join(import.meta.dirname, 'fixtures')
const docs = join(import.meta.dirname, '../../../docs')

describe('configJsonSchema()', () => {
  // An editor sees the file as it is written; that an empty part counts as not set is beyond JSON Schema.
  const good = readdirSync(folder).filter((name) => name.endsWith('.good.yaml') && !name.startsWith('empty-'))

  test.for(good)('accepts %s as it is written', (name) => {
    expect(Value.Errors(configJsonSchema(), parse(readFileSync(join(folder, name), 'utf8')))).toEqual([])
  })

  test('requires only what has no default', () => {
    const schema = configJsonSchema()
    expect(schemaAt(schema, []).required).toEqual(['sinks'])
    expect(schemaAt(schema, ['ingest']).required).toBeUndefined()
    expect(schemaAt(schema, ['ingest', 'files', 0]).required).toEqual(['path'])
  })

  test.for([
    'cluter: x',
    'sinks: { out: { type: stdout, path: x } }',
    'sinks: {}',
    'ingest: { logLevel: warn }',
    "sinks: { out: { type: elasticsearch, nodes: ['http://a'], namespace: { defualt: x } } }",
    "sinks: { out: { type: elasticsearch, nodes: ['http://a'], namespace: { rules: [{ match: x }] } } }",
  ])('refuses %s', (yaml) => {
    const part: object = parse(yaml)
    expect(Value.Check(configJsonSchema(), { sinks: { out: { type: 'stdout' } }, ...part })).toBe(false)
  })
})

describe('ENVIRONMENT', () => {
  test.for(ENVIRONMENT.map(({ variable, path }) => [variable, path] as const))(
    '%s names a setting that exists',
    ([, path]) => {
      expect(schemaAt(FrameConfig, path).description).toBeTruthy()
    },
  )
})

describe('docs/generated/config.md', () => {
  test('shows a configuration that is valid', () => {
    const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(readFileSync(join(docs, 'generated/config.md'), 'utf8')) ?? []
    expect(parseConfig(yaml, '/etc/flagship', {})).toMatchObject({ ok: true })
  })
})
