import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const POLL_MS = 20
/** Agents start twice as fast with it. */
const NODE_COMPILE_CACHE = join(tmpdir(), 'flagship-compile-cache')

/** A directory with a pods tree, a configuration and what agents leave, and the agents that run in it. */
export class Workplace {
  readonly root = mkdtempSync(join(tmpdir(), 'flagship-'))
  readonly pods = join(this.root, 'pods')
  readonly output = join(this.root, 'out', 'access.ndjson')
  readonly state = join(this.root, 'state')
  readonly config = join(this.root, 'flagship.json')
  readonly #agents: AgentProcess[] = []

  /** `settings` goes over the defaults, entry by entry. JSON is YAML too. It is cleared away `atEnd` of a test, or of a suite. */
  constructor(
    settings: Readonly<Record<string, unknown>> = {},
    atEnd: (clear: () => Promise<void>) => void = onTestFinished,
  ) {
    mkdirSync(this.pods)
    this.configure(settings)
    atEnd(async () => {
      for (const agent of this.#agents) agent.signal('SIGKILL')
      await Promise.all(this.#agents.map((agent) => agent.ended))
      rmSync(this.root, { recursive: true, force: true })
    })
  }

  /** Write the configuration anew. */
  configure(settings: Readonly<Record<string, unknown>>): void {
    const defaults = {
      state: { directory: this.state, lockWaitMs: 0 },
      ingest: { pods: this.pods },
      sinks: { copy: { type: 'file', path: this.output } },
      http: { listen: 'off' },
    }
    writeFileSync(this.config, JSON.stringify({ ...defaults, ...settings }))
  }

  /** Start an agent; `preload` is a module that is loaded into it first. */
  start(env: Readonly<Record<string, string>> = {}, preload?: string): AgentProcess {
    const options = preload === undefined ? [] : ['--import', preload]
    const agent = new AgentProcess([...options, MAIN, 'run', '--config', this.config], env)
    this.#agents.push(agent)
    return agent
  }

  /** Every document in the output and in the finished files beside it, by the order of their numbers. */
  documents(): Record<string, unknown>[] {
    return this.lines().map((line): Record<string, unknown> => JSON.parse(line))
  }

  /** The same as they are written. */
  lines(): string[] {
    return this.#outputs().flatMap((path) => readFileSync(path, 'utf8').split('\n').slice(0, -1))
  }

  /** How many documents there are; quicker than reading them. */
  countDocuments(): number {
    return this.#outputs().reduce((count, path) => count + countLines(readFileSync(path)), 0)
  }

  #outputs(): string[] {
    const directory = dirname(this.output)
    const numberOf = (name: string) => (name === basename(this.output) ? Infinity : Number(name.split('-').at(-1)))
    const names = readdirSync(directory, { withFileTypes: true }).map((entry) => entry.name)
    return names.sort((a, b) => numberOf(a) - numberOf(b)).map((name) => join(directory, name))
  }
}

/** `flagship run` in a process of its own. */
export class AgentProcess {
  readonly process: ChildProcess
  /** How it ended: exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  /** Resolves when it says that it has started, or when it has ended. */
  readonly started: Promise<unknown>
  stdout = ''
  stderr = ''

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    const environment = { ...process.env, NODE_COMPILE_CACHE, ...env }
    this.process = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    this.process.stdout?.on('data', (text: Buffer) => (this.stdout += text.toString()))
    this.process.stderr?.on('data', (text: Buffer) => (this.stderr += text.toString()))
    this.ended = once(this.process, 'close').then(([code, signal]) => code ?? signal)
    const said = Promise.withResolvers<void>()
    this.process.stderr?.on('data', () => {
      if (this.stderr.includes('"message":"started"')) said.resolve()
    })
    this.started = Promise.race([said.promise, this.ended])
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name)
  }

  /** Stop it as an operator does, and wait. */
  stop(): Promise<number | string> {
    this.signal('SIGTERM')
    return this.ended
  }

  /** Kill it as the kernel does, and wait. */
  kill(): Promise<number | string> {
    this.signal('SIGKILL')
    return this.ended
  }
}

/** Wait until `condition` holds; throws with what `describe` says when it does not within `patienceMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  describe: () => string,
  patienceMs = 60_000,
): Promise<void> {
  const endMs = performance.now() + patienceMs
  while (!(await holds(condition))) {
    if (performance.now() > endMs) throw new Error(`it did not come to that: ${describe()}`)
    await sleep(POLL_MS)
  }
}

/** What cannot be looked at does not hold: the output may not be there yet. */
async function holds(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await condition()
  } catch {
    return false
  }
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count += 1
  return count
}
