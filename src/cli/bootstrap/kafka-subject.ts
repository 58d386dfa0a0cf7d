import { type KafkaNeeds, type Parties, sinkNeeds, sourceNeeds } from '../../bootstrap/kafka/needs.ts'
import type { Config } from '../../config/schema.ts'
import type { RegistryConfig } from '../../sinks/kafka/registry-config.ts'
import { chosenSink } from '../chosen-sink.ts'
import { usageError } from '../options.ts'
import type { Client } from './kafka-options.ts'
import type { BootstrapOptions } from './options.ts'

/** The part of a configuration that `flagship bootstrap kafka` is for. */
export interface Subject {
  readonly client: Client
  readonly needs: KafkaNeeds
  /** Who files with rights are for. */
  readonly parties: Parties
  /** Where its schemas belong, if it has any. */
  readonly registry: RegistryConfig | undefined
}

/** A sink, or the group that is read as where there is no sink of type kafka, or --source says so. @throws FlagshipError USAGE. */
export function subjectOf(config: Config, options: BootstrapOptions): Subject {
  const { kafka: source } = config.ingest
  if (options.source === true && options.sink !== undefined)
    throw usageError('bootstrap', 'Cannot use "--source"', 'there is --sink too; give one of them')
  if (options.source === true && source === undefined)
    throw usageError('bootstrap', 'Cannot use "--source"', 'the configuration has no `ingest.kafka`')
  if (source === undefined || options.sink !== undefined) return ofSink(config, options)
  if (options.source === true || !hasSink(config)) return ofSource(source)
  throw usageError('bootstrap', 'Cannot choose what to bootstrap', 'give --source for `ingest.kafka`, or --sink NAME')
}

function hasSink({ sinks }: Config): boolean {
  return Object.values(sinks).some(({ type }) => type === 'kafka')
}

function ofSink(config: Config, options: BootstrapOptions): Subject {
  const [, sink] = chosenSink('bootstrap', 'kafka', config, options.sink)
  const parties = { writer: sink.sasl?.username ?? 'flagship', reader: 'flagship-reader', group: 'flagship' }
  return { client: sink, needs: sinkNeeds(sink), parties, registry: sink.registry }
}

function ofSource(source: NonNullable<Config['ingest']['kafka']>): Subject {
  const { group, sasl } = source
  const parties = { writer: 'flagship', reader: sasl?.username ?? 'flagship-reader', group }
  return { client: source, needs: sourceNeeds(source), parties, registry: undefined }
}
