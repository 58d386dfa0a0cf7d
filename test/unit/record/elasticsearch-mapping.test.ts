import { describe, expect, test } from 'vitest'
import { elasticsearchMapping, type Mapping } from '../../../src/record/elasticsearch-mapping.ts'

function mappingAt(name: string): Mapping | undefined {
  let mapping: Mapping | undefined = elasticsearchMapping()
  for (const part of name.split('.')) mapping = mapping?.properties?.[part]
  return mapping
}

function leaves(mapping: Mapping, path = ''): readonly (readonly [string, Mapping])[] {
  if (mapping.properties === undefined) return [[path, mapping]]
  return Object.entries(mapping.properties).flatMap(([name, inner]) =>
    leaves(inner, path === '' ? name : `${path}.${name}`),
  )
}

describe('elasticsearchMapping()', () => {
  test.for([
    ['@timestamp', { type: 'date' }],
    ['event.kind', { type: 'constant_keyword', value: 'event' }],
    ['event.dataset', { type: 'constant_keyword' }],
    ['event.original', { type: 'keyword', index: false, doc_values: false }],
    ['event.duration', { type: 'long' }],
    ['url.path', { type: 'wildcard' }],
    ['url.query', { type: 'keyword', ignore_above: 2_048 }],
    ['user_agent.original', { type: 'keyword', ignore_above: 1_024, fields: { text: { type: 'match_only_text' } } }],
    ['error.message', { type: 'match_only_text' }],
    ['related.ip', { type: 'ip' }],
    ['envoy.response_flags', { type: 'keyword', ignore_above: 1_024 }],
    ['envoy.upstream.cluster_parts.port', { type: 'long' }],
    ['envoy.extra', { type: 'flattened', ignore_above: 1_024 }],
    ['envoy.source.pod_state_ms', { type: 'long' }],
    ['envoy.destination.labels', { type: 'flattened', ignore_above: 1_024 }],
    ['kubernetes.pod.name', { type: 'keyword', ignore_above: 1_024 }],
    ['observer.type', { type: 'keyword', ignore_above: 1_024 }],
  ] as const)('maps %s', ([name, mapping]) => {
    expect(mappingAt(name)).toEqual(mapping)
  })

  test('gives every indexed text a length above which it is not indexed', () => {
    const unbounded = leaves(elasticsearchMapping()).filter(
      ([, { type, index, ignore_above }]) =>
        (type === 'keyword' || type === 'flattened') && index !== false && ignore_above === undefined,
    )
    expect(unbounded).toEqual([])
  })

  test('has both ends alike', () => {
    expect(mappingAt('envoy.source')).toEqual(mappingAt('envoy.destination'))
  })
})
