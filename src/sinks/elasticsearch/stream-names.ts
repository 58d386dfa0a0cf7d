import { matchesGlob } from 'node:path'
import type { Dataset } from '../batch.ts'
import type { ElasticsearchSinkConfig } from './config.ts'

/** The dataset of a data stream: that of its documents, but failures may have a stream of their own. */
export type StreamDataset = Dataset | 'envoy.access_failed'

/** What decides where a document goes. */
export interface Addressed {
  readonly dataset: Dataset
  readonly isFailed: boolean
  /** Kubernetes namespace of the proxy that wrote the line, as its path or the configuration says. */
  readonly reporterNamespace: string | undefined
}

/**
 * The data streams of one sink. Which one a document goes to depends on its line, its file and the configuration and on
 * nothing else: read again, it goes to the same one.
 */
export class StreamNames {
  /** Of all streams, in the order of the configuration, each once. */
  readonly namespaces: readonly string[]
  readonly datasets: readonly StreamDataset[]
  readonly #namespace: ElasticsearchSinkConfig['namespace']
  readonly #hasFailed: boolean
  readonly #namespaceOf = new Map<string, string>()

  constructor({ namespace, retention }: Pick<ElasticsearchSinkConfig, 'namespace' | 'retention'>) {
    this.#namespace = namespace
    this.#hasFailed = retention.failed !== undefined
    const named =
      typeof namespace === 'string'
        ? [namespace]
        : [namespace.default, ...namespace.rules.map((rule) => rule.namespace)]
    this.namespaces = [...new Set(named)]
    this.datasets = this.#hasFailed ? ['envoy.access', 'envoy.access_failed', ...OTHERS] : ['envoy.access', ...OTHERS]
  }

  /** `logs-DATASET-NAMESPACE`. */
  of({ dataset, isFailed, reporterNamespace }: Addressed): string {
    const stream = dataset === 'envoy.access' && isFailed && this.#hasFailed ? 'envoy.access_failed' : dataset
    return streamName(stream, this.namespaceOf(reporterNamespace))
  }

  /** The namespace of the streams for lines from a Kubernetes namespace; undefined for a proxy outside of any. */
  namespaceOf(reporterNamespace: string | undefined): string {
    if (typeof this.#namespace === 'string') return this.#namespace
    if (reporterNamespace === undefined) return this.#namespace.default
    const known = this.#namespaceOf.get(reporterNamespace)
    if (known !== undefined) return known
    const rule = this.#namespace.rules.find(({ match }) => matchesGlob(reporterNamespace, match))
    const found = rule?.namespace ?? this.#namespace.default
    if (this.#namespaceOf.size >= MOST_KEPT) this.#namespaceOf.clear()
    this.#namespaceOf.set(reporterNamespace, found)
    return found
  }
}

const OTHERS = ['envoy.log', 'envoy.unparsed', 'envoy.loss'] as const satisfies readonly StreamDataset[]

/** Pods of a node come from few namespaces. */
const MOST_KEPT = 1_024

/** The name of a data stream, as Elastic has it: `logs-DATASET-NAMESPACE`. */
export function streamName(dataset: StreamDataset, namespace: string): string {
  return `logs-${dataset}-${namespace}`
}
