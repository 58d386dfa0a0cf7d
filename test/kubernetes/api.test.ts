import { expect, test } from 'vitest'
import {
  type ApiAddress,
  ApiWatch,
  askApi,
  itemsOf,
  nameOf,
  versionOf,
  withoutEmpty,
} from '../support/kubernetes-api.ts'
import { namespaceObject, podObject } from '../support/kubernetes-objects.ts'
import { describeKubernetes, type KubernetesApi } from '../support/real-kubernetes.ts'

const PROTOBUF = { accept: 'application/vnd.kubernetes.protobuf' }
const WATCH_LIST = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
const FUTURE = 99_999_999

let namespaces = 0

/** A namespace that no other test uses, with so many pods: `test-1/pod-0`. */
async function namespaceOf(api: KubernetesApi, pods = 0): Promise<string> {
  namespaces += 1
  const name = `test-${namespaces}`
  await api.put('namespaces', namespaceObject(name))
  for (let at = 0; at < pods; at += 1) await api.put('pods', podObject(`${name}/pod-${at}`, { ip: `10.1.0.${at}` }))
  // What is answered from its cache may be older than what was written last.
  const cached = async () => itemsOf((await askApi(reader(api), podsOf(name, 'resourceVersion=0'))).body)
  const withAddress = async () => (await cached()).filter((pod) => Object(Object(pod).status).podIP !== undefined)
  await expect.poll(withAddress).toHaveLength(pods)
  return name
}

function reader({ url, ca, tokens }: KubernetesApi): ApiAddress {
  return { url, ca, token: tokens.reader }
}

function podsOf(namespace: string, query = ''): string {
  return `/api/v1/namespaces/${namespace}/pods${query === '' ? '' : `?${query}`}`
}

async function newestVersion(api: KubernetesApi): Promise<string> {
  return versionOf((await askApi(reader(api), '/api/v1/nodes')).body)
}

/** What a watch tells, without the objects' details. */
function toldBy(watch: ApiWatch): string[] {
  return watch.events.map(({ type, object }) => (type === 'BOOKMARK' ? type : `${type} ${nameOf(object)}`))
}

describeKubernetes('an API server', (api) => {
  test('lists the objects of a namespace in the order of their names, without kinds of their own', async () => {
    const namespace = await namespaceOf(api(), 3)

    const { status, headers, body } = await askApi(reader(api()), podsOf(namespace))

    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json')
    expect(body).toMatchObject({ kind: 'PodList', apiVersion: 'v1' })
    expect(itemsOf(body).map(nameOf)).toEqual(['pod-0', 'pod-1', 'pod-2'].map((name) => `${namespace}/${name}`))
    expect(itemsOf(body)[0]).not.toHaveProperty('kind')
    expect(Number(versionOf(body))).toBeGreaterThanOrEqual(Number(versionOf(itemsOf(body)[2])))
  })

  test('lists page by page, each as it was when the first was asked for', async () => {
    const namespace = await namespaceOf(api(), 5)
    const first = await askApi(reader(api()), podsOf(namespace, 'limit=2'))
    const { continue: token, remainingItemCount, resourceVersion } = Object(first.body['metadata'])
    await api().delete('pods', `${namespace}/pod-2`)
    await api().put('pods', podObject(`${namespace}/pod-9`))

    const second = await askApi(reader(api()), podsOf(namespace, `limit=2&continue=${token}`))
    const rest = await askApi(
      reader(api()),
      podsOf(namespace, `limit=2&continue=${Object(second.body['metadata']).continue}`),
    )

    expect(remainingItemCount).toBe(3)
    expect(itemsOf(second.body).map(nameOf)).toEqual([`${namespace}/pod-2`, `${namespace}/pod-3`])
    expect(itemsOf(rest.body).map(nameOf)).toEqual([`${namespace}/pod-4`])
    expect([second, rest].map(({ body }) => versionOf(body))).toEqual([resourceVersion, resourceVersion])
    expect(Object(rest.body['metadata'])).not.toHaveProperty('continue')
  })

  test('refuses a version beside a continue token', async () => {
    const namespace = await namespaceOf(api(), 2)
    const { body } = await askApi(reader(api()), podsOf(namespace, 'limit=1'))
    const { continue: token, resourceVersion } = Object(body['metadata'])

    const answer = await askApi(
      reader(api()),
      podsOf(namespace, `limit=1&continue=${token}&resourceVersion=${resourceVersion}`),
    )

    expect(answer.status).toBe(400)
    expect(answer.body['message']).toBe('specifying resource version is not allowed when using continue')
  })

  test('lists at version 0 from its cache, whatever the limit', async () => {
    const namespace = await namespaceOf(api(), 3)

    const { body } = await askApi(reader(api()), podsOf(namespace, 'resourceVersion=0&limit=2'))

    expect(itemsOf(body)).toHaveLength(3)
    expect(Object(body['metadata'])).not.toHaveProperty('continue')
  })

  test('lists exactly what was at a version', async () => {
    const namespace = await namespaceOf(api(), 1)
    const version = await newestVersion(api())
    await api().put('pods', podObject(`${namespace}/later-0`))

    const { body } = await askApi(
      reader(api()),
      podsOf(namespace, `resourceVersion=${version}&resourceVersionMatch=Exact`),
    )

    expect(itemsOf(body).map(nameOf)).toEqual([`${namespace}/pod-0`])
    expect(versionOf(body)).toBe(version)
  })

  test.for([
    ['a token it does not know', { token: 'strange' }, 401, 'Unauthorized'],
    [
      'no token',
      {},
      403,
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
    ],
    [
      'a user without a right',
      { token: 'nobody' },
      403,
      'pods is forbidden: User "nobody" cannot list resource "pods" in API group "" at the cluster scope',
    ],
  ] as const)('refuses %s', async ([, given, status, message]) => {
    const { url, ca, tokens } = api()
    const token = 'token' in given && given.token === 'nobody' ? { token: tokens.nobody } : given

    const answer = await askApi({ url, ca, ...token }, '/api/v1/pods')

    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure', message, code: status })
  })

  test('lets in the client of a certificate', async () => {
    const { url, ca, certificate } = api()

    expect((await askApi({ url, ca, certificate }, '/api/v1/nodes')).status).toBe(200)
  })

  test.for([
    ['limit=2&continue=bad', 400, 'invalid continue token: continue key is not valid: invalid character'],
    ['fieldSelector=spec.hostIP%3Da', 400, 'field label not supported: spec.hostIP'],
    [
      'resourceVersion=abc',
      400,
      'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    ],
    [
      'watch=true&resourceVersion=abc',
      500,
      'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    ],
    ['resourceVersionMatch=Exact', 422, 'resourceVersionMatch is forbidden unless resourceVersion is provided'],
    [
      'resourceVersion=0&resourceVersionMatch=Exact',
      422,
      'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan', 422, 'sendInitialEvents is forbidden for list'],
    [
      'watch=true&sendInitialEvents=true',
      422,
      'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    ],
    [
      'watch=true&resourceVersionMatch=NotOlderThan&resourceVersion=1',
      422,
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ],
    [`resourceVersion=${FUTURE}`, 504, `Timeout: Too large resource version: ${FUTURE}, current: `],
  ] as const)('answers %s with %s', async ([query, status, message]) => {
    const answer = await askApi(reader(api()), `/api/v1/pods?${query}`)

    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.body).toMatchObject({ kind: 'Status', code: status, message: expect.stringContaining(message) })
    expect(answer.headers['retry-after']).toBe(status === 504 ? '1' : undefined)
  })

  test('answers a form that it does not have with 406, and a resource that nobody may list with 403', async () => {
    const form = await askApi(reader(api()), '/api/v1/pods', { accept: 'application/xml' })
    const resource = await askApi(reader(api()), '/api/v1/pots')

    expect([form.status, resource.status]).toEqual([406, 403])
  })

  test('tells a watch what happened since its version, a deleted object as it was last', async () => {
    const namespace = await namespaceOf(api(), 1)
    const version = await newestVersion(api())
    await api().put('pods', podObject(`${namespace}/pod-0`, { ip: '10.1.0.7' }))
    const watch = await ApiWatch.open(reader(api()), podsOf(namespace, `watch=true&resourceVersion=${version}`))
    await watch.arrived(1)
    await api().delete('pods', `${namespace}/pod-0`)
    const deleted = await watch.first('DELETED')
    watch.close()

    expect(watch.headers['content-type']).toBe('application/json')
    expect(new Set(toldBy(watch))).toEqual(new Set([`MODIFIED ${namespace}/pod-0`, `DELETED ${namespace}/pod-0`]))
    expect(deleted.object).toMatchObject({ kind: 'Pod', apiVersion: 'v1', status: { podIP: '10.1.0.7' } })
    const versions = watch.events.map(({ object }) => Number(versionOf(object)))
    expect(versions).toEqual([...versions].sort((a, b) => a - b))
    expect(versions.at(-1)).toBeGreaterThan(versions.at(-2) ?? Infinity)
  })

  test('tells a watch from version 0 what is there, then what happens', async () => {
    const namespace = await namespaceOf(api(), 2)
    const watch = await ApiWatch.open(reader(api()), podsOf(namespace, 'watch=true&resourceVersion=0'))
    await watch.arrived(2)
    await api().delete('pods', `${namespace}/pod-1`)
    await watch.first('DELETED')
    watch.close()

    expect(new Set(toldBy(watch).slice(0, 2))).toEqual(
      new Set([`ADDED ${namespace}/pod-0`, `ADDED ${namespace}/pod-1`]),
    )
  })

  test.for([WATCH_LIST, `${WATCH_LIST}&resourceVersion=0`, 'allowWatchBookmarks=true'])(
    'begins a watch with what is there and a bookmark that says so: %s',
    async (query) => {
      const namespace = await namespaceOf(api(), 2)
      const watch = await ApiWatch.open(reader(api()), podsOf(namespace, `watch=true&${query}`))
      const bookmark = await watch.first('BOOKMARK')
      await api().put('pods', podObject(`${namespace}/pod-2`))
      await watch.arrived(4)
      watch.close()

      expect(toldBy(watch).slice(0, 4)).toEqual([
        `ADDED ${namespace}/pod-0`,
        `ADDED ${namespace}/pod-1`,
        'BOOKMARK',
        `ADDED ${namespace}/pod-2`,
      ])
      expect(bookmark.object).toEqual({
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { resourceVersion: versionOf(bookmark.object), annotations: { 'k8s.io/initial-events-end': 'true' } },
        spec: { containers: null },
        status: {},
      })
    },
  )

  test('begins a watch without bookmarks with what is there alone', async () => {
    const namespace = await namespaceOf(api(), 1)
    const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=5'
    const watch = await ApiWatch.open(reader(api()), podsOf(namespace, query))
    await watch.ended()

    expect(toldBy(watch)).toEqual([`ADDED ${namespace}/pod-0`])
  })

  test('ends a watch in good order after timeoutSeconds, and says 2 s before how far it is', async () => {
    const namespace = await namespaceOf(api(), 1)
    const version = await newestVersion(api())
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${version}&timeoutSeconds=4`
    const startedMs = performance.now()
    const watch = await ApiWatch.open(reader(api()), podsOf(namespace, query))
    await namespaceOf(api(), 1)
    await watch.ended()

    expect(new Set(toldBy(watch))).toEqual(new Set(['BOOKMARK']))
    expect(performance.now() - startedMs).toBeGreaterThan(3_500)
  })

  test('tells a selective watch that an object which leaves is deleted, as it was before, and that one which enters is added', async () => {
    const namespace = await namespaceOf(api())
    await api().put('pods', podObject(`${namespace}/pod-0`, { ip: '10.1.0.1' }))
    const version = await newestVersion(api())
    const query = `watch=true&resourceVersion=${version}&fieldSelector=status.phase!=Succeeded,status.phase!=Failed`
    const watch = await ApiWatch.open(reader(api()), podsOf(namespace, query))
    await api().put('pods', podObject(`${namespace}/pod-0`, { ip: '10.1.0.1', phase: 'Failed' }))
    const left = await watch.first('DELETED')
    await api().put('pods', podObject(`${namespace}/pod-1`, { ip: '10.1.0.2', nodeName: 'node-b' }))
    await watch.first('ADDED')
    const { body } = await askApi(reader(api()), podsOf(namespace, 'fieldSelector=status.phase=Failed'))
    watch.close()

    expect(left.object).toMatchObject({ status: { phase: 'Running' } })
    expect(versionOf(left.object)).toBe(versionOf(itemsOf(body)[0]))
  })

  test.for([
    ['spec.nodeName=node-b', ['pod-1']],
    ['spec.nodeName!=node-b', ['pod-0']],
    ['status.podIP=10.1.0.1', ['pod-0']],
    ['spec.nodeName==node-b,status.phase=Running', ['pod-1']],
    ['metadata.name=pod-0', ['pod-0']],
  ] as const)('lists what is selected by %s', async ([fieldSelector, names]) => {
    const namespace = await namespaceOf(api())
    await api().put('pods', podObject(`${namespace}/pod-0`, { ip: '10.1.0.1' }))
    await api().put('pods', podObject(`${namespace}/pod-1`, { ip: '10.1.0.2', nodeName: 'node-b' }))

    const { body } = await askApi(
      reader(api()),
      podsOf(namespace, `fieldSelector=${encodeURIComponent(fieldSelector)}`),
    )

    expect(itemsOf(body).map(nameOf)).toEqual(names.map((name) => `${namespace}/${name}`))
  })

  test('stays silent on a watch from the future, while a watch that begins with what is there, and a list, say so', async () => {
    const namespace = await namespaceOf(api(), 1)
    const plain = await ApiWatch.open(
      reader(api()),
      podsOf(namespace, `watch=true&resourceVersion=${FUTURE}&timeoutSeconds=5`),
    )
    const watchList = await ApiWatch.open(
      reader(api()),
      podsOf(namespace, `watch=true&${WATCH_LIST}&resourceVersion=${FUTURE}`),
    )
    await api().put('pods', podObject(`${namespace}/pod-1`))
    await watchList.ended()
    await plain.ended()

    expect(plain.status).toBe(200)
    expect(plain.events).toEqual([])
    expect(watchList.events).toMatchObject([
      {
        type: 'ERROR',
        object: {
          kind: 'Status',
          code: 504,
          reason: 'Timeout',
          details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
        },
      },
    ])
  })

  test('forgets: a watch gets an error with 410 and ends, a continue token is answered with 410 and another', async () => {
    const namespace = await namespaceOf(api(), 3)
    const old = await askApi(reader(api()), podsOf(namespace, 'limit=1'))
    const { continue: token, resourceVersion } = Object(old.body['metadata'])
    await api().put('pods', podObject(`${namespace}/pod-7`))
    await api().delete('pods', `${namespace}/pod-7`)
    await api().forget()

    const watch = await ApiWatch.open(reader(api()), podsOf(namespace, `watch=true&resourceVersion=${resourceVersion}`))
    await watch.ended()
    const inProtobuf = await ApiWatch.open(
      reader(api()),
      podsOf(namespace, `watch=true&resourceVersion=${resourceVersion}`),
      PROTOBUF,
    )
    await inProtobuf.ended()
    const goesOn = await askApi(reader(api()), podsOf(namespace, `limit=1&continue=${token}`))
    const newToken = Object(goesOn.body['metadata']).continue
    const inconsistent = await askApi(reader(api()), podsOf(namespace, `limit=5&continue=${newToken}`))
    const exact = await askApi(
      reader(api()),
      podsOf(namespace, `resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`),
    )
    const watchList = await ApiWatch.open(
      reader(api()),
      podsOf(namespace, `watch=true&${WATCH_LIST}&resourceVersion=${resourceVersion}`),
    )
    await watchList.first('BOOKMARK')
    watchList.close()

    expect(watch.status).toBe(200)
    expect(watch.events).toMatchObject([
      { type: 'ERROR', object: { kind: 'Status', reason: 'Expired', code: 410, status: 'Failure' } },
    ])
    expect(withoutEmpty(inProtobuf.events)).toEqual(withoutEmpty(watch.events))
    expect([goesOn.status, exact.status]).toEqual([410, 410])
    expect(goesOn.body).toMatchObject({ kind: 'Status', reason: 'Expired' })
    expect(itemsOf(inconsistent.body).map(nameOf)).toEqual([`${namespace}/pod-1`, `${namespace}/pod-2`])
    expect(toldBy(watchList)).toHaveLength(4)
  })

  test('gzips what is long when it is asked to, and watches that begin with what is there', async () => {
    const namespace = await namespaceOf(api(), 2)
    const labels = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`label-${at}`, 'x'.repeat(60)]))
    for (let at = 0; at < 40; at += 1) await api().put('pods', podObject(`${namespace}/long-${at}`, { labels }))
    const headers = { 'accept-encoding': 'gzip' }
    const short = await askApi(reader(api()), podsOf(namespace, 'limit=1'), headers)
    const long = await askApi(reader(api()), podsOf(namespace), headers)
    const plain = await askApi(reader(api()), podsOf(namespace))
    const watchList = await ApiWatch.open(reader(api()), podsOf(namespace, `watch=true&${WATCH_LIST}`), headers)
    await watchList.first('BOOKMARK')
    await api().delete('pods', `${namespace}/pod-0`)
    await watchList.first('DELETED')
    watchList.close()
    const watch = await ApiWatch.open(reader(api()), podsOf(namespace, 'watch=true&resourceVersion=0'), headers)
    await watch.arrived(42 - 1)
    watch.close()

    expect([short, long, plain, watchList, watch].map(({ headers: sent }) => sent['content-encoding'])).toEqual([
      undefined,
      'gzip',
      undefined,
      'gzip',
      undefined,
    ])
    expect(long.bytes.length).toBeLessThan(plain.bytes.length / 5)
    expect(itemsOf(long.body)).toEqual(itemsOf(plain.body))
  })

  test.for(['pods', 'services', 'nodes', 'namespaces'] as const)(
    'says of %s in protobuf what it says in JSON',
    async (resource) => {
      const namespace = await namespaceOf(api(), 2)
      await api().put('nodes', nodeObject(`node-of-${namespace}`))
      await api().put('services', serviceObject(`${namespace}/web`))

      const json = await askApi(reader(api()), `/api/v1/${resource}`)
      const protobuf = await askApi(reader(api()), `/api/v1/${resource}`, PROTOBUF)

      expect(protobuf.headers['content-type']).toBe(PROTOBUF.accept)
      expect(itemsOf(json.body).length).toBeGreaterThan(0)
      expect(withoutEmpty(protobuf.body)).toEqual(withoutEmpty(json.body))
    },
  )

  test('tells a watch in protobuf what it tells one in JSON', async () => {
    const namespace = await namespaceOf(api(), 2)
    const query = podsOf(namespace, `watch=true&${WATCH_LIST}`)
    const json = await ApiWatch.open(reader(api()), query)
    const protobuf = await ApiWatch.open(reader(api()), query, PROTOBUF)
    await Promise.all([json, protobuf].map((watch) => watch.first('BOOKMARK')))
    await api().put('pods', podObject(`${namespace}/pod-0`, { ip: '10.1.2.3' }))
    await api().delete('pods', `${namespace}/pod-0`)
    await Promise.all([json, protobuf].map((watch) => watch.first('DELETED')))
    for (const watch of [json, protobuf]) watch.close()

    expect(protobuf.headers['content-type']).toBe(`${PROTOBUF.accept};stream=watch`)
    expect(withoutEmpty(withoutVersions(protobuf))).toEqual(withoutEmpty(withoutVersions(json)))
  })
})

describeKubernetes(
  'an API server without WatchList',
  (api) => {
    test('refuses a watch that begins with what is there', async () => {
      const answer = await askApi(reader(api()), `/api/v1/pods?watch=true&${WATCH_LIST}`)

      expect(answer.status).toBe(422)
      expect(answer.body['message']).toBe(
        'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
      )
    })

    test('begins a watch without a version with what is there, and no bookmark says where that ends', async () => {
      const namespace = await namespaceOf(api(), 1)
      const watch = await ApiWatch.open(reader(api()), podsOf(namespace, 'watch=true&allowWatchBookmarks=true'))
      await watch.arrived(1)
      await api().put('pods', podObject(`${namespace}/pod-1`))
      await watch.arrived(2)
      watch.close()

      expect(toldBy(watch).slice(0, 2)).toEqual([`ADDED ${namespace}/pod-0`, `ADDED ${namespace}/pod-1`])
    })
  },
  { watchList: false },
)

/** The bookmark is as new as its watch. */
function withoutVersions({ events }: ApiWatch): unknown {
  return events.filter(({ type }) => type !== 'BOOKMARK')
}

function nodeObject(name: string) {
  return {
    metadata: { name, labels: { 'topology.kubernetes.io/zone': 'eu-1a' } },
    spec: { podCIDR: '10.1.0.0/24', podCIDRs: ['10.1.0.0/24'] },
    status: { addresses: [{ type: 'InternalIP', address: '192.0.2.10' }] },
  }
}

function serviceObject(key: string) {
  const [namespace = '', name = ''] = key.split('/')
  const ports = [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' }]
  return { metadata: { name, namespace }, spec: { selector: { app: 'web' }, ports } }
}
