import { describe, expect, test } from 'vitest'
import { UNCONFIGURED } from '../../../../scripts/generate/elasticsearch-files.ts'
import { elasticsearchObjects, type ElasticsearchObject } from '../../../../src/bootstrap/elasticsearch/objects.ts'
import { examineServer, retentionsOf, shadowsOf } from '../../../../src/bootstrap/elasticsearch/server.ts'
import { ElasticsearchTarget } from '../../../../src/bootstrap/elasticsearch/target.ts'
import { planOf } from '../../../../src/bootstrap/plan.ts'
import type { ElasticsearchAnswer } from '../../../../src/clients/elasticsearch.ts'
import { ok, refused, ScriptedElasticsearch } from './scripted-elasticsearch.ts'

const OBJECTS = elasticsearchObjects({ ...UNCONFIGURED, lifecycle: 'ilm' })
const POLICY_PATH = '/_ilm/policy/flagship-90d'

function objectOf(kind: ElasticsearchObject['kind']): ElasticsearchObject {
  const found = OBJECTS.find((object) => object.kind === kind)
  if (found === undefined) throw new Error(`no ${kind}`)
  return found
}

function targetOf(script: Readonly<Record<string, ElasticsearchAnswer>>) {
  const client = new ScriptedElasticsearch(script)
  return { client, target: new ElasticsearchTarget(client, OBJECTS) }
}

describe('ElasticsearchTarget', () => {
  test('find() knows its own policy among what ILM says of it', async () => {
    const policy = objectOf('lifecycle policy')
    // https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-ilm-get-lifecycle
    const answer = { 'flagship-90d': { version: 3, modified_date: 'x', ...policy.body, in_use_by: { indices: [] } } }
    const { target } = targetOf({ [`GET ${POLICY_PATH}`]: ok(answer) })
    expect(await target.find(policy)).toEqual({ kind: 'ours', version: 1, body: policy.body })
  })

  test('write() puts a policy as it is', async () => {
    const policy = objectOf('lifecycle policy')
    const { client, target } = targetOf({ [`PUT ${POLICY_PATH}`]: ok() })
    await target.write(policy)
    expect(client.requests).toEqual([{ method: 'PUT', path: POLICY_PATH, json: policy.body }])
  })

  test('find() takes a template without our mark for foreign, whatever its name', async () => {
    const { target } = targetOf({
      'GET /_component_template/flagship-settings': ok({
        component_templates: [
          { name: 'flagship-settings', component_template: { template: {}, _meta: { version: 1 } } },
        ],
      }),
    })
    expect(await target.find(objectOf('component template'))).toEqual({ kind: 'foreign' })
  })

  test('find() does not compare the times that newer servers add', async () => {
    const template = objectOf('index template')
    const index_template = { ...template.body, created_date_millis: 1, modified_date: 'x' }
    const { target } = targetOf({
      [`GET /_index_template/${template.id}`]: ok({ index_templates: [{ name: template.id, index_template }] }),
    })
    expect(await target.find(template)).toMatchObject({ kind: 'ours', body: template.body })
  })

  test.for([
    ['lifecycle policy', POLICY_PATH, 'manage_ilm'],
    ['component template', '/_component_template/flagship-settings', 'manage_index_templates'],
    ['index template', '/_index_template/logs-envoy.access-default', 'manage_index_templates'],
    ['role', '/_security/role/flagship-writer-search', 'manage_security'],
  ] as const)('names the privilege that a %s takes', async ([kind, path, privilege]) => {
    const { target } = targetOf({ [`PUT ${path}`]: refused(403, 'unauthorized'), [`DELETE ${path}`]: refused(403, '') })
    const object = objectOf(kind)
    const message = `${kind} "${object.id}": it takes the cluster privilege "${privilege}"; grant it to who bootstraps`
    await expect(target.write(object)).rejects.toThrow(`Cannot install ${message}`)
    await expect(target.remove(object)).rejects.toThrow(`Cannot remove ${message}`)
  })

  test.for([
    [401, 'no', 'SINK_MISCONFIGURED', /does not know who bootstraps \(HTTP 401\); give --username/],
    [400, 'conflicting index template', 'SINK_MISCONFIGURED', /HTTP 400, conflicting index template/],
    [400, 'no handler found for uri', 'SINK_MISCONFIGURED', /no such API/],
    [429, 'busy', 'SINK_UNAVAILABLE', /try again later/],
    [503, 'no master', 'SINK_UNAVAILABLE', /HTTP 503, no master/],
  ] as const)('says what HTTP %i, %s means', async ([status, reason, code, message]) => {
    const { target } = targetOf({ [`PUT ${POLICY_PATH}`]: refused(status, reason) })
    const writing = target.write(objectOf('lifecycle policy'))
    await expect(writing).rejects.toThrow(message)
    await expect(writing).rejects.toMatchObject({ code })
  })

  test('remove() says what uses an object that has to stay', async () => {
    const reason = 'unable to remove composable templates [x] as they are in use by a data streams [x]'
    const { target } = targetOf({ 'DELETE /_component_template/flagship-settings': refused(400, reason) })
    expect(await target.remove(objectOf('component template'))).toBe(reason)
  })

  test('remove() takes what is gone for removed', async () => {
    const { target } = targetOf({})
    await expect(target.remove(objectOf('role'))).resolves.toBeUndefined()
  })
})

function named(name: string, priority: number, index_patterns: readonly string[], _meta?: object) {
  return { name, index_template: { priority, index_patterns, _meta } }
}

describe('shadowsOf()', () => {
  test('names templates of others that come before ours', async () => {
    const index_templates = [
      named('logs', 100, ['logs-*-*']),
      named('fleet', 900, ['logs-envoy.*-default', 'x']),
      named('elsewhere', 900, ['logs-*-prod']),
      named('logs-envoy.access-default', 900, ['logs-envoy.access-default'], { managed_by: 'flagship' }),
    ]
    const client = new ScriptedElasticsearch({ 'GET /_index_template': ok({ index_templates }) })
    expect(await shadowsOf(client, OBJECTS)).toEqual([['fleet', 'logs-envoy.access-default']])
  })
})

describe('retentionsOf()', () => {
  const sink = { ...UNCONFIGURED.sink, retention: { healthy: '30d' } } as const
  const objects = elasticsearchObjects({ ...UNCONFIGURED, sink, roles: false })
  const stream = { name: 'logs-envoy.access-default', lifecycle: { enabled: true, data_retention: '90d', x: 1 } }
  const client = () =>
    new ScriptedElasticsearch({
      'GET /_data_stream/logs-envoy.*': ok({ data_streams: [stream, { name: 'logs-envoy.access-other' }] }),
      'GET /_data_stream/logs-envoy.access-default': ok({ data_streams: [stream] }),
    })

  test('brings the retention of a stream that is there along', async () => {
    const elasticsearch = client()
    const retentions = await retentionsOf(elasticsearch, objects)
    const target = new ElasticsearchTarget(elasticsearch, [], retentions)
    expect(await planOf(target, { force: false })).toMatchObject([
      {
        action: 'update',
        object: { id: 'logs-envoy.access-default', body: { enabled: true, data_retention: '30d' } },
        difference: ['- data_retention: "90d"', '+ data_retention: "30d"'],
      },
    ])
  })

  test('leaves streams alone whose lifecycle is a policy', async () => {
    expect(await retentionsOf(client(), OBJECTS)).toEqual([])
  })
})

describe('examineServer()', () => {
  test.for([
    ['9.5.3', ok({ username: 'a' }), { version: { major: 9, minor: 5 }, hasSecurity: true }],
    ['8.19.21', refused(405, 'no'), { version: { major: 8, minor: 19 }, hasSecurity: false }],
  ] as const)('reads %s', async ([number, authenticate, server]) => {
    const client = new ScriptedElasticsearch({
      'GET /': ok({ version: { number } }),
      'GET /_security/_authenticate': authenticate,
    })
    expect(await examineServer(client)).toEqual(server)
  })

  test.for(['8.13.4', '7.17.0', ''])('refuses "%s"', async (number) => {
    const client = new ScriptedElasticsearch({ 'GET /': ok({ version: { number } }) })
    await expect(examineServer(client)).rejects.toThrow(/expected 8.14 or later/)
  })
})
