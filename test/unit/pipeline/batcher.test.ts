import { describe, expect, test } from 'vitest'
import { Batcher, type Shipment } from '../../../src/pipeline/batcher.ts'
import { segmentOf, textsOf } from '../fakes/batches.ts'
import { ManualClock, settle } from '../fakes/manual-clock.ts'

function shipmentOf(...texts: readonly string[]): Shipment {
  const receipt = { documents: Buffer.alloc(0), unanswered: texts.length }
  return { segment: segmentOf(texts), receipt, settle: () => {}, cursorVersion: 0, markOf: () => undefined }
}

function batcherOf(limits: { readonly maxBytes?: number; readonly maxDocuments?: number } = {}) {
  const clock = new ManualClock()
  const batcher = new Batcher({ maxBytes: 1_000, maxDocuments: 100, maxAgeMs: 200, ...limits }, clock)
  const stop = new AbortController()
  const batches: (string[] | undefined)[] = []
  const take = async () => {
    const batch = await batcher.next(stop.signal)
    batches.push(batch?.flatMap(({ segment }) => textsOf(segment.bytes.toString())))
  }
  return { batcher, clock, stop, batches, take }
}

describe('Batcher.next()', () => {
  test('gives a batch when its oldest document is old enough, not before', async () => {
    const { batcher, clock, batches, take } = batcherOf()
    void take()
    await clock.advance(1_000)
    batcher.add(shipmentOf('a'))
    await clock.advance(150)
    batcher.add(shipmentOf('b'))
    await clock.advance(49)
    expect(batches).toEqual([])
    await clock.advance(1)
    expect(batches).toEqual([['a', 'b']])
  })

  test.for([
    ['bytes', { maxBytes: 20 }],
    ['documents', { maxDocuments: 2 }],
  ] as const)('gives a batch at once when it is full by %s', async ([, limits]) => {
    const { batcher, batches, take } = batcherOf(limits)
    void take()
    batcher.add(shipmentOf('a'))
    await settle()
    expect(batches).toEqual([])
    batcher.add(shipmentOf('b'))
    await settle()
    expect(batches).toEqual([['a', 'b']])
  })

  test('keeps the order while nobody takes', async () => {
    const { batcher, clock, batches, take } = batcherOf({ maxDocuments: 2 })
    for (const text of ['a', 'b', 'c', 'd', 'e']) batcher.add(shipmentOf(text))
    await clock.advance(200)
    for (let count = 0; count < 3; count += 1) await take()
    expect(batches).toEqual([['a', 'b'], ['c', 'd'], ['e']])
  })

  test('gives what is left at once when it is closed, then nothing', async () => {
    const { batcher, batches, take } = batcherOf()
    batcher.add(shipmentOf('a'))
    batcher.close()
    await take()
    await take()
    expect(batches).toEqual([['a'], undefined])
  })

  test('ends a wait when it is closed or aborted', async () => {
    const [closed, aborted] = [batcherOf(), batcherOf()]
    void closed.take()
    void aborted.take()
    await settle()
    closed.batcher.close()
    aborted.batcher.add(shipmentOf('a'))
    aborted.stop.abort()
    await settle()
    expect([closed.batches, aborted.batches]).toEqual([[undefined], [undefined]])
  })
})
