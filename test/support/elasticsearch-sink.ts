import { onTestFinished } from 'vitest'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import { DEFAULT_DEAD_LETTER } from '../../src/sinks/dead-letter-config.ts'
import type { ElasticsearchSinkConfig } from '../../src/sinks/elasticsearch/config.ts'
import { type ElasticsearchParts, ElasticsearchSink } from '../../src/sinks/elasticsearch/sink.ts'

/** A sink as it is configured by default, but for `settings`. */
export function sinkConfig(
  settings: Partial<ElasticsearchSinkConfig> & Pick<ElasticsearchSinkConfig, 'nodes'>,
): ElasticsearchSinkConfig {
  return {
    type: 'elasticsearch',
    namespace: 'default',
    retention: { healthy: '90d' },
    ids: 'event',
    requestTimeoutMs: 30_000,
    settleMs: 120_000,
    concurrency: 2,
    compression: true,
    batch: { maxBytes: 1_048_576, maxDocuments: 5_000, maxAgeMs: 200 },
    deadLetter: DEFAULT_DEAD_LETTER,
    ...settings,
  }
}

/** A sink `out` whose log goes into `warnings`; it is closed when the test ends. */
export function makeSink(
  config: ElasticsearchSinkConfig,
  warnings: string[],
  parts: Partial<ElasticsearchParts> & Pick<ElasticsearchParts, 'agentId'>,
): ElasticsearchSink {
  const warn = (_: object, message: string) => void warnings.push(message)
  const sink = new ElasticsearchSink('out', config, {
    clock: SYSTEM_CLOCK,
    logger: { info: warn, warn, error: warn },
    onFailureStore: () => {},
    onPossiblyDoubled: () => {},
    ...parts,
  })
  onTestFinished(() => sink.close())
  return sink
}
