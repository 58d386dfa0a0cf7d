import { describe, expect, test } from 'vitest'
import { type Elasticsearch, RequestFailure } from '../../../../src/clients/elasticsearch.ts'
import { BulkNames } from '../../../../src/sinks/elasticsearch/bulk-names.ts'
import { ElasticsearchLookup } from '../../../../src/sinks/elasticsearch/lookup.ts'
import { Quiet } from '../../../../src/sinks/elasticsearch/quiet.ts'
import { Streams } from '../../../../src/sinks/elasticsearch/streams.ts'
import { StreamNames } from '../../../../src/sinks/elasticsearch/stream-names.ts'
import type { Addressed } from '../../../../src/sinks/batch.ts'
import type { Finding } from '../../../../src/sinks/sink.ts'
import { RecordingElasticsearch } from '../../../support/recording-elasticsearch.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { STREAM } from './bench.ts'

const SETTLE_MS = 20_000
const FIRST = `.ds-${STREAM}-2026.11.22-000001`
const SECOND = `.ds-${STREAM}-2026.11.22-000002`
const LEFT_OVER = 'flagship/prod/worker-1/out/earlier/7'

const NAMES = { namespace: 'default', retention: { healthy: '90d' } }
const HEALTHY: Addressed = { dataset: 'envoy.access', recordClass: 'healthy', reporterNamespace: 'shop' }
/** The mark before any index has settled. */
const BARE = JSON.stringify({ namespace: 'default', oldest: {} })

function indexOf(stream: string): string {
  return `.ds-${stream}-2026.11.22-000001`
}

/** A mark that names one index. */
function marked(index: string): string {
  return JSON.stringify({ namespace: 'default', oldest: { 'envoy.access': index } })
}

/** A look-up over a recording server without sockets: nothing happens but what the clock and the test bring about. */
class LookupBench {
  readonly clock = new ManualClock()
  readonly server = new RecordingElasticsearch()
  readonly names: BulkNames
  readonly warnings: string[] = []
  readonly stopping = new AbortController()
  readonly streams: Streams
  readonly lookup: ElasticsearchLookup
  hasSent = true
  doubledCount = 0
  /** Runs before each request, by its path. */
  before: (path: string) => void = () => {}

  readonly client: Elasticsearch = {
    request: async ({ method, path, query = {}, json }) => {
      this.before(path)
      const whole = `${path}?${new URLSearchParams(query).toString()}`
      const body = Buffer.from(json === undefined ? '' : JSON.stringify(json))
      const reply = await this.server.handle({ method, path: whole, isGzip: false, body })
      if (reply.kind !== 'answer') throw new RequestFailure('Cannot reach Elasticsearch "cluster": closed', false)
      return { statusCode: reply.status, body: JSON.parse(reply.body) }
    },
    close: async () => {},
  }

  constructor(settings: ConstructorParameters<typeof StreamNames>[0] = NAMES, patienceMs = 0) {
    this.names = new BulkNames('prod/worker-1', 'out', patienceMs, 'now')
    const client = () => this.client
    const logger = { info: () => {}, warn: (_: object, text: string) => void this.warnings.push(text), error: () => {} }
    const { clock, names } = this
    this.streams = new Streams(new StreamNames(settings), SETTLE_MS, clock)
    this.lookup = new ElasticsearchLookup({
      client,
      streams: this.streams,
      quiet: new Quiet({ client, clock, logger, names, settleMs: SETTLE_MS }),
      hasSent: () => this.hasSent,
      onDoubled: (count) => (this.doubledCount += count),
    })
  }

  store(id: string, index = FIRST, stream = STREAM): void {
    while (!(this.server.store.resolve(stream) ?? []).includes(index)) this.server.store.rollover(stream, 0)
    this.server.store.create(stream, index, id, '')
  }

  find(
    ids: readonly string[],
    mark?: string,
    sinceMs = this.clock.elapsedMs(),
    address: Addressed = HEALTHY,
  ): Promise<readonly Finding[]> {
    return this.lookup.find(
      ids.map((id) => ({ id, ...address, mark })),
      sinceMs,
      this.stopping.signal,
    )
  }

  /** How long it takes, to the second, and what it finds. */
  async timed(finding: Promise<readonly Finding[]>): Promise<{ readonly seconds: number; readonly found: string }> {
    const startMs = this.clock.elapsedMs()
    const found = await this.clock.drive(finding)
    return {
      seconds: Math.floor((this.clock.elapsedMs() - startMs) / 1_000),
      found: found.map(({ kind }) => kind).join(' '),
    }
  }

  requested(path: string): number {
    return this.server.requests.filter((request) => request.path.startsWith(path)).length
  }
}

describe('ElasticsearchLookup.find()', () => {
  test('waits for settleMs and then says of each document whether it is there', async () => {
    const bench = new LookupBench()
    bench.store('a')
    expect(await bench.timed(bench.find(['a', 'b']))).toEqual({ seconds: 20, found: 'stored missing' })
  })

  test('waits once for all that was sent before, however much later it is asked, and anew for what was sent since', async () => {
    const bench = new LookupBench()
    bench.store('a')
    await bench.timed(bench.find(['a'], undefined, 0))
    await bench.clock.advance(600_000) // nobody has looked at the tasks in the meantime
    expect(await bench.timed(bench.find(['a', 'b'], undefined, 0))).toEqual({ seconds: 0, found: 'stored missing' })
    expect(await bench.timed(bench.find(['c']))).toEqual({ seconds: 20, found: 'missing' })
  })

  test('finds what is stored while it waits', async () => {
    const bench = new LookupBench()
    bench.store('a')
    void bench.clock.sleep(19_000).then(() => bench.store('late'))
    expect(await bench.timed(bench.find(['late']))).toEqual({ seconds: 20, found: 'stored' })
  })

  test.for([
    ['of an earlier run', LEFT_OVER, 50],
    ['that was abandoned', 'flagship/prod/worker-1/out/now/1', 50],
    ['that is waited for', 'flagship/prod/worker-1/out/now/2', 20],
    ['of another pipeline', 'flagship/prod/worker-1/out2/earlier/7', 20],
    ['of another agent', 'flagship/prod/worker-10/out/earlier/7', 20],
    ['of another program', 'rsyslog', 20],
  ] as const)('begins the time anew after a bulk %s was seen', async ([, opaqueId, seconds]) => {
    const bench = new LookupBench()
    bench.store('a')
    bench.names.abandon(bench.names.next(), 0)
    const end = bench.server.beginTask(opaqueId)
    void bench.clock.sleep(30_500).then(end)
    const { seconds: taken } = await bench.timed(bench.find(['a']))
    expect(taken).toBeGreaterThanOrEqual(seconds)
    expect(taken).toBeLessThanOrEqual(seconds + 1)
  })

  test.for([
    ['that another member surely waits for', LEFT_OVER, 9_999, 20],
    ['that nobody can be waiting for', LEFT_OVER, 10_000, 50],
  ] as const)('minds a bulk %s, where several have one name', async ([, opaqueId, runningMs, seconds]) => {
    const bench = new LookupBench(NAMES, 10_000)
    bench.store('a')
    const end = bench.server.beginTask(opaqueId, runningMs)
    void bench.clock.sleep(30_500).then(end)
    const { seconds: taken } = await bench.timed(bench.find(['a']))
    expect(taken).toBeGreaterThanOrEqual(seconds)
    expect(taken).toBeLessThanOrEqual(seconds + 1)
  })

  test('begins the time anew when a node did not answer, and says so', async () => {
    const bench = new LookupBench()
    bench.store('a')
    bench.server.faults.set([{ kind: 'node_failures', target: 'tasks', skip: 10, next: 1 }])
    const finding = bench.find(['a'])
    await expect(bench.clock.drive(finding)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
    const brokenMs = bench.clock.elapsedMs()
    expect(brokenMs).toBeLessThan(15_000)
    // Asked again with the same start, it does not take the time before the failure for quiet.
    expect(await bench.timed(bench.find(['a'], undefined, 0))).toEqual({ seconds: 20, found: 'stored' })
  })

  test('does not take a time in which nobody looked for quiet', async () => {
    const bench = new LookupBench()
    bench.store('a')
    await bench.clock.advance(50_000)
    expect(await bench.timed(bench.find(['a'], undefined, 0))).toEqual({ seconds: 20, found: 'stored' })
  })

  test('waits the time only, and says so once, where it may not list tasks', async () => {
    const bench = new LookupBench()
    bench.store('a')
    bench.server.faults.set([{ kind: 'status', status: 403, type: 'security_exception', target: 'tasks' }])
    for (let round = 0; round < 2; round += 1) {
      const startMs = bench.clock.elapsedMs()
      await bench.clock.advance(5_000)
      expect(await bench.timed(bench.find(['a'], undefined, startMs))).toEqual({ seconds: 15, found: 'stored' })
    }
    expect(bench.warnings).toEqual([expect.stringContaining('grant monitor')])
  })

  test('shares its looks among callers, each with its own start', async () => {
    const bench = new LookupBench()
    bench.store('a')
    const first = bench.find(['a'])
    await bench.clock.advance(10_000)
    const second = bench.find(['a'])
    const others = Array.from({ length: 20 }, () => bench.find(['a']))
    expect((await bench.timed(first)).seconds).toBe(10)
    expect((await bench.timed(second)).seconds).toBe(10)
    await bench.clock.drive(Promise.all(others))
    expect(bench.requested('/_tasks')).toBeLessThan(60)
  })

  test('looks into every index when nobody knows the mark, and from the mark on when one does', async () => {
    const bench = new LookupBench()
    bench.store('a', FIRST)
    bench.store('b', SECOND)
    const mark = marked(SECOND)
    expect((await bench.timed(bench.find(['a', 'b']))).found).toBe('stored stored')
    expect((await bench.timed(bench.find(['a', 'b'], ''))).found).toBe('stored stored')
    expect((await bench.timed(bench.find(['a', 'b'], mark))).found).toBe('missing stored')
    const gone = marked('.ds-gone-000000')
    expect((await bench.timed(bench.find(['a', 'b'], gone))).found).toBe('stored stored')
    expect((await bench.timed(bench.find(['a', 'b'], 'no JSON'))).found).toBe('stored stored')
  })

  describe('after the configuration has changed', () => {
    const PAY = 'logs-envoy.access-pay'
    const FAILED = 'logs-envoy.access_failed-default'
    const RULES = { default: 'default', rules: [{ match: 'shop', namespace: 'pay' }] }
    const failed: Addressed = { ...HEALTHY, recordClass: 'failed' }
    const apart = { healthy: '14d', failed: '400d' }

    test.for([
      ['with another namespace', { ...NAMES, namespace: RULES }, NAMES, HEALTHY, PAY],
      ['without failures apart', NAMES, { ...NAMES, retention: apart }, failed, STREAM],
      ['with failures apart', { ...NAMES, retention: apart }, NAMES, failed, FAILED],
    ] as const)('finds what was sent %s before', async ([, before, now, address, stream]) => {
      const earlier = new LookupBench(before)
      const mark = earlier.lookup.mark('shop') // nothing has settled: not even that there is a stream is known
      const bench = new LookupBench(now)
      bench.hasSent = false
      bench.store('a', indexOf(stream), stream)
      expect(await bench.timed(bench.find(['a', 'b'], mark, 0, address))).toEqual({
        seconds: 20,
        found: 'stored missing',
      })
    })

    test('looks from the mark on in the stream that the mark names, and everywhere in the one of now', async () => {
      const bench = new LookupBench({ ...NAMES, namespace: RULES })
      bench.store('old', FIRST)
      bench.store('a', SECOND)
      bench.store('b', indexOf(PAY), PAY)
      expect((await bench.timed(bench.find(['old', 'a', 'b'], marked(SECOND)))).found).toBe('missing stored stored')
    })

    test('looks everywhere when the mark is of a version that named datasets', async () => {
      const bench = new LookupBench()
      bench.store('a', FIRST)
      bench.store('b', SECOND)
      const mark = JSON.stringify({ 'envoy.access': SECOND })
      expect((await bench.timed(bench.find(['a', 'b'], mark))).found).toBe('stored stored')
    })
  })

  test('looks into an index that came while it looked', async () => {
    const bench = new LookupBench()
    bench.store('other', FIRST)
    bench.before = (path) => {
      if (path.includes('_mget')) bench.store('a', SECOND)
    }
    expect((await bench.timed(bench.find(['a']))).found).toBe('stored')
  })

  test('counts what stands in two indices', async () => {
    const bench = new LookupBench()
    bench.store('a', FIRST)
    bench.store('a', SECOND)
    bench.store('b', SECOND)
    expect((await bench.timed(bench.find(['a', 'b']))).found).toBe('stored stored')
    expect(bench.doubledCount).toBe(1)
  })

  test('does not know when an index went before it could be asked', async () => {
    const bench = new LookupBench()
    bench.store('a', FIRST)
    bench.store('b', SECOND)
    bench.before = (path) => {
      if (path.includes('_mget')) bench.server.store.remove(FIRST)
    }
    expect((await bench.timed(bench.find(['a', 'b', 'c']))).found).toBe('unknown stored unknown')
  })

  test.for([
    ['is closed', 'index_closed_exception', 'is closed: open it'],
    ['has lost a shard', 'no_shard_available_action_exception', 'cannot tell: no_shard_available_action_exception'],
  ] as const)('says which index %s', async ([, type, state]) => {
    const bench = new LookupBench()
    bench.store('a', FIRST)
    bench.server.store.fail(FIRST, type)
    const found = await bench.clock.drive(bench.find(['a']))
    expect(found).toEqual([{ kind: 'unknown', reason: `index "${FIRST}" ${state}` }])
  })

  test.for([
    ['_tasks', 'tasks'],
    ['the indices', 'resolve'],
    ['the documents', 'mget'],
  ] as const)('throws when it cannot ask for %s', async ([, target]) => {
    const bench = new LookupBench()
    bench.store('a')
    for (const fault of [{ kind: 'status', status: 503 } as const, { kind: 'hang' } as const]) {
      bench.server.faults.set([{ ...fault, target }])
      await expect(bench.clock.drive(bench.find(['a']))).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
    }
  })

  test('throws when it is stopped while it waits', async () => {
    const bench = new LookupBench()
    bench.store('a')
    void bench.clock.sleep(10_000).then(() => bench.stopping.abort())
    await expect(bench.clock.drive(bench.find(['a']))).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
    expect(bench.clock.elapsedMs()).toBeLessThan(11_000)
  })

  test('asks for many ids in parts, and answers in order', async () => {
    const bench = new LookupBench()
    const ids = Array.from({ length: 2_500 }, (_, index) => `id-${index}`)
    for (const id of ids.slice(700, 1_900)) bench.store(id)
    const found = await bench.clock.drive(bench.find(ids))
    expect(found.map(({ kind }) => kind)).toEqual(
      ids.map((_, index) => (index >= 700 && index < 1_900 ? 'stored' : 'missing')),
    )
    expect(bench.requested(`/${encodeURIComponent(FIRST)}/_mget`)).toBe(3)
  })

  test('has nothing to wait for without a data stream and without anything sent', async () => {
    const bench = new LookupBench()
    bench.hasSent = false
    expect(await bench.timed(bench.find(['a', 'b']))).toEqual({ seconds: 0, found: 'missing missing' })
    expect(bench.requested('/_tasks')).toBe(0)
  })

  test.for([
    ['it has sent something', true, undefined],
    ['there was a stream when it sent', false, marked(FIRST)],
  ] as const)('waits without a data stream when %s', async ([, hasSent, mark]) => {
    const bench = new LookupBench()
    bench.hasSent = hasSent
    expect(await bench.timed(bench.find(['a'], mark))).toEqual({ seconds: 20, found: 'missing' })
  })
})

describe('ElasticsearchLookup.mark()', () => {
  test('names the streams of the namespace of a file and no others', async () => {
    const rules = [{ match: 'pay*', namespace: 'pay' }]
    const retention = { healthy: '14d', failed: '400d' }
    const bench = new LookupBench({ namespace: { default: 'default', rules }, retention })
    for (const namespace of ['default', 'pay'])
      for (const dataset of ['access', 'access_failed', 'log', 'unparsed', 'loss'])
        bench.streams.learn(`logs-envoy.${dataset}-${namespace}`, `${dataset} ${namespace}`)
    await bench.clock.advance(SETTLE_MS)
    expect(JSON.parse(bench.lookup.mark('payments'))).toEqual({
      namespace: 'pay',
      hasFailed: true,
      oldest: {
        'envoy.access': 'access pay',
        'envoy.access_failed': 'access_failed pay',
        'envoy.log': 'log pay',
        'envoy.unparsed': 'unparsed pay',
        'envoy.loss': 'loss pay',
      },
    })
  })

  test('names an index once it has been known for settleMs', async () => {
    const bench = new LookupBench()
    expect(bench.lookup.mark('shop')).toBe(BARE)
    bench.streams.learn(STREAM, FIRST)
    await bench.clock.advance(SETTLE_MS - 1)
    expect(bench.lookup.mark('shop')).toBe(BARE)
    await bench.clock.advance(1)
    expect(bench.lookup.mark('shop')).toBe(marked(FIRST))
  })

  test('stays with the one before until a newer one is as old', async () => {
    const bench = new LookupBench()
    bench.streams.learn(STREAM, FIRST)
    await bench.clock.advance(SETTLE_MS)
    bench.streams.learn(STREAM, SECOND)
    await bench.clock.advance(SETTLE_MS - 1)
    expect(bench.lookup.mark('shop')).toBe(marked(FIRST))
    bench.streams.learn(STREAM, FIRST) // a node that lags
    await bench.clock.advance(1)
    expect(bench.lookup.mark('shop')).toBe(marked(SECOND))
  })

  test('counts from when it was first told of an index, by an answer or by asking', async () => {
    const bench = new LookupBench()
    bench.store('a', SECOND)
    bench.streams.learn(STREAM, FIRST)
    await bench.clock.advance(8_000)
    await bench.streams.backingIndices(bench.client, STREAM)
    await bench.clock.advance(12_000)
    expect(bench.lookup.mark('shop')).toBe(marked(FIRST))
    await bench.clock.advance(8_000)
    expect(bench.lookup.mark('shop')).toBe(marked(SECOND))
  })
})
