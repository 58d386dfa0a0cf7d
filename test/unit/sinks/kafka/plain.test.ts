import { describe, expect, test, vi } from 'vitest'
import { newTickets } from '../../../../src/clients/kafka/encoding.ts'
import { kinds } from '../../../support/kafka-sink.ts'
import { batchWith, KafkaBench, never, NOW_MS } from './bench.ts'

vi.mock(import('../../../../src/clients/kafka/tickets.ts'), async (load) => ({
  ...(await load()),
  loadCrc32c: async () => undefined,
}))

/** What a platform has for which there is no native checksum. */
describe('KafkaSink, where kafkajs has to encode', () => {
  test.for(['none', 'zstd'])('writes the same records: %s', async (compression) => {
    expect(await newTickets()).toBeUndefined()
    const bench = await KafkaBench.make(1, 2, { compression })
    const sink = await bench.open()
    const batch = batchWith({ text: 'a', key: 'request-1', timeMs: NOW_MS - 5_000 }, 'b', 'c')
    expect(kinds(await sink.deliver(batch, never))).toBe('accepted accepted accepted')
    expect(bench.stored().toSorted()).toEqual(['a', 'b', 'c'])
    expect(bench.kafka.recordsOf('envoy.access').find(({ key }) => key === 'request-1')).toMatchObject({
      timestampMs: NOW_MS - 5_000,
      headers: { 'event-id': batch.segments[0]?.ids[0], dataset: 'envoy.access', class: 'healthy' },
    })
  })
})
