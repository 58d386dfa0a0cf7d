import { describe, expect, test } from 'vitest'
import { inspectSource } from '../../../src/cli/inspect-source.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { ScriptedRegistry } from '../../support/scripted-registry.ts'

/** What a configuration has as ingest that reads Kafka with such a registry. */
function ingestOf(registry?: object) {
  const kafka = { brokers: ['127.0.0.1:1'], topics: ['lines'], group: 'g', ...(registry && { registry }) }
  const result = parseConfig(JSON.stringify({ ingest: { kafka }, sinks: { out: { type: 'stdout' } } }), '/', {})
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.config.ingest
}

/** Real ones are asked in test/integration/kafka-avro.test.ts. */
const NO_BROKERS = { kind: 'unreachable', message: expect.stringContaining('Cannot reach Kafka') }

describe('inspectSource()', () => {
  test('asks nobody where files are read', async () => {
    expect(await inspectSource({})).toBe(undefined)
  })

  test('complains of brokers that are away', async () => {
    expect(await inspectSource(ingestOf())).toEqual([NO_BROKERS])
  })

  test('is content with a registry that answers, whatever it has', async () => {
    const registry = await ScriptedRegistry.start()
    expect(await inspectSource(ingestOf({ url: registry.url }))).toEqual([NO_BROKERS])
    expect(registry.asked).toEqual(['GET /apis/ccompat/v7/schemas/ids/1'])
  })

  test.for([
    ['one that does not let us in', 401, 'wrong', 'it does not let us in (HTTP 401)'],
    ['one that fails', 503, 'unreachable', 'HTTP 503'],
  ] as const)('complains of %s', async ([, status, kind, text]) => {
    const registry = await ScriptedRegistry.start()
    registry.status = status
    const message = expect.stringContaining(text)
    expect(await inspectSource(ingestOf({ url: registry.url }))).toEqual([NO_BROKERS, { kind, message }])
  })

  test('complains of an address without its base path', async () => {
    const { origin } = new URL((await ScriptedRegistry.start()).url)
    const message = expect.stringContaining('give its whole address')
    expect(await inspectSource(ingestOf({ url: origin }))).toEqual([NO_BROKERS, { kind: 'wrong', message }])
  })
})
