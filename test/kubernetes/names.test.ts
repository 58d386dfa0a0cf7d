import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until, Workplace } from '../support/agent-process.ts'
import { type Document, SHIPPED_COUNT } from '../support/delivered-tree.ts'
import { at } from '../support/read-back.ts'
import { isKubernetesLeftOut, RealApi } from '../support/real-kubernetes.ts'
import { kubeconfigTo } from '../support/recorded-cluster.ts'
import { holdRecordedCluster, type RecordedTree, writeRecordedTree } from '../support/recorded-on-real.ts'
import { recordedDocuments } from '../support/recorded-tree.ts'
import { ResolverProcess } from '../support/resolver-process.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
/** Far more than the documents of the tree are. */
const MOST_BYTES = 67_108_864

describe.skipIf(isKubernetesLeftOut())('flagship on a real API server that holds the recorded cluster', () => {
  const clearings: (() => Promise<void>)[] = []
  let api: RealApi
  let place: Workplace
  let kubeconfig: string
  let tree: RecordedTree
  let ofInventory: readonly string[]

  beforeAll(async () => {
    api = await RealApi.start(true)
    place = new Workplace({}, (clear) => clearings.push(clear))
    kubeconfig = join(place.root, 'kubeconfig')
    writeFileSync(kubeconfig, kubeconfigTo(api.url, { ca: api.ca, token: api.tokens.reader }))
    await holdRecordedCluster(api)
    tree = await writeRecordedTree(api, place.root, place.pods)
    ofInventory = await documentsWith({ inventory: tree.inventory })
  })
  afterAll(async () => {
    for (const clear of clearings) await clear()
    await api?.stop()
  })

  /** The documents of the tree with these settings, as they are written: all agents read the same files. */
  async function documentsWith(enrich: object): Promise<readonly string[]> {
    const settings = { ingest: { pods: place.pods }, enrich }
    const workplace = new Workplace(settings, (clear) => clearings.push(clear))
    const agent = workplace.start()
    await until(
      () => workplace.countDocuments() >= SHIPPED_COUNT,
      () => agent.stderr,
      60_000,
    )
    expect(await agent.stop()).toBe(0)
    return workplace.lines().sort()
  }

  test('run names by the inventory what was named in the recorded cluster', async () => {
    const written = ofInventory.map((line): Document => JSON.parse(line))
    const recorded = (await recordedDocuments()).map((line): Document => JSON.parse(line))

    expect(written).toHaveLength(SHIPPED_COUNT)
    expect(written.map(endsOf).sort()).toEqual(recorded.map(endsOf).sort())
    expect(written.filter((document) => isSureOf('ip', document)).length).toBeGreaterThan(200)
    expect(written.filter((document) => isSureOf('path', document)).length).toBeGreaterThan(200)
    expect(written.filter((document) => at(document, 'envoy.destination.pod_state') === 'ready')).not.toHaveLength(0)
  })

  test('run makes the same documents, line by line, of the API server', async () => {
    expect(await documentsWith({ kubernetes: { mode: 'direct', api: { kubeconfig } } })).toEqual(ofInventory)
  })

  test('run makes the same documents, line by line, of a resolver', async () => {
    const resolver = await ResolverProcess.start(api.url, { api: { kubeconfig } })
    const settings = { mode: 'resolver', resolver: { urls: [resolver.url] } }

    expect(await documentsWith({ kubernetes: settings })).toEqual(ofInventory)
  })

  test('parse says the same by the context of a kubeconfig as by the inventory', () => {
    const parse = (...args: string[]) => {
      const env = { ...process.env, KUBECONFIG: kubeconfig }
      const options = { input: tree.lines, env, maxBuffer: MOST_BYTES, encoding: 'utf8' } as const
      return spawnSync(process.execPath, [MAIN, 'parse', ...args], options)
    }
    const read = parse('--inventory', tree.inventory)
    const asked = parse('--kube-context', 'lab')

    const documents = read.stdout.trimEnd().split('\n')
    const named = documents.filter((line) => isSureOf('ip', JSON.parse(line)))
    expect(named.length).toBeGreaterThan(200)
    expect(asked.stdout.trimEnd().split('\n')).toEqual(documents)
    expect([read.status, asked.status, asked.stderr]).toEqual([0, 0, ''])
  })
})

/** Whether the pod that was called is known by this evidence. */
function isSureOf(method: string, document: Document): boolean {
  const [pod, ...how] = ['pod', 'method', 'confidence'].map((name) => at(document, `envoy.destination.${name}`))
  return pod !== undefined && how.join() === `${method},exact`
}

/** Who was at the ends, and how that is known. */
function endsOf(document: Document): string {
  const names = ['kind', 'pod', 'service', 'node', 'workload', 'method', 'confidence', 'reason']
  const ends = ['source', 'destination'].flatMap((end) => names.map((name) => at(document, `envoy.${end}.${name}`)))
  return ends.join(' ')
}
