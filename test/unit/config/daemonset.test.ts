import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { parseListen } from '../../../src/config/listen.ts'
import { parseConfig } from '../../../src/config/load.ts'

const manifest = readFileSync(join(import.meta.dirname, '../../../deploy/daemonset.yaml'), 'utf8')
const documents = parseAllDocuments(manifest)
const objects: Record<string, any>[] = documents.map((document) => document.toJS()) // oxlint-disable-line no-explicit-any -- a manifest has any shape
const resolverDocuments = parseAllDocuments(
  readFileSync(join(import.meta.dirname, '../../../deploy/resolver.yaml'), 'utf8'),
)
const resolver: Record<string, any>[] = resolverDocuments.map((document) => document.toJS()) // oxlint-disable-line no-explicit-any -- a manifest has any shape
const of = (kind: string) => objects.find((object) => object['kind'] === kind) ?? {}
const pod = of('DaemonSet')['spec'].template.spec
const [container] = pod.containers
const POD_IP = '10.1.2.3'

/** The environment the container gets, with what the node fills in. */
const env: Record<string, string> = Object.fromEntries(
  container.env.map(({ name, value }: { name: string; value?: string }) => [
    name,
    value?.replace('$(POD_IP)', POD_IP) ?? (name === 'POD_IP' ? POD_IP : 'worker-1'),
  ]),
)

function config() {
  const result = parseConfig(of('ConfigMap')['data']['flagship.yaml'], '/etc/flagship', env)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.config
}

/** The mount that holds `path`: the deepest one above it. */
function mountOf(path: string): { mountPath: string; readOnly?: boolean } | undefined {
  return container.volumeMounts
    .filter(({ mountPath }: { mountPath: string }) => path === mountPath || path.startsWith(`${mountPath}/`))
    .toSorted((a: { mountPath: string }, b: { mountPath: string }) => b.mountPath.length - a.mountPath.length)[0]
}

function names(list: readonly { name: string }[]): readonly string[] {
  return list.map(({ name }) => name).toSorted()
}

describe('deploy/daemonset.yaml', () => {
  test('is YAML without a fault, of these kinds', () => {
    expect(documents.flatMap((document) => [...document.errors, ...document.warnings])).toEqual([])
    expect(objects.map((object) => object['kind'])).toEqual([
      'Namespace',
      'ServiceAccount',
      'PriorityClass',
      'ConfigMap',
      'DaemonSet',
    ])
  })

  test('holds a configuration that flagship accepts', () => {
    expect(config()).toMatchObject({ ingest: { pods: '/var/log/pods' }, nodeName: 'worker-1' })
  })

  test('takes names from the resolver, which is where it is looked for, and needs no rights for it', () => {
    const { mode, resolver: client } = config().enrich.kubernetes
    const service = resolver.find((object) => object['kind'] === 'Service') ?? {}
    const secret = pod.volumes.find(({ name }: { name: string }) => name === 'resolver').secret
    expect([mode, client.urls]).toEqual([
      'resolver',
      [`http://${service['metadata'].name}:${service['spec'].ports[0].port}`],
    ])
    expect(service['metadata'].namespace).toBe(of('DaemonSet')['metadata'].namespace)
    expect(mountOf(client.tokenFile ?? '')).toMatchObject({ name: 'resolver', readOnly: true })
    expect(secret).toEqual({ secretName: service['metadata'].name, optional: true })
    expect([pod.automountServiceAccountToken, of('ClusterRole')]).toEqual([false, {}])
  })

  test('names the node, which is enough for a sink with delivery: exactly_once', () => {
    const named = container.env.find(({ name }: { name: string }) => name === 'FLAGSHIP_NODE_NAME')
    expect(named.valueFrom).toEqual({ fieldRef: { fieldPath: 'spec.nodeName' } })
    const sink = "sinks: { stream: { type: kafka, brokers: ['kafka:9093'], delivery: exactly_once } }"
    const result = parseConfig(`ingest: { pods: /var/log/pods }\n${sink}\n`, '/etc/flagship', env)
    expect(result.ok && result.config.nodeName).toBe('worker-1')
  })

  test('listens on the address and port that probes and scrapes ask', () => {
    const { ports, livenessProbe, readinessProbe } = container
    expect(parseListen(config().http.listen)).toEqual({ host: POD_IP, port: ports[0].containerPort })
    expect([livenessProbe.httpGet, readinessProbe.httpGet]).toEqual([
      { path: '/livez', port: ports[0].name },
      { path: '/readyz', port: ports[0].name },
    ])
    expect(of('DaemonSet')['spec'].template.metadata.annotations['prometheus.io/port']).toBe(
      String(ports[0].containerPort),
    )
  })

  test('has logs and spool on one mount, or no hard link could be made', () => {
    const { ingest, spool } = config()
    expect(mountOf(ingest.pods ?? '')).toMatchObject({ mountPath: '/var/log' })
    expect(mountOf(spool.directory ?? '')).toBe(mountOf(ingest.pods ?? ''))
  })

  test('never has two agents on one node, and no proxy in front of one', () => {
    const { updateStrategy, template } = of('DaemonSet')['spec']
    expect(updateStrategy.rollingUpdate.maxSurge).toBe(0)
    expect(template.metadata.labels['sidecar.istio.io/inject']).toBe('false')
    expect(pod.nodeSelector).toEqual({ 'kubernetes.io/os': 'linux' })
  })

  test('gives an agent more time to start than it may wait for the one before', () => {
    const { periodSeconds, failureThreshold } = container.startupProbe
    expect(periodSeconds * failureThreshold * 1_000).toBeGreaterThan(
      config().state.lockWaitMs + config().enrich.kubernetes.syncWaitMs,
    )
  })

  test('mounts what is only read read-only, and what is written writable', () => {
    const { state, spool, sinks } = config()
    expect(mountOf(container.args.at(-1))).toMatchObject({ readOnly: true })
    const written = [
      state.directory,
      spool.directory ?? '',
      ...Object.values(sinks).flatMap((sink) => (sink.type === 'file' ? [sink.path] : [])),
    ]
    expect(written.map((path) => mountOf(path)?.readOnly ?? 'not read-only')).toEqual(
      written.map(() => 'not read-only'),
    )
    expect(written.filter((path) => mountOf(path) === undefined)).toEqual([])
  })

  test('mounts every volume it declares, and no other', () => {
    expect(names(container.volumeMounts)).toEqual(names(pod.volumes))
  })

  test('gives the least rights', () => {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect([pod.hostNetwork, pod.hostPID, pod.hostIPC]).toEqual([undefined, undefined, undefined])
  })

  test('leaves time to stop', () => {
    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(config().limits.stopMs)
  })

  test('runs on every node, before what can wait, within bounds', () => {
    expect(pod.tolerations).toEqual([{ operator: 'Exists' }])
    expect(pod.priorityClassName).toBe(of('PriorityClass')['metadata'].name)
    expect(container.resources).toMatchObject({
      requests: { cpu: expect.any(String) },
      limits: { memory: expect.any(String) },
    })
  })

  test('selects the pods it makes', () => {
    const { selector, template } = of('DaemonSet')['spec']
    expect(template.metadata.labels).toMatchObject(selector.matchLabels)
    expect(pod.serviceAccountName).toBe(of('ServiceAccount')['metadata'].name)
  })
})
