import { describe, expect, test } from 'vitest'
import { batchOf } from '../../../../src/pipeline/segments.ts'
import { segmentOf } from '../../fakes/batches.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { ElasticsearchBench } from './bench.ts'

const signal = new AbortController().signal
const RULES = {
  default: 'default',
  rules: [
    { match: 'payments-*', namespace: 'pay' },
    { match: '*', namespace: 'rest' },
  ],
}

/** Every document by its text and the stream it stands in. */
function streamsOf(bench: ElasticsearchBench): Record<string, string> {
  const { store } = bench.server.elasticsearch
  return Object.fromEntries(
    store.names().flatMap((stream) => [...store.documents(stream)].map(({ text }) => [text, stream])),
  )
}

describe('ElasticsearchSink.deliver()', () => {
  test('sends each document to the stream of its class and of the namespace of its file', async () => {
    const bench = await ElasticsearchBench.make()
    const sink = await bench.opened({ namespace: RULES, retention: { healthy: '14d', failed: '400d' } })
    const segments = [
      segmentOf(['a', 'failed b'], 'AAAAAAAAAAA', 0, 'payments-eu'),
      segmentOf(['c', 'failed d'], 'AAAAAAAAAAE', 0, 'shop'),
      segmentOf(['e', 'failed f'], 'AAAAAAAAAAI', 0),
    ]
    await sink.deliver(batchOf(segments), signal)
    expect(streamsOf(bench)).toEqual({
      a: 'logs-envoy.access-pay',
      'failed b': 'logs-envoy.access_failed-pay',
      c: 'logs-envoy.access-rest',
      'failed d': 'logs-envoy.access_failed-rest',
      e: 'logs-envoy.access-default',
      'failed f': 'logs-envoy.access_failed-default',
    })
  })

  test('with `ids: auto` leaves the ids to the server, and has no look-up', async () => {
    const bench = await ElasticsearchBench.make()
    const sink = await bench.opened({ ids: 'auto' })
    expect(sink.lookup).toBeUndefined()
    const batch = batchOf([segmentOf(['a'])])
    for (const kind of ['accepted', 'accepted']) expect(await sink.deliver(batch, signal)).toEqual([{ kind }])
    expect(await bench.stored()).toEqual(['a', 'a'])
    expect(bench.server.elasticsearch.requests.map(({ path }) => path.split('?')[0])).toEqual(['/', '/_bulk', '/_bulk'])
  })
})

describe('ElasticsearchSink.open()', () => {
  test.for([
    ['one namespace', 'default', '/_resolve/index/logs-envoy.*-default'],
    ['some', RULES, '/_resolve/index/logs-envoy.*-default,logs-envoy.*-pay,logs-envoy.*-rest'],
    [
      'as many as there may be',
      {
        default: 'd'.repeat(100),
        rules: Array.from({ length: 64 }, (_, n) => ({ match: `ns-${n}`, namespace: `${n}`.padEnd(100, 'n') })),
      },
      '/_resolve/index/logs-envoy.*-*',
    ],
  ] as const)('asks once for the streams of %s', async ([, namespace, path]) => {
    const bench = await ElasticsearchBench.make()
    await bench.opened({ namespace })
    expect(bench.server.elasticsearch.requests.map((request) => request.path)).toEqual(['/', path])
  })

  test('learns of the indices of its own streams, so that they can be marks', async () => {
    const clock = new ManualClock()
    const bench = await ElasticsearchBench.make(clock)
    const { store } = bench.server.elasticsearch
    for (const stream of ['logs-envoy.access-pay', 'logs-envoy.access-other', 'logs-envoy.strange-pay'])
      store.rollover(stream, 0)
    const sink = await bench.opened({ namespace: RULES, settleMs: 100 })
    await clock.advance(100)
    expect(JSON.parse(sink.lookup?.mark('payments-eu') ?? '')).toEqual({
      namespace: 'pay',
      oldest: { 'envoy.access': '.ds-logs-envoy.access-pay-2026.11.22-000001' },
    })
  })
})
