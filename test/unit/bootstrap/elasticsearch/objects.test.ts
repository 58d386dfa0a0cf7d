import { describe, expect, test } from 'vitest'
import { lifecyclePolicy } from '../../../../src/bootstrap/elasticsearch/lifecycle-policy.ts'
import { elasticsearchObjects, type ObjectSettings } from '../../../../src/bootstrap/elasticsearch/objects.ts'
import { hasFailureStore, hasLogsdb, serverVersionOf } from '../../../../src/bootstrap/elasticsearch/server-version.ts'
import { elasticsearchMapping } from '../../../../src/record/elasticsearch-mapping.ts'
import { at } from '../../../../src/sinks/elasticsearch/parts-of-json.ts'

const TENANTS = {
  namespace: { default: 'default', rules: [{ match: 'payments-*', namespace: 'pay' }] },
  retention: { healthy: '14d', failed: '400d' },
} as const

const settings = (changes: Partial<ObjectSettings> = {}): ObjectSettings => ({
  sinkName: 'search',
  sink: TENANTS,
  version: { major: 8, minor: 19 },
  lifecycle: 'stream',
  aliases: true,
  roles: true,
  ...changes,
})

function bodyOf(id: string, changes: Partial<ObjectSettings> = {}): object {
  const found = elasticsearchObjects(settings(changes)).find((object) => object.id === id)
  if (found === undefined) throw new Error(`no object ${id}`)
  return found.body
}

describe('elasticsearchObjects()', () => {
  test('gives these objects for ever, so that an upgrade finds them', () => {
    expect(elasticsearchObjects(settings({ lifecycle: 'ilm' })).map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'lifecycle policy flagship-14d',
      'lifecycle policy flagship-400d',
      'component template flagship-settings',
      'component template flagship-mappings',
      'index template logs-envoy.access-default',
      'index template logs-envoy.access_failed-default',
      'index template logs-envoy.log-default',
      'index template logs-envoy.unparsed-default',
      'index template logs-envoy.loss-default',
      'index template logs-envoy.access-pay',
      'index template logs-envoy.access_failed-pay',
      'index template logs-envoy.log-pay',
      'index template logs-envoy.unparsed-pay',
      'index template logs-envoy.loss-pay',
      'role flagship-writer-search',
      'role flagship-reader-default',
      'role flagship-reader-pay',
    ])
  })

  test('gives each a file of its own, and all the mark of ours', () => {
    const objects = elasticsearchObjects(settings({ lifecycle: 'ilm' }))
    expect(new Set(objects.map(({ fileName }) => fileName)).size).toBe(objects.length)
    const marks = objects.map(({ body }) => at(body, '_meta') ?? at(body, 'metadata') ?? at(body, 'policy', '_meta'))
    expect(marks).toEqual(objects.map(() => ({ managed_by: 'flagship', version: 1 })))
  })

  test('maps every field of the record as the record says', () => {
    const properties = at(bodyOf('flagship-mappings', { aliases: false }), 'template', 'mappings', 'properties')
    expect(properties).toEqual({
      ...elasticsearchMapping().properties,
      '@timestamp': { type: 'date', ignore_malformed: false },
    })
  })

  test('adds aliases only where they are wanted', () => {
    const [withThem, without] = [true, false].map((aliases) =>
      at(bodyOf('flagship-mappings', { aliases }), 'template', 'mappings', 'properties', 'response_flags'),
    )
    expect(withThem).toEqual({ type: 'alias', path: 'envoy.response_flags' })
    expect(without).toBeUndefined()
  })

  test.for([
    [{ major: 8, minor: 14 }, undefined, 'best_compression', undefined],
    [{ major: 8, minor: 17 }, 'logsdb', undefined, undefined],
    [{ major: 8, minor: 19 }, 'logsdb', undefined, false],
    [{ major: 9, minor: 0 }, 'logsdb', undefined, undefined],
    [{ major: 9, minor: 1 }, 'logsdb', undefined, false],
  ] as const)('uses what %o has', ([version, mode, codec, failureStore]) => {
    const index = at(bodyOf('flagship-settings', { version }), 'template', 'settings', 'index')
    expect([at(index, 'mode'), at(index, 'codec')]).toEqual([mode, codec])
    const options = at(bodyOf('logs-envoy.access-default', { version }), 'template', 'data_stream_options')
    expect(at(options, 'failure_store', 'enabled')).toBe(failureStore)
  })

  test('gives the failed lines their constants, hooks and retention', () => {
    expect(bodyOf('logs-envoy.access_failed-pay')).toMatchObject({
      index_patterns: ['logs-envoy.access_failed-pay'],
      priority: 500,
      composed_of: [
        'flagship-settings',
        'flagship-mappings',
        'logs@custom',
        'logs-envoy.access@custom',
        'logs-envoy.access_failed@custom',
      ],
      template: {
        lifecycle: { enabled: true, data_retention: '400d' },
        mappings: {
          properties: {
            data_stream: {
              properties: {
                type: { type: 'constant_keyword', value: 'logs' },
                dataset: { type: 'constant_keyword', value: 'envoy.access_failed' },
                namespace: { type: 'constant_keyword', value: 'pay' },
              },
            },
            event: { properties: { dataset: { type: 'constant_keyword', value: 'envoy.access' } } },
          },
        },
      },
    })
  })

  test('keeps everything but failed lines for the healthy retention', () => {
    const kept = elasticsearchObjects(settings()).map(({ id, body }) => [
      id,
      at(body, 'template', 'lifecycle', 'data_retention'),
    ])
    const streams = kept.filter(([, retention]) => retention !== undefined)
    expect(streams.filter(([, retention]) => retention !== '14d')).toEqual([
      ['logs-envoy.access_failed-default', '400d'],
      ['logs-envoy.access_failed-pay', '400d'],
    ])
  })

  test('puts a policy in the place of the lifecycle', () => {
    const template = at(bodyOf('logs-envoy.access-pay', { lifecycle: 'ilm' }), 'template')
    expect(at(template, 'lifecycle')).toBeUndefined()
    expect(at(template, 'settings', 'index', 'lifecycle')).toEqual({ name: 'flagship-14d', prefer_ilm: 'true' })
  })

  test('gives the writer its streams and no more', () => {
    expect(bodyOf('flagship-writer-search', { sink: { namespace: 'prod', retention: { healthy: '1d' } } })).toEqual({
      cluster: ['monitor'],
      indices: [
        {
          names: ['logs-envoy.access-prod', 'logs-envoy.log-prod', 'logs-envoy.unparsed-prod', 'logs-envoy.loss-prod'],
          privileges: ['auto_configure', 'create_doc', 'read', 'view_index_metadata'],
          allow_restricted_indices: false,
        },
      ],
      applications: [],
      run_as: [],
      metadata: { managed_by: 'flagship', version: 1 },
    })
  })

  test('lets a reader see one namespace', () => {
    expect(bodyOf('flagship-reader-pay')).toMatchObject({
      cluster: [],
      indices: [{ names: ['logs-envoy.*-pay'], privileges: ['read', 'view_index_metadata'] }],
    })
  })
})

describe('lifecyclePolicy()', () => {
  test.for([
    ['1d', ['hot', 'delete'], '1d'],
    ['14d', ['hot', 'warm', 'delete'], '1d'],
    ['90d', ['hot', 'warm', 'cold', 'delete'], '7d'],
    ['400d', ['hot', 'warm', 'cold', 'delete'], '30d'],
  ] as const)('keeps for %s through %o', ([retention, phases, maxAge]) => {
    const policy = lifecyclePolicy(retention)
    expect(Object.keys(Object(at(policy, 'policy', 'phases')))).toEqual(phases)
    expect(at(policy, 'policy', 'phases', 'hot', 'actions', 'rollover', 'max_age')).toBe(maxAge)
    expect(at(policy, 'policy', 'phases', 'delete', 'min_age')).toBe(retention)
  })
})

describe('serverVersionOf()', () => {
  test.for([
    ['8.19.21', { major: 8, minor: 19 }],
    ['9.5', { major: 9, minor: 5 }],
    ['9.6.0-SNAPSHOT', { major: 9, minor: 6 }],
    ['', undefined],
    ['nine', undefined],
    ['9', undefined],
  ] as const)('reads %s', ([text, version]) => {
    expect(serverVersionOf(text)).toEqual(version)
  })

  test('tells what a release has', () => {
    expect([hasLogsdb({ major: 8, minor: 16 }), hasFailureStore({ major: 8, minor: 18 })]).toEqual([false, false])
  })
})
