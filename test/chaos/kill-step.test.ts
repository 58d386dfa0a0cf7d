import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EACH_LINE_ONCE, outcomeOf, FileScene, IS_SOAK, type Scene, ServerScene } from '../support/scene.ts'

const PRELOAD = join(import.meta.dirname, 'kill-at-step.ts')
/** A file sink that begins a new file all the time, so that kills fall into its rotation. */
const SMALL = { batch: { maxAgeMs: 10, maxBytes: 20_000 }, rotate: { maxBytes: 60_000, keep: 10_000 } }
const MOST_LINES = 20_000
const WHEN = ['before', 'after'] as const

/** From 1 to `most`; in the short form every n-th of them. */
function steps(most: number, every: number, first = 1): readonly number[] {
  return Array.from({ length: most }, (_, index) => index + 1).filter((n) => IS_SOAK || n % every === first % every)
}

/** Run agents that are killed at these steps, one after the other, while containers write and are rotated. */
async function killedAt(
  scene: Scene,
  numbers: readonly number[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  for (const number of numbers) {
    scene.write(60)
    const agent = scene.start({ ...env, KILL_AT: String(number) }, PRELOAD)
    const writing = setInterval(() => scene.written.length < MOST_LINES && scene.write(10, 0.3), 50)
    const stuck = setTimeout(() => agent.signal('SIGTERM'), 60_000)
    expect(await agent.ended, `step ${number} ${JSON.stringify(env)}: ${agent.stderr}`).toBe('SIGKILL')
    clearInterval(writing)
    clearTimeout(stuck)
  }
}

describe.for(WHEN)('kill -9 right %s a step that changes a file', (when) => {
  const first = when === 'before' ? 1 : 4

  test('into files: each line stands there once', async () => {
    const numbers = steps(60, 12, first)
    const scene = new FileScene({ seed: 30, sink: SMALL })
    await killedAt(scene, numbers, { KILL_WHEN: when })
    expect(outcomeOf(`kill -9 ${when} steps ${numbers.join(' ')}, file`, await scene.finish())).toBe(EACH_LINE_ONCE)
  })

  test('into a server: each line stands there once', async () => {
    const numbers = steps(60, 12, first)
    const scene = await ServerScene.open({ seed: 31 })
    await killedAt(scene, numbers, { KILL_WHEN: when })
    expect(outcomeOf(`kill -9 ${when} steps ${numbers.join(' ')}, server`, await scene.finish())).toBe(EACH_LINE_ONCE)
  })

  test('that makes a new state: each line stands there once', async () => {
    const scenes: ServerScene[] = []
    for (const number of steps(16, 8, first)) {
      const scene = await ServerScene.open({ seed: 32 + number, containers: ['a'] })
      await killedAt(scene, [number], { KILL_WHEN: when })
      scenes.push(scene)
    }
    for (const scene of scenes)
      expect(outcomeOf(`kill -9 ${when} a step of a new state`, await scene.finish())).toBe(EACH_LINE_ONCE)
  })

  test.for([
    ['linkSync', [1, 3, 5, 7]],
    ['rmSync', [1, 2, 3, 4]],
  ] as const)('of the spool, %s: each line stands there once', async ([name, numbers]) => {
    const scene = await ServerScene.open({ seed: 33 })
    await killedAt(scene, IS_SOAK ? steps(20, 1) : numbers.slice(0, 2), { KILL_WHEN: when, KILL_STEP: name })
    expect(outcomeOf(`kill -9 ${when} ${name}`, await scene.finish())).toBe(EACH_LINE_ONCE)
  })

  test('of the dead letter: each line stands there once', async () => {
    const scene = await ServerScene.open({ seed: 34 })
    await scene.server.faults({ kind: 'refuse', text: '"path":"/lines/b/' })
    await killedAt(scene, IS_SOAK ? steps(6, 1) : [1, 2], { KILL_WHEN: when, KILL_STEP: 'appendFile' })
    await scene.server.faults()
    scene.end()
    const agent = scene.start()
    await agent.started
    await scene.arrived(scene.written.length - new Set(scene.deadLetter('search')).size, agent)
    await agent.stop()
    const { lines } = await scene.arrivals()
    expect(outcomeOf(`kill -9 ${when} a dead letter`, scene.balanceOf([...lines, ...scene.deadLetter('search')]))).toBe(
      EACH_LINE_ONCE,
    )
  })
})
