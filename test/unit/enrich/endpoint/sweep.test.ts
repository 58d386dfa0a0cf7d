import { setImmediate as nextTurn } from 'node:timers/promises'
import * as fc from '../../../support/fast-check.ts'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { encodeRecord } from '../../../../src/enrich/endpoint/record-line.ts'
import { podRow } from '../rows.ts'

const PODS = 300
/** Of 64 pods each, and of as many intervals. */
const SLICES = 6
const SWEPT_MS = 60_000
const HISTORY_MS = 100_000

const at = fc.integer({ min: 0, max: PODS - 1 })
const delta = fc.oneof(
  fc.record({ do: fc.constant('add' as const), at }),
  fc.record({ do: fc.constant('change' as const), at }),
  fc.record({ do: fc.constant('delete' as const), at }),
  fc.record({ do: fc.constant('put' as const), at }),
  fc.record({ do: fc.constant('forget' as const), at }),
  fc.record({ do: fc.constant('current' as const), at }),
)
type Delta = typeof delta extends fc.Arbitrary<infer Value> ? Value : never
/** What comes in each turn of the event loop. */
const turns = fc.array(fc.array(delta, { maxLength: 5 }), { minLength: 1, maxLength: SLICES })

afterEach(() => {
  vi.restoreAllMocks()
})

/** Each look at the clock tells that the slice is over, or none does. */
function setSlices(areShort: boolean): void {
  let nowMs = 0
  vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += areShort ? 100 : 0))
}

function cluster(): EndpointIndex {
  const index = new EndpointIndex({ historyMs: HISTORY_MS })
  for (let pod = 0; pod < PODS; pod += 1) index.upsertPod(rowOf(`pod-${pod}`, pod), 1_000)
  for (let pod = 0; pod < PODS; pod += 1) if (isPast(pod)) index.deletePod(`pod-${pod}`, 2_000)
  index.setFreshness('not_synced', 50_000)
  return index
}

function rowOf(name: string, pod: number) {
  return podRow({ name, ips: [`10.244.${pod >> 8}.${pod & 255}`], nodeName: undefined })
}

function isKept(pod: number): boolean {
  return pod % 3 === 0
}

/** Gone before the list, and to be forgotten. */
function isPast(pod: number): boolean {
  return pod % 3 === 1 && pod % 2 === 0
}

const KEPT = Array.from({ length: PODS }, (_, pod) => pod).filter(isKept)

const ALL = cluster()

function apply(index: EndpointIndex, each: Delta, turn: number): void {
  const seenMs = SWEPT_MS + 1_000 * (turn + 1)
  const name = `pod-${each.at}`
  if (each.do === 'add') index.upsertPod(rowOf(`new-${each.at}`, each.at), seenMs)
  // A watch tells of no pod that its list did not have; what another index knows may be of any.
  else if (each.do === 'change' && isKept(each.at)) index.upsertPod(rowOf(name, each.at + PODS), seenMs)
  else if (each.do === 'delete') index.deletePod(isKept(each.at) ? name : `new-${each.at}`, seenMs)
  else if (each.do === 'put' && !isPast(each.at)) {
    const record = ALL.recordOf(`pod/${name}`)
    if (record !== undefined) index.put(record)
  } else if (each.do === 'forget') index.forget(3_000 + HISTORY_MS)
  else if (each.do === 'current') index.setFreshness('current', seenMs)
}

function linesOf(index: EndpointIndex): string[] {
  return [...index.records()].map(encodeRecord).sort()
}

const SWEEPS = [
  ['retainPods', (index: EndpointIndex) => index.retainPods(new Set(KEPT.map((pod) => `pod-${pod}`)), SWEPT_MS)],
  ['sweep', (index: EndpointIndex) => index.sweep(new Set(KEPT.map((pod) => `pod/pod-${pod}`)), SWEPT_MS)],
] as const

describe('EndpointIndex that is swept in slices', () => {
  test.for(SWEEPS)('is after %s() as if all that came meanwhile had come after it', async ([name, sweep]) => {
    await fc.assert(
      fc.asyncProperty(turns, async (any) => {
        // What a whole list does not have is deleted, so no record brings it back: an index has one source.
        const all = any.map((deltas) => deltas.filter((each) => each.do !== 'put' || name === 'sweep'))
        setSlices(false)
        const atOnce = cluster()
        await sweep(atOnce)
        for (const [turn, deltas] of all.entries()) for (const each of deltas) apply(atOnce, each, turn)
        const expected = linesOf(atOnce)
        const index = cluster()
        setSlices(true)
        const swept = sweep(index)
        for (const [turn, deltas] of all.entries()) {
          await nextTurn()
          for (const each of deltas) apply(index, each, turn)
        }
        await swept
        for (let turn = 0; turn <= SLICES; turn += 1) await nextTurn() // what is still to be forgotten
        expect(linesOf(index)).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  test.for(SWEEPS)('lets other things run while it does %s()', async ([, sweep]) => {
    const index = cluster()
    setSlices(true)
    let isDone = false
    const swept = sweep(index).then(() => (isDone = true))
    await nextTurn()
    await nextTurn()
    expect(isDone).toBe(false)
    expect(index.resolve({ network: '', ip: '10.244.1.43', port: 80, protocol: 'TCP' }, 61_000).pod).toBeDefined()
    await swept
    expect(index.resolve({ network: '', ip: '10.244.1.43', port: 80, protocol: 'TCP' }, 61_000).pod).toBeUndefined()
  })

  test('forgets in slices, a few at a time', async () => {
    const index = cluster()
    setSlices(true)
    const { closedIntervals } = index.size
    index.forget(3_000 + HISTORY_MS)
    expect(index.size.closedIntervals).toBeGreaterThan(0)
    expect(index.size.closedIntervals).toBeLessThan(closedIntervals)
    for (let turn = 0; turn <= SLICES; turn += 1) await nextTurn()
    expect(index.size.closedIntervals).toBe(0)
  })
})
