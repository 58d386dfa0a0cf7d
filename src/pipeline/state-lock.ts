import { renameSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { FlagshipError, reasonOf } from '../errors.ts'
import { isMissing } from '../ingest/file-system.ts'

/** Longest path of a Unix socket, without its ending NUL (Linux unix(7)). */
const LONGEST_SOCKET_PATH = 107
const LOCK = '.lock' // no pipeline can have this name
const STALE = '.lock.old'
const MOST_TRIES = 5
const ANSWER_TIMEOUT_MS = 1_000

/** The right to use a state directory. */
export interface StateLock {
  release(): Promise<void>
}

/**
 * Take a state directory for this process, making it where needed.
 *
 * The lock is a listening socket: it ends with the process, however that ends, and says who holds it. A socket that
 * refuses connections is what a killed agent left behind.
 *
 * @throws FlagshipError STATE_LOCKED when another agent holds it; STATE_UNREADABLE when it cannot be used.
 */
export async function lockState(directory: string): Promise<StateLock> {
  const longest = LONGEST_SOCKET_PATH - Buffer.byteLength(`/${STALE}`)
  if (Buffer.byteLength(directory) > longest)
    throw unusable(directory, `a socket in it would have too long a name, ${longest} bytes are possible`)
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const server = await listen(join(directory, LOCK))
      if (server !== undefined) return { release: () => close(server) }
      await putAwayStale(directory)
    }
  } catch (error) {
    if (error instanceof FlagshipError) throw error
    throw unusable(directory, reasonOf(error), error)
  }
  throw locked(directory, 'agents that come and go')
}

/**
 * Put away the socket of an agent that is no more. It is renamed first and asked again: another agent may have taken
 * over between our question and this, and then its socket is put back.
 */
async function putAwayStale(directory: string): Promise<void> {
  const path = join(directory, LOCK)
  const holder = await ask(path)
  if (holder !== undefined) throw locked(directory, holder)
  const stale = join(directory, STALE)
  try {
    renameSync(path, stale)
  } catch (error) {
    if (isMissing(error)) return // another agent was quicker
    throw error
  }
  const other = await ask(stale)
  if (other === undefined) return rmSync(stale, { force: true })
  renameSync(stale, path)
  throw locked(directory, other)
}

/** Undefined when something listens or has listened there. */
async function listen(path: string): Promise<Server | undefined> {
  const since = new Date().toISOString()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end(`process ${process.pid} on ${hostname()} since ${since}\n`)
  })
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })
}

/** Who listens at `path`; undefined when nobody does. */
async function ask(path: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(path)
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy())
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => (answer += text))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(undefined)
      else reject(error)
    })
    socket.on('close', () => resolve(answer.trim() || 'a process that does not answer'))
  })
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve))
}

function locked(directory: string, holder: string): FlagshipError {
  const remedy = 'stop it, or set state.directory to another folder'
  return new FlagshipError('STATE_LOCKED', `Cannot use state directory "${directory}": held by ${holder}; ${remedy}`)
}

function unusable(directory: string, state: string, cause?: unknown): FlagshipError {
  const message = `Cannot use state directory "${directory}": ${state}; set state.directory to a folder on a local disk`
  return new FlagshipError('STATE_UNREADABLE', message, cause)
}
