import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { until } from '../support/agent-process.ts'
import { EACH_LINE_ONCE, outcomeOf, FileScene, inSoak, ServerScene } from '../support/scene.ts'

const PRELOAD = join(import.meta.dirname, 'full-disk.ts')
const TURNS = inSoak(8, 100)

/** Give a scene a state directory on a small disk of its own. */
function mountState(directory: string, sizeBytes: number): void {
  mkdirSync(directory)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', directory])
  onTestFinished(() => void spawnSync('umount', ['-l', directory]))
}

/** Take all that is free on a disk. */
function fill(ballast: string): void {
  const { bavail, bsize } = statfsSync(join(ballast, '..'))
  writeFileSync(ballast, Buffer.alloc(bavail * bsize))
}

const mayMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0

describe('a full disk under the state', () => {
  test.runIf(mayMount)('does not stop delivery, and refused documents wait for room: each line once', async () => {
    const scene = await ServerScene.open({ seed: 80 })
    mountState(scene.workplace.state, 12_000_000)
    const ballast = join(scene.workplace.state, 'ballast')
    const agent = scene.start()
    await agent.started
    await scene.writeTurns(4, 40)
    await scene.allArrived(agent)
    fill(ballast)
    await scene.writeTurns(4, 40)
    await scene.allArrived(agent)
    await scene.server.faults({ kind: 'refuse', text: '"path":"/lines/b/' })
    const before = scene.logs[1]?.written ?? 0
    await scene.writeTurns(TURNS, 40)
    scene.end()
    const refused = (scene.logs[1]?.written ?? 0) - before
    await until(
      () => agent.stderr.includes('ENOSPC'),
      () => agent.stderr,
    )
    await agent.kill()
    const next = scene.start()
    await next.started
    await scene.arrived(scene.written.length - refused, next)
    rmSync(ballast)
    await until(
      () => scene.deadLetter('search').length >= refused,
      () => next.stderr,
      40_000,
    )
    expect(await next.stop(), next.stderr).toBe(0)
    const { lines } = await scene.arrivals()
    expect(outcomeOf('full disk under the state', scene.balanceOf([...lines, ...scene.deadLetter('search')]))).toBe(
      EACH_LINE_ONCE,
    )
  })

  test.runIf(mayMount)('that has no room for it: the agent says so, and starts when there is', async () => {
    const scene = await ServerScene.open({ seed: 81 })
    mountState(scene.workplace.state, 1_000_000)
    scene.write(40)
    const agent = scene.start()
    expect(await agent.ended).toBe(74)
    expect(agent.stderr).toContain(`Cannot open state "${scene.workplace.state}/search": ENOSPC`)
    execFileSync('mount', ['-o', 'remount,size=12000000', scene.workplace.state])
    expect(outcomeOf('no room for the state, then room', await scene.finish())).toBe(EACH_LINE_ONCE)
  })

  test.runIf(mayMount)('that is read-only: the agent says so, and starts when it is not', async () => {
    const scene = await ServerScene.open({ seed: 82 })
    mountState(scene.workplace.state, 12_000_000)
    const first = scene.start()
    await first.started
    await scene.writeTurns(4, 40)
    await first.kill()
    execFileSync('mount', ['-o', 'remount,ro', scene.workplace.state])
    const refused = scene.start()
    expect(await refused.ended).toBe(74)
    expect(refused.stderr).toMatch(/Cannot use state directory ".*": .*read-only file system/)
    execFileSync('mount', ['-o', 'remount,rw', scene.workplace.state])
    expect(outcomeOf('read-only state, then writable', await scene.finish())).toBe(EACH_LINE_ONCE)
  })

  test.for([
    ['a server', (seed: number) => ServerScene.open({ seed })],
    ['files', async (seed: number) => new FileScene({ seed })],
  ] as const)('injected, into %s, with kills: each line is there once', async ([name, open]) => {
    const scene = await open(83)
    const marker = join(scene.workplace.root, 'full')
    const env = { DISK_FULL: marker }
    let agent = scene.start(env, PRELOAD)
    await agent.started
    for (let round = 0; round < inSoak(2, 20); round += 1) {
      await scene.writeTurns(3, 40)
      writeFileSync(marker, '')
      await scene.writeTurns(TURNS, 40)
      await until(
        () => agent.stderr.includes('ENOSPC'),
        () => agent.stderr,
      )
      if (round % 2 === 1) {
        await agent.kill()
        rmSync(marker)
        agent = scene.start(env, PRELOAD)
        await agent.started
      } else rmSync(marker)
    }
    expect(outcomeOf(`no space for anything, into ${name}`, await scene.finish(agent))).toBe(EACH_LINE_ONCE)
  })
})
