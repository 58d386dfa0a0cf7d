import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { eventsOf, type LineLook, looks, steps } from './pod-world.ts'

const SKEW_MS = 2_000

describe('EndpointIndex.resolve() in a world of pods that share few addresses', () => {
  test('never names a pod that was not the true owner, whatever is late and whatever clocks differ', () => {
    const counts = { looked: 0, exact: 0, ambiguous: 0 }
    const agentClock = fc.integer({ min: -1_000, max: 1_000 })
    fc.assert(
      fc.property(steps, looks, agentClock, (all, lines, agentClockMs) => {
        const index = new EndpointIndex({ skewMs: SKEW_MS })
        for (const event of eventsOf(all, lines, agentClockMs)) {
          if ('row' in event) index.upsertPod(event.row, event.seenMs)
          else if ('deleted' in event) index.deletePod(event.deleted, event.seenMs)
          else check(index, event.look, counts)
        }
      }),
      { seed: 20_261_122, numRuns: 500 },
    )
    // The world is harsh: addresses change hands every few seconds. Most lines are resolved all the same.
    expect(counts.looked).toBeGreaterThan(30_000)
    expect((counts.exact + counts.ambiguous) / counts.looked).toBeGreaterThan(0.6)
    expect(counts.ambiguous).toBeGreaterThan(100)
  })
})

function check(
  index: EndpointIndex,
  look: LineLook,
  counts: { looked: number; exact: number; ambiguous: number },
): void {
  const { ip, lineMs, owner, namespace } = look
  const hint = namespace === undefined ? undefined : { namespace }
  const { pod, confidence } = index.resolve({ network: '', ip, port: 80, protocol: 'TCP' }, lineMs, hint)
  counts.looked += 1
  if (pod === undefined) return
  counts[confidence === 'exact' ? 'exact' : 'ambiguous'] += 1
  expect(pod.uid).toBe(owner)
}
