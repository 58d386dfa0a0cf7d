import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { endProcess, freezeGroup, identityOf, type ProcessIdentity, signalGroup } from './process.ts'

const READY_MS = 120_000
const POLL_MS = 100

/** What is started, and how it is seen to be ready. */
export interface ServerLaunch {
  /** What messages call it: `Elasticsearch "9.5.3"`. */
  readonly title: string
  /** Where it is started. */
  readonly directory: string
  /** Where everything that it prints is added. */
  readonly logPath: string
  /** Whether it goes on when this process ends. */
  readonly stays: boolean
  /** The command and its arguments, asked for at each start. */
  command(): readonly string[]
  /** Asked again and again after a start, with what it has printed since. */
  isReady(logSinceStart: () => string): boolean | Promise<boolean>
}

/** A server that runs as the leader of a process group of its own, and may be killed, frozen and started again. */
export class ServerProcess {
  readonly #launch: ServerLaunch
  #identity: ProcessIdentity | undefined
  #ended: Promise<unknown> = Promise.resolve()
  #logStart = 0

  constructor(launch: ServerLaunch) {
    this.#launch = launch
  }

  /** Throws when it has been killed. */
  get identity(): ProcessIdentity {
    if (this.#identity === undefined) throw new Error(`Cannot use ${this.#launch.title}: it does not run`)
    return this.#identity
  }

  /** Everything that it has printed so far, over all its starts. */
  get log(): string {
    return existsSync(this.#launch.logPath) ? readFileSync(this.#launch.logPath, 'utf8') : ''
  }

  /** Start it and wait until it is ready; throws with the reason from its log when it ends instead. */
  async start(): Promise<void> {
    const child = this.#spawn()
    this.#ended = once(child, 'close')
    const hasEnded = this.#ended.then(() => true)
    this.#identity = child.pid === undefined ? undefined : identityOf(child.pid)
    for (const endMs = performance.now() + READY_MS; performance.now() < endMs; ) {
      if (await this.#launch.isReady(() => this.#logSinceStart())) return
      if (await Promise.race([hasEnded, sleep(POLL_MS, false)])) throw this.#failure('it ended')
    }
    throw this.#failure(`it was not ready within ${READY_MS / 1000} s`)
  }

  /** Kill it as the kernel does, and wait. */
  async kill(): Promise<void> {
    if (this.#identity !== undefined) signalGroup(this.#identity.pid, 'SIGKILL')
    await this.#ended
    this.#identity = undefined
  }

  /** Start it after it has been killed; one that runs is shut down in good order first. */
  async restart(): Promise<void> {
    if (this.#identity !== undefined) await endProcess(this.#identity, READY_MS)
    await this.#ended
    await this.start()
  }

  /** Let it answer nothing, without closing a connection, until `thaw`. */
  freeze(): void {
    freezeGroup(this.identity.pid)
  }

  /** Let it go on where it froze. */
  thaw(): void {
    signalGroup(this.identity.pid, 'SIGCONT')
  }

  #logSinceStart(): string {
    return readFileSync(this.#launch.logPath).subarray(this.#logStart).toString()
  }

  #failure(state: string): Error {
    const lines = this.#logSinceStart().trim().split('\n')
    const telling = lines.filter((line) => /Exception|Caused by|error|fatal/i.test(line))
    const reason = (telling.length > 0 ? telling : lines).slice(-5).map((line) => line.slice(0, 300))
    return new Error([`Cannot start ${this.#launch.title}: ${state}`, ...reason].join('\n  '))
  }

  #spawn(): ChildProcess {
    const { directory, logPath, stays } = this.#launch
    // The kernel ends it when this process ends, however it ends; a program that is frozen could not do so itself.
    const life = stays ? [] : ['setpriv', '--pdeathsig', 'KILL']
    const [command = '', ...args] = [...life, ...this.#launch.command()]
    const log = openSync(logPath, 'a')
    try {
      this.#logStart = statSync(logPath).size
      return spawn(command, args, { cwd: directory, detached: true, stdio: ['ignore', log, log] })
    } finally {
      closeSync(log)
    }
  }
}
