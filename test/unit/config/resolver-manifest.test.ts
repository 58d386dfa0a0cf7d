import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { parseListen } from '../../../src/config/listen.ts'
import { parseResolverConfig } from '../../../src/config/resolver.ts'
import { RESOURCES } from '../../support/fake-kubernetes/object.ts'

const manifest = readFileSync(join(import.meta.dirname, '../../../deploy/resolver.yaml'), 'utf8')
const documents = parseAllDocuments(manifest)
const objects: Record<string, any>[] = documents.map((document) => document.toJS()) // oxlint-disable-line no-explicit-any -- a manifest has any shape
const of = (kind: string) => objects.find((object) => object['kind'] === kind) ?? {}
const { template, selector, replicas } = of('Deployment')['spec']
const pod = template.spec
const [container] = pod.containers
const POD_IP = '10.1.2.3'

function config() {
  const env = Object.fromEntries(
    container.env.map(({ name, value }: { name: string; value?: string }) => [
      name,
      value?.replace('$(POD_IP)', POD_IP),
    ]),
  )
  const result = parseResolverConfig(of('ConfigMap')['data']['resolver.yaml'], '/etc/flagship', env)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.config
}

describe('deploy/resolver.yaml', () => {
  test('is YAML without a fault, of these kinds in one namespace', () => {
    expect(documents.flatMap((document) => [...document.errors, ...document.warnings])).toEqual([])
    expect(objects.map((object) => object['kind'])).toEqual([
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'Service',
      'PodDisruptionBudget',
      'NetworkPolicy',
      'Deployment',
    ])
    const namespaces = objects.map((object) => object['metadata'].namespace).filter((name) => name !== undefined)
    expect(new Set([...namespaces, of('ClusterRoleBinding')['subjects'][0].namespace])).toEqual(new Set(['flagship']))
  })

  test('asks for get, list and watch on what is watched, and for nothing else', () => {
    expect(of('ClusterRole')['rules']).toEqual([
      { apiGroups: [''], resources: expect.any(Array), verbs: ['get', 'list', 'watch'] },
    ])
    expect(of('ClusterRole')['rules'][0].resources.toSorted()).toEqual([...RESOURCES].toSorted())
    expect(of('ClusterRoleBinding')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: of('ClusterRole')['metadata'].name },
      subjects: [{ kind: 'ServiceAccount', name: pod.serviceAccountName }],
    })
    expect([of('ServiceAccount')['metadata'].name, of('ServiceAccount')['automountServiceAccountToken']]).toEqual([
      pod.serviceAccountName,
      false,
    ])
    expect(pod.automountServiceAccountToken).toBe(true)
  })

  test('holds a configuration that flagship accepts, with a token that agents must show', () => {
    expect(config()).toMatchObject({ cluster: 'my-cluster', auth: { tokenFile: '/etc/flagship-secret/token' } })
    expect(config().api.kubeconfig).toBeUndefined()
  })

  test('mounts what the configuration reads, with the key of the secret that is made for it', () => {
    const mount = container.volumeMounts.find(({ name }: { name: string }) => name === 'secret')
    const [, name, key] = /create secret generic (\S+) --from-literal=(\w+)=/.exec(manifest) ?? []
    expect(config().auth.tokenFile).toBe(`${mount.mountPath}/${key}`)
    expect(pod.volumes[1].secret).toEqual({ secretName: name, defaultMode: 0o440 })
    expect(dirname(container.args.at(-1))).toBe(container.volumeMounts[0].mountPath)
    expect(container.args[0]).toBe('resolver')
  })

  test('listens where the service, probes and scrapes ask', () => {
    const [stream, http] = container.ports
    expect(parseListen(config().listen)).toEqual({ host: POD_IP, port: stream.containerPort })
    expect(parseListen(config().http.listen)).toEqual({ host: POD_IP, port: http.containerPort })
    expect(of('Service')['spec'].ports).toEqual([
      { name: 'http-stream', port: stream.containerPort, targetPort: stream.name },
    ])
    const { startupProbe, livenessProbe, readinessProbe } = container
    expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)).toEqual(
      ['/livez', '/livez', '/readyz'].map((path) => ({ path, port: http.name })),
    )
    expect(template.metadata.annotations['prometheus.io/port']).toBe(String(http.containerPort))
  })

  test('stays when a node goes: two of them, apart, one always there', () => {
    expect(replicas).toBe(2)
    expect(of('PodDisruptionBudget')['spec']).toEqual({ minAvailable: 1, selector })
    const [{ podAffinityTerm }] = pod.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution
    expect(podAffinityTerm).toEqual({ topologyKey: 'kubernetes.io/hostname', labelSelector: selector })
    expect(of('Deployment')['spec'].strategy.rollingUpdate.maxUnavailable).toBe(0)
  })

  test('lets only agents to the streams', () => {
    const { ingress, podSelector } = of('NetworkPolicy')['spec']
    expect([podSelector, template.metadata.labels]).toEqual([selector, expect.objectContaining(selector.matchLabels)])
    expect(ingress[0]).toEqual({
      from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'flagship' } } }],
      ports: [{ port: 'stream' }],
    })
    expect(of('Service')['spec'].selector).toEqual(selector.matchLabels)
  })

  test('may do and write nothing, as the level restricted asks', () => {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
    expect(container.volumeMounts.filter(({ readOnly }: { readOnly?: boolean }) => readOnly !== true)).toEqual([])
    expect(container.resources.limits).toEqual({ memory: expect.any(String) })
  })
})
