import { describe, expect, test } from 'vitest'
import { type AgentProcess, until } from '../support/agent-process.ts'
import type { Fault } from '../support/recording-faults.ts'
import { EACH_LINE_ONCE, outcomeOf, inSoak, ServerScene } from '../support/scene.ts'

const TURNS = inSoak(4, 40)

/** Each set of faults in turn, until each has met a request; then the server mends, and everything must arrive. */
async function through(scene: ServerScene, sets: readonly (readonly Fault[])[]): Promise<AgentProcess> {
  const agent = scene.start()
  await agent.started
  for (const faults of sets) {
    await scene.server.faults(...faults)
    await scene.writeTurns(TURNS, 40)
    const haveMet = async () => {
      scene.write(1)
      const { used } = await scene.server.state()
      return faults.every(({ kind }) => (used[kind] ?? 0) > 0)
    }
    await until(haveMet, () => `no request met all of ${JSON.stringify(faults)}\n${agent.stderr}`)
    await scene.server.faults()
    await scene.allArrived(agent)
  }
  return agent
}

describe('a sink in trouble stores each line once', () => {
  test.for([
    [
      'refuses requests',
      [
        [{ kind: 'status', status: 429, next: 3 }],
        [{ kind: 'status', status: 503, type: 'cluster_block_exception', next: 2 }],
        [{ kind: 'status', status: 502, isPlainText: true, next: 2 }],
        [{ kind: 'status', status: 401, next: 1 }],
        [{ kind: 'too_large', maxBytes: 5_000 }],
      ],
    ],
    [
      'refuses documents',
      [
        [{ kind: 'items', status: 429, type: 'es_rejected_execution_exception', share: 0.3, next: 4 }],
        [{ kind: 'items', status: 503, type: 'unavailable_shards_exception', share: 0.3, next: 4 }],
        [{ kind: 'items', status: 503, type: 'unavailable_shards_exception', share: 0.3, isStored: true, next: 4 }],
      ],
    ],
    [
      'loses answers',
      [
        [{ kind: 'lose_answer', next: 3 }],
        [{ kind: 'half_answer', next: 3 }],
        [{ kind: 'status_after', next: 3 }],
        [{ kind: 'status_after', status: 500, next: 2 }],
      ],
    ],
    [
      'answers garbage',
      (['text', 'json', 'few_items', 'no_product'] as const).map(
        (form) => [{ kind: 'garbage', form, next: 2 }] as const,
      ),
    ],
    [
      'drips and hangs',
      [
        [{ kind: 'drip', next: 2 }],
        [{ kind: 'hang', next: 2 }],
        [{ kind: 'slow', delayMs: 300, probability: 0.5 }],
        [{ kind: 'slow', delayMs: 1_500, next: 2 }],
      ],
    ],
    [
      'applies requests after the client gave up',
      [[{ kind: 'late', delayMs: 2_500, next: 2 }], [{ kind: 'late', delayMs: 900, isHidden: true, next: 2 }]],
    ],
    [
      'rolls over between two tries',
      [
        [
          { kind: 'lose_answer', next: 3 },
          { kind: 'rollover', skip: 1, next: 2 },
        ],
        [
          { kind: 'late', delayMs: 1_500, next: 1 },
          { kind: 'rollover', lagMs: 300, skip: 1, next: 1 },
        ],
        [
          { kind: 'items', status: 503, type: 'unavailable_shards_exception', share: 0.5, isStored: true, next: 2 },
          { kind: 'rollover', lagMs: 300, next: 1 },
        ],
      ],
    ],
  ] satisfies [string, Fault[][]][])('%s', async ([name, sets]) => {
    const scene = await ServerScene.open({ seed: 40 })
    const agent = await through(scene, sets)
    expect(outcomeOf(`sink ${name}`, await scene.finish(agent))).toBe(EACH_LINE_ONCE)
  })

  test('rolls over while documents are in doubt', async () => {
    const scene = await ServerScene.open({ seed: 41 })
    const agent = scene.start()
    for (let turn = 0; turn < inSoak(3, 30); turn += 1) {
      await scene.server.faults({ kind: 'lose_answer', next: 1 })
      scene.write(40)
      await until(
        async () => (await scene.server.state()).used['lose_answer'] === 1,
        () => agent.stderr,
      )
      await scene.server.rollover({ lagMs: scene.upTo(300) })
      scene.write(40)
      await scene.allArrived(agent)
    }
    expect(outcomeOf('sink rolls over during doubt', await scene.finish(agent))).toBe(EACH_LINE_ONCE)
  })

  test('refuses some for good: those stand in the dead letter, once', async () => {
    const scene = await ServerScene.open({ seed: 42 })
    await scene.server.faults({ kind: 'refuse', text: '"path":"/lines/b/' })
    for (let kill = 0; kill < inSoak(2, 20); kill += 1) {
      const agent = scene.start()
      await agent.started
      await scene.writeTurns(6, 40)
      await agent.kill()
    }
    for (const log of scene.logs) log.end()
    const agent = scene.start()
    const refused = scene.written.filter((line) => line.startsWith('b/'))
    await scene.arrived(scene.written.length - refused.length, agent)
    await until(
      () => scene.deadLetter('search').length >= refused.length,
      () => agent.stderr,
    )
    await agent.stop()
    expect(scene.deadLetter('search').sort()).toEqual(refused.sort())
    const { lines } = await scene.arrivals()
    expect(outcomeOf('sink refuses some for good', scene.balanceOf([...lines, ...scene.deadLetter('search')]))).toBe(
      EACH_LINE_ONCE,
    )
  })

  test('refuses connections while logs are rotated', async () => {
    const scene = await ServerScene.open({ seed: 43 })
    const agent = scene.start()
    await agent.started
    await scene.writeTurns(3, 40)
    await scene.server.down()
    const endMs = performance.now() + inSoak(4_000, 60_000)
    while (performance.now() < endMs) await scene.writeTurns(1, 60, 200)
    await scene.server.up()
    expect(outcomeOf(`sink down ${inSoak(4, 60)} s with rotation`, await scene.finish(agent))).toBe(EACH_LINE_ONCE)
  })
})
