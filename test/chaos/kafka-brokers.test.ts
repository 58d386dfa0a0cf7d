import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { AgentProcess } from '../support/agent-process.ts'
import { leadersOf } from '../support/kafka-admin.ts'
import { describeKafka, type KafkaCluster } from '../support/real-kafka.ts'
import { EACH_LINE_ONCE, inSoak, outcomeOf } from '../support/scene.ts'
import { SteadyWriter } from '../support/steady-writer.ts'
import { type Delivery, StreamScene } from '../support/stream-scene.ts'

/** In each round. */
const PACE = { linesPerSecond: 5_000, mostLines: inSoak(10_000, 30_000) }
const LONGEST_LIFE_MS = inSoak(1_000, 5_000)
/** Longer than the session of a broker, so that another one leads. */
const FROZEN_MS = inSoak(6_000, 8_000)
/** Four times as slow where others use the machine. */
const LONGEST_MS = inSoak(300_000, 900_000)

/** What happens to the leader while agents are killed. */
type Harm = 'none' | 'killed' | 'frozen'

// biome-ignore format: one row a short form, one a long one
const HARMS: readonly Harm[] = inSoak(
  ['frozen', 'killed'],
  ['none', 'killed', 'none', 'frozen', 'none', 'killed', 'none', 'none', 'none', 'none'],
)

/** Agents of one node, one after the other, and what its containers write meanwhile. */
class Run {
  readonly scene: StreamScene
  agent: AgentProcess

  private constructor(scene: StreamScene, agent: AgentProcess) {
    this.scene = scene
    this.agent = agent
  }

  static async start(brokers: readonly string[], delivery: Delivery, seed: number): Promise<Run> {
    const scene = await StreamScene.open(brokers, delivery, seed)
    const agent = scene.start()
    await scene.writeAndDeliver(agent)
    return new Run(scene, agent)
  }

  /** Kill the agent in mid delivery; the next one delivers when this resolves. */
  async replace(): Promise<void> {
    const { scene } = this
    const { enough } = new SteadyWriter(scene, PACE)
    await sleep(scene.upTo(LONGEST_LIFE_MS))
    await this.agent.kill()
    this.agent = scene.start()
    await enough
    await scene.writeAndDeliver(this.agent)
  }

  /** Start a second agent of the same name while the first delivers; gives both, the one that ended first in front. */
  async duel(): Promise<readonly [AgentProcess, AgentProcess]> {
    const { enough } = new SteadyWriter(this.scene, PACE)
    const first = this.agent
    this.agent = this.scene.startSecond()
    const second = this.agent
    const ended = [first.ended.then(() => [first, second] as const), second.ended.then(() => [second, first] as const)]
    const agents = await Promise.race(ended)
    await enough
    return agents
  }

  /** Let the last agent deliver the rest; gives what became of the lines. */
  async finish(scope: string): Promise<string> {
    const balance = await this.scene.finish(this.agent)
    return outcomeOf(`${scope}, ${this.scene.delivery}, ${this.scene.copies} copies with the same event id`, balance)
  }
}

/** Harm the leader of a topic; gives what mends it. */
async function harm(cluster: KafkaCluster, topic: string, how: Harm): Promise<() => Promise<void>> {
  if (how === 'none') return async () => {}
  const [leader = 1] = await leadersOf(cluster.brokers, topic)
  if (how === 'killed') {
    await cluster.kill(leader)
    return () => cluster.restart(leader)
  }
  cluster.freeze(leader)
  const frozen = sleep(FROZEN_MS)
  return async () => {
    await frozen
    cluster.thaw(leader)
  }
}

describeKafka(
  `kill -9 of agents and leaders under ${PACE.linesPerSecond} lines/s each`,
  (cluster) => {
    test(
      'no line is lost; with exactly_once none stands twice, also where a second agent is started',
      async () => {
        const { brokers, version } = cluster()
        const [least, exact] = await Promise.all([
          Run.start(brokers, 'at_least_once', 71),
          Run.start(brokers, 'exactly_once', 72),
        ])
        let mending = Promise.resolve()
        for (const how of HARMS) {
          await mending
          const mend = await harm(cluster(), exact.scene.topic, how)
          await Promise.all([least.replace(), exact.replace()])
          mending = mend()
        }
        const earlier = exact.agent
        const [first] = await exact.duel()
        expect(first === earlier, `the second ended: ${first.stderr}`).toBe(true)
        expect(await first.ended, first.stderr).toBe(69)
        const said = 'Cannot go on: another agent with cluster "c", nodeName "node-1" and sink "stream" has taken over'
        expect(first.stderr).toContain(said)
        await mending
        const scope = `Kafka ${version}, three brokers, ${HARMS.length} kills of the agent`
        expect(await Promise.all([least.finish(scope), exact.finish(scope)])).toEqual([EACH_LINE_ONCE, EACH_LINE_ONCE])
      },
      LONGEST_MS,
    )
  },
  { nodes: 3, newestOnly: true, settings: { 'min.insync.replicas': '2' } },
)
