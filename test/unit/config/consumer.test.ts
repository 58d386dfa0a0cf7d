import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { parseListen } from '../../../src/config/listen.ts'
import { parseConfig } from '../../../src/config/load.ts'

const manifest = readFileSync(join(import.meta.dirname, '../../../deploy/consumer.yaml'), 'utf8')
const documents = parseAllDocuments(manifest)
const objects: Record<string, any>[] = documents.map((document) => document.toJS()) // oxlint-disable-line no-explicit-any -- a manifest has any shape
const of = (kind: string) => objects.find((object) => object['kind'] === kind) ?? {}
const { template, selector } = of('Deployment')['spec']
const pod = template.spec
const [container] = pod.containers
const POD_IP = '10.1.2.3'

function config() {
  const listen = container.env.find(({ name }: { name: string }) => name === 'FLAGSHIP_HTTP_LISTEN').value
  const env = { FLAGSHIP_HTTP_LISTEN: listen.replace('$(POD_IP)', POD_IP) }
  const result = parseConfig(of('ConfigMap')['data']['flagship.yaml'], '/etc/flagship', env)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.config
}

describe('deploy/consumer.yaml', () => {
  test('is YAML without a fault, of these kinds in one namespace', () => {
    expect(documents.flatMap((document) => [...document.errors, ...document.warnings])).toEqual([])
    expect(objects.map((object) => object['kind'])).toEqual(['Namespace', 'ConfigMap', 'Deployment'])
    const { name } = of('Namespace')['metadata']
    expect([of('ConfigMap')['metadata'].namespace, of('Deployment')['metadata'].namespace]).toEqual([name, name])
  })

  test('holds a configuration that flagship accepts: a group and one sink', () => {
    const { ingest, sinks } = config()
    expect(ingest.kafka?.topics).toEqual(['envoy.access', 'envoy.log', 'envoy.unparsed', 'envoy.loss'])
    expect(Object.values(sinks).map(({ type }) => type)).toEqual(['elasticsearch'])
  })

  test('mounts what the configuration reads, and names each key that the secret needs', () => {
    const files = [...JSON.stringify(config()).matchAll(/File":"([^"]+)"/g)].map(([, path]) => path ?? '')
    const folder = container.volumeMounts.find(({ name }: { name: string }) => name === 'secret').mountPath
    const keys = [...manifest.matchAll(/--from-file=(\S+)/g)].map(([, key]) => `${folder}/${key}`)
    expect([...new Set(files)].toSorted()).toEqual(keys.toSorted())
    expect(dirname(container.args.at(-1))).toBe(container.volumeMounts[0].mountPath)
  })

  test('listens on the address and port that probes and scrapes ask', () => {
    const { ports, startupProbe, livenessProbe, readinessProbe } = container
    expect(parseListen(config().http.listen)).toEqual({ host: POD_IP, port: ports[0].containerPort })
    expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)).toEqual([
      { path: '/livez', port: ports[0].name },
      { path: '/livez', port: ports[0].name },
      { path: '/readyz', port: ports[0].name },
    ])
    expect(template.metadata.annotations['prometheus.io/port']).toBe(String(ports[0].containerPort))
  })

  test('may do and write nothing, as the level restricted asks', () => {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(container.volumeMounts.filter(({ readOnly }: { readOnly?: boolean }) => readOnly !== true)).toEqual([])
  })

  test('leaves time to stop, and selects the pods it makes', () => {
    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(config().limits.stopMs)
    expect(template.metadata.labels).toMatchObject(selector.matchLabels)
  })
})
