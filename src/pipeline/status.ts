import type { PipelineTotals } from './meter.ts'
import type { Trouble } from './trouble.ts'

/** One pipeline, as `/v1/status` shows it. */
export interface PipelineStatus extends PipelineTotals {
  readonly name: string
  /** `retrying`: something fails for now, and `trouble` says what. */
  readonly state: 'opening' | 'delivering' | 'retrying' | 'stopped'
  /** While documents are in doubt, and nothing else fails, why they are, or why nobody can tell what became of them. */
  readonly trouble: Trouble | undefined
  readonly filesFollowed: number
  /** Bytes on disk that were seen and not read. */
  readonly unreadBytes: number
  /** Bytes on disk that the cursor has not passed: how far delivery lags behind. */
  readonly unacknowledgedBytes: number
  /**
   * Everything written before this, milliseconds since the epoch, is delivered, refused, dropped by policy or named as
   * lost; undefined when that cannot be told yet.
   */
  readonly watermarkMs: number | undefined
  /** Bytes of files that were deleted in the logs, and are there only because the spool keeps them. */
  readonly spooledBytes: number
  /** How often lines were lost for good, and how many bytes as far as known; kept over restarts. */
  readonly losses: number
  readonly lostBytes: number
  /** Documents that may have been stored and wait to be looked up. */
  readonly documentsInDoubt: number
  /** Bytes of documents that are not answered yet. */
  readonly inflightBytes: number
  readonly deadLetterBytes: number
}

export interface AgentStatus {
  readonly pipelines: readonly PipelineStatus[]
  /** Places in the file system that cannot be read. */
  readonly unreadablePlaces: number
}
