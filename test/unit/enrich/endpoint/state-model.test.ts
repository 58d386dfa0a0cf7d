import { describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { decodeRecord, encodeRecord } from '../../../../src/enrich/endpoint/record-line.ts'
import { FieldReader, type JsonObject } from '../../../../src/enrich/kubernetes/field-reader.ts'
import { podRowOf } from '../../../../src/enrich/kubernetes/pod.ts'
import { type Happening, type StateWorld, stateWorld, type Truth, UID } from './state-world.ts'

/** `FLAGSHIP_LOOKUPS=1000000` is the long form. */
const LOOK_UPS = Number(process.env['FLAGSHIP_LOOKUPS'] ?? 60_000)
const LOOKS = 60
const TIMEOUT_MS = 60_000 + LOOK_UPS

describe('EndpointIndex.stateOf() in a world in which pods come, crash and go', () => {
  test('never names a state that was not the true one', { timeout: TIMEOUT_MS }, () => {
    const counts = { looked: 0, wrong: [] as string[], named: new Map<string, number>() }
    for (let seed = 1; seed <= LOOK_UPS / LOOKS; seed += 1) replay(stateWorld(seed, LOOKS), seed, counts)
    expect(counts.wrong.slice(0, 5)).toEqual([])
    expect(counts.looked).toBeGreaterThan(LOOK_UPS * 0.7)
    // Half of the lines are near a change, and there it is often not to be known.
    const named = [...counts.named.values()].reduce((sum, count) => sum + count, 0)
    expect(named / counts.looked).toBeGreaterThan(0.4)
    expect([...counts.named.keys()].sort()).toEqual([
      'gone',
      'not_ready',
      'ready',
      'restarted',
      'starting',
      'terminating',
    ])
  })
})

interface Counts {
  looked: number
  readonly wrong: string[]
  readonly named: Map<string, number>
}

function replay(world: StateWorld, seed: number, counts: Counts): void {
  let index = new EndpointIndex()
  index.setFreshness('current')
  let isSilent = false
  for (const each of world.happenings) {
    if (each.kind === 'silence') index.setFreshness('stale', each.seenMs)
    else if (each.kind === 'restart') index = restarted(index, each.seenMs)
    else if (each.kind !== 'look') tell(index, each)
    // Reading starts when everything is known again.
    else if (!isSilent) look(index, world, each, seed, counts)
    if (each.kind === 'silence' || each.kind === 'restart') isSilent = true
    if (each.kind === 'listed') isSilent = false
  }
}

function tell(index: EndpointIndex, each: Happening): void {
  if (each.kind === 'told') index.upsertPod(rowOf(each.pod), each.seenMs)
  else if (each.kind === 'deleted') index.deletePod(UID, each.seenMs)
  else if (each.kind === 'listed') {
    if (each.pod !== undefined) index.upsertPod(rowOf(each.pod), each.seenMs)
    void index.retainPods(new Set(each.pod === undefined ? [] : [UID]), each.seenMs)
    index.setFreshness('current', each.seenMs)
  }
}

/** As from a snapshot on disk. */
function restarted(old: EndpointIndex, writtenMs: number): EndpointIndex {
  const index = new EndpointIndex()
  for (const record of old.records()) {
    const result = decodeRecord(encodeRecord(record))
    if (result.ok) index.put(result.record)
  }
  index.setFreshness('not_synced', writtenMs)
  return index
}

function rowOf(pod: JsonObject) {
  const reader = new FieldReader()
  const row = podRowOf(pod, reader, [])
  if (reader.problems.length > 0) throw new Error(JSON.stringify(reader.problems))
  return row
}

function look(
  index: EndpointIndex,
  world: StateWorld,
  { lineMs, trueMs }: { lineMs: number; trueMs: number },
  seed: number,
  counts: Counts,
): void {
  counts.looked += 1
  const said = index.stateOf(UID, lineMs)
  if (said === undefined) return
  counts.named.set(said.state, (counts.named.get(said.state) ?? 0) + 1)
  const truth = world.truthAt(trueMs)
  if (!isTrue(said, truth)) counts.wrong.push(`seed ${seed}, ${trueMs}: ${JSON.stringify({ said, truth })}`)
}

/**
 * Right is the true state, since when it truly is, within the tolerance; and "terminating" of a pod that has ended, as
 * long as nobody told: that its deletion was asked for stays true.
 */
function isTrue(said: Truth, truth: Truth | undefined): boolean {
  if (truth?.state === 'gone' && said.state === 'terminating') return true
  if (truth?.state !== said.state) return false
  return said.state === 'gone' || Math.abs(said.sinceMs - truth.sinceMs) <= 2_000
}
