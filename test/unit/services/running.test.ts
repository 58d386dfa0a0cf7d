import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { identityIn, identityOf, isRunning, type ProcessIdentity, signalGroup } from '../../services/process.ts'
import { type RunningServer, RunningServers } from '../../services/running.ts'

let cache = ''
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'flagship-cache-'))
})
afterEach(() => rmSync(cache, { recursive: true }))

/** A process that waits in a group of its own. */
async function sleeper(): Promise<ProcessIdentity> {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
  await once(child, 'spawn')
  const identity = identityOf(child.pid ?? 0)
  if (identity === undefined) throw new Error('it has ended')
  onTestFinished(() => {
    if (isRunning(identity)) signalGroup(identity.pid, 'SIGKILL')
  })
  return identity
}

function serverOf(identity: ProcessIdentity, home = join(cache, 'home')): RunningServer {
  mkdirSync(home, { recursive: true })
  return { name: 'elasticsearch-9', version: '9.5.3', url: 'http://127.0.0.1:20000', identity, home }
}

/** The text of /proc/4711/stat in this state. */
const stat = (state: string) => `4711 (a) b (c) ${state} ${Array.from({ length: 30 }, (_, at) => at).join(' ')}\n`

describe('identityIn()', () => {
  test('finds the start behind a name with brackets', () => {
    expect(identityIn(4711, stat('S'))).toEqual({ pid: 4711, startTicks: '18' })
  })

  test.for(['Z', 'X'])('takes a process in state %s for ended', (state) => {
    expect(identityIn(4711, stat(state))).toBeUndefined()
  })
})

describe('RunningServers', () => {
  test('finds a server that was added by another', async () => {
    const server = serverOf(await sleeper())
    await new RunningServers(cache).add(server)
    expect(new RunningServers(cache).find(server.name)).toEqual(server)
    expect(statSync(join(cache, 'run', 'elasticsearch-9.json')).mode & 0o777).toBe(0o600)
  })

  test.for([
    ['has ended', { pid: 2 ** 22 + 1, startTicks: '1' }],
    ['has given its number to another', { pid: process.pid, startTicks: '1' }],
  ] as const)('forgets a server that %s, and removes its data', async ([, identity]) => {
    const servers = new RunningServers(cache)
    const server = serverOf(identity)
    await servers.add(server)
    expect(servers.find(server.name)).toBeUndefined()
    expect(existsSync(server.home)).toBe(false)
    expect(existsSync(join(cache, 'run', 'elasticsearch-9.json'))).toBe(false)
  })

  test('ends a server and removes its data', async () => {
    const servers = new RunningServers(cache)
    const server = serverOf(await sleeper())
    await servers.add(server)
    await servers.end(server)
    expect(isRunning(server.identity)).toBe(false)
    expect(existsSync(server.home)).toBe(false)
    expect(servers.find(server.name)).toBeUndefined()
  })

  test('ends the processes that a server needs with it, also when it has ended by itself', async () => {
    const servers = new RunningServers(cache)
    const companion = await sleeper()
    const server = { ...serverOf({ pid: 2 ** 22 + 1, startTicks: '1' }), companions: [companion] }
    await servers.add(server)
    expect(servers.find(server.name)).toEqual(server)
    await servers.end(server)
    expect(isRunning(companion)).toBe(false)
    expect(servers.find(server.name)).toBeUndefined()
  })

  test('never signals a process that has got the number since', async () => {
    const { pid } = await sleeper()
    await new RunningServers(cache).end(serverOf({ pid, startTicks: '1' }))
    expect(identityOf(pid)).toBeDefined()
  })

  test('ends the second of two that are started at a time', async () => {
    const servers = new RunningServers(cache)
    const first = serverOf(await sleeper())
    const second = serverOf(await sleeper(), join(cache, 'second'))
    await servers.add(first)
    await expect(servers.add(second)).rejects.toThrow('Cannot keep "elasticsearch-9": another of its name')
    expect(servers.find(first.name)).toEqual(first)
    expect(isRunning(second.identity)).toBe(false)
    expect(existsSync(second.home)).toBe(false)
  })
})
