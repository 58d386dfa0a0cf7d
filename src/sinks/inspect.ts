import type { SinkConfig } from './create.ts'
import { type Complaint, inspectElasticsearch } from './elasticsearch/inspection.ts'

export type { Complaint } from './elasticsearch/inspection.ts'

/** Ask the server that a sink writes to whether it would work, as the sink; undefined where there is none to ask. */
export async function inspectSink(config: SinkConfig): Promise<readonly Complaint[] | undefined> {
  return config.type === 'elasticsearch' ? inspectElasticsearch(config) : undefined
}
