/** Traces of the delivery model: each takes the steps by which a looser rule broke there. */
import { describe, expect, test } from 'vitest'
import { ProtocolBench, SETTLE_MS } from './bench.ts'

/** A join is open and a line of another stream is in a bulk on its way: where nearly every trace begins. */
async function benchUnderWay(): Promise<ProtocolBench> {
  const bench = new ProtocolBench()
  await bench.startAfterFirstRun()
  bench.server.isHolding = true
  bench.kubelet.piece('o', 'one')
  bench.kubelet.line('two')
  await bench.pass()
  return bench
}

async function restWithJoin(bench: ProtocolBench): Promise<void> {
  bench.kubelet.end('o', ' and its end')
  await bench.rest()
  expect(bench.server.texts().sort()).toEqual(['one and its end', 'two', 'zero'])
}

describe('wait: nothing of ours is left on the server or on its way when _mget asks', () => {
  test('a bulk that runs after its client has given up, in an index that is not the newest any more, is found', async () => {
    const bench = await benchUnderWay()
    const bulk = bench.bulk('two').route(0)
    bench.server.rollover()
    bulk.giveUp()
    await bench.pass(SETTLE_MS * 3)
    expect(bench.server.waiting).toEqual([])
    bulk.run()
    await restWithJoin(bench)
  })

  test('a bulk that is no task yet when its client gives up is waited for', async () => {
    const bench = await benchUnderWay()
    const bulk = bench.bulk('two').giveUp()
    await bench.pass(SETTLE_MS * 0.8)
    bulk.route(0)
    bench.server.rollover()
    await bench.pass(SETTLE_MS)
    bulk.run()
    await restWithJoin(bench)
  })

  test('what stands on a primary only, and dies with it, is not believed', async () => {
    const bench = await benchUnderWay()
    const bulk = bench.bulk('two').route(0).run({ isCopying: true }).giveUp()
    await bench.pass(SETTLE_MS * 3)
    bulk.losePrimary()
    await bench.crash()
    await restWithJoin(bench)
  })
})

describe('look: every index from the mark to the newest, asked for after the wait', () => {
  test('what arrived in the newest index is found there, though a rollover comes before _mget', async () => {
    const bench = await benchUnderWay()
    bench.bulk('two').route(0).run().giveUp()
    bench.server.before('_mget', () => bench.server.rollover())
    await bench.pass(SETTLE_MS * 2)
    bench.server.rollover()
    await restWithJoin(bench)
  })
})

describe('shortcut: nothing in doubt is sent again without a look', () => {
  test('an answer is lost and no newer index is known, but one comes', async () => {
    const bench = await benchUnderWay()
    bench.bulk('two').route(0).run().giveUp()
    await bench.pass(SETTLE_MS / 2)
    bench.server.rollover()
    await restWithJoin(bench)
  })

  test('a conflict with what is still being copied would be believed', async () => {
    const bench = await benchUnderWay()
    const bulk = bench.bulk('two').route(0).run({ isCopying: true }).giveUp()
    await bench.pass(SETTLE_MS / 2)
    for (const again of bench.server.waiting) again.run() // only with the rule taken back
    bulk.losePrimary()
    for (const again of bench.server.waiting) again.answer()
    await bench.pass()
    await bench.crash()
    await restWithJoin(bench)
  })

  test('the procedure as first written: no wait, the newest index left out', async () => {
    const bench = await benchUnderWay()
    const bulk = bench.bulk('two').route(0)
    bench.server.rollover()
    bulk.giveUp()
    await bench.pass(SETTLE_MS / 2)
    bulk.run()
    await restWithJoin(bench)
  })
})
