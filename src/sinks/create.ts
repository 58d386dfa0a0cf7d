import type { ElasticsearchSinkConfig } from './elasticsearch/config.ts'
import { type ElasticsearchParts, ElasticsearchSink } from './elasticsearch/sink.ts'
import type { FileSinkConfig } from './file/config.ts'
import { FileSink } from './file/sink.ts'
import type { KafkaSinkConfig } from './kafka/config.ts'
import { ExactKafkaSink } from './kafka/exact-sink.ts'
import type { AgentIdentity } from './kafka/cursor-topic.ts'
import { KafkaSink } from './kafka/sink.ts'
import type { Sink } from './sink.ts'
import type { StdoutSinkConfig } from './stdout/config.ts'
import { type LineOutput, StdoutSink } from './stdout/sink.ts'

/** One entry under `sinks`. */
export type SinkConfig =
  | ElasticsearchSinkConfig
  | KafkaSinkConfig
  | Readonly<FileSinkConfig>
  | Readonly<StdoutSinkConfig>

/** What sinks need from outside. */
export interface SinkParts extends ElasticsearchParts {
  readonly stdout: LineOutput
  /** Who remembers what is delivered, where the sink is to do that; undefined for one who needs no cursor. */
  readonly identity: Omit<AgentIdentity, 'sink'> | undefined
}

/** Make the sink that `config` describes; nothing is opened yet. */
export function createSink(name: string, config: SinkConfig, parts: SinkParts): Sink {
  switch (config.type) {
    case 'elasticsearch':
      return new ElasticsearchSink(name, config, parts)
    case 'file':
      return new FileSink(name, config, parts.clock)
    case 'kafka':
      return parts.identity !== undefined && config.delivery === 'exactly_once'
        ? new ExactKafkaSink(name, config, { ...parts, identity: { ...parts.identity, sink: name } })
        : new KafkaSink(name, config, parts)
    case 'stdout':
      return new StdoutSink(name, parts.stdout)
    default:
      return config satisfies never
  }
}
