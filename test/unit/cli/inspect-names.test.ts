import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { inspectNames } from '../../../src/cli/inspect-names.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { clusterOf } from '../../support/fake-kubernetes/cluster-of.ts'
import { FakeKubernetes } from '../../support/fake-kubernetes/fake-kubernetes.ts'
import { kubeconfigTo } from '../../support/recorded-cluster.ts'
import { scratch } from '../fakes/scratch.ts'

function configOf(kubernetes: object) {
  const text = JSON.stringify({ ingest: { pods: '/x' }, enrich: { kubernetes }, sinks: { out: { type: 'stdout' } } })
  const result = parseConfig(text, '/', {})
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.config
}

async function apiWith(nodes: number, users?: ReadonlyMap<string, { name: string; mayRead: boolean }>) {
  const cluster = clusterOf({ pods: 3, services: 2, nodes, podBytes: 1_000 })
  const fake = await FakeKubernetes.start({ cluster, ...(users && { users }) })
  onTestFinished(() => fake.stop())
  const kubeconfig = join(scratch(), 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigTo(fake.url))
  return configOf({ mode: 'direct', api: { kubeconfig } })
}

async function resolverThatAnswers(status: number, tokenFile?: string) {
  const server = createServer((_, response) => response.writeHead(status).end('said'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return configOf({
    mode: 'resolver',
    resolver: { urls: [`http://127.0.0.1:${port}`], ...(tokenFile && { tokenFile }) },
  })
}

describe('inspectNames()', () => {
  test('asks nobody where names come from a file or from nowhere', async () => {
    expect(await inspectNames(configOf({ mode: 'off' }), {})).toBeUndefined()
  })

  test('has nothing to say of an API server that tells everything', async () => {
    expect(await inspectNames(await apiWith(3), {})).toEqual([])
  })

  test('names an API server that refuses', async () => {
    const complaints = await inspectNames(await apiWith(3, new Map()), {})
    expect(complaints).toEqual([{ kind: 'wrong', message: expect.stringContaining('Cannot list') }])
  })

  test('refuses a cluster that is too large to be watched by every agent', async () => {
    const complaints = await inspectNames(await apiWith(101), {})
    expect(complaints).toEqual([{ kind: 'wrong', message: expect.stringContaining('101 nodes') }])
  })

  test.for([
    [200, []],
    [401, ['wrong']],
    [503, ['unreachable']],
  ] as const)('takes the answer %i of a resolver for what it means', async ([status, kinds]) => {
    const complaints = await inspectNames(await resolverThatAnswers(status), {})
    expect(complaints?.map(({ kind }) => kind)).toEqual(kinds)
  })

  test.for([
    ['a token that the resolver does not know', undefined, 'look at enrich.kubernetes.resolver.tokenFile'],
    ['a file that is not there', '/nowhere/token', '/nowhere/token'],
  ] as const)('names %s', async ([, tokenFile, named]) => {
    const complaints = await inspectNames(await resolverThatAnswers(401, tokenFile), {})
    expect(complaints).toEqual([{ kind: 'wrong', message: expect.stringContaining(named) }])
  })

  test('names every resolver that cannot be reached', async () => {
    const urls = ['http://127.0.0.1:1', 'http://127.0.0.1:2']
    const complaints = await inspectNames(configOf({ mode: 'resolver', resolver: { urls } }), {})
    expect(complaints).toHaveLength(2)
    expect(complaints?.[0]).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('127.0.0.1:1') })
  })
})
