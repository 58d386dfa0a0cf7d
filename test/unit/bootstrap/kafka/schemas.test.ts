import { describe, expect, test } from 'vitest'
import { kafkaSchemas, SchemaTarget } from '../../../../src/bootstrap/kafka/schemas.ts'
import { install, planOf } from '../../../../src/bootstrap/plan.ts'
import { SchemaRegistry } from '../../../../src/clients/schema-registry.ts'
import { avroSchemaText } from '../../../../src/record/avro-schema.ts'
import { ScriptedRegistry } from '../../../support/scripted-registry.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'

async function benchOf() {
  const registry = await ScriptedRegistry.start()
  const client = new SchemaRegistry({ url: registry.url, requestTimeoutMs: 30_000 }, new ManualClock())
  const target = new SchemaTarget(client, kafkaSchemas(['envoy.access', 'envoy.log', 'envoy.access']))
  const actions = async () =>
    (await planOf(target, { force: false })).map(({ object, action }) => `${object.id} ${action}`)
  return { registry, target, actions }
}

describe('SchemaTarget', () => {
  test('registers the schema of each topic under BACKWARD, and is done then', async () => {
    const { registry, target, actions } = await benchOf()
    expect(await actions()).toEqual(['envoy.access-value create', 'envoy.log-value create'])
    await install(target, await planOf(target, { force: false }), () => {})
    expect([...registry.subjects].map(([subject, { schema }]) => [subject, schema])).toEqual([
      ['envoy.access-value', avroSchemaText()],
      ['envoy.log-value', avroSchemaText()],
    ])
    expect([...registry.compatibilities]).toEqual([
      ['envoy.access-value', 'BACKWARD'],
      ['envoy.log-value', 'BACKWARD'],
    ])
    expect(await actions()).toEqual(['envoy.access-value unchanged', 'envoy.log-value unchanged'])
  })

  test.for([
    [undefined, 'update', 'BACKWARD'],
    ['NONE', 'update', 'BACKWARD'],
    ['FORWARD', 'update', 'BACKWARD'],
    ['BACKWARD_TRANSITIVE', 'unchanged', 'BACKWARD_TRANSITIVE'],
    ['FULL_TRANSITIVE', 'unchanged', 'FULL_TRANSITIVE'],
  ] as const)('leaves a compatibility that is strict enough: %s', async ([level, action, after]) => {
    const { registry, target, actions } = await benchOf()
    for (const subject of ['envoy.access-value', 'envoy.log-value']) {
      registry.register(subject, 1, avroSchemaText())
      if (level !== undefined) registry.compatibilities.set(subject, level)
    }
    expect(await actions()).toEqual([`envoy.access-value ${action}`, `envoy.log-value ${action}`])
    await install(target, await planOf(target, { force: false }), () => {})
    expect(registry.compatibilities.get('envoy.log-value')).toBe(after)
    expect(await actions()).toEqual(['envoy.access-value unchanged', 'envoy.log-value unchanged'])
  })

  test('says who has to come in, or that it may come back', async () => {
    const { registry, actions } = await benchOf()
    registry.status = 403
    await expect(actions()).rejects.toMatchObject({
      code: 'SINK_MISCONFIGURED',
      message: expect.stringMatching(/subject "envoy.access-value" .*\(HTTP 403\).*; give --registry-username and /),
    })
    registry.status = 503
    await expect(actions()).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
      message: expect.stringMatching(
        /HTTP 503, "as it was told"; try again later, or give another with --registry-url$/,
      ),
    })
  })

  test('never removes one', async () => {
    const { registry, target } = await benchOf()
    registry.register('envoy.access-value', 1, avroSchemaText())
    expect(await target.remove()).toBe('records in the topic cannot be read without it')
    expect(registry.subjects.size).toBe(1)
  })
})
