import { describe, expect, test } from 'vitest'
import { balanceText, evenBalance } from '../support/balance.ts'
import { until } from '../support/agent-process.ts'
import { ContainerLog } from '../support/container-log.ts'
import { EACH_LINE_ONCE, outcomeOf, inSoak, type Scene, ServerScene } from '../support/scene.ts'

const LINES = inSoak(60, 5_000)

/** Deliver what is written, write a little more, and let the agent be killed or stopped. */
async function leave(scene: Scene, how: 'kill' | 'stop'): Promise<void> {
  const agent = scene.start()
  await agent.started
  await scene.writeTurns(4, LINES)
  scene.write(LINES, 0) // so that every container has a log that the agent has seen
  await scene.allArrived(agent)
  scene.write(LINES, 0)
  await (how === 'kill' ? agent.kill() : agent.stop())
}

/** Rotate as kubelet does at each of its looks. */
function rotate(log: ContainerLog): void {
  log.write(LINES)
  log.rotate()
  log.compress()
}

/** Resolves when an agent has seen, and linked, every log that is being written. */
function seen({ logs }: Scene): Promise<void> {
  return until(
    () => logs.every((log) => log.isLinked),
    () =>
      `not linked: ${logs
        .filter((log) => !log.isLinked)
        .map((log) => log.name)
        .join(' ')}`,
  )
}

describe('agent down', () => {
  test.for(['kill', 'stop'] as const)(
    'while logs rotate 5 times and are packed, after %s: each line is stored once',
    async (how) => {
      const scene = await ServerScene.open({ seed: 60 })
      await leave(scene, how)
      for (let rotation = 0; rotation < 5; rotation += 1) for (const log of scene.logs) rotate(log)
      scene.write(LINES, 0)
      expect(outcomeOf(`agent down, 5 rotations, gzip, after ${how}`, await scene.finish())).toBe(EACH_LINE_ONCE)
    },
  )

  test('while the newest rotated log is packed too: each line is stored once', async () => {
    const scene = await ServerScene.open({ seed: 61 })
    await leave(scene, 'kill')
    for (const log of scene.logs) {
      log.rotate()
      log.compress(0)
    }
    expect(outcomeOf('agent down, every rotated log packed', await scene.finish())).toBe(EACH_LINE_ONCE)
  })

  test.for(['kill', 'stop'] as const)(
    'while a pod goes with its files, after %s: each line is stored once, and it is named that more may have gone',
    async (how) => {
      const scene = await ServerScene.open({ seed: 62 })
      await leave(scene, how)
      for (const log of scene.logs.slice(0, 2)) {
        log.write(LINES)
        log.end()
        log.removePod()
      }
      scene.write(LINES, 0, scene.logs.slice(2))
      const agent = scene.start()
      let named = 0
      const isNamed = async () => (named = (await scene.arrivals()).named) >= 2
      await until(isNamed, () => `${named} of 2 losses are named\n${agent.stderr}`)
      const balance = await scene.finish(agent)
      process.stdout.write(`${balanceText(`agent down, pods removed, after ${how}`, balance)}\n`)
      expect(balance).toEqual({ ...evenBalance(scene.written.length), named: 2 })
    },
  )

  test('while kubelet deletes rotated logs that the spool has: each line is stored once', async () => {
    const scene = await ServerScene.open({ seed: 63 })
    await leave(scene, 'kill')
    for (const log of scene.logs) {
      rotate(log)
      log.write(LINES)
      log.prune(0)
    }
    const balance = await scene.finish()
    process.stdout.write(`${balanceText('agent down, the live log rotated and deleted', balance)}\n`)
    // Nobody can say whether another log came and went in between: that is named too, without bytes.
    expect(balance).toMatchObject({ lost: 0, doubled: 0 })
  })

  test('while a log comes and goes unseen: the loss is named, everything else is stored once', async () => {
    const scene = await ServerScene.open({ seed: 64, containers: ['a', 'b'] })
    await leave(scene, 'kill')
    const [unseen] = scene.logs
    unseen?.end()
    unseen?.rotate()
    const before = unseen?.written ?? 0
    unseen?.write(LINES)
    unseen?.end()
    const after = unseen?.written ?? 0
    unseen?.rotate()
    unseen?.prune(0)
    unseen?.write(LINES)
    scene.end()
    const agent = scene.start()
    await agent.started
    await scene.arrived(scene.written.length - (after - before), agent)
    await agent.stop()
    const balance = await scene.balance()
    process.stdout.write(`${balanceText('agent down, a log came and went unseen', balance)}\n`)
    expect(balance).toMatchObject({ doubled: 0, lost: after - before })
    expect(balance.named).toBeGreaterThan(0)
  })

  test('while containers restart: each line is stored once', async () => {
    const scene = await ServerScene.open({ seed: 65 })
    await leave(scene, 'kill')
    for (let restart = 0; restart < 2; restart += 1) {
      for (const log of scene.logs) log.restart()
      scene.write(LINES, 0)
    }
    expect(outcomeOf('agent down, containers restart twice', await scene.finish())).toBe(EACH_LINE_ONCE)
  })
})

describe('sink down', () => {
  test.for(['live', 'killed'] as const)(
    'while logs rotate, are packed and deleted, agent %s: each line is stored once',
    async (how) => {
      const scene = await ServerScene.open({ seed: 66 })
      let agent = scene.start()
      await agent.started
      await scene.writeTurns(3, LINES)
      await scene.server.down()
      const endMs = performance.now() + inSoak(3_000, 60_000)
      while (performance.now() < endMs) {
        await seen(scene)
        for (const log of scene.logs) {
          rotate(log)
          log.write(LINES)
          await seen(scene)
          log.prune(1)
        }
        if (how === 'killed') {
          await agent.kill()
          agent = scene.start()
          await agent.started
        }
      }
      await seen(scene)
      for (const log of scene.logs.slice(0, 2)) {
        log.end()
        log.removePod()
      }
      await scene.server.up()
      expect(outcomeOf(`sink down, logs rotated, packed and deleted, agent ${how}`, await scene.finish(agent))).toBe(
        EACH_LINE_ONCE,
      )
    },
  )
})

describe('kill -9', () => {
  test.for([67, 68])('while logs rotate, are packed and deleted, seed %d: each line is stored once', async (seed) => {
    const scene = await ServerScene.open({ seed })
    for (let kill = 0; kill < inSoak(4, 25); kill += 1) {
      const agent = scene.start()
      await agent.started
      await scene.writeTurns(4, LINES, 100)
      for (const log of scene.logs) if (scene.random() < 0.5) rotate(log)
      await scene.writeTurns(scene.upTo(4), LINES, 100)
      await agent.kill()
      for (const log of scene.logs) if (scene.random() < 0.3) rotate(log)
    }
    expect(outcomeOf(`kill -9 x${inSoak(4, 25)}, logs rotated and packed, seed ${seed}`, await scene.finish())).toBe(
      EACH_LINE_ONCE,
    )
  })
})

describe('copytruncate', () => {
  test('with a copy beside it, the writer quiet meanwhile: each line is stored once', async () => {
    const scene = await ServerScene.open({ seed: 69 })
    const path = `${scene.workplace.pods}/*/istio-proxy/0.log`
    scene.configure({}, { ingest: { files: [{ path, frame: 'cri' }] } })
    const agent = scene.start()
    await agent.started
    for (let rotation = 0; rotation < inSoak(3, 30); rotation += 1) {
      await scene.writeTurns(3, LINES * 5, 150, 0)
      await scene.allArrived(agent)
      for (const log of scene.logs) log.copyTruncate()
      // One that has grown past its old end before anybody looks cannot be told from one that was never truncated.
      const seenCount = () => agent.stderr.split('was truncated').length - 1
      await until(
        () => seenCount() >= (rotation + 1) * scene.logs.length,
        () => `all are seen to be truncated\n${agent.stderr}`,
      )
    }
    scene.write(LINES, 0)
    expect(outcomeOf('copytruncate with a copy', await scene.finish(agent))).toBe(EACH_LINE_ONCE)
  })
})
