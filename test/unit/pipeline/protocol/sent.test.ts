/** Traces of the delivery model about what may have been sent, and where it would be found. */
import { describe, expect, test } from 'vitest'
import { ProtocolBench, SETTLE_MS } from './bench.ts'

/** `sent` is written down so far ahead that more than this has to be read before it is raised again. */
const MORE_THAN_A_STEP = 1_200_000

describe('mark: it rises only when everything sent under the older one is answered', () => {
  test('a line sent before a rollover is looked for in the older index, though later lines were sent after it', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    bench.server.isHolding = true
    await bench.lines('two')
    bench.bulk('two').route(0).run()
    bench.server.rollover()
    await bench.lines('three')
    await bench.answer('three') // tells of index 1
    await bench.pass(SETTLE_MS * 2)
    bench.kubelet.filler(MORE_THAN_A_STEP)
    await bench.lines('four')
    bench.bulk('two').giveUp()
    await bench.rest()
  })
})

describe('lag: a node may route by an older cluster state, and answer with it', () => {
  test('a node that does not know of the newest index yet is not asked before the wait', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    Object.assign(bench.server, { isHolding: true, isLagging: true, answersOf: 'old' })
    bench.server.rollover()
    await bench.lines('two')
    bench.bulk('two').route(1).run().giveUp()
    await bench.pass(SETTLE_MS * 0.8)
    bench.server.isLagging = false
    for (const again of bench.server.waiting) again.route(0) // only with the rule taken back
    await bench.rest()
  })

  test('an index is no mark before every node knows of it', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    Object.assign(bench.server, { isHolding: true, isLagging: true })
    bench.server.rollover()
    await bench.lines('two')
    bench.bulk('two').route(1)
    await bench.answer('two')
    bench.kubelet.filler(MORE_THAN_A_STEP)
    await bench.lines('three')
    bench.bulk('three').route(0).run() // by a node that lags
    await bench.crash()
    await bench.rest()
  })
})

describe('error: only a 429 says that nothing is stored', () => {
  test('a document that is stored though its answer is a 5xx is not sent again', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    bench.server.isHolding = true
    await bench.lines('two')
    bench
      .bulk('two')
      .route(0)
      .run({ failed: ['two'] })
      .answer()
    bench.server.rollover()
    await bench.rest()
  })

  test('a document that was too much for the server is sent again', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    bench.server.isHolding = true
    await bench.lines('two')
    bench.bulk('two').complete({ busy: ['two'] })
    bench.server.rollover()
    await bench.rest()
    expect(bench.server.texts()).toEqual(['zero', 'two'])
  })
})

describe('sent: nothing goes out before it is durable that it may', () => {
  test('a line is sent only after the commit, so that a crash finds it in doubt', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    bench.disk.hold()
    await bench.lines('two')
    expect(bench.disk.heldCommits).toBe(1)
    await bench.crash()
    bench.server.rollover()
    await bench.rest()
  })
})

describe('no_state: without state everything that is there may have been sent', () => {
  test('what was delivered before the state was lost is looked up in every index', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    await bench.lines('two')
    await bench.crash()
    bench.disk.lose()
    bench.server.rollover()
    await bench.rest()
    expect(bench.server.texts()).toEqual(['zero', 'two'])
  })

  test('it is in doubt still after a second crash that comes before the look', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    await bench.lines('two')
    await bench.crash()
    bench.disk.lose()
    bench.server.rollover()
    await bench.start()
    await bench.pass(SETTLE_MS / 2)
    await bench.crash()
    bench.server.rollover()
    await bench.rest()
    expect(bench.server.texts()).toEqual(['zero', 'two'])
  })
})
