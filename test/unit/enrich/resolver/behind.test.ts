import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { SYSTEM_CLOCK } from '../../../../src/clock.ts'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { watchCluster } from '../../../../src/enrich/kubernetes/api/watch-cluster.ts'
import { FakeKubernetes } from '../../../support/fake-kubernetes/fake-kubernetes.ts'
import { podObject } from '../../../support/kubernetes-objects.ts'
import { plainAccess, watchParts } from '../../../support/watched-cluster.ts'
import { followerOf, resolverOf } from './resolver-bench.ts'
import { change, indexOf, thingsOf } from './things.ts'

const IP = '10.1.0.7'
const BEHIND = 'it is behind the resolver that was followed before'
const TOLD = 'the resolver has told everything'

function waitFor(holds: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(holds, { timeout: 20_000 })
}

/** Whose the address is in a line of a minute later, by what is known now. */
function ownerIn(index: EndpointIndex): string | undefined {
  return index.resolve({ network: '', ip: IP, port: 80, protocol: 'TCP' }, Date.now() + 60_000).pod?.name
}

async function clusterOf(): Promise<FakeKubernetes> {
  const fake = await FakeKubernetes.start({ cluster: { pods: [podObject('shop/old-0', { ip: IP })] } })
  onTestFinished(() => fake.stop())
  return fake
}

/** A replica that watches the cluster. */
async function replicaOf(fake: FakeKubernetes, epoch: string) {
  const index = new EndpointIndex()
  const watch = watchCluster(plainAccess(fake.url), index, watchParts())
  onTestFinished(() => watch.stop())
  const others = fake.watchCount
  await watch.synced
  await fake.watched(others + 4)
  const resolver = await resolverOf(index, { epoch, versions: watch.versions('pods') })
  return { ...resolver, index }
}

/** The address of a pod is another pod's by now; one replica has not heard of it, on a watch that is half open. */
async function story() {
  const fake = await clusterOf()
  const late = await replicaOf(fake, 'late')
  const [halfOpen] = fake.watchesOf('pods')
  halfOpen?.silence()
  fake.delete('pods', 'shop/old-0')
  fake.put('pods', podObject('shop/new-0', { ip: IP }))
  return { fake, late, halfOpen }
}

describe('followResolver() and a replica that is behind', () => {
  test('never names by it a pod that is gone, and follows it once it has caught up', async () => {
    const { fake, late, halfOpen } = await story()
    const first = await replicaOf(fake, 'first')
    const onFailure = vi.fn<() => void>()
    const { index, followed, said, streams } = followerOf({ urls: [first.url, late.url] }, { onFailure })
    await followed.synced
    expect([ownerIn(late.index), ownerIn(index)]).toEqual(['old-0', 'new-0'])

    await first.close()
    const isTakenIn = () => said.filter((text) => text === TOLD).length === 2
    await waitFor(() => expect(late.events.length > 3 || isTakenIn()).toBe(true))
    expect([ownerIn(index), streams]).toEqual(['new-0', ['snapshot']])
    const refused = `Cannot read names from resolver "${late.url}": ${BEHIND}: it does not know of pods that one told`
    expect(said).toContain(refused)
    expect(onFailure.mock.calls.length).toBeGreaterThan(3)

    halfOpen?.end()
    await waitFor(() => expect(ownerIn(late.index)).toBe('new-0'))
    await waitFor(() => expect(streams).toEqual(['snapshot', 'snapshot']))
    await waitFor(() => expect(said.at(-1)).toBe(TOLD))
    expect(ownerIn(index)).toBe('new-0')
  })

  test('follows one that has heard of no bookmark since, but of all that happened', async () => {
    const fake = await clusterOf()
    const second = await replicaOf(fake, 'second')
    const first = await replicaOf(fake, 'first')
    fake.put('pods', podObject('shop/new-0', { ip: '10.1.0.8' }))
    await waitFor(() => expect(second.state.versions.told).toBe(String(fake.version)))
    fake.skipVersions(100)
    fake.watchesOf('pods')[1]?.bookmark()
    await waitFor(() => expect(first.state.versions.knows).toBe(String(fake.version)))
    const { followed, said, streams } = followerOf({ urls: [first.url, second.url] })
    await followed.synced
    expect(Number(second.state.versions.knows)).toBeLessThan(Number(first.state.versions.knows))

    await first.close()
    await waitFor(() => expect(streams).toEqual(['snapshot', 'snapshot']))
    expect(said.join()).not.toContain(BEHIND)
  })

  test('goes on with the one before where it was, after it has refused another', async () => {
    const source = indexOf({ a: 1 })
    const first = await resolverOf(source, { versions: { knows: '900', told: '800' } })
    const late = await resolverOf(indexOf({ b: 1 }), { epoch: 'e-2', versions: { knows: '300', told: '200' } })
    const outputs = vi.spyOn(first.publisher, 'add')
    const { index, followed, said, streams } = followerOf({ urls: [first.url, late.url] })
    await followed.synced
    outputs.mock.calls[0]?.[0].destroy()
    change(source, { a: 2 })

    await waitFor(() => expect(thingsOf(index)).toEqual({ a: 2 }))
    expect([streams, said.join().includes(BEHIND)]).toEqual([['snapshot', 'resume'], true])
  })

  test('follows one that is behind when it has met no other for two minutes, as after a restore', async () => {
    let elapsedMs = 0
    const clock = { ...SYSTEM_CLOCK, elapsedMs: () => elapsedMs }
    const first = await resolverOf(indexOf({ a: 1 }), { versions: { knows: '900', told: '800' } })
    const restored = await resolverOf(indexOf({ b: 1 }), { epoch: 'e-2', versions: { knows: '300', told: '200' } })
    const { index, followed, said, streams } = followerOf({ urls: [first.url, restored.url] }, { clock })
    await followed.synced
    await first.close()
    await waitFor(() => expect(said.join()).toContain(BEHIND))
    elapsedMs = 119_999
    const asked = restored.events.length
    await waitFor(() => expect(restored.events.length).toBeGreaterThan(asked + 2))
    expect([thingsOf(index), streams, followed.freshness]).toEqual([{ a: 1 }, ['snapshot'], 'stale'])

    elapsedMs = 120_000
    await waitFor(() => expect(thingsOf(index)).toEqual({ b: 1 }))
    await waitFor(() => expect(followed.freshness).toBe('current'))
    expect(said.filter((text) => text.includes('this one is believed'))).toHaveLength(1)
  })
})
