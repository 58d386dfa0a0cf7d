import { randomBytes } from 'node:crypto'
import { linkSync, lstatSync, renameSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { FlagshipError, reasonOf } from '../errors.ts'
import { isMissing } from '../ingest/file-system.ts'

/** Longest path of a Unix socket, without its ending NUL (Linux unix(7)). */
const LONGEST_SOCKET_PATH = 107
const LOCK = '.lock' // no pipeline can have this name
const OWN_SUFFIX_BYTES = 9
const ANSWER_TIMEOUT_MS = 1_000
const MOST_TRIES = 5
/** Longer than an agent takes from asking who holds the lock to putting it away. */
const SETTLE_MS = 200
const LOOK_AGAIN_MS = 500

/** The right to use a state directory. */
export interface StateLock {
  release(): Promise<void>
}

/** How an agent waits for another one to give a state directory back, as they overlap in a rolling update. */
export interface LockWait {
  /** Longest time; 0 refuses at once. */
  readonly waitMs?: number
  /** Called once, when the wait begins, with who holds the directory. */
  readonly onWait?: (holder: string) => void
  /** Ends the wait. */
  readonly signal?: AbortSignal
}

/**
 * Take a state directory for this process, making it where needed.
 *
 * The lock is a listening socket: it ends with the process, however that ends, and says who holds it. A socket that
 * refuses connections is what a killed agent left behind. Where several agents take over at once, one may put away the
 * socket of another: so each looks once more, a moment later, whether the one that stands there is its own.
 *
 * @throws FlagshipError STATE_LOCKED when another agent still holds it after the wait; STATE_UNREADABLE when it cannot be used.
 */
export async function lockState(directory: string, clock: Clock, wait: LockWait = {}): Promise<StateLock> {
  const longest = LONGEST_SOCKET_PATH - Buffer.byteLength(`/${LOCK}`) - OWN_SUFFIX_BYTES
  if (Buffer.byteLength(directory) > longest)
    throw unusable(directory, `a socket in it would have too long a name, ${longest} bytes are possible`)
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    return await takeOnceFree(directory, clock, wait)
  } catch (error) {
    if (error instanceof FlagshipError) throw error
    throw unusable(directory, reasonOf(error), error)
  }
}

class StateHeld extends FlagshipError {
  readonly holder: string

  constructor(directory: string, holder: string) {
    const remedy = 'stop it, or set state.directory to another folder'
    super('STATE_LOCKED', `Cannot use state directory "${directory}": held by ${holder}; ${remedy}`)
    this.holder = holder
  }
}

async function takeOnceFree(
  directory: string,
  clock: Clock,
  { waitMs = 30_000, onWait, signal }: LockWait,
): Promise<StateLock> {
  const endMs = clock.elapsedMs() + waitMs
  for (let isTold = false; ; isTold = true) {
    try {
      return await take(directory, clock)
    } catch (error) {
      const leftMs = endMs - clock.elapsedMs()
      if (!(error instanceof StateHeld) || leftMs <= 0 || signal?.aborted === true) throw error
      if (!isTold) onWait?.(error.holder)
      await clock.sleep(Math.min(LOOK_AGAIN_MS, leftMs), signal)
    }
  }
}

async function take(directory: string, clock: Clock): Promise<StateLock> {
  const path = join(directory, LOCK)
  const own = uniqueBeside(path)
  const self = `process ${process.pid} on ${hostname()} since ${new Date(clock.nowMs()).toISOString()}`
  const server = await listen(own, self)
  try {
    const { ino } = lstatSync(own)
    for (let tries = 0; !linkOnce(own, path); tries += 1) {
      if (tries === MOST_TRIES) throw new StateHeld(directory, 'agents that come and go')
      await putAwayStale(directory, path)
    }
    rmSync(own)
    await clock.sleep(SETTLE_MS)
    if (inodeOf(path) === ino) return { release: () => release(server, path, ino) }
    throw new StateHeld(directory, (await ask(path)) ?? 'an agent that has just ended')
  } catch (error) {
    await close(server)
    throw error
  }
}

async function release(server: Server, path: string, ino: number): Promise<void> {
  if (inodeOf(path) === ino) rmSync(path, { force: true })
  await close(server)
}

/** Put away the socket of an agent that is no more; another may have taken over since, and then it is put back. */
async function putAwayStale(directory: string, path: string): Promise<void> {
  const holder = await ask(path)
  if (holder !== undefined) throw new StateHeld(directory, holder)
  const stale = uniqueBeside(path)
  try {
    renameSync(path, stale)
  } catch (error) {
    if (isMissing(error)) return // another agent was quicker
    throw error
  }
  const other = await ask(stale)
  if (other === undefined) return rmSync(stale, { force: true })
  renameSync(stale, path)
  throw new StateHeld(directory, other)
}

/** Give the socket its public name; false when something has that name. */
function linkOnce(own: string, path: string): boolean {
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino
}

function uniqueBeside(path: string): string {
  return `${path}.${randomBytes(4).toString('hex')}`
}

async function listen(path: string, answer: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end(answer)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })
}

/**
 * Who holds a state directory, in its own words: `process N on HOST since TIME`; undefined when nobody does. Changes
 * nothing. @throws FlagshipError STATE_UNREADABLE when nobody can be asked.
 */
export async function holderOf(directory: string): Promise<string | undefined> {
  try {
    return await ask(join(directory, LOCK))
  } catch (error) {
    const message = `Cannot ask who holds state directory "${directory}": ${reasonOf(error)}`
    throw new FlagshipError('STATE_UNREADABLE', message, error)
  }
}

/** Nobody listens, there is no socket, or who listened was killed at this moment. */
const GONE = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'])

/** Who listens at `path`; undefined when nobody does. */
async function ask(path: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(path)
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy())
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => (answer += text))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (GONE.has(error.code ?? '')) resolve(undefined)
      else reject(error)
    })
    socket.on('close', () => resolve(answer || 'a process that does not answer'))
  })
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve))
}

function unusable(directory: string, state: string, cause?: unknown): FlagshipError {
  const message = `Cannot use state directory "${directory}": ${state}; set state.directory to a folder on a local disk`
  return new FlagshipError('STATE_UNREADABLE', message, cause)
}
