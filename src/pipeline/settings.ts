import type { DiscoverySettings } from '../ingest/discover.ts'
import type { DocumentForm } from '../sinks/batch.ts'
import type { BatchConfig } from '../sinks/batch-config.ts'
import type { DeadLetterConfig } from '../sinks/dead-letter-config.ts'
import type { Sink } from '../sinks/sink.ts'

/** What an agent does: which files it reads and where their documents go. */
export interface AgentSettings {
  readonly stateDirectory: string
  /** How long to wait for another agent that holds the state directory. */
  readonly lockWaitMs: number
  readonly spool: SpoolSettings
  readonly discovery: DiscoverySettings
  readonly pipelines: readonly PipelineSettings[]
  /** Bytes of documents that may be held until they are answered, shared evenly by the pipelines. */
  readonly inflightBytes: number
}

/** What keeps files that kubelet deletes before they are delivered. */
export interface SpoolSettings {
  /** Each pipeline has a directory of its name below it. */
  readonly directory: string
  /** Of files that only the spool keeps, shared evenly by the pipelines. */
  readonly maxBytes: number
  readonly minFreePercent: number
}

/** One entry under `sinks`. Its name is its cursor. */
export interface PipelineSettings {
  readonly name: string
  readonly batch: BatchConfig
  readonly deadLetter: DeadLetterConfig
  /** How the sink wants its documents; `PLAIN_FORM` when absent. */
  readonly form?: DocumentForm
  /** Makes the sink; nothing is opened yet. */
  readonly createSink: () => Sink
}
