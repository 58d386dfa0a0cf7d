import { describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { keyOf } from '../../../../src/enrich/endpoint/index-record.ts'
import { podRow } from '../rows.ts'

const IP = '10.244.1.5'
const OTHER_IP = '10.244.1.6'

const at = (index: EndpointIndex, ip: string, atMs: number) =>
  index.resolve({ network: '', ip, port: 80, protocol: 'TCP' }, atMs).pod?.uid

const agentOf = () => {
  const agent = new EndpointIndex()
  agent.setFreshness('current', 0)
  return agent
}

/** An agent that is told what one replica has as a whole. */
function tell(agent: EndpointIndex, replica: EndpointIndex, atMs: number): void {
  const records = [...replica.records()]
  for (const record of records) agent.put(record)
  void agent.sweep(new Set(records.map(keyOf)), atMs)
}

function replicaOf(...changes: readonly ((index: EndpointIndex) => void)[]): EndpointIndex {
  const index = new EndpointIndex()
  for (const change of changes) change(index)
  return index
}

const READY = { isTrue: true, sinceMs: 5_000, wasTrue: true }
const oldStarts = (index: EndpointIndex) => index.upsertPod(podRow({ uid: 'old', state: { ready: READY } }), 1_000)
const oldEnds = (index: EndpointIndex) => index.deletePod('old', 100_000)
const oldEndsLate = (index: EndpointIndex) => index.deletePod('old', 120_000)
const newStarts = (index: EndpointIndex) =>
  index.upsertPod(
    podRow({ uid: 'new', name: 'new', life: { fromMs: 101_000 }, state: { ready: { ...READY, sinceMs: 102_000 } } }),
    101_000,
  )

describe('EndpointIndex.put() of what a replica tells that lags', () => {
  test('leaves a pod deleted that was told to be', () => {
    const agent = agentOf()
    tell(agent, replicaOf(oldStarts, oldEnds, newStarts), 110_000)
    tell(agent, replicaOf(oldStarts), 115_000)
    expect([at(agent, IP, 113_000), at(agent, IP, 130_000)]).not.toContain('old')
    expect(agent.stateOf('old', 130_000)?.state).toBe('gone')
  })

  test('holds of two ends of a pod the earlier one', () => {
    const agent = agentOf()
    tell(agent, replicaOf(oldStarts, oldEnds), 110_000)
    tell(agent, replicaOf(oldStarts, oldEndsLate), 130_000)
    expect(at(agent, IP, 110_000)).toBeUndefined()
  })

  test('takes nothing back of the state of a pod', () => {
    const notReady = { isTrue: false, sinceMs: 50_000, wasTrue: true }
    const fails = (index: EndpointIndex) => index.upsertPod(podRow({ uid: 'old', state: { ready: notReady } }), 50_000)
    const agent = agentOf()
    tell(agent, replicaOf(oldStarts, fails), 60_000)
    tell(agent, replicaOf(oldStarts), 65_000)
    expect(agent.stateOf('old', 62_000)?.state).toBe('not_ready')
  })

  /** A pod whose network was made anew, with another address. */
  const first = podRow({ uid: 'old', life: { sandboxMs: 1_000 } })
  const second = podRow({ uid: 'old', ips: [OTHER_IP], life: { sandboxMs: 50_000 } })
  const agentThatSawBoth = () => {
    const agent = agentOf()
    tell(
      agent,
      replicaOf(
        (index) => index.upsertPod(first, 1_000),
        (index) => index.upsertPod(second, 51_000),
      ),
      60_000,
    )
    return agent
  }

  test('gives back no address that a pod has lost with its network', () => {
    const agent = agentThatSawBoth()
    tell(
      agent,
      replicaOf((index) => index.upsertPod(first, 1_000)),
      65_000,
    )
    expect([at(agent, IP, 62_000), at(agent, OTHER_IP, 62_000)]).toEqual([undefined, 'old'])
  })

  test('keeps the past that a replica does not know which began later', () => {
    const agent = agentThatSawBoth()
    tell(
      agent,
      replicaOf((index) => index.upsertPod(second, 70_000)),
      75_000,
    )
    expect([at(agent, IP, 30_000), at(agent, OTHER_IP, 62_000)]).toEqual(['old', 'old'])
  })
})

describe('EndpointIndex.sweep() of what a replica does not have yet', () => {
  test('says of no pod that it is gone, and lets it come back', () => {
    const agent = agentOf()
    const ahead = replicaOf(oldStarts, oldEnds, newStarts)
    tell(agent, ahead, 110_000)
    tell(agent, replicaOf(oldStarts), 115_000)
    expect([agent.stateOf('new', 130_000), at(agent, IP, 130_000)]).toEqual([undefined, undefined])
    tell(agent, ahead, 140_000)
    expect([agent.stateOf('new', 130_000)?.state, at(agent, IP, 130_000)]).toEqual(['ready', 'new'])
  })
})
