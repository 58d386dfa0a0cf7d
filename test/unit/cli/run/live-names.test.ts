import { describe, expect, onTestFinished, test } from 'vitest'
import { LiveNames, type LiveNamesParts, type NamesFile } from '../../../../src/cli/run/live-names.ts'
import type { Freshness } from '../../../../src/enrich/endpoint/freshness.ts'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { FlagshipError } from '../../../../src/errors.ts'
import { podRow } from '../../enrich/rows.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { RecordedLog } from '../../fakes/recorded-log.ts'

const SETTINGS = { syncWaitMs: 30_000, missWaitMs: 2_000 }

/** A source that is told what to say. */
class ToldSource {
  readonly #synced = Promise.withResolvers<void>()
  freshness: Freshness = 'not_synced'
  heardAtMs: number | undefined = 5_000
  isStopped = false

  get synced(): Promise<void> {
    return this.#synced.promise
  }

  sync(): void {
    this.freshness = 'current'
    this.#synced.resolve()
  }

  stop(): void {
    this.isStopped = true
  }
}

/** Names of a source, kept in a file that is only counted. */
async function bench(parts: Partial<LiveNamesParts> = {}) {
  const [clock, log, source, index] = [new ManualClock(), new RecordedLog(), new ToldSource(), new EndpointIndex()]
  const saved: number[] = []
  const file: NamesFile = { load: async () => undefined, save: async ({ size }) => void saved.push(size.pods) }
  const common = { clock, random: () => 0.5, logger: log, accept: () => {}, show: () => {} }
  const names = await LiveNames.start(index, SETTINGS, { ...common, file, connect: () => source, ...parts })
  const readyMs: { at: number | undefined } = { at: undefined }
  const stop = new AbortController()
  const ready = names.ready(stop.signal).then(() => (readyMs.at = clock.elapsedMs()))
  ready.catch(() => {})
  onTestFinished(() => clock.drive(names.stop()))
  return { clock, log, source, index, names, saved, readyMs, ready, stop }
}

async function loadOld(index: EndpointIndex): Promise<number> {
  const old = new EndpointIndex()
  old.upsertPod(podRow({ uid: 'old', ips: ['10.244.1.5'] }), 0)
  for (const record of old.records()) index.put(record)
  return 100_000
}

function refuse(): never {
  throw new FlagshipError('CLUSTER_TOO_LARGE', 'too large')
}

describe('LiveNames', () => {
  test('are ready as soon as there was a whole list', async () => {
    const { clock, source, readyMs, names } = await bench()
    await clock.advance(3_000)
    expect([readyMs.at, names.status.freshness]).toEqual([undefined, 'not_synced'])
    source.sync()
    await clock.advance(0)
    expect([readyMs.at, names.status.freshness]).toEqual([3_000, 'current'])
  })

  test('are ready without a list after the longest wait, and say so', async () => {
    const { clock, log, readyMs, names } = await bench()
    await clock.advance(30_000)
    expect([readyMs.at, names.status.freshness]).toEqual([30_000, 'not_synced'])
    expect(log.lines.join()).toMatch(/waiting for names.*names are not synced yet/s)
  })

  test('answer at once with what the last run knew', async () => {
    const { index } = await bench({ file: { load: loadOld, save: async () => {} } })
    expect(index.podByUid('old')?.name).toBeDefined()
  })

  test('are sure of what the last run knew up to when it was told everything', async () => {
    const { index } = await bench({ file: { load: loadOld, save: async () => {} } })
    const at = (atMs: number) => {
      const { pod, confidence } = index.resolve({ network: '', ip: '10.244.1.5', port: 80, protocol: 'TCP' }, atMs)
      return [pod?.uid, confidence]
    }
    expect([at(90_000), at(110_000)]).toEqual([
      ['old', 'exact'],
      ['old', 'ambiguous'],
    ])
  })

  test('are written down with the time up to which they are whole', async () => {
    const heard: number[] = []
    const file: NamesFile = { load: async () => undefined, save: async (_, heardAtMs) => void heard.push(heardAtMs) }
    const { clock, source, names } = await bench({ file })
    source.heardAtMs = 7_000
    source.sync()
    await clock.advance(0)
    await clock.drive(names.stop())
    expect(heard).toEqual([7_000])
  })

  test('wait no longer for a list once they are told to stop', async () => {
    const { clock, readyMs, stop } = await bench()
    await clock.advance(2_000)
    stop.abort()
    await clock.advance(0)
    expect(readyMs.at).toBe(2_000)
  })

  test('begin with nothing where the last run cannot be read', async () => {
    const { log, index } = await bench({
      file: { load: () => Promise.reject(new Error('it ends too early')), save: async () => {} },
    })
    expect([index.size.pods, log.lines.join()]).toEqual([0, expect.stringContaining('cannot read the names')])
  })

  test('follow the source into staleness and out of it', async () => {
    const shown: (readonly [Freshness, number])[] = []
    const { clock, source, names, index } = await bench({
      show: ({ freshness, staleMs }) => shown.push([freshness, staleMs]),
    })
    index.upsertPod(podRow({ uid: 'a', ips: ['10.244.1.5'] }), 0)
    source.sync()
    await clock.advance(0)
    names.keep(() => undefined)
    await clock.advance(1_500)
    source.freshness = 'stale'
    await clock.advance(3_000)
    expect(names.status).toMatchObject({ freshness: 'stale', staleMs: expect.any(Number), pods: 1 })
    expect(shown.at(-1)?.[1]).toBeGreaterThanOrEqual(2_000)
    const query = { network: '', ip: '10.244.1.77', port: undefined, protocol: 'TCP' as const }
    expect(index.resolve(query, 1_000).reason).toBe('stale')
    source.freshness = 'current'
    await clock.advance(1_000)
    expect([names.status.staleMs, index.resolve(query, 1_000).reason]).toEqual([0, 'not_known'])
  })

  test('are written down now and then while they change, and at the end', async () => {
    const { clock, source, names, index, saved } = await bench()
    source.sync()
    await clock.advance(0)
    names.keep(() => undefined)
    index.upsertPod(podRow({ uid: 'a', ips: ['10.244.1.5'] }), 0)
    await clock.advance(301_000)
    await clock.advance(600_000)
    expect(saved).toEqual([1])
    index.upsertPod(podRow({ uid: 'b', ips: ['10.244.1.6'] }), 0)
    await clock.drive(names.stop())
    expect([saved, source.isStopped]).toEqual([[1, 2], true])
  })

  test('never replace what is on disk by less than a whole list', async () => {
    const { clock, names, index, saved } = await bench()
    index.upsertPod(podRow({ uid: 'a', ips: ['10.244.1.5'] }), 0)
    await clock.drive(names.stop())
    expect(saved).toEqual([])
  })

  test('go on when they cannot be written down', async () => {
    const file = {
      load: async () => undefined,
      save: () => Promise.reject(new Error('ENOSPC: no space left on device')),
    }
    const { clock, source, names, log } = await bench({ file })
    source.sync()
    await clock.advance(0)
    await clock.drive(names.stop())
    expect(log.lines.join()).toContain('cannot write down names')
  })

  test('keep the past for as long as an unread line may ask for it', async () => {
    const { clock, source, names, index } = await bench()
    const forgotten: (number | undefined)[] = []
    index.forget = (_, oldestNeededMs) => void forgotten.push(oldestNeededMs)
    source.sync()
    await clock.advance(0)
    let oldestMs: number | undefined
    names.keep(() => oldestMs)
    await clock.advance(61_000)
    expect(forgotten).toEqual([])
    oldestMs = clock.nowMs() - 7_200_000
    await clock.advance(60_000)
    expect(forgotten).toEqual([oldestMs])
  })

  test('fail when what the source tells cannot be worked with', async () => {
    const { clock, source, names, ready } = await bench({ accept: refuse })
    source.sync()
    await clock.advance(0)
    await expect(ready).rejects.toThrow('too large')
    await expect(names.failed).rejects.toThrow('too large')
  })
})
