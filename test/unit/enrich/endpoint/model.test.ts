import * as fc from '../../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { decodeRecord, encodeRecord } from '../../../../src/enrich/endpoint/record-line.ts'
import type { PodRow } from '../../../../src/enrich/endpoint/row.ts'
import {
  CALM_ADDRESSES,
  calmLooks,
  calmSteps,
  eventsOf,
  type LineLook,
  looks,
  type Step,
  type Look,
  steps,
} from './pod-world.ts'

const SKEW_MS = 2_000
/** `FLAGSHIP_LOOKUPS=1000000` is the long form. */
const LOOK_UPS = Number(process.env['FLAGSHIP_LOOKUPS'] ?? 35_000)
/** There are at least 50 lines in each world. */
const WORLDS = Math.ceil(LOOK_UPS / 70)
const TIMEOUT_MS = 60_000 + LOOK_UPS
const SEED = 20_261_122

interface Counts {
  looked: number
  exact: number
  ambiguous: number
}

const agentClock = fc.integer({ min: -1_000, max: 1_000 })
const pace = fc.integer({ min: 20, max: 200 })

describe('EndpointIndex.resolve() in a world of pods that share few addresses', () => {
  test('never names a pod that was not the true owner, whatever is late and whatever clocks differ', {
    timeout: TIMEOUT_MS,
  }, () => {
    const counts = { looked: 0, exact: 0, ambiguous: 0 }
    fc.assert(
      fc.property(steps, looks, agentClock, pace, (all, lines, agentClockMs, every) => {
        replay(all, lines, agentClockMs, every, undefined, counts)
      }),
      { seed: SEED, numRuns: WORLDS },
    )
    // The world is harsh: addresses change hands every few seconds. Most lines are resolved all the same.
    expect(counts.looked).toBeGreaterThan(LOOK_UPS * 0.8)
    expect((counts.exact + counts.ambiguous) / counts.looked).toBeGreaterThan(0.6)
    expect(counts.ambiguous).toBeGreaterThan(100)
  })

  test('resolves 99 of 100 lines, and none wrongly, where pods live for minutes', { timeout: TIMEOUT_MS }, () => {
    const counts = { looked: 0, exact: 0, ambiguous: 0 }
    fc.assert(
      fc.property(calmSteps, calmLooks, agentClock, pace, (all, lines, agentClockMs, every) => {
        replay(all, lines, agentClockMs, every, CALM_ADDRESSES, counts)
      }),
      { seed: SEED, numRuns: Math.ceil(WORLDS / 5) },
    )
    expect(counts.looked).toBeGreaterThan(LOOK_UPS * 0.15)
    expect((counts.exact + counts.ambiguous) / counts.looked).toBeGreaterThan(0.99)
  })
})

/** Each `every` events the agent starts anew from records, and a server that started anew lists everything again. */
function replay(
  all: readonly Step[],
  lines: readonly Look[],
  agentClockMs: number,
  every: number,
  addresses: number | undefined,
  counts: Counts,
): void {
  let index = new EndpointIndex({ skewMs: SKEW_MS })
  const there = new Map<string, PodRow>()
  for (const [at, event] of eventsOf(all, lines, agentClockMs, addresses).entries()) {
    if ('row' in event) {
      index.upsertPod(event.row, event.seenMs)
      there.set(event.row.uid, event.row)
    } else if ('deleted' in event) {
      index.deletePod(event.deleted, event.seenMs)
      there.delete(event.deleted)
    } else check(index, event.look, counts)
    if (at % every === every - 1) index = copyOf(index)
    if (at % every === every >> 1) relist(index, there, event.seenMs)
  }
}

function copyOf(index: EndpointIndex): EndpointIndex {
  const copy = new EndpointIndex({ skewMs: SKEW_MS })
  for (const record of index.records()) {
    const result = decodeRecord(encodeRecord(record))
    if (result.ok) copy.put(result.record)
  }
  return copy
}

function relist(index: EndpointIndex, there: ReadonlyMap<string, PodRow>, seenMs: number): void {
  for (const row of there.values()) index.upsertPod(row, seenMs)
  void index.retainPods(new Set(there.keys()), seenMs)
}

function check(index: EndpointIndex, look: LineLook, counts: Counts): void {
  const { ip, lineMs, owner, namespace } = look
  const hint = namespace === undefined ? undefined : { namespace }
  const { pod, confidence } = index.resolve({ network: '', ip, port: 80, protocol: 'TCP' }, lineMs, hint)
  counts.looked += 1
  if (pod === undefined) return
  counts[confidence === 'exact' ? 'exact' : 'ambiguous'] += 1
  expect(pod.uid).toBe(owner)
}
