import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { isRetryable } from '../../../src/errors.ts'
import type { Outcome, Sink } from '../../../src/sinks/sink.ts'
import { batchOfTexts } from '../fakes/batches.ts'

/** One kind of sink and the place it writes to, for the contract suite. */
export interface SinkBench {
  /** A new sink on the same place, as after a restart. */
  create(): Sink
  /** The documents that are durably there, in order. */
  stored(): Promise<readonly string[]>
  /** Make the place fail until `mend`. */
  breakPlace(): void
  mend(): void
}

/** Opened as the pipeline opens it: again, while that may help. */
export async function opened(sink: Sink): Promise<void> {
  for (; ; await delay(50))
    try {
      return await sink.open(undefined)
    } catch (error) {
      if (!isRetryable(error)) throw error
    }
}

/** What every sink promises. Run it against a fake of the place and against the real one. */
export function sinkContract(kind: string, makeBench: () => Promise<SinkBench>): void {
  const signal = new AbortController().signal

  describe(`${kind} as a Sink`, () => {
    test('accepted is stored, in order, one outcome a document', async () => {
      const bench = await makeBench()
      const sink = bench.create()
      await sink.open(undefined)
      const outcomes = await sink.deliver(batchOfTexts(['a', 'b'], ['c']), signal)
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(['accepted', 'accepted', 'accepted'])
      expect(await bench.stored()).toEqual(['a', 'b', 'c'])
      await sink.close()
    })

    test('delivers batches behind each other', async () => {
      const bench = await makeBench()
      const sink = bench.create()
      await sink.open(undefined)
      for (const text of ['a', 'b', 'c']) await sink.deliver(batchOfTexts([text]), signal)
      expect(await bench.stored()).toEqual(['a', 'b', 'c'])
      await sink.close()
    })

    test('delivers a batch of more segments than one system call takes', async () => {
      const bench = await makeBench()
      const sink = bench.create()
      await sink.open(undefined)
      const texts = Array.from({ length: 3_000 }, (_, index) => `n${index}`)
      const outcomes = await sink.deliver(batchOfTexts(...texts.map((text) => [text])), signal)
      expect(outcomes).toHaveLength(3_000)
      expect(await bench.stored()).toEqual(texts)
      await sink.close()
    })

    test('says of no document that it is accepted while its place fails, and stores all when offered again', async () => {
      const bench = await makeBench()
      const sink = bench.create()
      await sink.open(undefined)
      await sink.deliver(batchOfTexts(['a']), signal)
      const batch = batchOfTexts(['b', 'c'])
      bench.breakPlace()
      for (let attempt = 0; attempt < 2; attempt += 1)
        expect(['retry retry', 'in_doubt in_doubt']).toContain(await kindsOf(sink.deliver(batch, signal)))
      bench.mend()
      await expect.poll(() => kindsOf(sink.deliver(batch, signal))).toBe('accepted accepted')
      expect(await bench.stored()).toEqual(['a', 'b', 'c'])
      await sink.close()
    })

    test('goes on behind what it stored when opened again', async () => {
      const bench = await makeBench()
      const first = bench.create()
      await first.open(undefined)
      await first.deliver(batchOfTexts(['a']), signal)
      const mark = first.mark?.()
      await first.close()
      const second = bench.create()
      await second.open(mark)
      await second.deliver(batchOfTexts(['b']), signal)
      expect(await bench.stored()).toEqual(['a', 'b'])
      await second.close()
    })

    test('takes back what was stored after its mark, where it has one', async () => {
      const bench = await makeBench()
      const sink = bench.create()
      await sink.open(undefined)
      await sink.deliver(batchOfTexts(['a']), signal)
      const mark = sink.mark?.()
      await sink.deliver(batchOfTexts(['b', 'c']), signal)
      // No close: this is a crash.
      const next = bench.create()
      await next.open(mark)
      expect(await bench.stored()).toEqual(mark === undefined ? ['a', 'b', 'c'] : ['a'])
      await next.deliver(batchOfTexts(['d']), signal)
      expect((await bench.stored()).at(-1)).toBe('d')
      await next.close()
    })

    test('keeps its mark while nothing is accepted', async () => {
      const bench = await makeBench()
      const sink = bench.create()
      await sink.open(undefined)
      await sink.deliver(batchOfTexts(['a']), signal)
      const mark = sink.mark?.()
      bench.breakPlace()
      await sink.deliver(batchOfTexts(['b']), signal).catch(() => undefined)
      expect(sink.mark?.()).toBe(mark)
      bench.mend()
      await sink.close()
    })

    test('comes to an end when it is aborted', async () => {
      const bench = await makeBench()
      const sink = bench.create()
      await sink.open(undefined)
      const aborted = AbortSignal.abort()
      expect(['accepted', 'retry', 'in_doubt', 'in_doubt in_doubt']).toContain(
        await kindsOf(sink.deliver(batchOfTexts(['a']), aborted)),
      )
      await sink.close()
    })
  })
}

/** Outcomes as words; a sink that throws says that all of the batch is in doubt. */
async function kindsOf(delivering: Promise<readonly Outcome[]>): Promise<string> {
  const outcomes = await delivering.catch(() => undefined)
  return outcomes === undefined ? 'in_doubt in_doubt' : outcomes.map((outcome) => outcome.kind).join(' ')
}
