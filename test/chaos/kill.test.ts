import { describe, expect, test } from 'vitest'
import { EACH_LINE_ONCE, outcomeOf, FileScene, inSoak, ServerScene } from '../support/scene.ts'

/** A file sink that begins a new file all the time, so that kills fall into its rotation. */
const SMALL = { batch: { maxAgeMs: 10, maxBytes: 20_000 }, rotate: { maxBytes: 60_000, keep: 10_000 } }
const KILLS = inSoak(4, 25)

/** Kill an agent again and again while containers write, and let the last one finish. */
async function killed(scene: FileScene | ServerScene, turns: number, linesWhileDown: number) {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const agent = scene.start()
    await agent.started
    await scene.writeTurns(scene.upTo(turns), inSoak(40, 200))
    await agent.kill()
    scene.write(linesWhileDown)
  }
  return scene.finish()
}

describe('kill -9 at any moment', () => {
  test.for([
    ['live', 10, {}],
    ['live, small files', 11, SMALL],
  ] as const)('into files, %s: each line stands there once', async ([name, seed, sink]) => {
    expect(outcomeOf(`kill -9 x${KILLS}, file, ${name}`, await killed(new FileScene({ seed, sink }), 6, 40))).toBe(
      EACH_LINE_ONCE,
    )
  })

  test.for([
    ['live', 20, 8, 20],
    ['catching up', 22, 1, inSoak(500, 5_000)],
  ] as const)(
    'into a server, %s, seed %d: each line stands there once',
    async ([name, seed, turns, linesWhileDown]) => {
      const scene = await ServerScene.open({ seed })
      expect(
        outcomeOf(`kill -9 x${KILLS}, server, ${name}, seed ${seed}`, await killed(scene, turns, linesWhileDown)),
      ).toBe(EACH_LINE_ONCE)
    },
  )

  test('into a server that loses answers: each line stands there once', async () => {
    const scene = await ServerScene.open({ seed: 23 })
    await scene.server.faults(
      { kind: 'lose_answer', probability: 0.2 },
      { kind: 'late', delayMs: 700, probability: 0.1 },
    )
    expect(outcomeOf(`kill -9 x${KILLS}, server, answers lost`, await killed(scene, 8, 20))).toBe(EACH_LINE_ONCE)
  })
})
