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

/** The join ends: what is broken at rest, and what is stored then. */
async function restWithJoin(bench: ProtocolBench): Promise<readonly string[]> {
  bench.kubelet.end('o', ' and its end')
  return [...(await bench.rest()), ...bench.server.texts().sort()]
}

const ALL = ['one and its end', 'two', 'zero']

describe('wait: nothing of ours is left on the server or on its way when _mget asks', () => {
  test('a bulk that runs after its client has given up, in an index that is not the newest any more, is found', async () => {
    const bench = await benchUnderWay()
    const bulk = bench.bulk('two').route(0)
    bench.server.rollover()
    bulk.giveUp()
    await bench.pass(SETTLE_MS * 3)
    expect(bench.server.waiting).toEqual([])
    bulk.run()
    expect(await restWithJoin(bench)).toEqual(ALL)
  })

  test('a bulk that is no task yet when its client gives up is waited for', async () => {
    const bench = await benchUnderWay()
    const bulk = bench.bulk('two').giveUp()
    await bench.pass(SETTLE_MS * 0.8)
    bulk.route(0)
    bench.server.rollover()
    await bench.pass(SETTLE_MS)
    bulk.run()
    expect(await restWithJoin(bench)).toEqual(ALL)
  })

  test('what stands on a primary only, and dies with it, is not believed', async () => {
    const bench = await benchUnderWay()
    const bulk = bench.bulk('two').route(0).run({ isCopying: true }).giveUp()
    await bench.pass(SETTLE_MS * 3)
    bulk.losePrimary()
    await bench.crash()
    expect(await restWithJoin(bench)).toEqual(ALL)
  })
})

describe('look: every index from the mark to the newest, asked for after the wait', () => {
  test('what arrived in the newest index is found there, though a rollover comes before _mget', async () => {
    const bench = await benchUnderWay()
    bench.bulk('two').route(0).run().giveUp()
    bench.server.before('_mget', () => bench.server.rollover())
    await bench.pass(SETTLE_MS * 2)
    bench.server.rollover()
    expect(await restWithJoin(bench)).toEqual(ALL)
  })
})

describe('shortcut: nothing in doubt is sent again without a look', () => {
  test('an answer is lost and no newer index is known, but one comes', async () => {
    const bench = await benchUnderWay()
    bench.bulk('two').route(0).run().giveUp()
    await bench.pass(SETTLE_MS / 2)
    bench.server.rollover()
    expect(await restWithJoin(bench)).toEqual(ALL)
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
    expect(await restWithJoin(bench)).toEqual(ALL)
  })

  test('the procedure as first written: no wait, the newest index left out', async () => {
    const bench = await benchUnderWay()
    const bulk = bench.bulk('two').route(0)
    bench.server.rollover()
    bulk.giveUp()
    await bench.pass(SETTLE_MS / 2)
    bulk.run()
    expect(await restWithJoin(bench)).toEqual(ALL)
  })
})

describe('change: where documents go is configured otherwise while some are in doubt', () => {
  const before = { namespace: 'default', retention: { healthy: '90d' } }
  test.for([
    ['another namespace', { namespace: 'other' }, 'logs-envoy.access-other'],
    [
      'a rule for it',
      { namespace: { default: 'default', rules: [{ match: '*', namespace: 'tenant' }] } },
      'logs-envoy.access-tenant',
    ],
    [
      'a stream of its own for failures',
      { retention: { healthy: '14d', failed: '400d' } },
      'logs-envoy.access_failed-default',
    ],
  ] as const)('with %s each line stands once, where it was sent first', async ([, changed, stream]) => {
    const bench = new ProtocolBench()
    bench.sink = before
    await bench.startAfterFirstRun()
    bench.server.isHolding = true
    bench.kubelet.line('failed one')
    await bench.pass()
    bench.bulk('failed one').run().giveUp()
    bench.kubelet.line('failed two')
    await bench.pass()
    await bench.crash()
    bench.server.isHolding = false
    bench.sink = { ...before, ...changed }
    await bench.start()
    await bench.until(() => bench.server.texts(stream).includes('failed two'))
    await bench.pass(SETTLE_MS * 3)
    expect(bench.server.texts()).toEqual(['zero', 'failed one'])
    expect(bench.server.texts(stream)).toEqual(['failed two'])
  })

  test('with ids of the server everything is sent again, and nobody is asked', async () => {
    const bench = new ProtocolBench()
    bench.sink = { ids: 'auto' }
    bench.server.isHolding = true
    bench.kubelet.line('one')
    await bench.start()
    await bench.pass()
    bench.bulk('one').run().giveUp()
    bench.server.isHolding = false
    await bench.until(() => bench.server.texts().length === 2)
    expect(bench.server.texts()).toEqual(['one', 'one'])
    expect(bench.server.requests.filter((request) => !request.endsWith('/_bulk'))).toEqual(['GET /'])
  })
})

describe('closed: an index that cannot be asked', () => {
  test('is named in the log once and in the status, and what may be in it waits', async () => {
    const bench = await benchUnderWay()
    bench.bulk('two').run().giveUp()
    bench.server.isHolding = false
    bench.server.isClosed = true
    await bench.pass(SETTLE_MS * 10)
    const reason = 'index ".ds-logs-envoy.access-default-2026.11.22-000001" is closed: open it'
    expect(bench.status).toMatchObject({ state: 'delivering', documentsInDoubt: 1, trouble: { reason } })
    expect(bench.log.lines.filter((line) => line.includes('is closed'))).toHaveLength(1)
    bench.server.isClosed = false
    expect(await restWithJoin(bench)).toEqual(ALL)
    expect(bench.status.trouble).toBeUndefined()
  })
})
