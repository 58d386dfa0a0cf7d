import type { SchemaRegistry } from '../../clients/schema-registry.ts'
import { FlagshipError, reasonOf } from '../../errors.ts'
import type { AvroDecoder } from '../../record/avro-decoder.ts'
import { type ConfluentValue, parseConfluentValue } from '../../record/confluent-frame.ts'
import type { Message } from './group.ts'

/** Schemas that are kept: each release of flagship has one, in each registry. */
const MOST_SCHEMAS = 64
const AVRO = 'avro/binary'

/** Reads the records in messages whose values are Avro, by the schemas that their registry has. */
export class AvroRecords {
  /** Undefined where none is configured. */
  readonly #registry: Pick<SchemaRegistry, 'schemaOf' | 'address'> | undefined
  /** By the id of the schema, the one that was used last at the end; `reject` for what is no record of ours. */
  readonly #decoders = new Map<number, AvroDecoder>()

  constructor(registry: Pick<SchemaRegistry, 'schemaOf' | 'address'> | undefined) {
    this.#registry = registry
  }

  /**
   * The same messages; those in Avro with their record as JSON, where it can be read.
   * @throws FlagshipError SOURCE_UNAVAILABLE while the registry does not have a schema, or there is none.
   */
  async read(messages: readonly Message[], signal: AbortSignal): Promise<readonly Message[]> {
    const framed = messages.map((message) => this.#framed(message))
    const decoders = new Map<number, AvroDecoder>()
    for (const value of framed)
      if (value !== undefined && !decoders.has(value.schemaId))
        decoders.set(value.schemaId, await this.#decoderOf(value.schemaId, signal))
    if (decoders.size === 0) return messages
    return messages.map((message, index) => withJson(message, framed[index], decoders))
  }

  /** JSON never begins with a zero byte; without a registry only what says that it is Avro is taken for it. */
  #framed({ value, headers: { 'content-type': type } }: Message): ConfluentValue | undefined {
    const mayBe = type === AVRO || (type === undefined && this.#registry !== undefined)
    return mayBe && value !== undefined ? parseConfluentValue(value) : undefined
  }

  async #decoderOf(schemaId: number, signal: AbortSignal): Promise<AvroDecoder> {
    const decoder = this.#decoders.get(schemaId) ?? (await this.#make(schemaId, signal))
    this.#decoders.delete(schemaId)
    this.#decoders.set(schemaId, decoder)
    const [oldest] = this.#decoders.keys()
    if (this.#decoders.size > MOST_SCHEMAS && oldest !== undefined) this.#decoders.delete(oldest)
    return decoder
  }

  async #make(schemaId: number, signal: AbortSignal): Promise<AvroDecoder> {
    const schema = await this.#schemaOf(schemaId, signal)
    const { avroDecoder } = await import('../../record/avro-decoder.ts') // most sources never read any
    try {
      return avroDecoder(schema)
    } catch {
      return reject
    }
  }

  async #schemaOf(schemaId: number, signal: AbortSignal): Promise<string> {
    const registry = this.#registry
    if (registry === undefined)
      throw unavailable(`Cannot read schema "${schemaId}": \`ingest.kafka.registry\` is missing, and messages are Avro`)
    let schema: string | undefined
    try {
      schema = await registry.schemaOf(schemaId, signal)
    } catch (error) {
      throw unavailable(reasonOf(error), error)
    }
    if (schema !== undefined) return schema
    const state = 'it is not there; give the registry of who writes the messages'
    throw unavailable(`Cannot read schema "${schemaId}" in schema registry "${registry.address}": ${state}`)
  }
}

function withJson(
  message: Message,
  framed: ConfluentValue | undefined,
  decoders: ReadonlyMap<number, AvroDecoder>,
): Message {
  const json = framed && decoders.get(framed.schemaId)?.(framed.body)
  return json === undefined ? message : { ...message, json: Buffer.from(json) }
}

/** Of a schema that is not one of our records. */
function reject(): undefined {
  return undefined
}

function unavailable(message: string, cause?: unknown): FlagshipError {
  return new FlagshipError('SOURCE_UNAVAILABLE', message, cause)
}
