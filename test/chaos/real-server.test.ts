import { expect, test } from 'vitest'
import type { AgentProcess } from '../support/agent-process.ts'
import { describeElasticsearch } from '../support/real-elasticsearch.ts'
import { RealScene } from '../support/real-scene.ts'
import { EACH_LINE_ONCE, inSoak, outcomeOf } from '../support/scene.ts'
import { SteadyWriter } from '../support/steady-writer.ts'

const LINES_PER_SECOND = 2_000
const LEAST_MS = inSoak(0, 180_000)
/** Four times as slow where others use the machine. */
const LONGEST_MS = inSoak(300_000, 3_600_000)
/** In the short form a server that starts slowly does not make it longer. */
const MOST_LINES = inSoak(5_000, 2_000_000)

/** An agent that delivers: what it finds at its first start is looked up before anything is sent. */
async function delivering(scene: RealScene): Promise<AgentProcess> {
  scene.write(10)
  const agent = scene.start()
  await scene.reports(agent, ({ documentsDelivered }) => documentsDelivered > 0)
  return agent
}

/**
 * Kill the server, the agent that has offered it something since, and the next agent while it delivers; the stream rolls
 * over while documents are in doubt. Gives every agent that ran: the last one still does.
 */
async function killInTurn(scene: RealScene, first: AgentProcess, isLongEnough: () => boolean) {
  const agents = [first]
  let agent = first
  let kills = 0
  const rollOverAndStart = async () => {
    await scene.rollover()
    agents.push((agent = scene.start()))
  }
  do {
    await scene.reports(agent, ({ documentsDelivered }) => documentsDelivered > LINES_PER_SECOND / 4)
    await scene.server.kill()
    await scene.reports(agent, ({ state }) => state === 'retrying')
    await agent.kill()
    await scene.server.restart()
    await rollOverAndStart()
    await scene.reports(agent, ({ state, documentsDelivered }) => state === 'delivering' && documentsDelivered > 0)
    await agent.kill()
    await rollOverAndStart()
    kills += 3
  } while (!isLongEnough())
  return { agents, agent, kills }
}

describeElasticsearch(`kill -9 of server and agent in turn under ${LINES_PER_SECOND} lines/s`, (server) => {
  test('with rollovers: each line is stored once', { timeout: LONGEST_MS }, async () => {
    const containers = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const scene = await RealScene.open(server(), { namespace: 'default', seed: 60, containers })
    const first = await delivering(scene)
    const writer = new SteadyWriter(scene, { linesPerSecond: LINES_PER_SECOND, mostLines: MOST_LINES })
    const { agents, agent, kills } = await killInTurn(scene, first, () => writer.elapsedMs > LEAST_MS)
    await writer.stop()
    const balance = await scene.finish(agent)
    const scope = `Elasticsearch ${server().version}, ${kills} kills, ${await scene.backingIndexCount()} backing indices`
    expect(outcomeOf(scope, balance)).toBe(EACH_LINE_ONCE)
    expect(agents[1]?.stderr).toContain('documents that an earlier run may have sent are looked up')
    expect(await scene.distinctEventIds()).toBe(scene.written.length)
  })
})
