import { elasticsearchMapping } from '../../src/record/elasticsearch-mapping.ts'
import type { ElasticsearchServer } from '../services/elasticsearch/server.ts'
import { request } from './stored-documents.ts'

/** Install what makes data streams of `logs-envoy.*`, with the operator's hook for access logs. */
export async function installTemplates(server: ElasticsearchServer): Promise<void> {
  const settings = { 'index.mapping.total_fields.limit': 2_000, 'index.mapping.ignore_malformed': true }
  const { properties = {} } = elasticsearchMapping()
  const timestamp = { ...properties['@timestamp'], ignore_malformed: false }
  const mappings = { dynamic: false, properties: { ...properties, '@timestamp': timestamp } }
  await request(server, 'PUT', '/_component_template/flagship', { template: { settings, mappings } })
  await request(server, 'PUT', '/_index_template/logs-envoy', {
    index_patterns: ['logs-envoy.*-*'],
    composed_of: ['flagship', 'logs-envoy.access@custom'],
    ignore_missing_component_templates: ['logs-envoy.access@custom'],
    priority: 500,
    data_stream: {},
    template: { data_stream_options: { failure_store: { enabled: false } } },
  })
}
