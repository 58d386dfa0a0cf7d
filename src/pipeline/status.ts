import type { PipelineTotals } from './meter.ts'
import type { Trouble } from './trouble.ts'

/** One pipeline, as `/v1/status` shows it. */
export interface PipelineStatus extends PipelineTotals {
  readonly name: string
  /** `retrying`: something fails for now, and `trouble` says what. */
  readonly state: 'opening' | 'delivering' | 'retrying' | 'stopped'
  readonly trouble: Trouble | undefined
  readonly filesFollowed: number
  /** Bytes on disk that were seen and not read. */
  readonly unreadBytes: number
  /** Bytes on disk that the cursor has not passed: how far delivery lags behind. */
  readonly unacknowledgedBytes: number
  /** Bytes that were deleted before they were read, at most. */
  readonly lostBytes: number
  /** Bytes of documents that are not answered yet. */
  readonly inflightBytes: number
  readonly deadLetterBytes: number
}

export interface AgentStatus {
  readonly pipelines: readonly PipelineStatus[]
  /** Places in the file system that cannot be read. */
  readonly unreadablePlaces: number
}
