import { hostname } from 'node:os'
import { SYSTEM_CLOCK } from '../../clock.ts'
import type { Config, SinkConfig } from '../../config/schema.ts'
import { spoolDirectory } from '../../config/summary.ts'
import type { EndpointIndex } from '../../enrich/endpoint/index.ts'
import { type Surroundings, Vantages } from '../../enrich/vantage.ts'
import { type CompiledFormat, compileFormat } from '../../ingest/format/compile.ts'
import type { Formats } from '../../ingest/format/detect.ts'
import type { Logger } from '../../logger.ts'
import type { PipelineParts } from '../../pipeline/open-pipeline.ts'
import type { AgentSettings } from '../../pipeline/settings.ts'
import { createTranscoder } from '../../pipeline/transcode.ts'
import { MessageTranscoder, type MessageTranscoderSettings } from '../../pipeline/transcode-messages.ts'
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

/** Makes the transcoder of a chain: what its lines are, and who wrote them. */
export function transcoderFactory(config: Config, index: EndpointIndex): PipelineParts['makeTranscoder'] {
  const custom = customFormats(config)
  const surroundings = surroundingsOf(config, index)
  return ({ identity, frame, format }, form) => {
    const settings = { ...lineSettings(config), frame, formats: formatsOf(format, custom) }
    return createTranscoder(settings, new Vantages(surroundings, identity), form)
  }
}

/** Makes the transcoder of the messages of a source: their envelopes say who wrote the lines. */
export function messageTranscoder(
  config: Config,
  index: EndpointIndex,
  { envelope, format }: Pick<MessageTranscoderSettings, 'envelope'> & { readonly format: string },
  form: DocumentForm | undefined,
): MessageTranscoder {
  const settings = { ...lineSettings(config), envelope, formats: formatsOf(format, customFormats(config)) }
  return new MessageTranscoder(settings, new Vantages(surroundingsOf(config, index), {}), form)
}

function lineSettings({ ingest }: Config) {
  const { logLevel: minLevel, keepOriginal, maxLineBytes } = ingest
  return { minLevel, keepOriginal, maxLineBytes, now: Date.now }
}

function customFormats({ ingest }: Config): readonly CompiledFormat[] {
  return Object.entries(ingest.formats).map(([name, format]) => compileFormat(name, format))
}

function surroundingsOf({ cluster, labels }: Config, index: EndpointIndex): Surroundings {
  return {
    index,
    clusterName: cluster,
    labels: Object.keys(labels).length === 0 ? undefined : JSON.stringify(labels),
  }
}

/** How a sink wants its documents. */
function formOf(sink: SinkConfig): DocumentForm {
  return sink.type === 'kafka' ? { encoding: sink.value, isRouted: true } : PLAIN_FORM
}

/** `format` is `auto`, the name of a configured format, or a format string; validated with the configuration. */
function formatsOf(format: string, custom: readonly CompiledFormat[]): Formats {
  if (format === 'auto') return { pinned: undefined, custom }
  const named = custom.find((each) => each.name === `custom:${format}`)
  return { pinned: named ?? compileFormat('file', format), custom }
}
