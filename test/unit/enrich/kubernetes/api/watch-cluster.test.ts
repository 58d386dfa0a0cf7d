import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Clock } from '../../../../../src/clock.ts'
import { type ClusterWatch, watchCluster } from '../../../../../src/enrich/kubernetes/api/watch-cluster.ts'
import { FakeKubernetes, type FakeKubernetesOptions } from '../../../../support/fake-kubernetes/fake-kubernetes.ts'
import type { Fault } from '../../../../support/fake-kubernetes/faults.ts'
import {
  expiredContinue,
  forbidden,
  TIMED_OUT,
  TOO_MANY_REQUESTS,
  tooOldVersion,
} from '../../../../support/fake-kubernetes/status.ts'
import { namespaceObject, podObject } from '../../../../support/kubernetes-objects.ts'
import { RowMap } from '../../../../support/row-map.ts'
import {
  CountingObserver,
  HastyClock,
  KeptLog,
  plainAccess,
  type TestedParts,
  watchParts,
} from '../../../../support/watched-cluster.ts'

const PATIENCE = { timeout: 20_000, interval: 5 }
const TIMES = { connectMs: 5_000, answerMs: 5_000, idleMs: 5_000 }

let fake: FakeKubernetes
let watch: ClusterWatch | undefined

beforeEach(async () => {
  fake = await startFake()
})

afterEach(async () => {
  await watch?.stop()
  await fake.stop()
})

async function startFake(options: FakeKubernetesOptions = {}): Promise<FakeKubernetes> {
  const pods = Array.from({ length: 3 }, (_, at) => podObject(`shop/web-${at}`, { ip: `10.1.0.${at}` }))
  return FakeKubernetes.start({ cluster: { namespaces: [namespaceObject('shop')], pods }, ...options })
}

function start(parts: Partial<TestedParts> = {}) {
  const rows = new RowMap()
  const all = watchParts({ times: TIMES, ...parts })
  const clock = all.clock
  const started = watchCluster(plainAccess(fake.url), rows, all)
  watch = started
  return { rows, watch: started, observer: all.observer, logger: all.logger, clock }
}

/** Started, synced, and every watch open. */
async function watching(parts: Partial<TestedParts> = {}) {
  const started = start(parts)
  await started.watch.synced
  await fake.watched(4)
  return started
}

async function eventually(check: () => void): Promise<void> {
  await vi.waitFor(check, PATIENCE)
}

/** How the pods were asked for, in order. */
function asked(): string[] {
  return fake.requests
    .filter(({ resource }) => resource === 'pods')
    .map(({ query }) => {
      if (query.get('watch') !== 'true') return query.has('continue') ? 'next page' : 'list'
      return query.has('sendInitialEvents') ? 'WatchList' : `watch`
    })
}

describe('watchCluster()', () => {
  test('asks for what it needs and nothing else', async () => {
    await watching()

    for (const { method, url, query, headers } of fake.requests) {
      expect(method).toBe('GET')
      expect(url).toMatch(/^\/api\/v1\/(pods|services|nodes|namespaces)\?/)
      expect(query.get('allowWatchBookmarks')).toBe('true')
      expect(Number(query.get('timeoutSeconds'))).toBe(300)
      expect(headers.accept).toMatch(/^application\/vnd\.kubernetes\.protobuf, application\/json/)
      expect(headers['accept-encoding']).toBe('gzip')
    }
    const selectors = fake.requests.map(({ resource, query }) => `${resource} ${query.get('fieldSelector')}`)
    expect(selectors).toContain('pods status.phase!=Succeeded,status.phase!=Failed')
    expect(selectors).toHaveLength(4)
  })

  test('goes on where it was after a watch has ended, without a list', async () => {
    const { rows, observer } = await watching()

    for (const each of fake.watchesOf('pods')) each.end()
    fake.put('pods', podObject('shop/web-3', { ip: '10.1.0.3' }))

    await eventually(() => expect(rows.podNames).toHaveLength(4))
    await eventually(() => expect(asked()).toEqual(['WatchList', 'watch']))
    expect(observer.of('pods list')).toBe(1)
    expect(observer.of('pods ADDED')).toBe(4)
  })

  test('goes on from its last bookmark', async () => {
    await watching()
    fake.skipVersions(500)
    fake.bookmark()
    const version = String(fake.version)
    await eventually(() => {
      for (const each of fake.watchesOf('pods')) each.end()
      expect(fake.requests.at(-1)?.query.get('resourceVersion')).toBe(version)
    })
  })

  test.for([
    ['as an event', () => fake.forget()],
    [
      'at once',
      () =>
        fake.faults.add(
          { kind: 'answer', failure: { code: 410, body: tooOldVersion(1, 2) } },
          { verb: 'watch', resource: 'pods' },
        ),
    ],
  ] as const)('lists again where its version is too old, told %s, and sweeps what is gone', async ([, forget]) => {
    const { rows, observer, logger } = await watching()
    await fake.down()
    fake.delete('pods', 'shop/web-1')
    fake.skipVersions(5)
    forget()
    await fake.up()

    await eventually(() => expect(rows.podNames).toEqual(['web-0', 'web-2']))
    expect(observer.of('pods 410')).toBe(1)
    expect(observer.of('pods list')).toBe(2)
    expect(logger.lines.join()).not.toContain('too old')
  })

  test('hears of a server that was set back, whose watches are silent about versions it has not reached', async () => {
    const { rows, observer } = await watching({ times: { ...TIMES, idleMs: 150 } })
    const backTo = fake.version
    fake.put('pods', podObject('shop/web-3', { ip: '10.1.0.3' }))
    await eventually(() => expect(rows.podNames).toHaveLength(4))
    await fake.restart({ backTo })

    await eventually(() => expect(rows.podNames).toEqual(['web-0', 'web-1', 'web-2']))
    expect(observer.of('pods silent')).toBeGreaterThan(0)
  })

  test('pages where the server has no WatchList, and again from the first page where a token is too old', async () => {
    fake.hasWatchList = false
    for (let at = 0; at < 600; at += 1) fake.put('pods', podObject(`shop/more-${at}`, { ip: '10.1.1.1' }))
    fake.faults.add({ kind: 'cut', afterBytes: 2_000_000 }, { verb: 'list', resource: 'pods' })
    fake.faults.add({ kind: 'answer', failure: expiredContinue('x') }, { verb: 'list', resource: 'pods' })
    const { rows, observer } = await watching()

    expect(rows.pods.size).toBe(603)
    expect(asked()).toEqual(['WatchList', 'list', 'next page', 'WatchList', 'list', 'next page', 'watch'])
    expect(observer.of('pods 410')).toBe(1)
    expect(observer.of('pods 422')).toBe(0)
  })

  const listFaults: readonly (readonly [string, Fault, string])[] = [
    ['is cut in the middle of an object', { kind: 'cut', afterBytes: 100 }, 'connection'],
    ['falls silent', { kind: 'silence', afterBytes: 100 }, 'silent'],
    ['drips', { kind: 'drip', bytes: 1, everyMs: 20 }, 'silent'],
    ['is not answered', { kind: 'hang' }, 'timeout'],
    ['has its connection ended', { kind: 'destroy' }, 'connection'],
    ['meets a server with too much to do', { kind: 'answer', failure: TOO_MANY_REQUESTS }, '429'],
    ['meets a server without etcd', { kind: 'answer', failure: TIMED_OUT }, '504'],
    ['comes before the rights are there', { kind: 'answer', failure: forbidden('flagship', 'watch', 'pods') }, '403'],
  ]
  test.for(listFaults)('gets its list after one that %s', async ([, fault, code]) => {
    fake.faults.add(fault, { verb: 'watch', resource: 'pods' })
    const { rows, observer, logger } = await watching({ times: { connectMs: 1_500, answerMs: 1_500, idleMs: 1_500 } })

    expect(rows.podNames).toEqual(['web-0', 'web-1', 'web-2'])
    expect(observer.of(`pods ${code}`)).toBe(1)
    const isExpected = code === '403'
    expect(logger.lines.filter((line) => line.startsWith('warn Cannot watch pods'))).toHaveLength(isExpected ? 0 : 1)
  })

  test('waits as long as the server asks for', async () => {
    fake.faults.add({ kind: 'answer', failure: TOO_MANY_REQUESTS }, { verb: 'watch', resource: 'pods', times: 3 })
    const clock = new HastyClock()
    await watching({ clock })

    // 0.8 s, 1.6 s and 3.2 s by itself; the server asks for 1 s.
    expect(clock.waitsMs).toEqual([1_000, 1_600, 3_200])
  })

  test('goes on where it was after a watch was cut in the middle of an event', async () => {
    const { rows, observer } = await watching()
    for (const each of fake.watchesOf('pods')) each.cut()
    fake.put('pods', podObject('shop/web-3', { ip: '10.1.0.3' }))

    await eventually(() => expect(rows.podNames).toHaveLength(4))
    expect(observer.of('pods list')).toBe(1)
  })

  test('hears of a connection that is dead without a word', async () => {
    const { rows, observer } = await watching({ times: { ...TIMES, idleMs: 300 } })
    fake.put('pods', podObject('shop/web-3', { ip: '10.1.0.3' }))
    await eventually(() => expect(rows.podNames).toHaveLength(4))
    for (const each of fake.watchesOf('pods')) each.silence()
    fake.put('pods', podObject('shop/web-4', { ip: '10.1.0.4' }))

    await eventually(() => expect(rows.podNames).toHaveLength(5))
    expect(observer.of('pods silent')).toBeGreaterThan(0)
  })

  test('ends where the truth is when changes are told twice', async () => {
    fake.faults.add({ kind: 'repeat' }, { verb: 'watch', resource: 'pods' })
    const { rows } = await watching()
    fake.put('pods', podObject('shop/web-3', { ip: '10.1.0.3' }))
    fake.delete('pods', 'shop/web-0')
    fake.put('pods', podObject('shop/web-4', { ip: '10.1.0.4' }))

    await eventually(() => expect(rows.podNames).toEqual(['web-1', 'web-2', 'web-3', 'web-4']))
    fake.replay('pods', 3)
    await eventually(() => expect(rows.podNames).toEqual(['web-1', 'web-2', 'web-3', 'web-4']))
  })

  test('counts what it cannot read, tells the first few, and reads the others', async () => {
    const { rows, observer, logger } = await watching()
    for (let at = 0; at < 9; at += 1)
      fake.put('pods', { metadata: { name: `bad-${at}`, namespace: 'shop' }, status: { podIP: 'no address' } })
    fake.put('pods', { metadata: { name: 'giant', namespace: 'shop', annotations: { text: 'x'.repeat(4_000_000) } } })
    fake.put('pods', podObject('shop/web-3', { ip: '10.1.0.3' }))

    await eventually(() => expect(rows.podNames).toEqual(['web-0', 'web-1', 'web-2', 'web-3']))
    expect(observer.of('pods rejected')).toBe(10)
    expect(logger.lines.filter((line) => line.includes('Cannot use'))).toHaveLength(5)
    expect(logger.lines[0]).toBe(
      'warn Cannot use "shop/bad-0" of pods: status.podIP is "no address", expected an IP address',
    )
  })

  test('is not stopped by one row that the target chokes on', async () => {
    const upsert = vi.spyOn(RowMap.prototype, 'upsertPod').mockImplementationOnce(() => {
      throw new Error('a bug')
    })
    const { rows, observer } = await watching()
    upsert.mockRestore()

    expect(rows.podNames).toEqual(['web-1', 'web-2'])
    expect(observer.of('pods rejected')).toBe(1)
  })

  test('is current while every watch is open, and stale from the moment on at which one breaks', async () => {
    let nowMs = 0
    const clock: Clock = {
      nowMs: () => nowMs,
      elapsedMs: () => nowMs,
      sleep: (ms, signal) => new HastyClock().sleep(ms + Number(signal?.aborted)),
    }
    const started = start({ clock })
    expect(started.watch.freshness).toBe('not_synced')
    await started.watch.synced
    await eventually(() => expect(started.watch.freshness).toBe('current'))
    expect(started.watch.silentMs('pods')).toBe(0)

    nowMs += 1_000
    expect(started.watch.heardAtMs).toBe(1_000)
    await fake.down()
    await eventually(() => expect(started.watch.freshness).toBe('stale'))
    nowMs += 3_001
    expect([started.watch.silentMs('pods'), started.watch.heardAtMs]).toEqual([4_001, 0])

    await fake.up()
    await eventually(() => expect(started.watch.freshness).toBe('current'))
    expect(started.logger.lines).toContain('info Watching pods again')
  })

  test('falls back to JSON where there is no protobuf, by what the answer says it is', async () => {
    const { rows } = await watching({ encoding: 'json' })

    expect(rows.podNames).toHaveLength(3)
    expect(fake.requests[0]?.headers.accept).toBe('application/json')
  })

  test('leaves no connection and no watch behind', async () => {
    const started = await watching()
    await started.watch.stop()

    await eventually(() => expect(fake.watchCount).toBe(0))
    const count = fake.requests.length
    fake.put('pods', podObject('shop/web-3', { ip: '10.1.0.3' }))
    expect(fake.requests).toHaveLength(count)
    expect(started.rows.podNames).toHaveLength(3)
  })

  test('stops at once where the server does not answer', async () => {
    fake.faults.add({ kind: 'hang' }, { times: 4 })
    const started = start()
    await eventually(() => expect(fake.requests).toHaveLength(4))

    await started.watch.stop()
    expect(started.watch.freshness).toBe('not_synced')
  })

  test('keeps asking the credentials urgently after a 401, and says nothing of them', async () => {
    const urgent: boolean[] = []
    let token = 'old-token'
    await fake.stop()
    fake = await startFake({ users: new Map([['new-token', { name: 'flagship', mayRead: true }]]) })
    const plain = plainAccess(fake.url)
    const parts = watchParts({ times: TIMES, observer: new CountingObserver(), logger: new KeptLog() })
    const access = {
      server: plain.server,
      async current(isUrgent: boolean) {
        urgent.push(isUrgent)
        if (isUrgent) token = 'new-token'
        return { ...(await plain.current(false)), authorization: `Bearer ${token}` }
      },
    }
    watch = watchCluster(access, new RowMap(), parts)
    await watch.synced

    expect(urgent.slice(0, 4)).toEqual([false, false, false, false])
    expect(urgent.slice(4)).toContain(true)
    expect(parts.logger.lines.join()).not.toContain('token"')
  })
})
