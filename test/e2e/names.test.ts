import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { until, Workplace } from '../support/agent-process.ts'
import { SHIPPED_COUNT } from '../support/delivered-tree.ts'
import { kubeconfigTo, RECORDED_CLUSTER, recordedCluster } from '../support/recorded-cluster.ts'
import { ResolverProcess } from '../support/resolver-process.ts'

const RECORDED = join(import.meta.dirname, '../fixtures/recorded')
function kubeconfigOf(workplace: Workplace, url: string): string {
  const path = join(workplace.root, 'kubeconfig')
  writeFileSync(path, kubeconfigTo(url))
  return path
}

/** The documents of the recorded pods with these settings, by id. */
async function documentsWith(settings: (workplace: Workplace) => object): Promise<ReadonlyMap<string, unknown>> {
  const workplace = new Workplace()
  cpSync(join(RECORDED, 'pods'), workplace.pods, { recursive: true })
  workplace.configure({ enrich: settings(workplace) })
  const agent = workplace.start()
  await until(
    () => workplace.countDocuments() >= SHIPPED_COUNT,
    () => agent.stderr,
  )
  expect(await agent.stop()).toBe(0)
  const ofLine = workplace.documents().map((document) => {
    const text = JSON.stringify(document).replaceAll(workplace.root, '')
    return [JSON.parse(text).event.id, JSON.parse(text)] as const
  })
  return new Map(ofLine)
}

describe('flagship run on the recorded pods', () => {
  test('makes the same documents of an inventory file, an API server and a resolver', async () => {
    const fake = await recordedCluster()
    const inventory = await documentsWith(() => ({ inventory: RECORDED_CLUSTER }))
    const named = [...inventory.values()].filter((document) => JSON.stringify(document).includes('"workload"'))
    expect(named.length).toBeGreaterThan(100)

    const direct = await documentsWith((workplace) => ({
      kubernetes: { mode: 'direct', api: { kubeconfig: kubeconfigOf(workplace, fake.url) } },
    }))
    expect(direct).toEqual(inventory)

    const resolver = await ResolverProcess.start(fake.url)
    const resolved = await documentsWith(() => ({
      kubernetes: { mode: 'resolver', resolver: { urls: [resolver.url] } },
    }))
    expect(resolved).toEqual(inventory)
  })

  test('reads on with the names of the last run while nobody tells new ones', async () => {
    const fake = await recordedCluster()
    const workplace = new Workplace()
    cpSync(join(RECORDED, 'pods'), workplace.pods, { recursive: true })
    const kubeconfig = kubeconfigOf(workplace, fake.url)
    workplace.configure({ enrich: { kubernetes: { mode: 'direct', api: { kubeconfig }, syncWaitMs: 1_000 } } })
    const first = workplace.start()
    await until(
      () => workplace.countDocuments() >= SHIPPED_COUNT,
      () => first.stderr,
    )
    expect(await first.stop()).toBe(0)
    await fake.down()
    const [pod] = ['default_reviews-v2-6b9f7d8c5-w4n7p_3d9f1082-2e61-4b80-af55-b3c9d4e6f704']
    const path = join(workplace.pods, `${pod}/istio-proxy/0.log`)
    const [line = ''] = readFileSync(path, 'utf8').split('\n')
    const before = workplace.countDocuments()
    writeFileSync(path, `${line}\n`, { flag: 'a' })
    const second = workplace.start()
    await until(
      () => workplace.countDocuments() > before,
      () => second.stderr,
    )
    const ofPod = workplace.documents().filter((document) => JSON.stringify(document).includes(`${pod}/`))
    expect(ofPod.at(-1)).toMatchObject({ kubernetes: { deployment: { name: 'reviews-v2' } } })
    expect(second.stderr).toContain('names are not synced yet')
    expect(await second.stop()).toBe(0)
  })

  test('stops in good order while it waits for names', async () => {
    const workplace = new Workplace()
    cpSync(join(RECORDED, 'pods'), workplace.pods, { recursive: true })
    const kubeconfig = kubeconfigOf(workplace, 'http://127.0.0.1:9')
    workplace.configure({ enrich: { kubernetes: { mode: 'direct', api: { kubeconfig }, syncWaitMs: 30_000 } } })
    const agent = workplace.start()
    await until(
      () => agent.stderr.includes('Cannot watch pods'),
      () => agent.stderr,
    )
    expect([await agent.stop(), agent.stderr.includes('"message":"started"')]).toEqual([0, false])
    expect(agent.stderr).toContain('"message":"stopped"')
  })
})
