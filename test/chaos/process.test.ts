import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { until } from '../support/agent-process.ts'
import { EACH_LINE_ONCE, outcomeOf, inSoak, ServerScene } from '../support/scene.ts'

const STOP_MS = inSoak(3_000, 30_000)

describe('SIGSTOP', () => {
  test('of the agent, in the middle of requests: each line is stored once', async () => {
    const scene = await ServerScene.open({ seed: 90 })
    await scene.server.faults({ kind: 'slow', delayMs: 100 }, { kind: 'rollover', probability: 0.05 })
    const agent = scene.start()
    await agent.started
    for (let stop = 0; stop < inSoak(2, 5); stop += 1) {
      await scene.writeTurns(5, 60)
      agent.signal('SIGSTOP')
      await scene.writeTurns(5, 60)
      await sleep(STOP_MS)
      agent.signal('SIGCONT')
    }
    expect(outcomeOf(`agent stopped for ${STOP_MS / 1_000} s`, await scene.finish(agent))).toBe(EACH_LINE_ONCE)
  })

  test('of the sink, with kills of the agent: each line is stored once', async () => {
    const scene = await ServerScene.open({ seed: 91 })
    let agent = scene.start()
    await agent.started
    for (let stop = 0; stop < inSoak(2, 5); stop += 1) {
      await scene.writeTurns(5, 60)
      scene.server.signal('SIGSTOP')
      await scene.writeTurns(5, 60)
      await sleep(STOP_MS)
      if (stop % 2 === 1) {
        await agent.kill()
        agent = scene.start()
      }
      scene.server.signal('SIGCONT')
    }
    expect(outcomeOf(`sink stopped for ${STOP_MS / 1_000} s`, await scene.finish(agent))).toBe(EACH_LINE_ONCE)
  })
})

test('a clock that steps back an hour, and forward again: each line is stored once', async () => {
  const scene = await ServerScene.open({ seed: 92 })
  const agent = scene.start({}, join(import.meta.dirname, 'step-clock.ts'))
  await agent.started
  await scene.writeTurns(6, 40)
  agent.signal('SIGUSR2')
  await until(
    () => agent.stderr.includes('the clock steps back'),
    () => agent.stderr,
  )
  await scene.server.faults({ kind: 'lose_answer', probability: 0.3 })
  await scene.writeTurns(10, 40)
  await scene.server.faults()
  await scene.allArrived(agent)
  await scene.writeTurns(2, 40)
  await agent.kill()
  expect(outcomeOf('clock steps back an hour', await scene.finish())).toBe(EACH_LINE_ONCE)
})

describe('a second agent on one state directory', () => {
  test('refuses, and says who holds it', async () => {
    const scene = await ServerScene.open({ seed: 93 })
    const first = scene.start()
    await first.started
    scene.write(40)
    const second = scene.start()
    expect(await second.ended).toBe(69)
    expect(second.stderr).toContain(`held by process ${first.process.pid} on `)
    await first.kill()
    expect(outcomeOf('second agent refuses', await scene.finish())).toBe(EACH_LINE_ONCE)
  })

  test('waits until the first has ended, and goes on: each line is stored once', async () => {
    const scene = await ServerScene.open({ seed: 94 })
    const state = { directory: scene.workplace.state, lockWaitMs: 20_000 }
    scene.configure({}, { state })
    const first = scene.start()
    await first.started
    await scene.writeTurns(4, 40)
    const second = scene.start()
    await until(
      () => second.stderr.includes(`process ${first.process.pid} on `),
      () => second.stderr,
    )
    await scene.writeTurns(4, 40)
    expect(await first.stop()).toBe(0)
    expect(outcomeOf('second agent waits', await scene.finish(second))).toBe(EACH_LINE_ONCE)
  })
})

describe('SIGTERM', () => {
  const limits = { stopMs: 5_000 }

  test('under load, with a slow sink: exit 0 in time, and each line is stored once', async () => {
    const scene = await ServerScene.open({ seed: 95, settings: { limits } })
    await scene.server.faults({ kind: 'slow', delayMs: 200 })
    for (let stop = 0; stop < inSoak(2, 20); stop += 1) {
      const agent = scene.start()
      await agent.started
      await scene.writeTurns(5, inSoak(300, 3_000))
      const startedMs = performance.now()
      expect(await agent.stop(), agent.stderr).toBe(0)
      expect(performance.now() - startedMs).toBeLessThan(limits.stopMs + 3_000)
    }
    await scene.server.faults()
    expect(outcomeOf('SIGTERM with a slow sink', await scene.finish())).toBe(EACH_LINE_ONCE)
  })

  test('with a sink that does not answer: exit 0 in time, and each line is stored once', async () => {
    const scene = await ServerScene.open({ seed: 96, settings: { limits: { stopMs: 1_000 } } })
    await scene.server.faults({ kind: 'hang', target: 'any', skip: 8 })
    const agent = scene.start()
    await agent.started
    await scene.writeTurns(5, 100)
    expect(await agent.stop(), agent.stderr).toBe(0)
    await scene.server.faults()
    expect(outcomeOf('SIGTERM with a sink that hangs', await scene.finish())).toBe(EACH_LINE_ONCE)
  })

  test('twice: it ends at once, and each line is stored once', async () => {
    const scene = await ServerScene.open({ seed: 97, settings: { limits: { stopMs: 60_000 } } })
    await scene.server.faults({ kind: 'late', delayMs: 900 })
    const agent = scene.start()
    await scene.writeTurns(5, 100)
    await until(
      async () => ((await scene.server.state()).used['late'] ?? 0) > 0,
      () => agent.stderr,
    )
    agent.signal('SIGTERM')
    await until(
      () => agent.stderr.includes('"stopping"'),
      () => agent.stderr,
    )
    const startedMs = performance.now()
    expect(await agent.stop()).toBe('SIGTERM')
    expect(performance.now() - startedMs).toBeLessThan(2_000)
    await scene.server.faults()
    expect(outcomeOf('SIGTERM twice', await scene.finish())).toBe(EACH_LINE_ONCE)
  })
})

test('one noisy pod does not hold up a hundred quiet ones after an outage', async () => {
  const quiet = Array.from({ length: 100 }, (_, number) => `q${number}`)
  const settings = { limits: { inflightBytes: 4_194_304 } }
  const scene = await ServerScene.open({
    seed: 98,
    containers: ['noisy', ...quiet],
    settings,
    sink: { concurrency: 1 },
  })
  const agent = scene.start()
  await agent.started
  scene.write(0, 0)
  await scene.allArrived(agent)
  await scene.server.down()
  const [noisy, ...others] = scene.logs
  for (let turn = 0; turn < 10; turn += 1) {
    noisy?.write(inSoak(2_000, 20_000))
    scene.write(1, 0, others)
    await sleep(100)
  }
  scene.end()
  await scene.server.faults({ kind: 'slow', delayMs: 30 })
  await scene.server.up()
  const quietWritten = scene.written.length - (noisy?.written ?? 0)
  let noisyArrived = 0
  const quietArrived = async () => {
    const { lines } = await scene.arrivals()
    noisyArrived = lines.filter((line) => line.startsWith('noisy/')).length
    return lines.length - noisyArrived >= quietWritten
  }
  await until(quietArrived, () => agent.stderr, 40_000)
  process.stdout.write(`quiet lines are there when the noisy pod has ${noisyArrived} of ${noisy?.written} lines\n`)
  expect(noisyArrived).toBeLessThan((noisy?.written ?? 0) * 0.6)
  await scene.server.faults()
  expect(outcomeOf('one noisy pod, 100 quiet ones', await scene.finish(agent))).toBe(EACH_LINE_ONCE)
})
