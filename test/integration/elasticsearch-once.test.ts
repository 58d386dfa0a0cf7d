import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import { batchOf } from '../../src/pipeline/segments.ts'
import type { Batch } from '../../src/sinks/batch.ts'
import type { ElasticsearchSinkConfig } from '../../src/sinks/elasticsearch/config.ts'
import type { Complaint } from '../../src/sinks/complaint.ts'
import { inspectElasticsearch } from '../../src/sinks/elasticsearch/inspection.ts'
import type { ElasticsearchSink } from '../../src/sinks/elasticsearch/sink.ts'
import type { Outcome } from '../../src/sinks/sink.ts'
import { CLUSTER_RIGHTS, ElasticsearchAdmin, STREAM_RIGHTS } from '../support/elasticsearch-admin.ts'
import { makeSink, sinkConfig } from '../support/elasticsearch-sink.ts'
import { describeElasticsearch, type ElasticsearchServer } from '../support/real-elasticsearch.ts'
import { segmentOf } from '../unit/fakes/batches.ts'
import { scratch } from '../unit/fakes/scratch.ts'

const signal = new AbortController().signal
const ALL_RIGHTS = [...STREAM_RIGHTS, ...CLUSTER_RIGHTS]

/** A sink with a key that has the documented rights, or all but one, on streams of a namespace of its own. */
class RealBench {
  readonly admin: ElasticsearchAdmin
  readonly stream: string
  readonly warnings: string[] = []
  readonly config: ElasticsearchSinkConfig

  private constructor(server: ElasticsearchServer, namespace: string, apiKeyFile: string, settings: Settings) {
    this.admin = new ElasticsearchAdmin(server)
    this.stream = `logs-envoy.access-${namespace}`
    this.config = sinkConfig({ ...TIMES, nodes: [server.url], namespace, apiKeyFile, ...settings })
  }

  static async make(server: ElasticsearchServer, namespace: string, settings: Settings = {}, lacking = '') {
    const bench = new RealBench(server, namespace, join(scratch(), 'key'), settings)
    const [rights, cluster] = [STREAM_RIGHTS, CLUSTER_RIGHTS].map((all) => all.filter((right) => right !== lacking))
    await bench.admin.install(`logs-envoy.*-${namespace}`)
    const key = await bench.admin.key(`logs-envoy.*-${namespace}`, rights ?? [], cluster)
    writeFileSync(bench.config.apiKeyFile ?? '', key)
    return bench
  }

  async opened(): Promise<ElasticsearchSink> {
    const sink = makeSink(this.config, this.warnings, { agentId: 'test/once' })
    await sink.open()
    return sink
  }

  /** What became of documents that are in doubt now: `stored`, `missing`, or why nobody knows. */
  async find(sink: ElasticsearchSink, ids: readonly string[], mark: string | undefined): Promise<readonly string[]> {
    const doubts = ids.map((id) => ({ id, mark, ...ADDRESS }))
    const findings = await sink.lookup?.find(doubts, SYSTEM_CLOCK.elapsedMs(), signal)
    return findings?.map((finding) => (finding.kind === 'unknown' ? finding.reason : finding.kind)) ?? []
  }
}
const ADDRESS = { dataset: 'envoy.access', recordClass: 'healthy', reporterNamespace: undefined } as const
type Settings = Partial<Pick<ElasticsearchSinkConfig, 'requestTimeoutMs' | 'settleMs'>>

const TIMES = { requestTimeoutMs: 10_000, settleMs: 1_000 }

/** `count` documents with the ids `PREFIX-0000` and so on. */
function documents(prefix: string, count: number, filler = ''): Batch {
  const ids = Array.from({ length: count }, (_, position) => `${prefix}-${String(position).padStart(4, '0')}`)
  return batchOf([segmentWith(ids, filler)])
}

function segmentWith(ids: readonly string[], filler = '') {
  const text = `${JSON.stringify({ '@timestamp': '2026-11-22T21:00:00.000Z', num: 1, filler })}\n`
  const ends = ids.map((_, position) => (position + 1) * text.length)
  return { ...segmentOf(ids), bytes: Buffer.from(text.repeat(ids.length)), ends, ids }
}

const idsOf = ({ segments }: Batch) => segments.flatMap(({ ids }) => ids)
const kindsOf = (outcomes: readonly Outcome[]) => [...new Set(outcomes.map(({ kind }) => kind))].join(' ')

/** The ids with one kind of outcome. */
const withKind = (batch: Batch, outcomes: readonly Outcome[], kind: Outcome['kind']) =>
  idsOf(batch).filter((_, position) => outcomes[position]?.kind === kind)

/** Wait for what a server does in its own time; throws when it does not. */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (const endMs = performance.now() + 60_000; !(await isTrue()); await sleep(50))
    if (performance.now() > endMs) throw new Error('it did not come')
}

describeElasticsearch(
  'ElasticsearchSink',
  (server) => {
    describe('when an answer is lost and the data stream rolls over', () => {
      test('finds what was stored; sent again without a look it would stand twice', async () => {
        const bench = await RealBench.make(server(), 'lost', { requestTimeoutMs: 8_000 })
        const sink = await bench.opened()
        await sink.deliver(documents('before', 1), signal)
        const [batch, mark] = [documents('lost', 100), sink.lookup?.mark(undefined)]
        server().freeze()
        const outcomes = await sink.deliver(batch, signal).finally(() => server().thaw())
        expect(kindsOf(outcomes)).toBe('in_doubt')
        await until(async () => (await bench.admin.ids(bench.stream)).length === 101)
        await bench.admin.ask('POST', `/${bench.stream}/_rollover`)
        expect(new Set(await bench.find(sink, idsOf(batch), mark))).toEqual(new Set(['stored']))
        expect(await bench.find(sink, ['lost-9999'], mark)).toEqual(['missing'])
        expect(await bench.admin.ids(bench.stream)).toHaveLength(101)
        expect(kindsOf(await sink.deliver(batch, signal))).toBe('accepted')
        expect(await bench.admin.ids(bench.stream)).toHaveLength(201) // that is why it is looked up
      })

      test('waits for a request that still runs', async () => {
        const bench = await RealBench.make(server(), 'slow', { requestTimeoutMs: 8_000 })
        const sink = await bench.opened()
        await sink.deliver(documents('before', 1), signal)
        const [batch, mark] = [documents('slow', 100), sink.lookup?.mark(undefined)]
        // A bulk waits up to a minute for its shard to come.
        const [templates, elsewhere] = ['logs-envoy.*-slow', 'index.routing.allocation.require._name']
        const rollOver = () => bench.admin.ask('POST', `/${bench.stream}/_rollover?wait_for_active_shards=0`)
        await bench.admin.install(templates, false, { [elsewhere]: 'nowhere' })
        await rollOver()
        await bench.admin.install(templates)
        expect(kindsOf(await sink.deliver(batch, signal))).toBe('in_doubt')
        const { body } = await server().request('GET', '/_tasks?actions=indices:data/write/bulk&detailed')
        expect(JSON.stringify(body)).toContain('"X-Opaque-Id":"flagship/test/once/out/')
        await rollOver()
        let hasFound = false
        const finding = bench.find(sink, idsOf(batch), mark).finally(() => (hasFound = true))
        await sleep(bench.config.settleMs * 3)
        expect(hasFound).toBe(false)
        const [, index] = await bench.admin.indices(bench.stream)
        await bench.admin.ask('PUT', `/${index}/_settings`, { [elsewhere]: null })
        expect(new Set(await finding)).toEqual(new Set(['stored']))
        expect((await bench.admin.ids(bench.stream)).filter((id) => id.startsWith('slow'))).toEqual(idsOf(batch))
        expect(await bench.admin.indices(bench.stream)).toHaveLength(3)
      })
    })

    test('stores each document once when the server is killed in the middle of bulks', async () => {
      const bench = await RealBench.make(server(), 'killed', { requestTimeoutMs: 20_000 })
      const sink = await bench.opened()
      await sink.deliver(documents('before', 1), signal)
      const mark = sink.lookup?.mark(undefined)
      const batches = Array.from({ length: 8 }, (_, number) => documents(`killed-${number}`, 500))
      const delivering = batches.map((batch) => sink.deliver(batch, signal))
      await Promise.race(delivering)
      await server().kill()
      const outcomes = await Promise.all(delivering)
      await server().restart()
      const left = batches.flatMap((batch, number) => withKind(batch, outcomes[number] ?? [], 'retry'))
      const doubted = batches.flatMap((batch, number) => withKind(batch, outcomes[number] ?? [], 'in_doubt'))
      expect(doubted.length).toBeGreaterThan(0)
      const findings = await bench.find(sink, doubted, mark)
      expect(findings.filter((found) => found !== 'stored' && found !== 'missing')).toEqual([])
      let rest = [...left, ...doubted.filter((_, position) => findings[position] === 'missing')]
      await until(async () => {
        if (rest.length === 0) return true
        const batch = batchOf([segmentWith(rest.slice(0, 500))])
        const answered = new Set(withKind(batch, await sink.deliver(batch, signal), 'accepted'))
        rest = rest.filter((id) => !answered.has(id))
        return rest.length === 0
      })
      const stored = (await bench.admin.ids(bench.stream)).filter((id) => id.startsWith('killed'))
      expect(stored).toEqual(batches.flatMap(idsOf).sort())
    })

    test('stores each document once when the write queue is full', async () => {
      const bench = await RealBench.make(server(), 'full')
      const sink = await bench.opened()
      let waiting = Array.from({ length: 24 }, (_, number) => documents(`full-${number}`, 100, 'x'.repeat(2_000)))
      const sent = waiting.flatMap(idsOf).sort()
      const reasons = new Set<string>()
      await until(async () => {
        const outcomes = await Promise.all(waiting.map((batch) => sink.deliver(batch, signal)))
        for (const outcome of outcomes.flat()) if (outcome.kind === 'retry') reasons.add(outcome.reason)
        expect(new Set(outcomes.flat().map(({ kind }) => kind))).not.toContain('refused')
        const left = waiting.map((batch, number) => withKind(batch, outcomes[number] ?? [], 'retry'))
        waiting = left.flatMap((ids) => (ids.length === 0 ? [] : [batchOf([segmentWith(ids, 'x')])]))
        return waiting.length === 0
      })
      expect([...reasons]).toEqual(['HTTP 429 es_rejected_execution_exception'])
      expect(await bench.admin.ids(bench.stream)).toEqual(sent)
    })

    describe('with a key', () => {
      test('that has the documented rights works, and validate finds nothing wrong', async () => {
        const bench = await RealBench.make(server(), 'rights')
        const sink = await bench.opened()
        expect(kindsOf(await sink.deliver(documents('a', 2), signal))).toBe('accepted')
        expect(await bench.find(sink, ['a-0000', 'a-0007'], '')).toEqual(['stored', 'missing'])
        expect(bench.warnings).toEqual([expect.stringContaining('settleMs')]) // the test waits shorter than one should
        expect(await inspectElasticsearch(bench.config)).toEqual([])
      })

      // biome-ignore format: a table, one row a right
      test.for<[string, Complaint['kind'], string, string]>([
        ['create_doc', 'wrong', 'grant create_doc on the data streams of the sink', ''],
        ['auto_configure', 'wrong', 'grant auto_configure on "logs-envoy.access-less-auto_configure"', ''],
        ['read', 'weak', 'accepted', 'HTTP 403 security_exception: grant read on '],
        ['view_index_metadata', 'weak', 'accepted', 'stored'], // 8.19 and 9.5 list backing indices to who may read
        ['monitor', 'weak', 'accepted', 'stored; listing tasks is not allowed'],
      ])('that lacks %s says so', async ([right, kind, delivered, looked]) => {
        expect(ALL_RIGHTS).toContain(right)
        const bench = await RealBench.make(server(), `less-${right}`, {}, right)
        const complaints = await inspectElasticsearch(bench.config)
        expect(complaints).toContainEqual({ kind, message: expect.stringMatching(`\\b${right} is missing`) })
        expect(complaints.filter(({ message }) => message.includes('is missing'))).toHaveLength(1)
        const sink = await bench.opened()
        const [outcome] = await sink.deliver(documents('a', 1), signal)
        expect(JSON.stringify(outcome).replaceAll('\\"', '"')).toContain(delivered)
        if (outcome?.kind !== 'accepted') return
        const found = await bench.find(sink, ['a-0000'], '').then(String, String)
        expect([found, ...bench.warnings.slice(1)].join('; ')).toContain(looked)
      })
    })

    describe('inspectElasticsearch()', () => {
      test('tells of a failure store, of a missing template and of wrong credentials', async () => {
        const bench = await RealBench.make(server(), 'store')
        await bench.admin.install('logs-envoy.*-store', true)
        const sink = await bench.opened()
        await sink.deliver(documents('a', 1), signal)
        expect(await inspectElasticsearch(bench.config)).toContainEqual(
          weak(`failure store is on for "${bench.stream}"`),
        )
        const { username = '', password = '' } = server().auth ?? {}
        const passwordFile = join(scratch(), 'password')
        writeFileSync(passwordFile, password)
        const { apiKeyFile: _, ...withoutKey } = bench.config
        const admin = { ...withoutKey, username, passwordFile }
        expect(await inspectElasticsearch({ ...admin, namespace: 'bare' })).toEqual([
          { kind: 'wrong', message: expect.stringContaining('run `flagship bootstrap elasticsearch`') },
        ])
        expect(await inspectElasticsearch(withoutKey)).toEqual([
          { kind: 'wrong', message: expect.stringContaining('check the credentials') },
        ])
        expect(await inspectElasticsearch({ ...admin, nodes: ['http://127.0.0.1:1'] })).toEqual([
          { kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') },
        ])
      })
    })
  },
  { security: true, settings: { 'thread_pool.write.size': '1', 'thread_pool.write.queue_size': '4' } },
)

function weak(text: string): Complaint {
  return { kind: 'weak', message: expect.stringContaining(text) }
}
