import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { EndpointIndex } from '../../src/enrich/endpoint/index.ts'
import { encodeRecord } from '../../src/enrich/endpoint/record-line.ts'
import type { ResolverOptions } from '../../src/enrich/resolver/follow.ts'
import { parseLine } from '../../src/enrich/resolver/protocol.ts'
import { until } from '../support/agent-process.ts'
import { clusterOf, podAddress } from '../support/fake-kubernetes/cluster-of.ts'
import { FakeKubernetes } from '../support/fake-kubernetes/fake-kubernetes.ts'
import { ResolverProcess } from '../support/resolver-process.ts'
import { followerOf } from '../unit/enrich/resolver/resolver-bench.ts'

const fixture = (name: string) => join(import.meta.dirname, '../fixtures/tls', name)
const pem = (name: string) => readFileSync(fixture(name), 'utf8')

async function fakeOf(pods: number): Promise<FakeKubernetes> {
  const fake = await FakeKubernetes.start({ cluster: clusterOf({ pods, services: 20, nodes: 5, podBytes: 2_000 }) })
  onTestFinished(() => fake.stop())
  return fake
}

/** What an agent does with a resolver, and nothing else. */
function follow(options: ResolverOptions) {
  const { index, said, streams, followed } = followerOf(options, { random: () => 0.05 })
  /** The name of the pod that has an address now. */
  const podAt = (ip: string) =>
    index.resolve({ network: '', ip, port: 80, protocol: 'TCP' }, Date.now() + 3_000).pod?.name
  return { index, followed, said, streams, podAt }
}

function linesOf(index: EndpointIndex): readonly string[] {
  return [...index.records()].map(encodeRecord).sort()
}

/** What a resolver says of versions when a stream begins. */
async function helloOf(url: string) {
  const stop = new AbortController()
  const { body } = await fetch(`${url}/v1/stream?schema=1`, { signal: stop.signal })
  try {
    for await (const bytes of body ?? []) {
      const line = parseLine(Buffer.from(bytes).toString().split('\n')[0] ?? '')
      if (line !== undefined && line !== 'unknown' && line.type === 'hello')
        return { type: line.type, knows: line.knows, told: line.told }
    }
    return undefined
  } finally {
    stop.abort()
  }
}

function podLike(fake: FakeKubernetes, name: string, ip: string) {
  const [pod] = fake.objects('pods')
  if (pod === undefined) throw new Error('there is no pod')
  return {
    ...pod,
    metadata: { ...pod.metadata, name, uid: `uid-${name}`, creationTimestamp: new Date().toISOString() },
    status: { ...Object(pod['status']), podIP: ip, podIPs: [{ ip }], startTime: new Date().toISOString() },
  }
}

describe('flagship resolver', () => {
  test('tells agents what the API server has, and what changes there', async () => {
    const fake = await fakeOf(500)
    const resolver = await ResolverProcess.start(fake.url)
    const one = follow({ urls: [resolver.url] })
    await one.followed.synced
    expect(one.index.size).toMatchObject({ pods: 500, services: 20 })
    const first = fake.objects('pods').find((pod) => JSON.stringify(pod).includes(`"${podAddress(0)}"`))
    expect(one.podAt(podAddress(0))).toBe(first?.metadata.name)
    fake.put('pods', podLike(fake, 'late', '10.9.9.9'))
    fake.delete(
      'services',
      `${String(fake.objects('services')[0]?.metadata.namespace)}/${fake.objects('services')[0]?.metadata.name}`,
    )
    await until(
      () => one.podAt('10.9.9.9') === 'late' && one.index.size.services === 19,
      () => JSON.stringify([one.index.size, one.said, resolver.stderr]),
    )
    const two = follow({ urls: [resolver.url] })
    await two.followed.synced
    expect(linesOf(two.index)).toEqual(linesOf(one.index))
    expect(await resolver.status()).toMatchObject({ freshness: 'current', pods: 501, services: 19, readers: 2 })
    const metrics = await (await fetch(`${resolver.statusUrl}/metrics`)).text()
    expect(metrics).toContain('flagship_resolver_streams_total{how="snapshot"} 2')
    expect(await resolver.stop()).toBe(0)
    expect(fake.requests.filter(({ verb }) => !['list', 'watch'].includes(verb))).toEqual([])
  })

  test('says how far it knows pods, and which change of one it has told', async () => {
    const fake = await fakeOf(10)
    const resolver = await ResolverProcess.start(fake.url)
    await until(
      () => resolver.isReady(),
      () => resolver.stderr,
    )
    const told = fake.put('pods', podLike(fake, 'late', '10.9.9.9')).metadata.resourceVersion
    fake.skipVersions(30)
    fake.bookmark()
    const expected = { type: 'hello', knows: String(fake.version), told }
    let hello: unknown
    await until(
      async () => isDeepStrictEqual((hello = await helloOf(resolver.url)), expected),
      () => JSON.stringify([hello, expected]),
    )
    expect(hello).toEqual(expected)
  })

  test('is not ready and tells nothing before it knows everything', async () => {
    const fake = await fakeOf(10)
    await fake.down()
    const resolver = await ResolverProcess.start(fake.url)
    const { followed, said } = follow({ urls: [resolver.url] })
    await until(
      () => said.length > 0,
      () => 'nothing was said',
    )
    expect(said[0]).toBe(`Cannot read names from resolver "${resolver.url}": it answers 503 {"error":"not_synced"}`)
    expect(await resolver.isReady()).toBe(false)
    await fake.up()
    await followed.synced
    expect([await resolver.isReady(), followed.freshness]).toEqual([true, 'current'])
  })

  test('leaves agents what they know when one of two is killed, and the other goes on', async () => {
    const fake = await fakeOf(200)
    const [one, two] = await Promise.all([ResolverProcess.start(fake.url), ResolverProcess.start(fake.url)])
    await until(
      async () => (await one.isReady()) && (await two.isReady()),
      () => one.stderr + two.stderr,
    )
    const agent = follow({ urls: [one.url, two.url] })
    await agent.followed.synced
    const before = linesOf(agent.index)
    await one.kill()
    expect(linesOf(agent.index)).toEqual(before)
    fake.put('pods', podLike(fake, 'late', '10.9.9.9'))
    await until(
      () => agent.podAt('10.9.9.9') === 'late',
      () => JSON.stringify(agent.said),
    )
    expect([agent.streams, agent.followed.freshness]).toEqual([['snapshot', 'snapshot'], 'current'])
    expect(agent.index.size.pods).toBe(201)
  })

  test('says that it does not reach the API server, and goes on with what it has', async () => {
    const fake = await fakeOf(50)
    const resolver = await ResolverProcess.start(fake.url)
    const agent = follow({ urls: [resolver.url] })
    await agent.followed.synced
    await fake.down()
    await until(
      () => agent.followed.freshness === 'stale',
      () => JSON.stringify(agent.said),
      40_000,
    )
    let metrics = ''
    await until(
      async () => {
        metrics = await (await fetch(`${resolver.statusUrl}/metrics`)).text()
        return /^flagship_names_stale_seconds [1-9]/m.test(metrics)
      },
      () => metrics,
    )
    expect(metrics).toContain('flagship_names_rows{kind="pod"} 50')
    expect(metrics).toMatch(/^flagship_names_errors_total\{source="pods"\} [1-9]/m)
    const late = follow({ urls: [resolver.url] })
    await late.followed.synced
    expect([late.index.size.pods, late.followed.freshness]).toEqual([50, 'stale'])
    await fake.up()
    await until(
      () => agent.followed.freshness === 'current',
      () => JSON.stringify(agent.said),
      40_000,
    )
  })

  test('lets in who shows one of its tokens, says who does not, and takes new ones while it runs', async () => {
    const fake = await fakeOf(10)
    const resolver = await ResolverProcess.start(fake.url, { auth: { tokenFile: 'tokens' } }, { tokens: 'first\n' })
    writeFileSync(join(resolver.root, 'mine'), 'second')
    const agent = follow({ urls: [resolver.url], tokenFile: join(resolver.root, 'mine') })
    await until(
      () => agent.said.length > 0,
      () => resolver.stderr,
    )
    expect(agent.said[0]).toContain('it does not know our token (401); look at enrich.kubernetes.resolver.tokenFile')
    expect(resolver.stderr).toMatch(
      /"address":"127.0.0.1".*Cannot let an agent read: it shows no token of auth.tokenFile/,
    )
    writeFileSync(join(resolver.root, 'next'), 'first\nsecond\n')
    renameSync(join(resolver.root, 'next'), join(resolver.root, 'tokens'))
    await agent.followed.synced
    expect(agent.index.size.pods).toBe(10)
    expect(`${resolver.stderr}${agent.said.join('')}`).not.toMatch(/first|second/)
  })

  test('asks agents for certificates', async () => {
    const fake = await fakeOf(10)
    const files = { 'tls.crt': pem('node.crt'), 'tls.key': pem('node.key'), 'ca.crt': pem('ca.crt') }
    const tls = { certificateFile: 'tls.crt', keyFile: 'tls.key', clientCaFile: 'ca.crt' }
    const resolver = await ResolverProcess.start(fake.url, { tls }, files)
    const stranger = follow({ urls: [resolver.url], caFile: fixture('ca.crt') })
    const shown = { certificateFile: fixture('agent.crt'), keyFile: fixture('agent.key') }
    const agent = follow({ urls: [resolver.url], caFile: fixture('ca.crt'), ...shown })
    await agent.followed.synced
    await until(
      () => stranger.said.length > 0,
      () => resolver.stderr,
    )
    expect([agent.index.size.pods, stranger.followed.freshness]).toEqual([10, 'not_synced'])
    expect(resolver.stderr).not.toContain('everybody')
  })

  test.for([
    ['an address that is none', { listen: 'here' }, 78, 'found "here", expected ADDRESS:PORT'],
    ['no API server', { api: {} }, 78, 'Cannot find the API server'],
    ['a certificate that is not there', { tls: { certificateFile: 'a', keyFile: 'b' } }, 66, 'ENOENT'],
  ] as const)('ends with a message for %s', async ([, settings, exitCode, message]) => {
    const resolver = await ResolverProcess.start('http://127.0.0.1:1', settings)
    expect([await resolver.ended, resolver.stderr]).toEqual([exitCode, expect.stringContaining(message)])
  })
})
