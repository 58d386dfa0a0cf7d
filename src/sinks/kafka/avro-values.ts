import { type SchemaRegistry, valueSubject } from '../../clients/schema-registry.ts'
import { avroSchemaText } from '../../record/avro-schema.ts'
import { confluentHeader } from '../../record/confluent-frame.ts'
import type { ValueForm, Values } from './records.ts'

/** What stands before Avro in each topic: the registry is asked once for each, and need not be there after that. */
export class AvroValues implements Values {
  readonly #registry: Pick<SchemaRegistry, 'idOf'>
  readonly #schema = avroSchemaText()
  readonly #forms = new Map<string, ValueForm>()

  constructor(registry: Pick<SchemaRegistry, 'idOf'>) {
    this.#registry = registry
  }

  /** @throws FlagshipError as the registry says it; names the subject, the registry and the remedy. */
  async learn(topics: Iterable<string>): Promise<void> {
    for (const topic of topics) {
      if (this.#forms.has(topic)) continue
      const prefix = confluentHeader(await this.#registry.idOf(valueSubject(topic), this.#schema))
      this.#forms.set(topic, { contentType: 'avro/binary', prefix })
    }
  }

  formOf(topic: string): ValueForm {
    const form = this.#forms.get(topic)
    if (form === undefined) throw new Error(`nobody asked for the schema of topic "${topic}"`)
    return form
  }
}
