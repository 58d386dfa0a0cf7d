import { elasticsearchMapping, type Mapping } from '../../record/elasticsearch-mapping.ts'
import { streamName, type StreamDataset } from '../../sinks/elasticsearch/stream-names.ts'
import { BOOTSTRAP_VERSION } from '../object.ts'
import { ISTIO_KEYS } from './istio-keys.ts'
import { hasFailureStore, hasLogsdb, type ServerVersion } from './server-version.ts'

/** Who made an object and which release of it: what tells ours from others. */
export const OURS = { managed_by: 'flagship', version: BOOTSTRAP_VERSION } as const

/** Ids of the component templates that all streams share. */
export const SETTINGS_ID = 'flagship-settings'
export const MAPPINGS_ID = 'flagship-mappings'

/** Above the built-in template of `logs-*-*` (100) and those of Elastic's integrations (200). */
export const PRIORITY = 500

/**
 * A refused document is lost for search, a value left out of the index only for its own field (`_ignored` names it), so
 * `ignore_malformed`. Settings that a cluster has its own mind on, as shards and replicas, are left to `logs@custom`.
 *
 * Bodies have the form in which Elasticsearch gives them back, so that what is there compares equal to what is wanted.
 */
export function settingsTemplate(version: ServerVersion): object {
  const storage = hasLogsdb(version) ? { mode: 'logsdb' } : { codec: 'best_compression' }
  const index = {
    ...storage,
    lifecycle: { prefer_ilm: 'false' },
    mapping: { ignore_malformed: 'true', total_fields: { limit: '2000' } },
    query: { default_field: SEARCHED_WITHOUT_FIELD },
    // What one node wrote stands together and compresses; a document without `host.name` comes last.
    sort: { field: ['host.name', '@timestamp'], order: ['asc', 'desc'] },
  }
  return { template: { settings: { index } }, _meta: OURS }
}

/** What a search that names no field looks at: of all fields it would be hundreds of queries. */
const SEARCHED_WITHOUT_FIELD = [
  'message',
  'error.message',
  'event.id',
  'event.reason',
  'http.request.id',
  'trace.id',
  'url.domain',
  'url.path',
  'kubernetes.pod.name',
  'envoy.response_flags',
  'envoy.response_code_details',
  'envoy.connection_termination_details',
  'envoy.upstream.cluster',
  'envoy.upstream.transport_failure_reason',
  'envoy.verdict.cause',
  'envoy.workloads',
]

/**
 * Every field of the record, and Istio's keys as aliases. `dynamic: false`: a field that is not known is kept with the
 * document and never adds to the mapping. The aliases stand here because Elasticsearch refuses a component template
 * whose aliases point outside of it.
 */
export function mappingsTemplate({ aliases }: { readonly aliases: boolean }): object {
  const { properties = {} } = elasticsearchMapping()
  const timestamp = { ...properties['@timestamp'], ignore_malformed: false } // a data stream insists on it
  const mappings = {
    dynamic: false,
    properties: { ...properties, '@timestamp': timestamp, ...(aliases ? aliasFields() : {}) },
  }
  return { template: { mappings }, _meta: OURS }
}

function aliasFields(): Readonly<Record<string, Mapping>> {
  const aliases = ISTIO_KEYS.flatMap(({ key, field }) =>
    field === undefined ? [] : [[key, { type: 'alias', path: field }] as const],
  )
  return Object.fromEntries(aliases)
}

/** What one data stream is to be. */
export interface StreamTemplate {
  readonly dataset: StreamDataset
  readonly namespace: string
  readonly version: ServerVersion
  /** Days, as `90d`: of the data stream's own lifecycle. */
  readonly retention: string
  /** The lifecycle policy that takes the place of it. */
  readonly policyId: string | undefined
}

/** The index template of one data stream: its name, its constants and how long it is kept. */
export function streamTemplate({ dataset, namespace, version, retention, policyId }: StreamTemplate): object {
  const hooks = hooksOf(dataset)
  const lifecycle =
    policyId === undefined
      ? { lifecycle: { enabled: true, data_retention: retention } }
      : { settings: { index: { lifecycle: { name: policyId, prefer_ilm: 'true' } } } }
  // Off, so that a document that is refused is answered with 400 and stands in the dead letter.
  const failureStore = hasFailureStore(version) ? { data_stream_options: { failure_store: { enabled: false } } } : {}
  return {
    index_patterns: [streamName(dataset, namespace)],
    template: { mappings: { properties: constantsOf(dataset, namespace) }, ...lifecycle, ...failureStore },
    composed_of: [SETTINGS_ID, MAPPINGS_ID, ...hooks],
    priority: PRIORITY,
    _meta: OURS,
    data_stream: { hidden: false, allow_custom_routing: false },
    ignore_missing_component_templates: hooks,
  }
}

/** Component templates for what users want otherwise; what is there for access logs also holds for the failed ones. */
function hooksOf(dataset: StreamDataset): readonly string[] {
  const all = ['logs@custom', ...(dataset === 'envoy.access_failed' ? ['logs-envoy.access@custom'] : [])]
  return [...all, `logs-${dataset}@custom`]
}

/** Given here, they need not stand in any document, and a search for others skips the stream. */
function constantsOf(dataset: StreamDataset, namespace: string): Readonly<Record<string, Mapping>> {
  return {
    data_stream: {
      properties: { type: constant('logs'), dataset: constant(dataset), namespace: constant(namespace) },
    },
    event: { properties: { dataset: constant(dataset === 'envoy.access_failed' ? 'envoy.access' : dataset) } },
  }
}

function constant(value: string): Mapping {
  return { type: 'constant_keyword', value }
}
