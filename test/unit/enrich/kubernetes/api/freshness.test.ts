import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Clock } from '../../../../../src/clock.ts'
import { EndpointIndex } from '../../../../../src/enrich/endpoint/index.ts'
import type { PodRow } from '../../../../../src/enrich/endpoint/row.ts'
import { type ClusterWatch, watchCluster } from '../../../../../src/enrich/kubernetes/api/watch-cluster.ts'
import { FakeKubernetes } from '../../../../support/fake-kubernetes/fake-kubernetes.ts'
import { podObject } from '../../../../support/kubernetes-objects.ts'
import { HastyClock, plainAccess, type TestedParts, watchParts } from '../../../../support/watched-cluster.ts'

const PATIENCE = { timeout: 20_000, interval: 5 }
const START_MS = Date.parse('2026-11-23T08:00:00Z')

let fake: FakeKubernetes
let watch: ClusterWatch
let nowMs: number
/** What an index was told, in order. */
let told: string[]
let index: EndpointIndex

/** Time stands still, and waits are over at once; but those of a watch that is expected back never end. */
class Standing extends HastyClock implements Clock {
  override nowMs = () => nowMs
  override elapsedMs = () => nowMs
  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    signal?.addEventListener('abort', () => resolve())
    await (ms === 1_000 ? promise : super.sleep(ms))
  }
}

class ToldIndex extends EndpointIndex {
  override upsertPod(row: PodRow, seenAtMs: number): void {
    told.push(row.name)
    super.upsertPod(row, seenAtMs)
  }

  override retainPods(uids: ReadonlySet<string>, seenAtMs: number): Promise<void> {
    told.push('whole list')
    return super.retainPods(uids, seenAtMs)
  }
}

beforeEach(async () => {
  nowMs = START_MS
  told = []
  index = new ToldIndex()
  index.setFreshness('not_synced')
  fake = await FakeKubernetes.start({ cluster: { pods: [podObject('shop/web-0', { ip: '10.1.0.0' })] } })
})

afterEach(async () => {
  await watch.stop()
  await fake.stop()
})

async function watching(parts: Partial<TestedParts> = {}): Promise<void> {
  const onFreshness: TestedParts['onFreshness'] = (freshness, heardAtMs) => {
    told.push(`${freshness}, heard ${heardAtMs - START_MS}`)
    index.setFreshness(freshness, heardAtMs)
  }
  watch = watchCluster(plainAccess(fake.url), index, watchParts({ clock: new Standing(), onFreshness, ...parts }))
  await watch.synced
  await vi.waitFor(() => expect(told.at(-1)).toMatch(/^current/), PATIENCE)
  await fake.watched(4)
}

/** Nobody reaches the server for ten minutes, in which its pod is replaced; `act` before it is reached again. */
async function outage(act: () => void): Promise<void> {
  told = []
  nowMs += 60_000
  fake.bookmark()
  await vi.waitFor(() => expect(watch.silentMs('pods')).toBe(0), PATIENCE)
  nowMs += 1_000
  await fake.down()
  nowMs += 600_000
  fake.delete('pods', 'shop/web-0')
  fake.put('pods', podObject('shop/web-1', { ip: '10.1.0.0' }))
  act()
  await fake.up()
  await vi.waitFor(() => expect(told.at(-1)).toMatch(/^current/), PATIENCE)
}

describe('watchCluster().onFreshness', () => {
  test('tells of a break before the list that follows it, with when pods were heard last, and of the end after it', async () => {
    await watching()
    expect(told).toEqual(['web-0', 'whole list', 'current, heard 0'])
    await outage(() => fake.forget())

    expect(told).toEqual(['stale, heard 60000', 'web-1', 'whole list', 'current, heard 661000'])
  })

  test('tells of a break before what was missed, where the watch goes on', async () => {
    await watching()
    await outage(() => {})

    expect(told.slice(0, 1)).toEqual(['stale, heard 60000'])
    expect(told.at(-1)).toMatch(/^current/)
    expect(told).not.toContain('whole list')
    await vi.waitFor(() => expect(told).toContain('web-1'), PATIENCE)
  })

  test('lets no pod have its address in a time when nothing was heard', async () => {
    await watching()
    const { uid = '' } = fake.objects('pods')[0]?.metadata ?? {}
    await outage(() => fake.forget())

    expect(index.podByUid(uid)?.name).toBe('web-0')
    expect(index.stateOf(uid, START_MS + 30_000)?.state).toBe('ready')
    expect(index.stateOf(uid, START_MS + 300_000)).toBeUndefined()
  })

  test('tells nothing of a watch that ends in good order and goes on', async () => {
    await watching()
    told = []
    for (const each of fake.watches) each.end()
    fake.put('pods', podObject('shop/web-1', { ip: '10.1.0.1' }))
    await vi.waitFor(() => expect(told).toContain('web-1'), PATIENCE)
    await fake.watched(4)

    expect(told).toEqual(['web-1'])
  })

  test('tells of a watch that has ended in good order and does not come back', async () => {
    await watching({ clock: new HastyClock() })
    told = []
    fake.faults.add({ kind: 'hang' }, { resource: 'pods' })
    for (const each of fake.watchesOf('pods')) each.end()

    await vi.waitFor(() => expect(told[0]).toMatch(/^stale/), PATIENCE)
  })
})
