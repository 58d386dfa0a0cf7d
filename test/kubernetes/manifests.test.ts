import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { isKubernetesLeftOut, type KubernetesServer, startKubernetes } from '../support/real-kubernetes.ts'

const DEPLOY = join(import.meta.dirname, '..', '..', 'deploy')
const STRICTLY = 'dryRun=All&fieldValidation=Strict'
/** What pods cannot be created without, and what says who may do what. */
const NEEDED = [
  'Namespace',
  'PriorityClass',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
]
/** An account like those that nobody gave any right. */
const OUTSIDER = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'outsider', namespace: 'default' } }
const READABLE = ['pods', 'services', 'nodes', 'namespaces']

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec?: { readonly template?: PodTemplate }
}

interface PodTemplate {
  readonly metadata?: object
  readonly spec?: object
}

interface Discovered {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[]
}

interface Rule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
}

const manifests = readdirSync(DEPLOY)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((file) => manifestsIn(file).map((manifest) => ({ file, manifest })))

describe.skipIf(isKubernetesLeftOut())('the manifests in deploy/', () => {
  let server: KubernetesServer

  beforeAll(async () => {
    server = await startKubernetes()
    // All of them first: an object of one file may stand in the namespace that another makes.
    for (const { manifest } of manifests) if (NEEDED.includes(manifest.kind)) await create(server, manifest, '')
  })
  afterAll(() => server?.stop())

  test.for(manifests.map((each) => [each.file, each.manifest.kind, each.manifest] as const))(
    'are taken by a real API server, strictly: %s, %s',
    async ([, kind, manifest]) => {
      const { status, body } = await create(server, manifest, STRICTLY)

      // What had to be there before is refused for that alone, after everything else was looked at.
      expect(status, JSON.stringify(body)).toBe(NEEDED.includes(kind) ? 409 : 201)
    },
  )

  test('have pods that their own namespaces let in', async () => {
    const pods = manifests.flatMap(({ manifest }) => podOf(manifest))
    const answers = await Promise.all(pods.map((pod) => create(server, pod, STRICTLY)))

    expect(pods.length).toBeGreaterThan(0)
    expect(answers.map(({ status, body }) => (status === 201 ? 201 : body['message']))).toEqual(pods.map(() => 201))
  })

  test('let flagship get, list and watch four resources at most, and do nothing else', async () => {
    const accounts = manifests.map(({ manifest }) => manifest).filter(({ kind }) => kind === 'ServiceAccount')
    await create(server, OUTSIDER, '')
    const everybodys = (await rulesOf(server, OUTSIDER)).map((rule) => JSON.stringify(rule))
    const all = (await Promise.all(accounts.map((account) => rulesOf(server, account)))).flat()
    const rules = all.filter((rule) => !everybodys.includes(JSON.stringify(rule)))

    expect(accounts.length).toBeGreaterThan(0)
    for (const { verbs, apiGroups, resources } of rules) {
      expect(apiGroups).toEqual([''])
      expect(READABLE).toEqual(expect.arrayContaining([...resources]))
      expect(['get', 'list', 'watch']).toEqual(expect.arrayContaining([...verbs]))
    }
  })

  test('would be refused with a field that does not exist', async () => {
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' }, datta: {} }

    expect(await create(server, manifest, STRICTLY)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('unknown field "datta"') },
    })
  })
})

function manifestsIn(file: string): readonly Manifest[] {
  return parseAllDocuments(readFileSync(join(DEPLOY, file), 'utf8')).map((document): Manifest => {
    const [error] = document.errors
    if (error !== undefined) throw error
    return document.toJS()
  })
}

/** The pod that a workload would make. */
function podOf({ metadata: { name, namespace }, spec }: Manifest): Manifest[] {
  if (spec?.template === undefined) return []
  const metadata = { ...spec.template.metadata, name, ...(namespace !== undefined && { namespace }) }
  return [{ apiVersion: 'v1', kind: 'Pod', metadata, spec: spec.template.spec ?? {} }]
}

/** What an account may do, as the server says to whoever has its token. */
async function rulesOf(server: KubernetesServer, { metadata }: Manifest): Promise<readonly Rule[]> {
  const { namespace = 'default', name } = metadata
  const account = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`
  const { body } = await server.request<{ status: { token: string } }>('POST', `${account}/token`, { spec: {} })
  const review = await server.request<{ status: { resourceRules: readonly Rule[] } }>(
    'POST',
    '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    { spec: { namespace } },
    { token: body.status.token },
  )
  return review.body.status.resourceRules
}

async function create(server: KubernetesServer, manifest: Manifest, query: string) {
  const { apiVersion, kind, metadata } = manifest
  const group = `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}`
  const { body } = await server.request<Discovered>('GET', group)
  const resource = body.resources?.find((each) => each.kind === kind && !each.name.includes('/'))
  if (resource === undefined) throw new Error(`Cannot create "${kind}": ${apiVersion} does not have it`)
  const namespace = resource.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : ''
  return server.request('POST', `${group}${namespace}/${resource.name}?${query}`, manifest)
}
