import { expect, test } from 'vitest'
import { seededRandom } from '../../../support/seeded-random.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { ScriptedStore, StoreSink } from './bench.ts'
import { requestOf, startTaker } from './request-bench.ts'

const ROUNDS = 60
const MOST_ROUNDS = 400
const MOST_WAIT_MS = 400
const INFLIGHT_BYTES = 250

/** What befalls: agents stop and are killed, or the store begins new indices under one that lives. */
type Fate = 'agents come and go' | 'indices come and go'

/** Shippers send until they are answered, hang up, and send again; answers of the store are lost. */
async function worldOf(seed: number, fate: Fate) {
  const random = seededRandom(seed)
  const clock = new ManualClock()
  const store = new ScriptedStore(clock, random)
  const start = () => {
    let isDead = false
    const { agent, taker } = startTaker(new StoreSink(store, () => isDead), clock, { inflightBytes: INFLIGHT_BYTES })
    agent.done.catch(() => {})
    const kill = () => {
      isDead = true
    }
    return { agent, taker, kill, isDead: () => isDead }
  }
  let current = start()
  const unanswered = new Set<readonly string[]>()
  const refusals = { full: 0, closed: 0 }
  let written = 0
  /** One try of a shipper, which has no patience without end. */
  const send = async (texts: readonly string[]) => {
    const { taker, isDead } = current
    const refusal = taker.refusalOf(texts.join().length)
    if (refusal !== undefined) refusals[refusal] += 1
    if (refusal !== undefined) return
    const hungUp = clock.sleep(random() * MOST_WAIT_MS).then(() => 'hung up')
    const answer = await Promise.race([taker.take(requestOf(texts)), hungUp])
    if (answer === 'answered' && !isDead()) unanswered.delete(texts)
  }
  for (let round = 0; round < ROUNDS || (unanswered.size > 0 && round < MOST_ROUNDS); round += 1) {
    const isOver = round >= ROUNDS
    for (let count = isOver ? 0 : Math.floor(random() * 3); count > 0; count -= 1)
      unanswered.add(Array.from({ length: 1 + Math.floor(random() * 12) }, () => `m${written++}`))
    for (const texts of unanswered) if (random() < 0.5) void send(texts)
    await clock.advance(random() * 200)
    const what = random()
    if (isOver || what > 0.2) continue
    if (fate === 'indices come and go') {
      store.rollOver()
      continue
    }
    if (what < 0.1) current.kill()
    else await clock.drive(current.agent.stop(random() * 200))
    current = start()
  }
  await clock.drive(current.agent.stop(30_000))
  const counts = Array.from({ length: written }, (_, index) => store.counts.get(`m${index}`) ?? 0)
  return {
    unanswered: unanswered.size,
    lost: counts.filter((count) => count === 0).length,
    doubled: counts.filter((count) => count > 1).length,
    wasFull: refusals.full > 0,
  }
}

const SEEDS = Array.from({ length: 12 }, (_, seed) => seed)

test.for(SEEDS)('requests are stored while agents come and go, seed %i', async (seed) => {
  const { doubled: _, ...rest } = await worldOf(seed, 'agents come and go')
  expect(rest).toEqual({ unanswered: 0, lost: 0, wasFull: true })
})

test.for(SEEDS)('requests are stored once while indices come and go under one agent, seed %i', async (seed) => {
  expect(await worldOf(seed, 'indices come and go')).toEqual({ unanswered: 0, lost: 0, doubled: 0, wasFull: true })
})
