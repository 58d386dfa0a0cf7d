import { SchemaRegistry } from '../../clients/schema-registry.ts'
import type { Clock } from '../../clock.ts'
import { AvroValues } from './avro-values.ts'
import type { KafkaSinkConfig } from './config.ts'
import type { ValueForm, Values } from './records.ts'

const JSON_FORM: ValueForm = { contentType: 'application/json', prefix: Buffer.alloc(0) }
const JSON_VALUES: Values = { learn: async () => {}, formOf: () => JSON_FORM }

/** What a sink writes: JSON, or Avro where it has a registry. */
export function valuesOf({ registry }: Pick<KafkaSinkConfig, 'registry'>, clock: Clock): Values {
  return registry === undefined ? JSON_VALUES : new AvroValues(new SchemaRegistry(registry, clock))
}
