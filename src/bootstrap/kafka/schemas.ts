import {
  type Compatibility,
  RegistryFailure,
  type SchemaRegistry,
  valueSubject,
} from '../../clients/schema-registry.ts'
import { FlagshipError } from '../../errors.ts'
import { avroSchema, avroSchemaText } from '../../record/avro-schema.ts'
import { BOOTSTRAP_VERSION, type Found, type Installable, type Target } from '../object.ts'
import { inFileName } from './file-name.ts'

/** The schema of the records in a topic, and what later ones have to do with it. */
export interface KafkaSchema extends Installable {
  readonly kind: 'schema'
  /** Its subject. */
  readonly id: string
  readonly body: { readonly compatibility: Compatibility; readonly schema: object }
}

/** Levels under which an old reader's records are read too: what is stricter than BACKWARD stays as it is. */
const ENOUGH: readonly (Compatibility | undefined)[] = ['BACKWARD', 'BACKWARD_TRANSITIVE', 'FULL', 'FULL_TRANSITIVE']

/** The schemas of topics, each once; their subjects have a compatibility of their own, because Apicurio's default is NONE. */
export function kafkaSchemas(topics: Iterable<string>): readonly KafkaSchema[] {
  return [...new Set(topics)].map((topic) => {
    const id = valueSubject(topic)
    return {
      kind: 'schema',
      id,
      fileName: `schemas/${valueSubject(inFileName(topic))}.json`,
      body: { compatibility: 'BACKWARD', schema: avroSchema() },
    }
  })
}

/** A schema registry to register them in. A subject may have other schemas beside: of other releases, or of others. */
export class SchemaTarget implements Target {
  readonly objects: readonly KafkaSchema[]
  readonly #registry: SchemaRegistry
  readonly #text = avroSchemaText()

  constructor(registry: SchemaRegistry, objects: readonly KafkaSchema[]) {
    this.#registry = registry
    this.objects = objects
  }

  async find({ id }: Pick<KafkaSchema, 'id'>): Promise<Found> {
    const isThere = (await asking(this.#registry.find(id, this.#text))) !== undefined
    if (!isThere) return { kind: 'absent' }
    const level = await asking(this.#registry.compatibilityOf(id))
    const compatibility = ENOUGH.includes(level) ? 'BACKWARD' : (level ?? 'that of the registry')
    return { kind: 'ours', version: BOOTSTRAP_VERSION, body: { compatibility, schema: avroSchema() } }
  }

  /** The compatibility comes first: the schema that is registered then is held against those that are there. */
  async write({ id }: Pick<KafkaSchema, 'id'>): Promise<void> {
    if (!ENOUGH.includes(await asking(this.#registry.compatibilityOf(id))))
      await asking(this.#registry.setCompatibility(id, 'BACKWARD'))
    await asking(this.#registry.register(id, this.#text))
  }

  /** Never. */
  async remove(): Promise<string> {
    return WHY_IT_STAYS
  }
}

/** Why no schema is ever removed. */
export const WHY_IT_STAYS = 'records in the topic cannot be read without it'

/** What the client says of a registry that does not let us in, or does not answer, is for the agent. */
async function asking<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (!(error instanceof RegistryFailure)) throw error
    const [code, remedy] = error.isSaid
      ? ([
          'SINK_MISCONFIGURED',
          'give --registry-username and --registry-password-file, or --registry-token-file',
        ] as const)
      : (['SINK_UNAVAILABLE', 'try again later, or give another with --registry-url'] as const)
    throw new FlagshipError(code, `${error.message}; ${remedy}`, error)
  }
}
