import type { ElasticsearchSinkConfig } from '../../sinks/elasticsearch/config.ts'
import { type StreamDataset, StreamNames, streamName } from '../../sinks/elasticsearch/stream-names.ts'
import type { Installable } from '../object.ts'
import { lifecyclePolicy, policyIdOf } from './lifecycle-policy.ts'
import { readerId, readerRights, roleOf, writerId, writerRights } from './roles.ts'
import type { ServerVersion } from './server-version.ts'
import { MAPPINGS_ID, mappingsTemplate, SETTINGS_ID, settingsTemplate, streamTemplate } from './templates.ts'

/** What can be installed in Elasticsearch: where it is, and the privilege that it takes. */
export const KINDS = {
  'lifecycle policy': { path: '/_ilm/policy', directory: 'lifecycle-policies', privilege: 'manage_ilm' },
  'component template': {
    path: '/_component_template',
    directory: 'component-templates',
    privilege: 'manage_index_templates',
  },
  'index template': { path: '/_index_template', directory: 'index-templates', privilege: 'manage_index_templates' },
  role: { path: '/_security/role', directory: 'roles', privilege: 'manage_security' },
} as const

/** An object of Elasticsearch. */
export interface ElasticsearchObject extends Installable {
  readonly kind: keyof typeof KINDS
}

/** What decides which objects there are and what they hold. */
export interface ObjectSettings {
  readonly sinkName: string
  readonly sink: Pick<ElasticsearchSinkConfig, 'namespace' | 'retention'>
  readonly version: ServerVersion
  /** `stream`: the data stream's own lifecycle; `ilm`: index lifecycle management, with tiers. */
  readonly lifecycle: 'stream' | 'ilm'
  /** Istio's keys as aliases. */
  readonly aliases: boolean
  /** False where the server has no security. */
  readonly roles: boolean
}

/** Everything that one sink needs of a cluster, in order of installing. */
export function elasticsearchObjects(settings: ObjectSettings): readonly ElasticsearchObject[] {
  const streams = new StreamNames(settings.sink)
  const { version, aliases, roles, sinkName, lifecycle } = settings
  return [
    ...(lifecycle === 'ilm' ? policies(settings.sink) : []),
    objectOf('component template', SETTINGS_ID, settingsTemplate(version)),
    objectOf('component template', MAPPINGS_ID, mappingsTemplate({ aliases })),
    ...streams.namespaces.flatMap((namespace) =>
      streams.datasets.map((dataset) => templateOf(dataset, namespace, settings)),
    ),
    ...(roles ? [objectOf('role', writerId(sinkName), roleOf(writerRights(streams)))] : []),
    ...(roles ? streams.namespaces.map((name) => objectOf('role', readerId(name), roleOf(readerRights(name)))) : []),
  ]
}

/** How long a stream is kept, as `90d`. */
export function retentionOf(dataset: StreamDataset, { retention }: Pick<ElasticsearchSinkConfig, 'retention'>): string {
  return dataset === 'envoy.access_failed' ? (retention.failed ?? retention.healthy) : retention.healthy
}

function policies({ retention: { healthy, failed } }: ObjectSettings['sink']): readonly ElasticsearchObject[] {
  const all = new Set(failed === undefined ? [healthy] : [healthy, failed])
  return [...all].map((each) => objectOf('lifecycle policy', policyIdOf(each), lifecyclePolicy(each)))
}

function templateOf(dataset: StreamDataset, namespace: string, settings: ObjectSettings): ElasticsearchObject {
  const { version, lifecycle, sink } = settings
  const retention = retentionOf(dataset, sink)
  const policyId = lifecycle === 'ilm' ? policyIdOf(retention) : undefined
  const body = streamTemplate({ dataset, namespace, version, retention, policyId })
  return objectOf('index template', streamName(dataset, namespace), body)
}

function objectOf(kind: ElasticsearchObject['kind'], id: string, body: object): ElasticsearchObject {
  return { kind, id, body, fileName: `${KINDS[kind].directory}/${id}.json` }
}
