import { readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { FakeKubernetes, type FakeKubernetesOptions } from './fake-kubernetes/fake-kubernetes.ts'
import { type GivenObject, KINDS, RESOURCES } from './fake-kubernetes/object.ts'

/** The inventory file of the recorded cluster. */
export const RECORDED_CLUSTER = new URL('../fixtures/recorded/cluster.json', import.meta.url).pathname

/** An API server that holds the recorded cluster, until the test is over. */
export async function recordedCluster(options: FakeKubernetesOptions = {}): Promise<FakeKubernetes> {
  const { items }: { items: readonly GivenObject[] } = JSON.parse(readFileSync(RECORDED_CLUSTER, 'utf8'))
  const cluster = Object.fromEntries(
    RESOURCES.map((resource) => [resource, items.filter((item) => item['kind'] === KINDS[resource])]),
  )
  const fake = await FakeKubernetes.start({ cluster, ...options })
  onTestFinished(() => fake.stop())
  return fake
}

/** A kubeconfig with one context, `lab`, that needs no credentials. */
export function kubeconfigTo(url: string): string {
  const clusters = [{ name: 'c', cluster: { server: url } }]
  const contexts = [{ name: 'lab', context: { cluster: 'c', user: 'u' } }]
  const head = { apiVersion: 'v1', kind: 'Config', 'current-context': 'lab' }
  return JSON.stringify({ ...head, clusters, contexts, users: [{ name: 'u', user: {} }] })
}
