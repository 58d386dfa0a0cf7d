import { expect, test } from 'vitest'
import type { Fault } from '../support/recording-faults.ts'
import { EACH_LINE_ONCE, outcomeOf, inSoak, ServerScene } from '../support/scene.ts'

const ROUNDS = inSoak(2, 50)

/** Everything that can go wrong, each with a small chance. */
const MIXTURE: readonly Fault[] = [
  { kind: 'rollover', probability: 0.03, lagMs: 300 },
  { kind: 'items', probability: 0.1, share: 0.2, status: 429, type: 'es_rejected_execution_exception' },
  { kind: 'items', probability: 0.05, share: 0.2, status: 503, type: 'unavailable_shards_exception' },
  { kind: 'items', probability: 0.05, share: 0.2, status: 503, type: 'unavailable_shards_exception', isStored: true },
  { kind: 'too_large', probability: 0.05, maxBytes: 20_000 },
  { kind: 'status', probability: 0.05, status: 429 },
  { kind: 'status', probability: 0.04, status: 503 },
  { kind: 'status', probability: 0.02, status: 502, isPlainText: true },
  { kind: 'lose_answer', probability: 0.05 },
  { kind: 'half_answer', probability: 0.04 },
  { kind: 'status_after', probability: 0.04 },
  { kind: 'garbage', probability: 0.02 },
  { kind: 'garbage', probability: 0.02, form: 'json' },
  { kind: 'garbage', probability: 0.02, form: 'few_items' },
  { kind: 'garbage', probability: 0.02, form: 'no_product' },
  { kind: 'late', probability: 0.03, delayMs: 1_500 },
  { kind: 'late', probability: 0.03, delayMs: 800, isHidden: true },
  { kind: 'hang', probability: 0.03 },
  { kind: 'drip', probability: 0.02 },
  { kind: 'slow', probability: 0.1, delayMs: 200 },
  { kind: 'node_failures', target: 'tasks', probability: 0.05 },
  { kind: 'status', target: 'tasks', probability: 0.03, status: 503 },
  { kind: 'hang', target: 'tasks', probability: 0.02 },
  { kind: 'status', target: 'resolve', probability: 0.05, status: 503 },
  { kind: 'lose_answer', target: 'resolve', probability: 0.05 },
  { kind: 'status', target: 'mget', probability: 0.05, status: 429 },
  { kind: 'half_answer', target: 'mget', probability: 0.05 },
  { kind: 'garbage', target: 'mget', probability: 0.03 },
]

test.for(inSoak([50], [50, 51, 52]))(
  'a mixture of all faults, with kills and stops, seed %d: each line is stored once',
  async (seed) => {
    const scene = await ServerScene.open({ seed, sink: { batch: { maxAgeMs: 10, maxDocuments: 40 } } })
    for (let round = 0; round < ROUNDS; round += 1) {
      await scene.server.faults(...MIXTURE)
      const agent = scene.start()
      await agent.started
      await scene.writeTurns(15, 30)
      if (scene.random() < 0.3) await scene.server.down(scene.upTo(1_000))
      await scene.writeTurns(5, 30)
      const isKilled = scene.random() < 0.7
      const ended = await (isKilled ? agent.kill() : agent.stop())
      expect(ended, agent.stderr).toBe(isKilled ? 'SIGKILL' : 0)
      scene.write(40)
    }
    await scene.server.faults()
    await scene.server.up()
    expect(outcomeOf(`mixture of all faults, seed ${seed}`, await scene.finish())).toBe(EACH_LINE_ONCE)
  },
)
