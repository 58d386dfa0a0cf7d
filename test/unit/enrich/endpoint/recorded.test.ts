import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { directionOf } from '../../../../src/enrich/direction.ts'
import { createEnds, type EndResolver, type Ends } from '../../../../src/enrich/endpoint/ends.ts'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import type { PodRow } from '../../../../src/enrich/endpoint/row.ts'
import { feedInventory, readInventory } from '../../../../src/enrich/kubernetes/inventory.ts'
import { emptyLine, type EnvoyLine } from '../../../../src/record/envoy-line.ts'
import type { Endpoint } from '../../../../src/record/generated/record.ts'
import type { Direction } from '../../../../src/record/layer.ts'

interface Scenario {
  readonly scenario: string
  readonly side: 'client' | 'server' | 'gateway'
  readonly pod: string
  readonly format: string
  readonly line: string
}
interface Seen {
  readonly direction: Direction
  readonly line: EnvoyLine
  readonly ends: Ends
  readonly pod: PodRow
}

const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/recorded/${name}`, import.meta.url))
const scenarios = readFileSync(fixture('scenarios.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((text): Scenario => JSON.parse(text))
  .filter(({ format }) => format === 'istio-json')

/** Names of the pods in the scenarios. */
const POD_NAMES: Readonly<Record<string, string>> = {
  productpage: 'productpage-v1-5c6d8f7b9-2xqzt',
  reviews1: 'reviews-v1-7f8d6c5b4-h9k2m',
  reviews2: 'reviews-v2-6b9f7d8c5-w4n7p',
  ratings: 'ratings-v1-85cd9b6f7-zt5rc',
  payments: 'payments-v1-59d4c8f6b-q8vjd',
  catalog: 'catalog-v1-7d9c6b5f8-l2mwx',
  mongodb: 'mongodb-0',
  gateway: 'istio-ingressgateway-6f7b9c7d9-8kq2v',
}

const KEYS = [
  ['upstreamCluster', 'upstream_cluster'],
  ['upstreamHost', 'upstream_host'],
  ['upstreamLocalAddress', 'upstream_local_address'],
  ['downstreamLocalAddress', 'downstream_local_address'],
  ['downstreamRemoteAddress', 'downstream_remote_address'],
  ['requestedServerName', 'requested_server_name'],
  ['responseCodeDetails', 'response_code_details'],
  ['authority', 'authority'],
] as const

/** Names and address of the pod an end is: what a test can compare at a glance. */
const told = (end: Endpoint | undefined) =>
  end && [end.kind, end.namespace, end.pod, end.service, end.method, end.confidence, end.reason]

let all: readonly (Pick<Scenario, 'scenario' | 'side'> & Seen)[]
let pods: readonly PodRow[]

beforeAll(async () => {
  const inventory = await readInventory(fixture('cluster.json'))
  const index = new EndpointIndex()
  feedInventory(index, inventory, Date.parse('2026-11-22T14:00:00Z'))
  ;({ pods } = inventory)
  const resolvers = new Map<string, EndResolver>()
  all = scenarios.map((scenario) => {
    const pod = pods.find(({ name }) => name === POD_NAMES[scenario.pod])
    if (pod === undefined) throw new Error(scenario.pod)
    const { namespace, name: podName, uid: podUid } = pod
    const resolver =
      resolvers.get(podUid) ?? createEnds(index, { namespace, podName, podUid, containerName: 'istio-proxy' })
    resolvers.set(podUid, resolver)
    const line = lineOf(scenario.line)
    const direction = directionOf(line, resolver.reporter)
    const { scenario: name, side } = scenario
    return { scenario: name, side, pod, line, direction, ends: resolver.endsOf(line, direction) }
  })
})

function lineOf(text: string): EnvoyLine {
  const values: Readonly<Record<string, unknown>> = JSON.parse(text)
  const line = emptyLine('istio-json')
  for (const [key, name] of KEYS) {
    const value = values[name]
    if (typeof value === 'string') line[key] = value
  }
  line.startTimeMs = Date.parse(String(values['start_time']))
  return line
}

function first(scenario: string, side: Scenario['side']): Ends {
  const found = all.find((each) => each.scenario === scenario && each.side === side)
  if (found === undefined) throw new Error(`${scenario} ${side}`)
  return found.ends
}

describe('recorded lines', () => {
  test('have the direction of the side they were written on', () => {
    const sides = { client: 'outbound', server: 'inbound', gateway: 'gateway' }
    for (const { scenario, side, direction } of all) expect([scenario, direction]).toEqual([scenario, sides[side]])
  })

  test('have the reporter at its own end, exact by its path', () => {
    for (const { scenario, side, pod, ends } of all) {
      if (side === 'gateway') continue
      const own = side === 'client' ? ends.source : ends.destination
      expect([scenario, own?.pod, own?.podUid, own?.node]).toEqual([scenario, pod.name, pod.uid, pod.nodeName])
      expect([own?.method, own?.confidence, own?.reason]).toEqual(['path', 'exact', undefined])
      expect(ends.workloads).toContain(`${pod.namespace}/${pod.workload.name}`)
    }
  })

  test('name at the other end the pod that has the address, and no other', () => {
    let named = 0
    for (const { side, line, ends } of all) {
      const other = side === 'server' ? ends.source : ends.destination
      const address = side === 'server' ? line.downstreamRemoteAddress : line.upstreamHost
      if (other?.pod === undefined) continue
      named += 1
      expect(pods.find(({ name }) => name === other.pod)?.ips[0]).toBe(address?.split(':')[0])
    }
    expect(named).toBe(150)
  })

  test.for([
    ['ok-200', 'client', ['pod', 'default', 'reviews-v1-7f8d6c5b4-h9k2m', 'reviews', 'ip', 'exact', undefined]],
    [
      'ok-200-plaintext',
      'client',
      ['pod', 'default', 'reviews-v2-6b9f7d8c5-w4n7p', 'reviews', 'ip', 'exact', undefined],
    ],
    ['ok-200', 'server', ['pod', 'default', 'reviews-v1-7f8d6c5b4-h9k2m', 'reviews', 'path', 'exact', undefined]],
    // Without an SNI the service is the pod's own, if it leads to the port that was dialled.
    [
      'ok-200-plaintext',
      'server',
      ['pod', 'default', 'reviews-v2-6b9f7d8c5-w4n7p', 'reviews', 'path', 'exact', undefined],
    ],
    [
      'inbound-undeclared-port',
      'server',
      ['pod', 'default', 'reviews-v1-7f8d6c5b4-h9k2m', undefined, 'path', 'exact', undefined],
    ],
    ['seed1-subset-missing', 'client', ['service', 'default', undefined, 'reviews', 'ip', 'exact', undefined]],
    ['uh-no-endpoints', 'client', ['service', 'shop', undefined, 'inventory', 'cluster', 'exact', undefined]],
    ['uf-refused', 'client', ['pod', 'shop', 'cart-v1-6c8d7f9b5-n3xpl', 'cart', 'ip', 'exact', undefined]],
    [
      'tcp-refused',
      'client',
      ['service', 'data', undefined, 'mongodb-dead', 'cluster', 'ambiguous', 'namespace_mismatch'],
    ],
    ['tcp-server-closes', 'client', ['pod', 'data', 'mongodb-0', 'mongodb', 'ip', 'exact', undefined]],
    ['tcp-cluster-missing', 'client', ['unknown', undefined, undefined, undefined, 'ip', 'none', 'not_known']],
    ['passthrough-http', 'client', ['external', undefined, undefined, undefined, 'ip', 'exact', undefined]],
    [
      'gw-app-404',
      'gateway',
      ['pod', 'default', 'productpage-v1-5c6d8f7b9-2xqzt', 'productpage', 'ip', 'exact', undefined],
    ],
    ['gw-no-host', 'gateway', ['unknown', undefined, undefined, undefined, undefined, 'none', 'no_upstream']],
  ] as const)('tell who was called: %s of the %s', ([scenario, side, wanted]) => {
    expect(told(first(scenario, side).destination)).toEqual(wanted)
  })

  test.for([
    ['ok-200', 'server', ['pod', 'default', 'productpage-v1-5c6d8f7b9-2xqzt', undefined, 'ip', 'exact', undefined]],
    ['gw-ok', 'server', ['unknown', undefined, undefined, undefined, undefined, 'none', 'xff']],
    ['mirror', 'client', ['pod', 'default', 'productpage-v1-5c6d8f7b9-2xqzt', undefined, 'path', 'exact', undefined]],
    [
      'id-force-trace-not-internal',
      'client',
      ['pod', 'default', 'productpage-v1-5c6d8f7b9-2xqzt', undefined, 'path', 'exact', undefined],
    ],
    ['gw-app-404', 'gateway', ['external', undefined, undefined, undefined, 'ip', 'exact', undefined]],
  ] as const)('tell who called: %s of the %s', ([scenario, side, wanted]) => {
    expect(told(first(scenario, side).source)).toEqual(wanted)
  })

  test.for([
    ['ok-200', 'server', true],
    ['ok-200', 'client', undefined],
    ['ok-200-plaintext', 'server', undefined],
    ['seed2-plain-to-strict', 'server', false],
    ['gw-tls-unknown-sni', 'gateway', undefined],
  ] as const)('prove mutual TLS or not: %s of the %s', ([scenario, side, wanted]) => {
    expect(first(scenario, side).mtls).toBe(wanted)
  })

  test('carry node, zone, workload and labels as one JSON object', () => {
    const { source, destination, destinationDomain } = first('ok-200', 'client')
    expect(JSON.parse(source?.json ?? '')).toEqual({
      kind: 'pod',
      pod: 'productpage-v1-5c6d8f7b9-2xqzt',
      pod_uid: '1b7d9e60-0c4f-4f6e-8d33-91a7b2c4d502',
      namespace: 'default',
      node: 'node-a',
      zone: 'zone-a',
      workload: 'productpage-v1',
      workload_kind: 'Deployment',
      method: 'path',
      confidence: 'exact',
      labels: { app: 'productpage', version: 'v1' },
    })
    expect(JSON.parse(destination?.json ?? '')).toMatchObject({ service: 'reviews', node: 'node-b', zone: 'zone-b' })
    expect(destinationDomain).toBe('reviews.default.svc.cluster.local')
  })
})
