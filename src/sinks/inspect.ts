import type { SinkConfig } from './create.ts'
import { type Complaint, inspectElasticsearch } from './elasticsearch/inspection.ts'

export type { Complaint } from './elasticsearch/inspection.ts'

/** Ask the place that a sink writes to whether it would work, as the sink; nothing is changed. */
export async function inspectSink(config: SinkConfig): Promise<readonly Complaint[]> {
  return config.type === 'elasticsearch' ? inspectElasticsearch(config) : []
}
