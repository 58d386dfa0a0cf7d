import type { Metrics } from '../telemetry/metrics.ts'
import type { PipelineStatus } from './status.ts'

/** Show in the metrics what a pipeline says of itself. */
export function showPipeline(metrics: Metrics, status: PipelineStatus): void {
  const { name: pipeline, state, unacknowledgedBytes, inflightBytes, documentsInDoubt, watermarkMs } = status
  metrics.set('flagship_unacknowledged_bytes', { pipeline }, unacknowledgedBytes)
  metrics.set('flagship_inflight_bytes', { pipeline }, inflightBytes)
  metrics.set('flagship_spool_bytes', { pipeline }, status.spooledBytes)
  metrics.set('flagship_doubtful_documents', { pipeline }, documentsInDoubt)
  if (watermarkMs !== undefined) metrics.set('flagship_watermark_timestamp_seconds', { pipeline }, watermarkMs / 1_000)
  for (const each of ['opening', 'delivering', 'retrying', 'stopped'] as const)
    metrics.set('flagship_pipeline_state', { pipeline, state: each }, each === state ? 1 : 0)
}
