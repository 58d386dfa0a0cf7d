import { describe, expect, test } from 'vitest'
import { describeAccess } from '../../../../src/enrich/describe.ts'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import type { PodStateFacts } from '../../../../src/enrich/endpoint/pod-state.ts'
import { Vantage } from '../../../../src/enrich/vantage.ts'
import { emptyLine, type EnvoyLine } from '../../../../src/record/envoy-line.ts'
import { encodeEndpoint, makeHop } from '../../../../src/record/generated/record.ts'
import { nodeRow, podRow } from '../rows.ts'

/** All times are seconds; the line starts at 100 and ends at 110. */
const S = 1_000
const [START_MS, DURATION_MS] = [100 * S, 10 * S]
const READY = { isTrue: true, sinceMs: 10 * S, wasTrue: undefined }

type Told = Partial<PodStateFacts>
const restart = (endedMs: number, startedMs: number | undefined = endedMs + S) => ({
  container: 'app',
  endedMs,
  startedMs,
  reason: 'OOMKilled',
  exitCode: 137,
})

/** What was told of the called pod, one status after another. */
const LIVES = {
  ready: [{ ready: READY }],
  terminating: [{ ready: READY }, { ready: READY, deletionMs: 105 * S }],
  'terminating just now': [{ ready: READY }, { ready: READY, deletionMs: 109 * S }],
  gone: [{ ready: READY }, { deletionMs: 60 * S, goneMs: 90 * S }],
  starting: [{ createdMs: 80 * S, ready: { isTrue: false, sinceMs: 80 * S, wasTrue: false } }],
  'not ready': [{ ready: READY }, { ready: { isTrue: false, sinceMs: 95 * S, wasTrue: true } }],
  'restarted meanwhile': [{ ready: READY, restarts: [restart(104 * S)] }],
  'restarted before': [{ ready: READY, restarts: [restart(50 * S)] }],
  'ended meanwhile, in its end': [
    { ready: READY },
    { ready: READY, deletionMs: 109 * S, restarts: [restart(104 * S)] },
  ],
} as const satisfies Record<string, readonly Told[]>

function indexOf(life: keyof typeof LIVES, isSure = true): EndpointIndex {
  const index = new EndpointIndex()
  index.upsertNode(nodeRow({}))
  index.upsertPod(podRow({ uid: 'web', name: 'web-1', ips: ['10.244.1.4'], state: { ready: READY } }), 20 * S)
  const ips = ['10.244.1.6']
  for (const state of LIVES[life]) index.upsertPod(podRow({ uid: 'cart', name: 'cart-1', ips, state }), 20 * S)
  // Another one that had the address until the line: which of both it was is not sure.
  if (!isSure) index.upsertPod(podRow({ uid: 'old', ips, life: { toMs: 100 * S, isOver: true } }), 20 * S)
  index.setFreshness('current')
  return index
}

const FAILURES = {
  UC: {
    responseFlags: 'UC',
    responseCode: 503,
    responseCodeDetails: 'upstream_reset_before_response_started{connection_termination}',
  },
  UF: {
    responseFlags: 'UF',
    responseCode: 503,
    responseCodeDetails: 'upstream_reset_before_response_started{connection_failure}',
  },
  'UF,URX': {
    responseFlags: 'UF,URX',
    responseCode: 503,
    responseCodeDetails: 'upstream_reset_before_response_started{connection_failure}',
  },
  UR: {
    responseFlags: 'UR',
    responseCode: 503,
    responseCodeDetails: 'upstream_reset_before_response_started{remote_reset}',
  },
  LR: {
    responseFlags: 'LR',
    responseCode: 503,
    responseCodeDetails: 'upstream_reset_before_response_started{local_reset}',
  },
  UT: { responseFlags: 'UT', responseCode: 504, responseCodeDetails: 'response_timeout' },
  'TCP UF': { responseFlags: 'UF,URX', responseCode: 0, method: undefined, path: undefined, protocol: undefined },
  'an answer of the application': { responseCode: 503, responseCodeDetails: 'via_upstream' },
  'no route': { responseFlags: 'NR', responseCode: 404, responseCodeDetails: 'route_not_found' },
  success: { responseCode: 200, responseCodeDetails: 'via_upstream' },
} as const satisfies Record<string, Partial<EnvoyLine>>

function described(failure: keyof typeof FAILURES, index: EndpointIndex, values: Partial<EnvoyLine> = {}) {
  const line: EnvoyLine = {
    ...emptyLine('test'),
    startTimeMs: START_MS,
    durationMs: DURATION_MS,
    method: 'GET',
    path: '/',
    protocol: 'HTTP/1.1',
    upstreamCluster: 'outbound|80||cart.default.svc.cluster.local',
    upstreamHost: '10.244.1.6:80',
    downstreamRemoteAddress: '10.244.1.4:5000',
    ...FAILURES[failure],
    ...values,
  }
  const isInbound = line.upstreamCluster?.startsWith('inbound') === true
  const pod = isInbound ? 'cart' : 'web'
  const from = new Vantage({ index }, { namespace: 'default', podName: `${pod}-1`, podUid: pod })
  const { outcome, hop } = describeAccess(line, from)
  const { podState, podStateMs } = hop?.destination ?? {}
  return { cause: outcome?.verdictCause, state: podState, ms: podStateMs, reason: outcome?.eventReason, outcome, hop }
}

function keysOf<Key extends string>(table: Readonly<Record<Key, unknown>>): readonly Key[] {
  return Object.keys(table).filter((key): key is Key => Object.hasOwn(table, key))
}

describe('A verdict', () => {
  test.for([
    ['UC', 'terminating', 'pod_terminating', 'terminating', 5_000],
    ['UF', 'terminating', 'pod_terminating', 'terminating', 5_000],
    ['UF,URX', 'terminating', 'pod_terminating', 'terminating', 5_000],
    ['UR', 'terminating', 'pod_terminating', 'terminating', 5_000],
    ['LR', 'terminating', 'pod_terminating', 'terminating', 5_000],
    ['TCP UF', 'terminating', 'pod_terminating', 'terminating', 5_000],
    ['UC', 'not ready', 'pod_not_ready', 'not_ready', 15_000],
    ['UF', 'starting', 'pod_starting', 'starting', 30_000],
    ['UF', 'gone', 'pod_gone', 'gone', 20_000],
    ['UT', 'gone', 'pod_gone', 'gone', 20_000],
    ['UC', 'restarted meanwhile', 'pod_restarted', 'ready', 100_000],
    ['UT', 'restarted meanwhile', 'pod_restarted', 'ready', 100_000],
    // What does not explain it, or is not sure, changes nothing.
    ['UC', 'ready', 'upstream_closed_before_response', 'ready', 100_000],
    ['UC', 'restarted before', 'upstream_closed_before_response', 'ready', 100_000],
    ['UC', 'terminating just now', 'upstream_closed_before_response', undefined, undefined],
    ['UC', 'ended meanwhile, in its end', 'upstream_closed_before_response', undefined, undefined],
    ['UT', 'terminating', 'upstream_timeout', 'terminating', 5_000],
    ['an answer of the application', 'terminating', 'next_hop_answered_error', 'terminating', 5_000],
    ['no route', 'terminating', 'route_not_found', 'terminating', 5_000],
    ['success', 'ready', undefined, undefined, undefined],
    ['success', 'not ready', undefined, 'not_ready', 5_000],
    ['success', 'terminating', undefined, undefined, undefined],
  ] as const)('on %s of a pod that is %s says %s', ([failure, life, cause, state, ms]) => {
    expect(described(failure, indexOf(life))).toMatchObject({ cause, state, ms })
  })

  test('keeps who answered and whether it failed: only cause, reason and checks are the state’s', () => {
    const [told, plain] = [described('UC', indexOf('terminating')).outcome, described('UC', indexOf('ready')).outcome]
    expect(told?.verdictChecks).not.toEqual(plain?.verdictChecks)
    expect({ ...told, verdictChecks: 0, eventReason: 0, verdictCause: 0, json: 0 }).toMatchObject({
      verdictResponder: plain?.verdictResponder,
      verdictRule: plain?.verdictRule,
      eventOutcome: 'failure',
      eventCode: 'UC',
    })
  })

  test('says it of the own pod on the inbound side', () => {
    const inbound = { upstreamCluster: 'inbound|80||', downstreamLocalAddress: '10.244.1.6:80' }
    const { cause, reason } = described('UC', indexOf('terminating'), inbound)
    expect([cause, reason]).toEqual(['pod_terminating', expect.stringMatching(/^This pod was being terminated/)])
  })

  test('never rests on a pod that is not sure', () => {
    const { cause, state } = described('UC', indexOf('terminating', false))
    expect([cause, state]).toEqual(['upstream_closed_before_response', undefined])
  })

  test('takes its reason from a bounded set, without names or numbers', () => {
    const reasons = new Set(
      keysOf(FAILURES).flatMap((failure) => keysOf(LIVES).map((life) => described(failure, indexOf(life)).reason)),
    )
    for (const reason of reasons) expect(reason ?? '').not.toMatch(/cart|[0-9]{2}/)
  })

  test('stands in documents as if they had been rendered with it', () => {
    for (const life of keysOf(LIVES)) {
      const { hop } = described('UC', indexOf(life))
      if (hop === undefined) throw new Error('a line has a hop')
      expect(hop).toEqual(makeHop(hop))
      for (const end of [hop.source, hop.destination]) expect(end?.json).toBe(end && encodeEndpoint(end))
    }
  })

  test('is one object for lines that repeat', () => {
    const index = indexOf('terminating')
    expect(described('UC', index).outcome).toBe(described('UC', index).outcome)
  })
})
