import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Usage, usageOf } from './cost.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const LISTEN = `127.0.0.1:${20_000 + (process.pid % 10_000)}`

/** `flagship run` on the pods tree in a directory. */
export class BenchAgent {
  readonly #child: ChildProcess

  /** `control`: control groups (directories) to run in. Flags for node are taken from BENCH_NODE_FLAGS. */
  constructor(directory: string, sink: object, control: readonly string[] = []) {
    const config = join(directory, 'flagship.json')
    writeFileSync(config, JSON.stringify(configOf(directory, sink)))
    const flags = (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '')
    const command = [process.execPath, ...flags, here('../src/main.ts'), 'run', '--config', config]
    const enter = control.map((group) => `echo $$ > ${group}/cgroup.procs && `).join('')
    this.#child = spawn('sh', ['-c', `${enter} exec "$@"`, 'sh', ...command], { stdio: 'inherit', cwd: directory })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** @throws Error when it has ended. */
  usage(): Usage {
    const usage = usageOf(this.#child)
    if (usage === undefined) throw new Error(`the agent has ended: ${this.#child.exitCode ?? this.#child.signalCode}`)
    return usage
  }

  /** Seconds for which its main thread was ready to run and had to wait for a core, or was throttled. */
  waitedSeconds(): number {
    return Number(readFileSync(`/proc/${this.pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9
  }

  /** A gauge or counter of its own metrics; undefined until it listens. */
  async metric(name: string): Promise<number | undefined> {
    try {
      const text = await (await fetch(`http://${LISTEN}/metrics`)).text()
      const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]
      return value === undefined ? undefined : Number(value)
    } catch {
      return undefined
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }
}

function configOf(directory: string, sink: object): object {
  return {
    cluster: 'bench',
    state: { directory: join(directory, 'state') },
    ingest: { pods: join(directory, 'pods') },
    enrich: { inventory: here('../test/fixtures/recorded/cluster.json') },
    sinks: { out: sink },
    http: { listen: LISTEN },
    log: { level: 'warn' },
  }
}

/** Wait until `holds`; throws after `patienceMs`. */
export async function until(what: string, holds: () => Promise<boolean> | boolean, patienceMs = 60_000): Promise<void> {
  const endMs = performance.now() + patienceMs
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`it did not come to that: ${what}`)
    await sleep(100)
  }
}
