import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { directionOf, type ReporterFacts } from '../../../src/enrich/direction.ts'
import { emptyLine, type EnvoyLine } from '../../../src/record/envoy-line.ts'

const line = (values: Partial<EnvoyLine>): EnvoyLine => ({ ...emptyLine('test'), ...values })
const sidecar: ReporterFacts = { ips: ['10.244.1.21', 'fd00::21'], role: undefined }
const gateway: ReporterFacts = { ips: ['10.244.0.5'], role: 'gateway' }
const waypoint: ReporterFacts = { ips: ['10.244.0.9'], role: 'waypoint' }

interface Sample {
  readonly id: string
  readonly expected: Readonly<Record<string, unknown>> & {
    readonly derived?: { readonly direction: string; readonly role_hint: string | null }
  }
}
const samples = readFileSync(new URL('../../fixtures/samples/samples.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((text): Sample => JSON.parse(text))

const COLUMNS = [
  ['upstreamCluster', 'upstream_cluster'],
  ['upstreamHost', 'upstream_host'],
  ['upstreamLocalAddress', 'upstream_local_address'],
  ['downstreamLocalAddress', 'downstream_local_address'],
  ['downstreamRemoteAddress', 'downstream_remote_address'],
  ['requestedServerName', 'requested_server_name'],
] as const

/** The line of a sample's expected columns: no parser is needed to know its direction. */
function lineOf(expected: Sample['expected']): EnvoyLine {
  const columns = COLUMNS.flatMap(([key, name]) => {
    const value = expected[name]
    return typeof value === 'string' ? [[key, value]] : []
  })
  const own = expected['direction']
  const more = own === 'outbound' || own === 'inbound' ? { more: { ztunnelDirection: own } as const } : {}
  return line({ ...Object.fromEntries(columns), ...more })
}

describe('directionOf()', () => {
  test.for(
    samples.filter((sample) => sample.expected.derived !== undefined).map((sample) => [sample.id, sample] as const),
  )('tells the direction of sample %s from the line alone', ([, { expected }]) => {
    const { direction, role_hint: role } = expected.derived ?? { direction: 'unknown', role_hint: null }
    const wanted = role === 'gateway' || role === 'waypoint' ? role : direction
    expect(directionOf(lineOf(expected), undefined)).toBe(wanted)
  })

  test.for([
    ['an own address that calls', sidecar, { downstreamRemoteAddress: '10.244.1.21:4000' }, 'outbound'],
    ['an own IPv6 address that calls', sidecar, { downstreamRemoteAddress: '[fd00::21]:4000' }, 'outbound'],
    ['an own address that is called', sidecar, { downstreamLocalAddress: '10.244.1.21:9080' }, 'inbound'],
    [
      'a pod that calls itself',
      sidecar,
      { downstreamRemoteAddress: '10.244.1.21:4000', downstreamLocalAddress: '10.244.1.21:9080' },
      'unknown',
    ],
    [
      'a forwarded client and a service address',
      sidecar,
      { downstreamRemoteAddress: '10.1.2.3:0', downstreamLocalAddress: '10.96.10.10:9080' },
      'outbound',
    ],
    [
      'a neighbour whose address begins alike',
      sidecar,
      { downstreamRemoteAddress: '10.244.1.210:4000', downstreamLocalAddress: '10.244.1.21:9080' },
      'inbound',
    ],
    ['a listener at loopback', sidecar, { downstreamLocalAddress: '127.0.0.1:15000' }, 'unknown'],
    ['no address at all', sidecar, {}, 'unknown'],
    [
      'BlackHoleCluster',
      sidecar,
      { upstreamCluster: 'BlackHoleCluster', downstreamRemoteAddress: '10.244.1.21:4000' },
      'outbound',
    ],
    ['a request nobody routed', gateway, { downstreamLocalAddress: '10.244.0.5:8080' }, 'gateway'],
    ['an outbound cluster', gateway, { upstreamCluster: 'outbound|9080||a.b.svc.cluster.local' }, 'gateway'],
    ['an SNI of a sidecar', gateway, { requestedServerName: 'outbound_.80_._.a.b.svc.cluster.local' }, 'gateway'],
    ['a cluster routed by SNI', undefined, { upstreamCluster: 'outbound_.80_._.a.b.svc.cluster.local' }, 'gateway'],
    ['an outbound cluster', waypoint, { upstreamCluster: 'outbound|9080||a.b.svc.cluster.local' }, 'waypoint'],
    ['a cluster of the plumbing', waypoint, { upstreamCluster: 'main_internal' }, 'waypoint'],
    [
      'an SNI of a sidecar with somebody’s own cluster',
      undefined,
      { upstreamCluster: 'own', requestedServerName: 'outbound_.80_._.a.b.svc.cluster.local' },
      'unknown',
    ],
    ['an inbound cluster', gateway, { upstreamCluster: 'inbound|9080||' }, 'inbound'],
  ] as const)('takes %s as the reporter says, row %$', ([, reporter, values, wanted]) => {
    expect(directionOf(line(values), reporter)).toBe(wanted)
  })
})
