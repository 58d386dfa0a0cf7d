import { describe, expect, test } from 'vitest'
import { isRetryable } from '../../../../src/errors.ts'
import { batchOf } from '../../../../src/pipeline/segments.ts'
import { avroSchemaText } from '../../../../src/record/avro-schema.ts'
import { inspectKafka } from '../../../../src/sinks/kafka/inspection.ts'
import { kafkaConfig, kinds } from '../../../support/kafka-sink.ts'
import { ScriptedRegistry } from '../../../support/scripted-registry.ts'
import { batchWith, KafkaBench, never, routed } from './bench.ts'

const TOPICS = ['envoy.access', 'envoy.log', 'envoy.unparsed', 'envoy.loss']

const frame = (id: string, text: string) => `\0\0\0\0${id}{"n":"${text}"}\n`

/** Every subject has the schema, under an id of its own. */
async function benchWith(settings: object = {}) {
  const registry = await ScriptedRegistry.start()
  for (const [place, topic] of TOPICS.entries()) registry.register(`${topic}-value`, place + 65, avroSchemaText())
  const avro = { value: 'avro', registry: { url: registry.url } }
  const bench = await KafkaBench.make(1, 1, { ...avro, ...settings })
  const config = kafkaConfig({ brokers: [...bench.kafka.brokers], ...avro, ...settings })
  return { registry, bench, config }
}

async function failureOf(work: Promise<unknown>): Promise<{ readonly message: string; readonly isRetryable: boolean }> {
  const error: unknown = await work.catch((reason: unknown) => reason)
  return { message: String(error), isRetryable: isRetryable(error) }
}

describe('KafkaSink of Avro', () => {
  test('puts the id of the schema of its topic before each document, and says what it is', async () => {
    const { bench } = await benchWith({ topics: { loss: 'envoy.log' } })
    const sink = await bench.open()
    const segments = [
      routed('a', { text: 'b', dataset: 'envoy.log' }, 'c'),
      routed({ text: 'd', dataset: 'envoy.loss' }),
    ]
    expect(kinds(await sink.deliver(batchOf(segments), never))).toBe('accepted accepted accepted accepted')
    expect(bench.kafka.recordsOf('envoy.access').map(({ value }) => value)).toEqual([frame('A', 'a'), frame('A', 'c')])
    expect(bench.kafka.recordsOf('envoy.log').map(({ value }) => value)).toEqual([frame('B', 'b'), frame('B', 'd')])
    expect(bench.kafka.recordsOf('envoy.log')[0]?.headers).toMatchObject({
      'content-type': 'avro/binary',
      'schema-version': '1',
    })
  })

  test('asks once for each topic, and needs no registry after that', async () => {
    const { bench, registry } = await benchWith()
    const sink = await bench.open()
    registry.goDown()
    await sink.open()
    expect(kinds(await sink.deliver(batchWith('a'), never))).toBe('accepted')
    expect(registry.asked).toEqual(TOPICS.map((topic) => `POST /apis/ccompat/v7/subjects/${topic}-value`))
  })

  test('writes the same bytes when a batch goes again', async () => {
    const { bench } = await benchWith()
    const sink = await bench.open()
    const batch = batchWith('a')
    bench.kafka.goDown()
    expect(kinds(await sink.deliver(batch, never))).not.toBe('accepted')
    bench.kafka.comeBack()
    expect(kinds(await sink.deliver(batch, never))).toBe('accepted')
    expect(bench.kafka.recordsOf('envoy.access').map(({ value }) => value)).toEqual(['\0\0\0\0A{"n":"a"}\n'])
  })

  test('is to be opened again while nobody answers, and opens then', async () => {
    const { bench, registry } = await benchWith()
    const sink = bench.create()
    registry.goDown()
    expect(await failureOf(sink.open())).toMatchObject({
      isRetryable: true,
      message: expect.stringContaining(
        `Cannot find the schema of subject "envoy.access-value" in schema registry "${registry.url}": `,
      ),
    })
    registry.comeBack()
    await sink.open()
    expect(kinds(await sink.deliver(batchWith('a'), never))).toBe('accepted')
  })

  test.for([
    ['no subject', undefined],
    ['another schema', '{"type":"string"}'],
  ] as const)('waits for bootstrap where there is %s', async ([, schema]) => {
    const { bench, registry } = await benchWith()
    registry.subjects.delete('envoy.loss-value')
    if (schema !== undefined) registry.register('envoy.loss-value', 9, schema)
    expect(await failureOf(bench.create().open())).toEqual({
      isRetryable: true,
      message: `FlagshipError: Cannot find the schema of subject "envoy.loss-value" in schema registry "${registry.url}": it is not registered there; run "flagship bootstrap kafka"`,
    })
  })

  test('can never open where the address is that of something else', async () => {
    const { registry } = await benchWith()
    const url = new URL(registry.url).origin
    const { bench } = await benchWith({ registry: { url } })
    expect(await failureOf(bench.create().open())).toMatchObject({
      isRetryable: false,
      message: expect.stringContaining('give its whole address, with its base path such as /apis/ccompat/v7'),
    })
  })
})

describe('inspectKafka() of Avro', () => {
  test('finds nothing where every schema is registered', async () => {
    const { config } = await benchWith()
    expect(await inspectKafka(config)).toEqual([])
  })

  test('names every topic without a schema', async () => {
    const { config, registry } = await benchWith()
    for (const topic of ['envoy.log', 'envoy.loss']) registry.subjects.delete(`${topic}-value`)
    expect(await inspectKafka(config)).toEqual(
      ['envoy.log', 'envoy.loss'].map((topic) => ({
        kind: 'wrong',
        message: `Cannot find the schema of subject "${topic}-value" in schema registry "${registry.url}": it is not registered there; run "flagship bootstrap kafka"`,
      })),
    )
  })

  test.for([
    [401, 'wrong', 'it does not let us in (HTTP 401); check the credentials'],
    [503, 'unreachable', 'HTTP 503'],
  ] as const)('tells a registry that answers %i from one that has no schema', async ([status, kind, state]) => {
    const { config, registry } = await benchWith()
    registry.status = status
    const complaints = await inspectKafka(config)
    expect(complaints[0]).toEqual({ kind, message: expect.stringContaining(state) })
  })
})
