import { array, assert, asyncProperty, boolean, pre } from '../../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { batchOf } from '../../../../src/pipeline/segments.ts'
import type { Batch } from '../../../../src/sinks/batch.ts'
import type { Outcome } from '../../../../src/sinks/sink.ts'
import type { Fault } from '../../../support/recording-faults.ts'
import { segmentOf } from '../../fakes/batches.ts'
import { put, scratch } from '../../fakes/scratch.ts'
import { sinkContract } from '../contract.ts'
import { ElasticsearchBench, STREAM } from './bench.ts'

sinkContract('ElasticsearchSink', async () => {
  const bench = await ElasticsearchBench.make()
  return {
    create: () => distinct(bench),
    stored: () => bench.stored(),
    breakPlace: () => bench.breakPlace(),
    mend: () => bench.mend(),
  }
})

const signal = new AbortController().signal

/** Documents with ids of their own, one segment for each list. */
function documents(...segments: readonly (readonly string[])[]): Batch {
  let first = 0
  return batchOf(
    segments.map((texts) => {
      first += 1_000
      return segmentOf(texts, undefined, first)
    }),
  )
}

const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind).join(' ')

/** The batches of the contract suite all have the same ids: give each text its own. */
function distinct(bench: ElasticsearchBench) {
  const sink = bench.create()
  const deliver = sink.deliver.bind(sink)
  sink.deliver = (batch, stop) =>
    deliver(
      {
        ...batch,
        segments: batch.segments.map((segment) => ({
          ...segment,
          ids: segment.ids.map((_, index) =>
            Buffer.from(segment.bytes.subarray(segment.ends[index - 1] ?? 0, segment.ends[index])).toString(
              'base64url',
            ),
          ),
        })),
      },
      stop,
    )
  return sink
}

describe('ElasticsearchSink.deliver()', () => {
  // biome-ignore format: a table, one row a case
  test.for<[string, readonly Fault[], string, number]>([
    ['refused for good, one of two', [{ kind: 'refuse', text: '"b"' }], 'accepted refused', 1],
    ['429 for each', [{ kind: 'items', status: 429, type: 'es_rejected_execution_exception' }], 'retry retry', 0],
    ['429 as a whole', [{ kind: 'status', status: 429 }], 'retry retry', 0],
    ['a block', [{ kind: 'items', status: 403, type: 'cluster_block_exception' }], 'retry retry', 0],
    ['a 5xx of a document that is stored', [{ kind: 'items', status: 503, type: 'unavailable_shards_exception', isStored: true }], 'in_doubt in_doubt', 2],
    ['a 503 after it ran', [{ kind: 'status_after' }], 'in_doubt in_doubt', 2],
    ['no credentials', [{ kind: 'status', status: 401, type: 'security_exception' }], 'retry retry', 0],
    ['a lost answer', [{ kind: 'lose_answer' }], 'in_doubt in_doubt', 2],
    ['half an answer', [{ kind: 'half_answer' }], 'in_doubt in_doubt', 2],
    ['an answer of another program', [{ kind: 'garbage', form: 'no_product' }], 'in_doubt in_doubt', 2],
    ['text for an answer', [{ kind: 'garbage', form: 'text' }], 'in_doubt in_doubt', 2],
    ['broken JSON for an answer', [{ kind: 'garbage', form: 'json' }], 'in_doubt in_doubt', 2],
    ['an answer for fewer documents', [{ kind: 'garbage', form: 'few_items' }], 'in_doubt in_doubt', 2],
    ['the failure store', [{ kind: 'failure_store' }], 'accepted accepted', 0],
    ['a rollover', [{ kind: 'rollover', next: 1 }], 'accepted accepted', 2],
  ])('answers %s', async ([, faults, wanted, storedCount]) => {
    const bench = await ElasticsearchBench.make()
    const sink = await bench.opened()
    bench.server.elasticsearch.faults.set(faults)
    expect(kinds(await sink.deliver(documents(['a', 'b']), signal))).toBe(wanted)
    expect(await bench.stored()).toHaveLength(storedCount)
    expect(bench.failureStoreCount).toBe(faults[0]?.kind === 'failure_store' ? 2 : 0)
  })

  test.for<[string, Fault, number]>([
    ['no answer at all', { kind: 'hang' }, 0],
    ['an answer that never ends', { kind: 'drip', bytesPerSecond: 20 }, 2],
  ])('is in doubt after %s', async ([, fault, storedCount]) => {
    const bench = await ElasticsearchBench.make()
    const sink = await bench.opened({ requestTimeoutMs: 1_500 })
    bench.server.elasticsearch.faults.set([fault])
    expect(kinds(await sink.deliver(documents(['a', 'b']), signal))).toBe('in_doubt in_doubt')
    expect(await bench.stored()).toHaveLength(storedCount)
  })

  test('takes what is there already for accepted', async () => {
    const bench = await ElasticsearchBench.make()
    const sink = await bench.opened()
    await sink.deliver(documents(['a', 'b']), signal)
    expect(kinds(await sink.deliver(documents(['a', 'b', 'c']), signal))).toBe('accepted accepted accepted')
    expect(await bench.stored()).toEqual(['a', 'b', 'c'])
  })

  test('keeps everything, and makes no plain index, while there is no template', async () => {
    const bench = await ElasticsearchBench.make()
    bench.server.elasticsearch.store.hasTemplates = false
    const sink = await bench.opened()
    const outcomes = await sink.deliver(documents(['a']), signal)
    expect(outcomes).toEqual([
      { kind: 'retry', reason: expect.stringContaining('run `flagship bootstrap elasticsearch`') },
    ])
    expect(bench.server.elasticsearch.store.names()).toEqual([])
  })

  test('says of a refused connection that nothing was stored, and goes to the next node', async () => {
    const [gone, bench] = [await ElasticsearchBench.make(), await ElasticsearchBench.make()]
    const sink = await bench.opened({ nodes: [gone.server.url, bench.server.url] })
    const alone = await gone.opened()
    await gone.server.down()
    expect(kinds(await alone.deliver(documents(['a']), signal))).toBe('retry')
    for (const text of ['a', 'b', 'c', 'd'])
      expect(kinds(await sink.deliver(batchOf([segmentOf([text], undefined, text.charCodeAt(0))]), signal))).toBe(
        'accepted',
      )
    expect(await bench.stored()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('never goes to the next node with what a node may have taken', async () => {
    const [first, second] = [await ElasticsearchBench.make(), await ElasticsearchBench.make()]
    const sink = await first.opened({ nodes: [first.server.url, second.server.url] })
    for (const { server } of [first, second]) server.elasticsearch.faults.set([{ kind: 'lose_answer' }])
    expect(kinds(await sink.deliver(documents(['a']), signal))).toBe('in_doubt')
    expect([...(await first.stored()), ...(await second.stored())]).toEqual(['a'])
  })

  test('keeps everything when no document gets through, not even alone', async () => {
    const bench = await ElasticsearchBench.make()
    const sink = await bench.opened()
    bench.server.elasticsearch.faults.set([{ kind: 'status', status: 400, type: 'illegal_argument_exception' }])
    expect(kinds(await sink.deliver(documents(['a', 'b', 'c']), signal))).toBe('retry retry retry')
  })

  test('refuses one document that is too large and stores the rest', async () => {
    const bench = await ElasticsearchBench.make()
    const sink = await bench.opened()
    bench.server.elasticsearch.faults.set([{ kind: 'too_large', maxBytes: 600 }])
    const outcomes = await sink.deliver(documents(['a', 'b'], ['x'.repeat(1_000), 'c']), signal)
    expect(outcomes[2]).toEqual({ kind: 'refused', reason: 'request_too_large' })
    expect(await bench.stored()).toEqual(['a', 'b', 'c'])
  })

  test('finds the documents that spoil a whole bulk, whichever they are', async () => {
    const bench = await ElasticsearchBench.make()
    const sink = await bench.opened({ compression: false })
    bench.server.elasticsearch.faults.set([{ kind: 'poison', text: '"bad' }])
    let round = 0
    await assert(
      asyncProperty(array(boolean(), { minLength: 1, maxLength: 40 }), async (areGood) => {
        pre(areGood.some(Boolean)) // where all are bad it is taken for the request's fault
        round += 1
        const texts = areGood.map((isGood, index) => `${isGood ? 'good' : 'bad'}-${round}-${index}`)
        const cut = texts.length >>> 1
        const segments = [texts.slice(0, cut), texts.slice(cut)]
        const outcomes = await sink.deliver(
          batchOf(segments.map((each, index) => segmentOf(each, undefined, (round * 2 + index) * 1_000))),
          signal,
        )
        expect(outcomes.map(({ kind }) => kind === 'accepted')).toEqual(areGood)
        const stored = (await bench.stored()).filter((text) => text.includes(`-${round}-`))
        expect(stored).toEqual(texts.filter((_, index) => areGood[index]))
      }),
      { numRuns: 50 },
    )
  })

  test('names each request after agent, pipeline and start', async () => {
    const bench = await ElasticsearchBench.make()
    const [first, second] = [await bench.opened(), await bench.opened()]
    for (const sink of [first, first, second]) await sink.deliver(documents(['a']), signal)
    const ids = bench.server.elasticsearch.requests.flatMap(({ opaqueId }) => opaqueId ?? [])
    expect(ids).toHaveLength(3)
    expect(new Set(ids).size).toBe(3)
    for (const id of ids) expect(id).toMatch(/^flagship\/prod\/worker%201\/out\/[A-Za-z0-9_-]{8}\/\d+$/)
  })

  test('routes each document by its dataset and namespace', async () => {
    const bench = await ElasticsearchBench.make()
    const sink = await bench.opened({ namespace: 'edge' })
    await sink.deliver(batchOf([{ ...segmentOf(['a', 'b']), datasets: ['envoy.access', 'envoy.unparsed'] }]), signal)
    expect(bench.server.elasticsearch.store.names()).toEqual(['logs-envoy.access-edge', 'logs-envoy.unparsed-edge'])
  })
})

describe('ElasticsearchSink.open()', () => {
  test.for<[string, Fault, string]>([
    ['another program', { kind: 'garbage', form: 'no_product', target: 'root' }, 'SINK_MISCONFIGURED'],
    ['wrong credentials', { kind: 'status', status: 401, target: 'root' }, 'SINK_UNAVAILABLE'],
    ['a node that starts', { kind: 'status', status: 503, target: 'root' }, 'SINK_UNAVAILABLE'],
  ])('refuses %s', async ([, fault, code]) => {
    const bench = await ElasticsearchBench.make()
    bench.server.elasticsearch.faults.set([fault])
    await expect(bench.create().open()).rejects.toMatchObject({ code })
  })

  test('goes on without the right to see the cluster', async () => {
    const bench = await ElasticsearchBench.make()
    bench.server.elasticsearch.faults.set([
      { kind: 'status', status: 403, target: 'root' },
      { kind: 'status', status: 403, target: 'resolve' },
    ])
    await expect(bench.create().open()).resolves.toBeUndefined()
  })

  test('warns of a settle time that does not outlast a request', async () => {
    const bench = await ElasticsearchBench.make()
    await bench.opened({ settleMs: 62_000, requestTimeoutMs: 2_000 })
    expect(bench.warnings).toEqual([])
    await bench.opened({ settleMs: 61_999, requestTimeoutMs: 2_000 })
    expect(bench.warnings).toEqual([expect.stringContaining('settleMs')])
  })

  test('does not open without its credentials, and never shows them', async () => {
    const bench = await ElasticsearchBench.make()
    const apiKeyFile = `${scratch()}/none`
    await expect(bench.create({ apiKeyFile }).open()).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
    const sink = await bench.opened({ apiKeyFile: put(scratch(), 'key', 'c2VjcmV0OmtleQ==\n') })
    await bench.server.down()
    const [outcome] = await sink.deliver(documents(['a']), signal)
    expect(JSON.stringify(outcome)).not.toContain('c2VjcmV0')
  })
})

test('RecordingElasticsearch stores an id once in one backing index, and again after a rollover', async () => {
  const bench = await ElasticsearchBench.make()
  const sink = await bench.opened()
  for (let attempt = 0; attempt < 2; attempt += 1) await sink.deliver(documents(['a']), signal)
  bench.server.elasticsearch.store.rolloverAll(0)
  await sink.deliver(documents(['a']), signal)
  expect(bench.server.elasticsearch.store.count(STREAM)).toMatchObject({
    documents: 2,
    distinctIds: 1,
    doubledTexts: 1,
  })
})
