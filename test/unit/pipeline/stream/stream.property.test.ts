import { expect, test } from 'vitest'
import { seededRandom } from '../../../support/seeded-random.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { type CommitFault, type ScriptedMember, ScriptedTopic } from '../../fakes/scripted-group.ts'
import { ScriptedStore, startMember, StoreSink } from './bench.ts'

const PARTITIONS = 3
const ROUNDS = 40
const MOST_MEMBERS = 3
/** Of waiting for half a second until the group has been told of everything. */
const MOST_TRIES = 120

/** Members come, go, are killed and share partitions anew, the store rolls over, and answers are lost. */
async function worldOf(seed: number) {
  const random = seededRandom(seed)
  const clock = new ManualClock()
  const topic = new ScriptedTopic(clock, PARTITIONS)
  const store = new ScriptedStore(clock, random)
  const members = new Set<ScriptedMember>()
  const stopping: Promise<void>[] = []
  let written = 0
  const fault = (): CommitFault => (random() < 0.9 ? 'none' : random() < 0.5 ? 'refused' : 'lost')
  const start = () => {
    const member = topic.member(fault)
    members.add(member)
    const { agent } = startMember(member, new StoreSink(store, () => member.isDead), clock)
    agent.done.catch(() => {})
    return { member, agent }
  }
  let agents = [start()]
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let count = Math.floor(random() * 20); count > 0; count -= 1)
      topic.append(Math.floor(random() * PARTITIONS), `m${written++}`)
    await clock.advance(random() * 100)
    const what = random()
    const [first] = agents
    if (what < 0.15 && agents.length < MOST_MEMBERS) agents = [...agents, start()]
    else if (what < 0.3 && first !== undefined) {
      first.member.kill()
      agents = agents.slice(1)
    } else if (what < 0.4 && first !== undefined) {
      stopping.push(first.agent.stop(5_000))
      agents = agents.slice(1)
    } else if (what < 0.5) topic.form()
    else if (what < 0.65) store.rollOver()
    if (agents.length === 0) agents = [start()]
  }
  const told = () => [...topic.positions.values()].reduce((sum, { offset }) => sum + (offset ?? 0), 0)
  for (let tries = 0; told() < written && tries < MOST_TRIES; tries += 1) await clock.advance(500)
  await clock.drive(Promise.all([...stopping, ...agents.map(({ agent }) => agent.stop(30_000))]))
  const counts = Array.from({ length: written }, (_, index) => store.counts.get(`m${index}`) ?? 0)
  return {
    written,
    lost: counts.filter((count) => count === 0).length,
    doubled: counts.filter((count) => count > 1).length,
    told: told(),
  }
}

test.for(Array.from({ length: 20 }, (_, seed) => seed))('a group delivers each message once, seed %i', async (seed) => {
  const { written, ...rest } = await worldOf(seed)
  expect(rest).toEqual({ lost: 0, doubled: 0, told: written })
})
