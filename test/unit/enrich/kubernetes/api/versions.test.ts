import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type ClusterWatch, watchCluster } from '../../../../../src/enrich/kubernetes/api/watch-cluster.ts'
import { FakeKubernetes } from '../../../../support/fake-kubernetes/fake-kubernetes.ts'
import type { StoredObject } from '../../../../support/fake-kubernetes/object.ts'
import { namespaceObject, podObject } from '../../../../support/kubernetes-objects.ts'
import { RowMap } from '../../../../support/row-map.ts'
import { CountingObserver, plainAccess, watchParts } from '../../../../support/watched-cluster.ts'

const PATIENCE = { timeout: 20_000, interval: 5 }
const web = (at: number, phase = 'Running') => podObject(`shop/web-${at}`, { ip: `10.1.0.${at}`, phase })

let fake: FakeKubernetes
let watch: ClusterWatch

beforeEach(async () => {
  fake = await FakeKubernetes.start({ cluster: { pods: [web(0), web(1)] } })
  fake.skipVersions(50)
})

afterEach(async () => {
  await watch.stop()
  await fake.stop()
})

async function watching(idleMs = 20_000): Promise<CountingObserver> {
  const observer = new CountingObserver()
  const times = { connectMs: 5_000, answerMs: 5_000, idleMs }
  watch = watchCluster(plainAccess(fake.url), new RowMap(), watchParts({ times, observer }))
  await watch.synced
  await fake.watched(4)
  return observer
}

const versions = () => ({ knows: watch.versions('pods').knows, told: watch.versions('pods').told })
const eventually = (check: () => void) => vi.waitFor(check, PATIENCE)
const versionOf = ({ metadata }: StoredObject) => metadata.resourceVersion
const newest = () => String(Math.max(...fake.objects('pods').map((pod) => Number(versionOf(pod)))))

describe('watchCluster().versions()', () => {
  test.for([true, false])(
    'knows the version of the list, and has told its newest pod (WatchList: %s)',
    async (isOne) => {
      fake.hasWatchList = isOne
      await watching()

      expect(versions()).toEqual({ knows: String(fake.version), told: newest() })
      expect(Number(versions().told)).toBeLessThan(fake.version)
    },
  )

  test('know nothing before there is a list', async () => {
    fake.faults.add({ kind: 'hang' }, { times: 4 })
    watch = watchCluster(plainAccess(fake.url), new RowMap(), watchParts())
    expect(versions()).toEqual({ knows: undefined, told: undefined })
  })

  test('go on with each event of a pod, one that is deleted or has ended too', async () => {
    await watching()
    const added = versionOf(fake.put('pods', web(2)))
    await eventually(() => expect(versions()).toEqual({ knows: added, told: added }))
    fake.delete('pods', 'shop/web-1')
    const deleted = String(fake.version)
    await eventually(() => expect(versions()).toEqual({ knows: deleted, told: deleted }))
    const ended = versionOf(fake.put('pods', web(0, 'Succeeded')))
    await eventually(() => expect(versions()).toEqual({ knows: ended, told: ended }))
  })

  test('know with a bookmark what is not told: nothing happened to pods', async () => {
    await watching()
    const told = newest()
    fake.put('namespaces', namespaceObject('other'))
    fake.skipVersions(7)
    fake.bookmark()

    await eventually(() => expect(versions()).toEqual({ knows: String(fake.version), told }))
  })

  test('do not go back with an event that comes late', async () => {
    fake.faults.add({ kind: 'reorder', count: 2 }, { resource: 'pods' })
    const observer = await watching()
    const count = observer.of('pods ADDED')
    fake.put('pods', web(2))
    const last = versionOf(fake.put('pods', web(3)))
    await eventually(() => expect(observer.of('pods ADDED')).toBe(count + 2))

    expect(versions()).toEqual({ knows: last, told: last })
  })

  test('have told after a list all that was told before it', async () => {
    await watching()
    fake.delete('pods', 'shop/web-1')
    const told = String(fake.version)
    await eventually(() => expect(versions()).toEqual({ knows: told, told }))
    await fake.down()
    fake.skipVersions(5)
    fake.forget()
    await fake.up()

    await eventually(() => expect(versions()).toEqual({ knows: String(fake.version), told }))
  })

  test('go back with a cluster that was restored', async () => {
    await watching(150)
    const before = fake.version
    const told = newest()
    fake.put('pods', web(2))
    fake.delete('pods', 'shop/web-2')
    await eventually(() => expect(versions()).toEqual({ knows: String(fake.version), told: String(fake.version) }))
    await fake.restart({ backTo: before })

    await eventually(() => expect(versions()).toEqual({ knows: String(before), told }))
  })
})
