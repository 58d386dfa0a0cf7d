/** Traces of the delivery model about files that are rotated, deleted, and removed with their pod. */
import { describe, expect, test } from 'vitest'
import { ProtocolBench, SETTLE_MS } from './bench.ts'
import { lossesOf } from './law.ts'

/** How long a file stays linked after it was last written to, and the looks around that. */
const UNLINKED_MS = 15_000

describe('known: the entry of a file stays while any name of it is left', () => {
  test('a rotated file that was delivered long ago is not read again after a crash', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    bench.kubelet.piece('o', 'one')
    await bench.lines('two')
    bench.kubelet.rotate()
    bench.kubelet.end('o', ' and its end')
    await bench.pass(130_000) // the cursor is looked through twice
    expect(bench.links()).toHaveLength(1)
    bench.server.rollover()
    await bench.restart()
    await bench.rest()
    expect(bench.server.texts()).toEqual(['zero', 'two', 'one and its end'])
  })
})

describe('close: a join ends where its next piece cannot come any more', () => {
  test('a line whose end was never written is delivered when its pod is removed', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    bench.kubelet.piece('o', 'one')
    await bench.pass(1_200)
    bench.kubelet.remove()
    await bench.rest()
    expect(bench.server.texts()).toEqual(['zero', 'one (cut)'])
    expect(lossesOf(bench)).toEqual([])
  })

  test('a line whose end came and went unseen is not joined with the end of another', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    bench.kubelet.piece('o', 'one')
    await bench.lines('two')
    await bench.crash()
    bench.kubelet.rotate()
    bench.kubelet.end('o', ' and its end')
    bench.kubelet.rotate()
    bench.kubelet.deleteOldest()
    bench.kubelet.deleteOldest()
    bench.kubelet.line('three')
    bench.kubelet.end('o', 'four')
    await bench.rest()
    expect(bench.server.texts().sort()).toEqual(['four', 'one (cut)', 'three', 'two', 'zero'])
    expect(lossesOf(bench)).toMatchObject([{ reason: 'unseen', size: 'unknown' }])
  })
})

describe('unlink: the spool lets a file go when the cursor is durably past its end', () => {
  test('a file that is deleted and answered only in memory is there after a crash', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    bench.server.isHolding = true
    bench.kubelet.piece('o', 'one')
    await bench.pass(1_200)
    bench.kubelet.remove()
    await bench.pass(3_000)
    bench.disk.hold()
    await bench.answer('one (cut)')
    await bench.pass(UNLINKED_MS)
    expect(bench.links()).toHaveLength(1)
    await bench.crash()
    await bench.rest()
    expect(bench.server.texts()).toEqual(['zero', 'one (cut)'])
    expect(lossesOf(bench)).toEqual([])
    expect(bench.links()).toEqual([])
  })
})

describe('gap: a file that went unseen is named', () => {
  test('a file comes and goes while the agent is down', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    await bench.crash()
    bench.kubelet.rotate()
    bench.kubelet.line('two')
    bench.kubelet.rotate()
    bench.kubelet.deleteOldest()
    bench.kubelet.deleteOldest()
    bench.kubelet.line('three')
    await bench.rest()
    expect(lossesOf(bench)).toMatchObject([{ reason: 'unseen' }])
  })

  test('the pod is removed while the agent is down, and files after the last one may have gone with it', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    await bench.crash()
    bench.kubelet.rotate()
    bench.kubelet.line('two')
    bench.kubelet.remove()
    await bench.rest()
    expect(lossesOf(bench)).toMatchObject([{ reason: 'unseen' }])
  })

  test('the spool is full and gives up a file that was not delivered', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    bench.server.isHolding = true
    bench.spoolBytes = 1
    await bench.restart()
    bench.kubelet.rotate()
    bench.kubelet.line('two')
    bench.kubelet.line('three')
    await bench.crash()
    bench.server.isHolding = false
    bench.kubelet.remove()
    await bench.rest()
  })

  test('a loss that is named stands once, though a crash comes before and after it is delivered', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    await bench.crash()
    bench.kubelet.rotate()
    bench.kubelet.line('two')
    bench.kubelet.rotate()
    bench.kubelet.deleteOldest()
    bench.kubelet.deleteOldest()
    bench.kubelet.line('three')
    bench.server.isHolding = true
    await bench.start()
    await bench.pass(3_000)
    for (const bulk of bench.server.waiting) bulk.run()
    await bench.crash()
    for (const stream of ['logs-envoy.loss-default', 'logs-envoy.access-default']) bench.server.rollover(stream)
    await bench.start()
    await bench.pass(SETTLE_MS / 2)
    await bench.crash()
    await bench.rest()
    expect(bench.server.texts('logs-envoy.loss-default')).toHaveLength(1)
  })
})
