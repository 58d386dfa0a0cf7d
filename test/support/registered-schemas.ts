import { SchemaRegistry, valueSubject } from '../../src/clients/schema-registry.ts'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import { avroSchemaText } from '../../src/record/avro-schema.ts'

/** Register the schema of this build for the values of topics, as bootstrap does. */
export async function registerSchemas(url: string, topics: readonly string[]): Promise<void> {
  const registry = new SchemaRegistry({ url, requestTimeoutMs: 30_000 }, SYSTEM_CLOCK)
  for (const topic of topics) await registry.register(valueSubject(topic), avroSchemaText())
}
