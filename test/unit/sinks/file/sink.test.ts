import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FlagshipError } from '../../../../src/errors.ts'
import { batchOfTexts, textsOf } from '../../fakes/batches.ts'
import { sinkContract } from '../contract.ts'
import { FileBench } from './bench.ts'

const { signal } = new AbortController()

sinkContract('FileSink', async () => new FileBench())

/** Deliver each text as a batch of its own. */
async function deliverEach(bench: FileBench, texts: readonly string[]) {
  const sink = bench.create()
  await sink.open(undefined)
  const marks = [sink.mark()]
  for (const text of texts) {
    await sink.deliver(batchOfTexts([text]))
    marks.push(sink.mark())
  }
  return { sink, marks }
}

describe('FileSink.deliver()', () => {
  test('begins a new file before the current one would be too large', async () => {
    const bench = new FileBench({ maxBytes: 25 })
    const { sink } = await deliverEach(bench, ['a', 'b', 'c', 'd', 'e'])
    expect(bench.names()).toEqual([
      'access.ndjson',
      'access.ndjson.20261122T130000Z-1',
      'access.ndjson.20261122T130000Z-2',
    ])
    expect(textsOf(readFileSync(bench.path, 'utf8'))).toEqual(['e'])
    expect(await bench.stored()).toEqual(['a', 'b', 'c', 'd', 'e'])
    await sink.close()
  })

  test('begins a new file when the current one is old', async () => {
    const bench = new FileBench({ maxAgeHours: 1 })
    const { sink } = await deliverEach(bench, ['a'])
    await bench.clock.advance(3_599_999)
    await sink.deliver(batchOfTexts(['b']))
    expect(bench.names()).toHaveLength(1)
    await bench.clock.advance(1)
    await sink.deliver(batchOfTexts(['c']))
    expect(bench.names()).toHaveLength(2)
    await sink.close()
  })

  test('keeps so many finished files and removes the oldest', async () => {
    const bench = new FileBench({ maxBytes: 10, keep: 2 })
    const { sink } = await deliverEach(bench, ['a', 'b', 'c', 'd', 'e'])
    expect(await bench.stored()).toEqual(['c', 'd', 'e'])
    await sink.close()
  })

  test.for([
    ['write', 'ENOSPC'],
    ['sync', 'EIO'],
    ['rename', 'EIO'],
    ['open', 'EMFILE'],
    ['syncDirectory', 'EIO'],
  ] as const)('takes nothing while %s fails with %s, says why, and loses nothing', async ([step, code]) => {
    const bench = new FileBench({ maxBytes: 10 })
    const { sink } = await deliverEach(bench, ['a'])
    bench.failing.set(step, code)
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const [outcome] = await sink.deliver(batchOfTexts(['b']))
      expect(outcome).toEqual({ kind: 'retry', reason: `Cannot write "${bench.path}": ${code}: made to fail` })
    }
    bench.mend()
    expect((await sink.deliver(batchOfTexts(['b'])))[0]?.kind).toBe('accepted')
    expect(await bench.stored()).toEqual(['a', 'b'])
    await sink.close()
  })

  test('throws when it cannot tell how much of a batch is there', async () => {
    const bench = new FileBench()
    const { sink, marks } = await deliverEach(bench, ['a'])
    bench.failing.set('sync', 'EIO').set('truncate', 'EIO')
    await expect(sink.deliver(batchOfTexts(['b']))).rejects.toThrow(/nor take it back/)
    bench.mend()
    await sink.open(marks[1])
    expect(await bench.stored()).toEqual(['a'])
    await sink.close()
  })

  test('begins a new file when somebody has moved the current one away', async () => {
    const bench = new FileBench()
    const { sink } = await deliverEach(bench, ['a'])
    renameSync(bench.path, `${bench.path}.moved`)
    await sink.deliver(batchOfTexts(['b']))
    expect(await bench.stored()).toEqual(['b'])
    expect(textsOf(readFileSync(`${bench.path}.moved`, 'utf8'))).toEqual(['a'])
    await sink.close()
  })
})

describe('FileSink.open()', () => {
  test.for([0, 1, 2, 3, 4, 5])('makes the files what they were at mark %d, across rotations', async (number) => {
    const bench = new FileBench({ maxBytes: 25 })
    const texts = ['a', 'b', 'c', 'd', 'e']
    const { marks } = await deliverEach(bench, texts) // and then a crash
    const next = bench.create()
    await next.open(marks[number])
    expect(await bench.stored()).toEqual(texts.slice(0, number))
    expect(next.mark()).toBe(marks[number])
    for (const text of texts.slice(number)) await next.deliver(batchOfTexts([text]))
    expect(await bench.stored()).toEqual(texts)
    await next.close()
  })

  test.for(['rename', 'open', 'syncDirectory', 'remove'] as const)(
    'makes good a crash at the %s of a rotation',
    async (step) => {
      const bench = new FileBench({ maxBytes: 10, keep: 1 })
      const { sink, marks } = await deliverEach(bench, ['a', 'b'])
      bench.failing.set(step, 'EIO')
      await sink.deliver(batchOfTexts(['c'])).catch(() => undefined)
      bench.mend()
      const next = bench.create()
      await next.open(marks.at(-1))
      await next.deliver(batchOfTexts(['c']))
      expect((await bench.stored()).slice(-2)).toEqual(['b', 'c'])
      await next.close()
    },
  )

  test('cuts off a half written batch', async () => {
    const bench = new FileBench()
    const { marks } = await deliverEach(bench, ['a'])
    appendFileSync(bench.path, '{"n":"b"}\n{"n":')
    const next = bench.create()
    await next.open(marks[1])
    expect(await bench.stored()).toEqual(['a'])
    await next.close()
  })

  test('keeps what is there when it knows nothing, beside its own', async () => {
    const bench = new FileBench()
    mkdirSync(dirname(bench.path), { recursive: true })
    writeFileSync(bench.path, '{"n":"old"}\n{"n":')
    const { sink } = await deliverEach(bench, ['a'])
    expect(textsOf(readFileSync(bench.path, 'utf8'))).toEqual(['a'])
    expect(bench.names()).toEqual(['access.ndjson', 'access.ndjson.20261122T130000Z-1'])
    await sink.close()
  })

  test('never uses a number twice', async () => {
    const bench = new FileBench({ maxBytes: 10, keep: 1 })
    const { sink } = await deliverEach(bench, ['a', 'b', 'c'])
    await sink.close()
    const again = await deliverEach(bench, ['d', 'e'])
    expect(bench.names()).toEqual(['access.ndjson', 'access.ndjson.20261122T130000Z-4'])
    await again.sink.close()
  })

  test('says what is wrong with a place that will never do', async () => {
    const bench = new FileBench()
    mkdirSync(bench.path, { recursive: true })
    const opening = bench.create().open(undefined)
    await expect(opening).rejects.toThrow(FlagshipError)
    await expect(opening).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' })
    await expect(opening).rejects.toThrow(
      /^Cannot write ".*access.ndjson": EISDIR: .*; set sinks.copy.path to a file that can be written$/,
    )
  })

  test('refuses the mark of another type of sink, and touches nothing', async () => {
    const bench = new FileBench()
    const { sink } = await deliverEach(bench, ['a'])
    await sink.close()
    await expect(bench.create().open('index-7')).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' })
    expect(existsSync(bench.path)).toBe(true)
    expect(await bench.stored()).toEqual(['a'])
  })

  test('is to be tried again when the disk is full', async () => {
    const bench = new FileBench()
    bench.failing.set('open', 'ENOSPC')
    await expect(bench.create().open(undefined)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
    expect(signal.aborted).toBe(false)
  })
})
