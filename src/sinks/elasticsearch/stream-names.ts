import { matchesGlob } from 'node:path'
import type { Addressed, Dataset, RecordClass } from '../batch.ts'
import type { ElasticsearchSinkConfig } from './config.ts'

/** The dataset of a data stream: that of its documents, but failures may have a stream of their own. */
export type StreamDataset = Dataset | 'envoy.access_failed'

/**
 * The data streams of one sink. Which one a document goes to depends on its line, its file and the configuration and on
 * nothing else: read again, it goes to the same one.
 */
export class StreamNames {
  /** Of all streams, in the order of the configuration, each once. */
  readonly namespaces: readonly string[]
  readonly datasets: readonly StreamDataset[]
  /** Whether failures have streams of their own. */
  readonly hasFailed: boolean
  readonly #namespace: ElasticsearchSinkConfig['namespace']
  readonly #streamsOf = new Map<string | undefined, Readonly<Record<RecordClass, Readonly<Record<Dataset, string>>>>>()

  constructor({ namespace, retention }: Pick<ElasticsearchSinkConfig, 'namespace' | 'retention'>) {
    this.#namespace = namespace
    this.hasFailed = retention.failed !== undefined
    const named =
      typeof namespace === 'string'
        ? [namespace]
        : [namespace.default, ...namespace.rules.map((rule) => rule.namespace)]
    this.namespaces = [...new Set(named)]
    this.datasets = this.hasFailed ? ['envoy.access', 'envoy.access_failed', ...OTHERS] : ['envoy.access', ...OTHERS]
  }

  /** `logs-DATASET-NAMESPACE`. */
  of({ dataset, recordClass, reporterNamespace }: Addressed): string {
    const known = this.#streamsOf.get(reporterNamespace)
    if (known !== undefined) return known[recordClass][dataset]
    const namespace = this.namespaceOf(reporterNamespace)
    const streams = { healthy: this.#streams(namespace, 'healthy'), failed: this.#streams(namespace, 'failed') }
    if (this.#streamsOf.size >= MOST_KEPT) this.#streamsOf.clear()
    this.#streamsOf.set(reporterNamespace, streams)
    return streams[recordClass][dataset]
  }

  /** The namespace of the streams for lines from a Kubernetes namespace; undefined for a proxy outside of any. */
  namespaceOf(reporterNamespace: string | undefined): string {
    if (typeof this.#namespace === 'string') return this.#namespace
    if (reporterNamespace === undefined) return this.#namespace.default
    const rule = this.#namespace.rules.find(({ match }) => matchesGlob(reporterNamespace, match))
    return rule?.namespace ?? this.#namespace.default
  }

  #streams(namespace: string, recordClass: RecordClass): Readonly<Record<Dataset, string>> {
    const of = (dataset: Dataset) => streamName(streamDataset(dataset, recordClass, this.hasFailed), namespace)
    return {
      'envoy.access': of('envoy.access'),
      'envoy.log': of('envoy.log'),
      'envoy.unparsed': of('envoy.unparsed'),
      'envoy.loss': of('envoy.loss'),
    }
  }
}

const OTHERS = ['envoy.log', 'envoy.unparsed', 'envoy.loss'] as const satisfies readonly StreamDataset[]

/** Pods of a node come from few namespaces. */
const MOST_KEPT = 1_024

/** The dataset of the stream of a document, where failures have streams of their own and where they have not. */
export function streamDataset(dataset: Dataset, recordClass: RecordClass, hasFailed: boolean): StreamDataset {
  return hasFailed && dataset === 'envoy.access' && recordClass === 'failed' ? 'envoy.access_failed' : dataset
}

/** The name of a data stream, as Elastic has it: `logs-DATASET-NAMESPACE`. */
export function streamName(dataset: StreamDataset, namespace: string): string {
  return `logs-${dataset}-${namespace}`
}
