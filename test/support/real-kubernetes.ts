import { readFileSync } from 'node:fs'
import type { JsonObject } from '../../src/enrich/kubernetes/field-reader.ts'
import { KUBERNETES_VERSION, kubernetesRecipe } from '../services/kubernetes/recipe.ts'
import { type KubernetesOptions, KubernetesServer } from '../services/kubernetes/server.ts'
import { FakeKubernetes } from './fake-kubernetes/fake-kubernetes.ts'
import { type GivenObject, KINDS, type Resource } from './fake-kubernetes/object.ts'
import { describeOnServer, installationOf, isRecipeLeftOut } from './real-service.ts'

export type { KubernetesServer } from '../services/kubernetes/server.ts'

const TLS = new URL('../fixtures/tls/', import.meta.url)
const READER = { name: 'system:serviceaccount:flagship:flagship', mayRead: true }
const MERGE = 'application/merge-patch+json'

/** An API server, real or not, as suites use it that run on both. */
export interface KubernetesApi {
  readonly url: string
  /** Who has signed its certificate, as PEM. */
  readonly ca: string
  /** `reader` may list and watch the four resources, and so may the client of `certificate`; `nobody` may do nothing. */
  readonly tokens: { readonly reader: string; readonly nobody: string }
  readonly certificate: { readonly cert: string; readonly key: string }
  /** Create an object, or change its labels and its status. A pod never changes its node. */
  put(resource: Resource, object: GivenObject): Promise<void>
  /** Delete an object: `shop/web-1`, `node-a`. */
  delete(resource: Resource, key: string): Promise<void>
  /** Forget what was, and start again: old versions and continue tokens are too old from then on. */
  forget(): Promise<void>
  stop(): Promise<void>
}

/** How the servers of a suite are to be. */
export interface KubernetesSuiteOptions {
  /** Whether a watch may begin with what is there; so unless said. */
  readonly watchList?: boolean
}

/** Start a real API server (4-11 s) that ends with this process at the latest. It must have been installed. */
export async function startKubernetes(options: Omit<KubernetesOptions, 'stays'> = {}): Promise<KubernetesServer> {
  return KubernetesServer.start(installationOf(kubernetesRecipe, 'kubernetes'), options)
}

/** Whether suites on a real one are left out in this run: for `describe.skipIf`. */
export function isKubernetesLeftOut(): boolean {
  return isRecipeLeftOut(kubernetesRecipe)
}

/**
 * A suite on the fake API server and on a real one, each started before its tests and ended after them. The real one is
 * left out where it is not installed, unless FLAGSHIP_REQUIRE_SERVICES is 1. `api` may be called in hooks and tests.
 */
export function describeKubernetes(
  name: string,
  suite: (api: () => KubernetesApi) => void,
  { watchList = true }: KubernetesSuiteOptions = {},
): void {
  const fake = { name, product: 'the fake', isLeftOut: false, start: () => FakeApi.start(watchList) }
  const start = () => RealApi.start(watchList)
  const real = { name, product: `Kubernetes ${KUBERNETES_VERSION}`, isLeftOut: isKubernetesLeftOut(), start }
  describeOnServer<KubernetesApi>(fake, suite)
  describeOnServer<KubernetesApi>(real, suite)
}

class FakeApi implements KubernetesApi {
  readonly ca = tlsFile('ca.crt')
  readonly certificate = { cert: tlsFile('agent.crt'), key: tlsFile('agent.key') }
  readonly tokens = { reader: 'reader-token', nobody: 'nobody-token' }
  readonly #fake: FakeKubernetes

  private constructor(fake: FakeKubernetes) {
    this.#fake = fake
  }

  static async start(watchList: boolean): Promise<FakeApi> {
    const users = new Map([
      ['reader-token', READER],
      ['nobody-token', { name: 'nobody', mayRead: false }],
    ])
    const tls = { key: tlsFile('node.key'), cert: tlsFile('node.crt'), clientCa: tlsFile('ca.crt') }
    return new FakeApi(await FakeKubernetes.start({ watchList, users, tls }))
  }

  get url(): string {
    return this.#fake.url
  }

  async put(resource: Resource, object: GivenObject): Promise<void> {
    this.#fake.put(resource, object)
  }

  async delete(resource: Resource, key: string): Promise<void> {
    this.#fake.delete(resource, key)
  }

  async forget(): Promise<void> {
    await this.#fake.restart()
  }

  async stop(): Promise<void> {
    await this.#fake.stop()
  }
}

/** A real API server whose reader may read. */
export class RealApi implements KubernetesApi {
  readonly ca: string
  readonly certificate: KubernetesApi['certificate']
  readonly tokens: KubernetesApi['tokens']
  readonly #server: KubernetesServer

  private constructor(server: KubernetesServer) {
    const { flagshipToken: reader, nobodyToken: nobody, certificateFile, keyFile } = server.access
    this.#server = server
    this.ca = server.ca
    this.tokens = { reader, nobody }
    this.certificate = { cert: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
  }

  static async start(watchList: boolean): Promise<RealApi> {
    const gates = ['WatchList', 'WatchListClient', 'WatchListCompression'].map((gate) => `${gate}=false`)
    const server = await startKubernetes(watchList ? {} : { flags: [`--feature-gates=${gates.join(',')}`] })
    const api = new RealApi(server)
    await api.#letRead()
    return api
  }

  get url(): string {
    return this.#server.url
  }

  async put(resource: Resource, { status, ...object }: GivenObject): Promise<void> {
    const { name, namespace } = object.metadata
    const path = collection(resource, namespace)
    const created = await this.#server.request('POST', path, { apiVersion: 'v1', kind: KINDS[resource], ...object })
    if (created.status === 409)
      await this.#change(`${path}/${name}`, { metadata: { labels: object.metadata['labels'] } })
    else if (created.status !== 201) throw new Error(`Cannot create "${name}": ${JSON.stringify(created.body)}`)
    if (status !== undefined && resource !== 'namespaces') await this.#change(`${path}/${name}/status`, { status })
  }

  async delete(resource: Resource, key: string, gracePeriodSeconds = 0): Promise<void> {
    const [name, namespace] = key.split('/').toReversed()
    const path = `${collection(resource, namespace)}/${name}`
    const { status, body } = await this.#server.request('DELETE', path, { gracePeriodSeconds })
    if (status !== 200) throw new Error(`Cannot delete "${key}": ${JSON.stringify(body)}`)
  }

  async forget(): Promise<void> {
    await this.#server.compact()
    await this.#server.restart()
  }

  async stop(): Promise<void> {
    await this.#server.stop()
  }

  async #change(path: string, patch: JsonObject): Promise<void> {
    const { status, body } = await this.#server.request('PATCH', path, patch, { contentType: MERGE })
    if (status !== 200) throw new Error(`Cannot change "${path}": ${JSON.stringify(body)}`)
  }

  async #letRead(): Promise<void> {
    const roles = '/apis/rbac.authorization.k8s.io/v1'
    const rules = [{ apiGroups: [''], resources: Object.keys(KINDS), verbs: ['get', 'list', 'watch'] }]
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' }
    const subjects = [READER.name, 'agent'].map((name) => ({ kind: 'User', name }))
    await this.#server.request('POST', `${roles}/clusterroles`, { metadata: { name: 'reader' }, rules })
    await this.#server.request('POST', `${roles}/clusterrolebindings`, {
      metadata: { name: 'reader' },
      roleRef,
      subjects,
    })
  }
}

function collection(resource: Resource, namespace: string | undefined): string {
  return `/api/v1/${namespace === undefined ? '' : `namespaces/${namespace}/`}${resource}`
}

function tlsFile(name: string): string {
  return readFileSync(new URL(name, TLS), 'utf8')
}
