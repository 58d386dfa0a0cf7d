import type { Complaint } from './complaint.ts'
import type { SinkConfig } from './create.ts'
import { inspectElasticsearch } from './elasticsearch/inspection.ts'
import { inspectKafka } from './kafka/inspection.ts'

export type { Complaint } from './complaint.ts'

/** Ask the server that a sink writes to whether it would work, as the sink; undefined where there is none to ask. */
export async function inspectSink(config: SinkConfig): Promise<readonly Complaint[] | undefined> {
  if (config.type === 'kafka') return inspectKafka(config)
  return config.type === 'elasticsearch' ? inspectElasticsearch(config) : undefined
}
