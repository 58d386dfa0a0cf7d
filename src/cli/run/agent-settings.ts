import { hostname } from 'node:os'
import { SYSTEM_CLOCK } from '../../clock.ts'
import type { Config, SinkConfig } from '../../config/schema.ts'
import { spoolDirectory } from '../../config/summary.ts'
import type { Logger } from '../../logger.ts'
import type { AgentSettings } from '../../pipeline/settings.ts'
import { type DocumentForm, PLAIN_FORM } from '../../sinks/batch.ts'
import { createSink } from '../../sinks/create.ts'
import { DEFAULT_DEAD_LETTER } from '../../sinks/dead-letter-config.ts'
import type { LineOutput } from '../../sinks/stdout/sink.ts'
import type { Metrics } from '../../telemetry/metrics.ts'

/** What the configuration says to the agent. */
export function agentSettings(config: Config, stdout: LineOutput, logger: Logger, metrics: Metrics): AgentSettings {
  const { state, ingest, limits, sinks } = config
  const nodeName = config.nodeName ?? hostname()
  const partsOf = (pipeline: string) => ({
    clock: SYSTEM_CLOCK,
    stdout,
    logger,
    ...(ingest.kafka === undefined
      ? { agentId: `${config.cluster ?? ''}/${nodeName}` }
      : { agentId: `${config.cluster ?? ''}/group/${ingest.kafka.group}`, isShared: true }),
    identity: { cluster: config.cluster ?? '', node: nodeName },
    onFailureStore: (count: number) => metrics.count('flagship_documents_failure_store_total', { pipeline }, count),
    onPossiblyDoubled: (count: number) =>
      metrics.count('flagship_documents_possibly_doubled_total', { pipeline }, count),
  })
  return {
    stateDirectory: state.directory,
    spool: { ...config.spool, directory: spoolDirectory(config) },
    lockWaitMs: state.lockWaitMs,
    inflightBytes: limits.inflightBytes,
    discovery: {
      pods: ingest.pods,
      containers: ingest.containers,
      namespaces: ingest.namespaces,
      podNames: ingest.podNames,
      linkTargets: ingest.linkTargets,
      files: ingest.files,
      nodeName,
    },
    pipelines: Object.entries(sinks).map(([name, sink]) => ({
      name,
      batch: sink.batch,
      deadLetter: 'deadLetter' in sink ? sink.deadLetter : DEFAULT_DEAD_LETTER,
      form: formOf(sink),
      createSink: () => createSink(name, sink, partsOf(name)),
    })),
  }
}

/** How a sink wants its documents. */
function formOf(sink: SinkConfig): DocumentForm {
  return sink.type === 'kafka' ? { encoding: sink.value, isRouted: true } : PLAIN_FORM
}
