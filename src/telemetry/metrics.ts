import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
  /** Upper bounds of a histogram, in the unit of its name. */
  readonly buckets?: readonly number[]
}

/** Every metric we export; `npm run generate` renders this table into docs/generated/metrics.md. Label values are bounded sets. */
// biome-ignore format: a table, one row a metric
export const METRICS = {
  flagship_build_info: { type: 'gauge', help: 'Always 1; the labels say what runs.', labels: ['version'] },
  flagship_files_followed: { type: 'gauge', help: 'Files that are open for reading.', labels: [] },
  flagship_read_bytes_total: { type: 'counter', help: 'Bytes read from log files.', labels: ['pipeline'] },
  flagship_lines_total: { type: 'counter', help: 'Lines read, after joining pieces, by what they turned out to be.', labels: ['pipeline', 'dataset'] },
  flagship_lines_unparsed_total: { type: 'counter', help: 'Lines that could not be read. They are shipped as dataset envoy.unparsed.', labels: ['pipeline', 'reason'] },
  flagship_documents_delivered_total: { type: 'counter', help: 'Documents a sink has durably accepted.', labels: ['pipeline'] },
  flagship_documents_refused_total: { type: 'counter', help: 'Documents a sink refused for good.', labels: ['pipeline', 'reason'] },
  flagship_documents_failure_store_total: { type: 'counter', help: 'Delivered documents that Elasticsearch put into the failure store of their data stream.', labels: ['pipeline'] },
  flagship_documents_possibly_doubled_total: { type: 'counter', help: 'Documents that a look-up found in more than one backing index, or that were sent to Kafka again although brokers could not know them: by a new producer, or when they were a day old.', labels: ['pipeline'] },
  flagship_documents_dropped_total: { type: 'counter', help: 'Lines left out by our own choice, such as component logs below the configured level.', labels: ['pipeline', 'policy'] },
  flagship_requests_total: { type: 'counter', help: 'Requests of other shippers, by the status they were answered with (`ingest.http`). What is answered with 4xx, 429 aside, shippers give up.', labels: ['pipeline', 'status'] },
  flagship_name_waits_total: { type: 'counter', help: 'Chunks of lines, or requests, that waited for the name of a pod address.', labels: ['pipeline'] },
  flagship_names_given_up_total: { type: 'counter', help: 'Pod addresses that were not known after the wait either; their lines went out without the name.', labels: ['pipeline'] },
  flagship_names_stale_seconds: { type: 'gauge', help: 'For how long the source of names (resolver or API server) has not been heard; 0 while it is. Without a name in this time is what is new.', labels: [] },
  flagship_names_rows: { type: 'gauge', help: 'What is known of the cluster: pods, services, nodes, and addresses that pods had before (`past_address`).', labels: ['kind'] },
  flagship_names_lookups: { type: 'gauge', help: 'Addresses that were looked up since the start, by how sure the answer is; answers that repeat are kept and not counted.', labels: ['result'] },
  flagship_names_san_mismatches: { type: 'gauge', help: 'Look-ups since the start in which the address belongs to another pod than the certificate says: what names would get wrong without certificates.', labels: [] },
  flagship_names_streams_total: { type: 'counter', help: 'Times that names began to be read, as a whole (`snapshot`; in mode `direct` one for each of four kinds of objects) or from where they were (`resume`).', labels: ['how'] },
  flagship_names_errors_total: { type: 'counter', help: 'Times that the source of names failed; names that are known stay in use.', labels: ['source'] },
  flagship_losses_total: { type: 'counter', help: 'Times that lines were lost for good, each named by a log line and a document of dataset envoy.loss. With reason `unseen` it is possibly nothing: files may have come and gone while nobody looked.', labels: ['pipeline', 'reason'] },
  flagship_lost_bytes_total: { type: 'counter', help: 'Bytes of log that were lost for good, as far as their number is known. Any rise needs a person.', labels: ['pipeline', 'reason'] },
  flagship_watermark_timestamp_seconds: { type: 'gauge', help: 'Everything written before this time, in seconds since 1970, is delivered, refused, dropped by policy or named as lost.', labels: ['pipeline'] },
  flagship_spool_bytes: { type: 'gauge', help: 'Bytes of files that were deleted in the logs and that only the spool keeps.', labels: ['pipeline'] },
  flagship_doubtful_documents: { type: 'gauge', help: 'Documents that may have been stored and wait to be looked up.', labels: ['pipeline'] },
  flagship_retries_total: { type: 'counter', help: 'Documents offered to a sink once more.', labels: ['pipeline'] },
  flagship_unacknowledged_bytes: { type: 'gauge', help: 'Bytes on disk that no cursor covers yet: how far delivery lags behind.', labels: ['pipeline'] },
  flagship_inflight_bytes: { type: 'gauge', help: 'Bytes of documents that wait for an answer: what counts against limits.inflightBytes.', labels: ['pipeline'] },
  flagship_pipeline_state: { type: 'gauge', help: '1 for the state the pipeline is in, 0 for the others.', labels: ['pipeline', 'state'] },
  flagship_deliver_seconds: { type: 'histogram', help: 'Time from offering a batch to its last answer.', labels: ['pipeline'], buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60] },
  flagship_last_delivery_timestamp_seconds: { type: 'gauge', help: 'When a sink last accepted a document, in seconds since 1970.', labels: ['pipeline'] },
  flagship_resolver_readers: { type: 'gauge', help: 'Agents that `flagship resolver` streams to.', labels: [] },
  flagship_resolver_streams_total: { type: 'counter', help: 'Streams that began, by whether the agent had to be told everything.', labels: ['how'] },
  flagship_resolver_refused_total: { type: 'counter', help: 'Requests of agents that got no stream. With reason `busy` or `not_synced` they come again.', labels: ['reason'] },
  flagship_resolver_dropped_total: { type: 'counter', help: 'Streams that were ended because the agent did not take them fast enough. It comes again.', labels: ['reason'] },
  flagship_resolver_kept_bytes: { type: 'gauge', help: 'Bytes of changes that are kept for agents that come again.', labels: [] },
} as const satisfies Record<string, MetricDefinition>

type Table = typeof METRICS
export type MetricName = keyof Table
type NameOf<T extends MetricDefinition['type']> = {
  [N in MetricName]: Table[N]['type'] extends T ? N : never
}[MetricName]
export type Labels<N extends MetricName> = Readonly<Record<Table[N]['labels'][number], string>>

/** The metrics of one process. A wrong name or label does not compile. */
export interface Metrics {
  /** Add to a counter. */
  count<N extends NameOf<'counter'>>(name: N, labels: Labels<N>, amount?: number): void
  set<N extends NameOf<'gauge'>>(name: N, labels: Labels<N>, value: number): void
  observe<N extends NameOf<'histogram'>>(name: N, labels: Labels<N>, value: number): void
  /** Forget what a gauge said of something that is gone. */
  remove<N extends NameOf<'gauge'>>(name: N, labels: Labels<N>): void
  /** Prometheus text exposition, of the content type below. */
  render(): Promise<string>
  readonly contentType: string
}

/** A fresh set of metrics, with those of the process (CPU, memory, event loop) unless `withProcess` is false. */
export function createMetrics(withProcess = true): Metrics {
  const registry = new Registry()
  const counters = new Map<string, Counter>()
  const gauges = new Map<string, Gauge>()
  const histograms = new Map<string, Histogram>()
  for (const [name, definition] of Object.entries<MetricDefinition>(METRICS)) {
    const { type, help, labels } = definition
    const options = { name, help, labelNames: [...labels], registers: [registry] }
    if (type === 'counter') counters.set(name, new Counter(options))
    else if (type === 'gauge') gauges.set(name, new Gauge(options))
    else histograms.set(name, new Histogram({ ...options, buckets: [...(definition.buckets ?? [])] }))
  }
  if (withProcess) collectDefaultMetrics({ register: registry })
  return {
    count: (name, labels, amount = 1) => counters.get(name)?.inc(labels, amount),
    set: (name, labels, value) => gauges.get(name)?.set(labels, value),
    observe: (name, labels, value) => histograms.get(name)?.observe(labels, value),
    remove: (name, labels) => gauges.get(name)?.remove(labels),
    render: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
