import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { until, Workplace } from '../support/agent-process.ts'
import { type Balance, balanceOf, evenBalance } from '../support/balance.ts'
import { ContainerLog, lineOf, linesOf } from '../support/container-log.ts'
import { seededRandom } from '../support/seeded-random.ts'

const PRELOAD = join(import.meta.dirname, 'kill-at-step.ts')
/** A file sink that begins a new file all the time, so that kills fall into its rotation. */
const SMALL = { batch: { maxAgeMs: 10, maxBytes: 20_000 }, rotate: { maxBytes: 60_000, keep: 10_000 } }

/** Some containers that write, and a sink that is compared with what they wrote. */
class Scene {
  readonly workplace: Workplace
  readonly logs: readonly ContainerLog[]
  readonly #random: () => number

  constructor(seed: number, sink: object = {}) {
    this.workplace = new Workplace()
    this.workplace.configure({ sinks: { copy: { type: 'file', path: this.workplace.output, ...sink } } })
    this.#random = seededRandom(seed)
    this.logs = ['a', 'b', 'c', 'd'].map((name) => new ContainerLog(this.workplace.pods, name, this.#random))
  }

  /** Every container writes, and some are rotated. */
  write(mostLines: number): void {
    for (const log of this.logs) {
      log.write(1 + this.#upTo(mostLines))
      if (this.#random() < 0.15) log.rotate()
    }
  }

  pause(leastMs: number, mostMs: number): Promise<void> {
    return sleep(leastMs + this.#upTo(mostMs - leastMs))
  }

  /** Let an agent finish, and count. */
  async finish(): Promise<Balance> {
    for (const log of this.logs) log.end()
    const { workplace } = this
    const written = linesOf(this.logs)
    const agent = workplace.start()
    await until(
      () => workplace.countDocuments() >= written.length,
      () => `${workplace.countDocuments()} of ${written.length}\n${agent.stderr}`,
    )
    const exitCode = await agent.stop()
    if (exitCode !== 0) throw new Error(`the agent ended with ${exitCode}: ${agent.stderr}`)
    return balanceOf(written, workplace.documents().map(lineOf))
  }

  #upTo(most: number): number {
    return Math.floor(this.#random() * (most + 1))
  }
}

describe('kill -9', () => {
  test.for([
    [1, {}],
    [2, SMALL],
  ] as const)('at any moment, seed %d: each line stands in the file once', async ([seed, sink]) => {
    const scene = new Scene(seed, sink)
    for (let kill = 0; kill < 10; kill += 1) {
      const agent = scene.workplace.start()
      for (let turn = 0; turn < 6; turn += 1) {
        scene.write(40)
        await scene.pause(20, 280)
      }
      await agent.kill()
      scene.write(40)
    }
    const balance = await scene.finish()
    expect(balance).toEqual(evenBalance(balance.written))
    process.stdout.write(`kill -9 x10, seed ${seed}: ${JSON.stringify(balance)}\n`)
  })

  test.for([
    ['before', [1, 6, 11, 16, 21, 26, 31, 36, 41]],
    ['after', [3, 8, 13, 18, 23, 28, 33, 38, 43]],
  ] as const)('right %s a step that changes a file: each line stands in the file once', async ([when, steps]) => {
    const scene = new Scene(3, SMALL)
    let kills = 0
    for (const step of steps) {
      scene.write(60)
      const agent = scene.workplace.start({ KILL_AT: String(step), KILL_WHEN: when }, PRELOAD)
      const writing = setInterval(() => scene.write(10), 50)
      if ((await agent.ended) === 'SIGKILL') kills += 1
      clearInterval(writing)
    }
    const balance = await scene.finish()
    expect([balance, kills]).toEqual([evenBalance(balance.written), steps.length])
    process.stdout.write(`kill -9 ${when} ${kills} different steps: ${JSON.stringify(balance)}\n`)
  })
})
