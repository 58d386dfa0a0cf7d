import type { Clock } from '../clock.ts'
import type { FileSinkConfig } from './file/config.ts'
import { FileSink } from './file/sink.ts'
import type { Sink } from './sink.ts'
import type { StdoutSinkConfig } from './stdout/config.ts'
import { type LineOutput, StdoutSink } from './stdout/sink.ts'

/** One entry under `sinks`. */
export type SinkConfig = Readonly<FileSinkConfig> | Readonly<StdoutSinkConfig>

/** What sinks need from outside. */
export interface SinkParts {
  readonly clock: Clock
  readonly stdout: LineOutput
}

/** Make the sink that `config` describes; nothing is opened yet. */
export function createSink(name: string, config: SinkConfig, { clock, stdout }: SinkParts): Sink {
  switch (config.type) {
    case 'file':
      return new FileSink(name, config, clock)
    case 'stdout':
      return new StdoutSink(name, stdout)
    default:
      return config satisfies never
  }
}
