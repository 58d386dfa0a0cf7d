/** Writes everything that is derived from tables in the code; with --check it only compares and fails on a difference. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { configJsonSchema, resolverJsonSchema } from '../src/config/json-schema.ts'
import { avroSchema } from '../src/record/avro-schema.ts'
import { elasticsearchMapping } from '../src/record/elasticsearch-mapping.ts'
import { recordJsonSchema } from '../src/record/json-schema.ts'
import { avroCode } from './generate/avro-code.ts'
import { configDoc } from './generate/config-doc.ts'
import { errorsDoc } from './generate/errors-doc.ts'
import { fieldsDoc } from './generate/fields-doc.ts'
import { flagsDoc } from './generate/flags-doc.ts'
import { metricsDoc } from './generate/metrics-doc.ts'
import { elasticsearchFiles } from './generate/elasticsearch-files.ts'
import { kafkaDeployFiles } from './generate/kafka-files.ts'
import { istioKeysDoc } from './generate/istio-keys-doc.ts'
import { recordCode } from './generate/record-code.ts'

const root = join(import.meta.dirname, '..')

const outputs: Readonly<Record<string, () => string>> = {
  'src/record/generated/record.ts': recordCode,
  'src/record/generated/avro.ts': avroCode,
  'docs/generated/fields.md': fieldsDoc,
  'docs/generated/config.md': configDoc,
  'docs/generated/errors.md': errorsDoc,
  'docs/generated/istio-keys.md': istioKeysDoc,
  'docs/generated/flags.md': flagsDoc,
  'docs/generated/metrics.md': metricsDoc,
  'docs/generated/record.avsc': () => json(avroSchema()),
  'docs/generated/record.schema.json': () => json(recordJsonSchema()),
  'docs/generated/elasticsearch-mapping.json': () => json(elasticsearchMapping()),
  'docs/generated/config.schema.json': () => json(configJsonSchema()),
  'docs/generated/resolver-config.schema.json': () => json(resolverJsonSchema()),
  ...elasticsearchFiles('deploy/elasticsearch'),
  ...kafkaDeployFiles('deploy/kafka'),
}

const isCheck = process.argv.includes('--check')
const stale: string[] = []
for (const [path, render] of Object.entries(outputs)) {
  const file = join(root, path)
  const text = render()
  if (isCheck) {
    if (read(file) !== text) stale.push(path)
  } else {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
if (stale.length > 0) {
  process.stderr.write(`Out of date, run "npm run generate": ${stale.join(', ')}\n`)
  process.exitCode = 1
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
