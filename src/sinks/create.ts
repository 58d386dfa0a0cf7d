import type { ElasticsearchSinkConfig } from './elasticsearch/config.ts'
import { type ElasticsearchParts, ElasticsearchSink } from './elasticsearch/sink.ts'
import type { FileSinkConfig } from './file/config.ts'
import { FileSink } from './file/sink.ts'
import type { KafkaSinkConfig } from './kafka/config.ts'
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
}

/** Make the sink that `config` describes; nothing is opened yet. */
export function createSink(name: string, config: SinkConfig, parts: SinkParts): Sink {
  switch (config.type) {
    case 'elasticsearch':
      return new ElasticsearchSink(name, config, parts)
    case 'file':
      return new FileSink(name, config, parts.clock)
    case 'kafka':
      return new KafkaSink(name, config, parts)
    case 'stdout':
      return new StdoutSink(name, parts.stdout)
    default:
      return config satisfies never
  }
}
