import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { endProcess, isRunning, type ProcessIdentity } from './process.ts'
import type { StayingServer } from './services.ts'

/** A server that `up` has left running, as it is written down for `status` and `down`. */
export interface RunningServer extends StayingServer {
  /** `elasticsearch-9`, or `elasticsearch-9-security` */
  readonly name: string
  readonly version: string
}

/** Under which name a server is written down: one with security runs beside one without. */
export function runningName(service: string, security: boolean): string {
  return security ? `${service}-security` : service
}

/** The servers that `up` has left running, below a cache. What was written down about others that have ended is removed. */
export class RunningServers {
  readonly #directory: string

  constructor(cache: string) {
    this.#directory = join(cache, 'run')
  }

  all(): RunningServer[] {
    if (!existsSync(this.#directory)) return []
    const names = readdirSync(this.#directory).sort()
    return names.map((file) => this.find(file.replace(/\.json$/, ''))).filter((server) => server !== undefined)
  }

  /** Undefined when none of this name runs. */
  find(name: string): RunningServer | undefined {
    const server = this.#read(name)
    if (server === undefined || processesOf(server).some(isRunning)) return server
    this.#remove(server)
    return undefined
  }

  /** Write a server down. When one of its name runs, as two `up` at a time may bring about, end this one and throw. */
  async add(server: RunningServer): Promise<void> {
    mkdirSync(this.#directory, { recursive: true })
    try {
      // Only its owner may read the password.
      writeFileSync(this.#path(server.name), JSON.stringify(server), { flag: 'wx', mode: 0o600 })
    } catch (error) {
      await endAll(server)
      rmSync(server.home, { recursive: true, force: true })
      throw new Error(`Cannot keep "${server.name}": another of its name has been started meanwhile`, { cause: error })
    }
  }

  /** End a server and remove its data. A process that has got its number since is left alone. */
  async end(server: RunningServer): Promise<void> {
    await endAll(server)
    this.#remove(server)
  }

  #remove({ name, home }: RunningServer): void {
    rmSync(home, { recursive: true, force: true })
    rmSync(this.#path(name), { force: true })
  }

  #read(name: string): RunningServer | undefined {
    try {
      const server: RunningServer = JSON.parse(readFileSync(this.#path(name), 'utf8'))
      return server
    } catch {
      return undefined
    }
  }

  #path(name: string): string {
    return join(this.#directory, `${name}.json`)
  }
}

/** It first, then what it needs. */
function processesOf({ identity, companions = [] }: RunningServer): readonly ProcessIdentity[] {
  return [identity, ...companions]
}

async function endAll(server: RunningServer): Promise<void> {
  for (const identity of processesOf(server)) await endProcess(identity)
}
