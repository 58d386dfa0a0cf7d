import { readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { FakeKubernetes, type FakeKubernetesOptions } from './fake-kubernetes/fake-kubernetes.ts'
import { type GivenObject, KINDS, type Resource, RESOURCES } from './fake-kubernetes/object.ts'

/** The inventory file of the recorded cluster. */
export const RECORDED_CLUSTER = new URL('../fixtures/recorded/cluster.json', import.meta.url).pathname

/** An API server that holds the recorded cluster, until the test is over. */
export async function recordedCluster(options: FakeKubernetesOptions = {}): Promise<FakeKubernetes> {
  const cluster = Object.fromEntries(RESOURCES.map((resource) => [resource, recordedObjects(resource)]))
  const fake = await FakeKubernetes.start({ cluster, ...options })
  onTestFinished(() => fake.stop())
  return fake
}

/** What the recorded cluster holds of one resource. */
export function recordedObjects(resource: Resource): readonly GivenObject[] {
  const { items }: { items: readonly GivenObject[] } = JSON.parse(readFileSync(RECORDED_CLUSTER, 'utf8'))
  return items.filter((item) => item['kind'] === KINDS[resource])
}

/** A kubeconfig with one context, `lab`, that needs no credentials, or has those given. */
export function kubeconfigTo(
  url: string,
  { ca, token }: { readonly ca?: string; readonly token?: string } = {},
): string {
  const authority = ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }
  const clusters = [{ name: 'c', cluster: { server: url, ...authority } }]
  const contexts = [{ name: 'lab', context: { cluster: 'c', user: 'u' } }]
  const head = { apiVersion: 'v1', kind: 'Config', 'current-context': 'lab' }
  const users = [{ name: 'u', user: token === undefined ? {} : { token } }]
  return JSON.stringify({ ...head, clusters, contexts, users })
}
