import { afterEach, expect, test, vi } from 'vitest'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import { listCluster } from '../../src/enrich/kubernetes/api/list-cluster.ts'
import { type ClusterWatch, watchCluster } from '../../src/enrich/kubernetes/api/watch-cluster.ts'
import { namespaceObject, podObject } from '../support/kubernetes-objects.ts'
import { describeKubernetes, type KubernetesApi } from '../support/real-kubernetes.ts'
import { RowMap } from '../support/row-map.ts'
import { CountingObserver, KeptLog, plainAccess, type TestedParts, watchParts } from '../support/watched-cluster.ts'

const PATIENCE = { timeout: 30_000, interval: 20 }
const PROMPT_BACKOFF = { firstMs: 20, mostMs: 200 }

let namespaces = 0
const watches: ClusterWatch[] = []

afterEach(async () => {
  await Promise.all(watches.splice(0).map((watch) => watch.stop()))
})

/** A namespace that no other test uses, with so many pods: `client-1/pod-0`. */
async function namespaceOf(api: KubernetesApi, pods = 0): Promise<string> {
  namespaces += 1
  const name = `client-${namespaces}`
  await api.put('namespaces', namespaceObject(name))
  for (let at = 0; at < pods; at += 1) await api.put('pods', podObject(`${name}/pod-${at}`, { ip: `10.1.0.${at}` }))
  return name
}

function accessTo({ url, ca, tokens }: KubernetesApi, token = tokens.reader) {
  return plainAccess(url, token, { ca })
}

function realTime(parts: Partial<TestedParts> = {}) {
  return watchParts({ clock: SYSTEM_CLOCK, random: Math.random, backoffTimes: PROMPT_BACKOFF, ...parts })
}

function watched(api: KubernetesApi, parts = realTime(), access = accessTo(api)) {
  const rows = new RowMap()
  const watch = watchCluster(access, rows, parts)
  watches.push(watch)
  return { rows, watch, observer: parts.observer, logger: parts.logger }
}

/** The pods of a namespace, by name. */
function podsOf(rows: RowMap, namespace: string) {
  const pods = [...rows.pods.values()].filter((pod) => pod.namespace === namespace)
  return pods.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

describeKubernetes('watchCluster()', (api) => {
  test.for(['protobuf', 'json'] as const)('reads all four resources in %s', async (encoding) => {
    const namespace = await namespaceOf(api(), 2)
    await api().put('nodes', {
      metadata: { name: `${namespace}-node`, labels: { 'topology.kubernetes.io/zone': 'eu-1a' } },
      spec: { podCIDR: '10.1.0.0/24', podCIDRs: ['10.1.0.0/24'] },
      status: { addresses: [{ type: 'InternalIP', address: '192.0.2.10' }] },
    })
    await api().put('services', {
      metadata: { name: 'web', namespace, labels: { app: 'web' } },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    })
    const { rows, watch } = watched(api(), realTime({ encoding }))

    expect(watch.freshness).toBe('not_synced')
    await watch.synced
    expect(podsOf(rows, namespace)).toMatchObject([
      { name: 'pod-0', nodeName: 'node-a', ips: ['10.1.0.0'], hostIps: ['192.0.2.10'], labels: '{"app":"pod"}' },
      { name: 'pod-1', ips: ['10.1.0.1'], workload: { kind: 'ReplicaSet', name: 'pod-1-rs' } },
    ])
    expect(rows.nodes.get(`${namespace}-node`)).toMatchObject({ ips: ['192.0.2.10'], zone: 'eu-1a' })
    expect(rows.services.get(`${namespace}/web`)).toMatchObject({ ports: [{ port: 80, targetPort: 'http' }] })
    expect(rows.namespaces.has(namespace)).toBe(true)
    await vi.waitFor(() => expect(watch.freshness).toBe('current'), PATIENCE)
  })

  test('follows what is added, changed and deleted', async () => {
    const namespace = await namespaceOf(api(), 2)
    const { rows, watch } = watched(api())
    await watch.synced

    await api().put('pods', podObject(`${namespace}/pod-2`, { ip: '10.1.0.2' }))
    await api().put('pods', podObject(`${namespace}/pod-0`, { ip: '10.1.9.9' }))
    await api().delete('pods', `${namespace}/pod-1`)

    await vi.waitFor(() => {
      expect(podsOf(rows, namespace)).toMatchObject([
        { name: 'pod-0', ips: ['10.1.9.9'] },
        { name: 'pod-2', ips: ['10.1.0.2'] },
      ])
    }, PATIENCE)
  })

  test('tells of each change of a pod by a version that rises, and is the same to every watch', async () => {
    const namespace = await namespaceOf(api(), 2)
    const both = [watched(api()), watched(api())] as const
    await Promise.all(both.map(({ watch }) => watch.synced))
    let told = 0n
    const rises = (names: readonly string[]) =>
      vi.waitFor(() => {
        for (const { rows } of both) expect(podsOf(rows, namespace).map(({ name }) => name)).toEqual(names)
        const [one, other] = both.map(({ watch }) => watch.versions('pods'))
        expect(other?.told).toBe(one?.told)
        const next = BigInt(one?.told ?? 0)
        expect(next).toBeGreaterThan(told)
        expect(BigInt(one?.knows ?? 0)).toBeGreaterThanOrEqual(next)
        told = next
      }, PATIENCE)

    await rises(['pod-0', 'pod-1'])
    await api().delete('pods', `${namespace}/pod-1`)
    await rises(['pod-0'])
    await api().put('pods', podObject(`${namespace}/pod-0`, { ip: '10.1.0.0', phase: 'Succeeded' }))
    await rises([])
    const { watch } = watched(api())
    await watch.synced
    expect(BigInt(watch.versions('pods').knows ?? 0)).toBeGreaterThanOrEqual(told)
  })

  test('takes a pod that ends for deleted when it hears of it, and does not take over what it was', async () => {
    const namespace = await namespaceOf(api(), 1)
    const { rows, watch } = watched(api())
    await watch.synced
    const uid = podsOf(rows, namespace)[0]?.uid
    const beforeMs = Date.now()

    await api().put('pods', podObject(`${namespace}/pod-0`, { ip: '10.1.0.0', phase: 'Succeeded' }))

    await vi.waitFor(() => expect(podsOf(rows, namespace)).toEqual([]), PATIENCE)
    const [deletedUid, seenAtMs] = rows.deletions.at(-1)?.split('@') ?? []
    expect(deletedUid).toBe(uid)
    expect(Number(seenAtMs)).toBeGreaterThanOrEqual(beforeMs)
  })

  test('tells the pods of one name apart', async () => {
    const namespace = await namespaceOf(api(), 1)
    const { rows, watch } = watched(api())
    await watch.synced
    const before = podsOf(rows, namespace)[0]

    await api().delete('pods', `${namespace}/pod-0`)
    await api().put('pods', podObject(`${namespace}/pod-0`, { ip: '10.1.0.7' }))

    await vi.waitFor(() => expect(podsOf(rows, namespace)).toMatchObject([{ ips: ['10.1.0.7'] }]), PATIENCE)
    expect(podsOf(rows, namespace)[0]?.uid).not.toBe(before?.uid)
  })

  test('goes on after the server has forgotten what was', async () => {
    const namespace = await namespaceOf(api(), 2)
    const { rows, watch } = watched(api())
    await watch.synced

    await api().forget()
    await api().delete('pods', `${namespace}/pod-0`)
    await api().put('pods', podObject(`${namespace}/pod-2`, { ip: '10.1.0.2' }))

    await vi.waitFor(() => {
      expect(podsOf(rows, namespace).map(({ name }) => name)).toEqual(['pod-1', 'pod-2'])
    }, PATIENCE)
  })

  test('comes in with a certificate as well', async () => {
    const { url, ca, certificate } = api()
    const { rows, watch } = watched(api(), realTime(), plainAccess(url, undefined, { ca, ...certificate }))

    await watch.synced
    expect(rows.namespaces.size).toBeGreaterThan(0)
  })

  test.for([
    ['may not read', (each: KubernetesApi) => each.tokens.nobody, '403', /list and watch on pods, services, nodes/],
    ['is not known', () => 'wrong', '401', /does not accept this token/],
  ] as const)('goes on asking where its token %s, and says what is missing', async ([, tokenOf, code, remedy]) => {
    const observer = new CountingObserver()
    const logger = new KeptLog()
    const { watch } = watched(api(), realTime({ observer, logger }), accessTo(api(), tokenOf(api())))

    await vi.waitFor(() => expect(observer.of(`pods ${code}`)).toBeGreaterThan(2), PATIENCE)
    expect(watch.freshness).toBe('not_synced')
    expect(logger.lines.filter((line) => line.startsWith('warn Cannot watch pods'))).toHaveLength(1)
    expect(logger.lines.join()).toMatch(remedy)
    expect(logger.lines.join()).not.toContain('wrong')
  })

  test('does not trust a certificate that nobody it knows has signed', async () => {
    const observer = new CountingObserver()
    const { watch } = watched(api(), realTime({ observer }), plainAccess(api().url, api().tokens.reader))

    await vi.waitFor(() => expect(observer.of('pods connection')).toBeGreaterThan(1), PATIENCE)
    expect(watch.freshness).toBe('not_synced')
  })
})

describeKubernetes('listCluster()', (api) => {
  const signal = new AbortController().signal

  test('lists more than a page in either encoding, pods too that have ended', async () => {
    const namespace = await namespaceOf(api(), 0)
    const names = Array.from({ length: 510 }, (_, at) => `${namespace}/pod-${at}`)
    for (let at = 0; at < names.length; at += 30)
      await Promise.all(names.slice(at, at + 30).map((name) => api().put('pods', podObject(name, { ip: '10.1.0.1' }))))
    await api().put('pods', podObject(`${namespace}/done-0`, { phase: 'Succeeded' }))
    const [rows, same] = [new RowMap(), new RowMap()]

    const { counts, rejectedCount } = await listCluster(accessTo(api()), rows, realTime(), signal)
    await listCluster(accessTo(api()), same, realTime({ encoding: 'json' }), signal)

    expect(podsOf(rows, namespace)).toHaveLength(511)
    expect(counts.pods).toBe(rows.pods.size)
    expect(rejectedCount).toBe(0)
    expect(same.pods).toEqual(rows.pods)
  })

  test.for([
    ['may not read', (each: KubernetesApi) => each.tokens.nobody],
    ['is not known', () => 'wrong'],
  ] as const)('says so where its token %s', async ([, tokenOf]) => {
    const listing = listCluster(accessTo(api(), tokenOf(api())), new RowMap(), realTime(), signal)

    await expect(listing).rejects.toMatchObject({ code: 'KUBERNETES_REFUSED' })
  })
})

describeKubernetes(
  'watchCluster() where there is no WatchList',
  (api) => {
    test.for(['protobuf', 'json'] as const)('lists in %s, then watches', async (encoding) => {
      const namespace = await namespaceOf(api(), 3)
      const observer = new CountingObserver()
      const { rows, watch } = watched(api(), realTime({ encoding, observer }))
      await watch.synced
      expect(podsOf(rows, namespace)).toHaveLength(3)

      await api().put('pods', podObject(`${namespace}/pod-3`, { ip: '10.1.0.3' }))
      await api().delete('pods', `${namespace}/pod-0`)

      await vi.waitFor(
        () => expect(podsOf(rows, namespace).map(({ name }) => name)).toEqual(['pod-1', 'pod-2', 'pod-3']),
        PATIENCE,
      )
      expect(observer.of('pods LISTED')).toBeGreaterThanOrEqual(3)
      expect(observer.of('pods 422')).toBe(0)
    })
  },
  { watchList: false },
)
