import * as fc from '../../../support/fast-check.ts'
import { describe, expect, test, vi } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import type { IndexRecord } from '../../../../src/enrich/endpoint/index-record.ts'
import { encodeRecord } from '../../../../src/enrich/endpoint/record-line.ts'
import { NO_VERSIONS } from '../../../../src/enrich/kubernetes/resource-version.ts'
import { LastTold } from '../../../../src/enrich/resolver/last-told.ts'
import { Publisher } from '../../../../src/enrich/resolver/publisher.ts'
import { StreamState } from '../../../../src/enrich/resolver/stream-state.ts'
import { SILENT } from '../../../../src/logger.ts'
import { ManualClock, settle } from '../../fakes/manual-clock.ts'
import { nodeRow, podRow, serviceRow } from '../rows.ts'
import { StreamOutput } from './stream-output.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
const ADDRESSES = ['10.244.1.5', '10.244.1.6', '10.244.2.7']

/** What happens in a cluster: few names and addresses, so that everything is used again. */
const change = fc.oneof(
  fc.record({
    kind: fc.constant('pod' as const),
    uid: fc.integer({ min: 0, max: 11 }).map((at) => `pod-${at}`),
    ip: fc.constantFrom(...ADDRESSES),
    nodeName: fc.constantFrom('node-a', 'node-b'),
  }),
  fc.record({ kind: fc.constant('podGone' as const), uid: fc.integer({ min: 0, max: 11 }).map((at) => `pod-${at}`) }),
  fc.record({
    kind: fc.constant('service' as const),
    name: fc.constantFrom(...NAMES),
    ip: fc.constantFrom('10.96.0.1', '10.96.0.2'),
  }),
  fc.record({ kind: fc.constant('serviceGone' as const), name: fc.constantFrom(...NAMES) }),
  fc.record({ kind: fc.constant('node' as const), name: fc.constantFrom('node-a', 'node-b') }),
  fc.record({ kind: fc.constant('nodeGone' as const), name: fc.constantFrom('node-a', 'node-b') }),
)

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never

/** What befalls the agent in between. */
const step = fc.oneof(
  { weight: 6, arbitrary: change },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 6_000 }) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'lose' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
)

function apply(index: EndpointIndex, each: Change, nowMs: number): void {
  switch (each.kind) {
    case 'pod': {
      const { uid, ip, nodeName } = each
      return index.upsertPod(podRow({ uid, name: uid, ips: [ip], nodeName, life: { fromMs: nowMs } }), nowMs)
    }
    case 'podGone':
      return index.deletePod(each.uid, nowMs)
    case 'service':
      return index.upsertService(serviceRow({ name: each.name, clusterIps: [each.ip] }))
    case 'serviceGone':
      return index.deleteService('default', each.name)
    case 'node':
      return index.upsertNode(nodeRow({ name: each.name }))
    default:
      return index.deleteNode(each.name)
  }
}

/** A resolver that is started again with what is there: what was before it, it does not know. */
function restarted(index: EndpointIndex): EndpointIndex {
  const fresh = new EndpointIndex()
  for (const record of index.records()) if (record.kind !== 'pod' || !record.isDeleted) fresh.put(record)
  return fresh
}

function publish(index: EndpointIndex, clock: ManualClock, epoch: string): Publisher {
  return new Publisher(index, {
    clock,
    epoch,
    freshness: () => 'current',
    versions: () => NO_VERSIONS,
    onEvent: () => undefined,
  })
}

/** Everything, or what is there now: without the past, and without ranges, which only ever widen. */
function linesOf(index: EndpointIndex, isAll: boolean): readonly string[] {
  const lines: string[] = []
  for (const record of index.records())
    if (isAll || (record.kind !== 'range' && !(record.kind === 'pod' && record.isDeleted)))
      lines.push(encodeRecord(isAll ? record : present(record)))
  return lines.sort()
}

/** Without the addresses that a pod had before. */
function present(record: IndexRecord): IndexRecord {
  if (record.kind !== 'pod') return record
  return { ...record, intervals: record.intervals.filter(({ toMs }) => toMs === undefined) }
}

/** A UID never comes back: the next pod of that name has another. */
function withLives(): (each: Change) => Change {
  const ended = new Map<string, number>()
  return (each) => {
    if (each.kind !== 'pod' && each.kind !== 'podGone') return each
    const life = ended.get(each.uid) ?? 0
    if (each.kind === 'podGone') ended.set(each.uid, life + 1)
    return { ...each, uid: `${each.uid}-${life}` }
  }
}

describe('StreamState', () => {
  test('answers as the resolver does, wherever it loses its stream and however often the resolver starts anew', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60, size: 'max' }),
        fc.integer({ min: 0, max: 3 }),
        async (steps, cut) => {
          const clock = new ManualClock()
          let index = new EndpointIndex()
          const lives = withLives()
          let starts = 1
          let publisher = publish(index, clock, 'start-1')
          const agent = new EndpointIndex()
          const state = new StreamState(agent, new LastTold(clock, SILENT))
          let output: StreamOutput | undefined
          let taken = 0
          const connect = () => {
            output = new StreamOutput()
            taken = 0
            state.connect()
            publisher.add(output, state.position)
          }
          /** Take in what has come, without the last `left` lines. */
          const read = (left: number) => {
            const { lines } = output ?? { lines: [] }
            for (const line of lines.slice(taken, Math.max(taken, lines.length - left))) {
              expect(state.take(line)).toBeUndefined()
              taken += 1
            }
          }
          const opened = () =>
            vi.waitUntil(() => output?.types.some((type) => type === 'end' || type === 'resume'), {
              timeout: 20_000,
              interval: 1,
            })
          connect()
          for (const each of steps) {
            if (each.kind === 'pass') {
              await opened() // packed on another thread, whatever the clock says
              await clock.advance(each.ms)
              read(0)
            } else if (each.kind === 'lose' || each.kind === 'restart') {
              read(cut)
              output?.destroy()
              if (each.kind === 'restart') {
                publisher.stop()
                index = restarted(index)
                starts += 1
                publisher = publish(index, clock, `start-${starts}`)
              }
              connect()
            } else apply(index, lives(each), clock.nowMs())
          }
          await clock.advance(300)
          await opened()
          await clock.advance(300)
          await settle()
          read(0)
          publisher.stop()
          expect(linesOf(agent, starts === 1)).toEqual(linesOf(index, starts === 1))
        },
      ),
      { numRuns: 150 },
    )
  })
})
