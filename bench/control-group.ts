import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PERIOD_US = 100_000
const ROOTS = { cpu: '/sys/fs/cgroup/cpu', memory: '/sys/fs/cgroup/memory' }

/** What a container with these limits has: control groups of version 1, which take root to make. */
export class ControlGroup {
  readonly directories: readonly string[]
  readonly #cpu = join(ROOTS.cpu, `flagship-bench-${process.pid}`)
  readonly #memory = join(ROOTS.memory, `flagship-bench-${process.pid}`)

  /** @throws Error where there is no such file system, or no right to it. */
  constructor(milliCpu: number, memoryMib: number) {
    for (const directory of [this.#cpu, this.#memory]) mkdirSync(directory)
    writeFileSync(join(this.#cpu, 'cpu.cfs_period_us'), String(PERIOD_US))
    writeFileSync(join(this.#cpu, 'cpu.cfs_quota_us'), String((PERIOD_US * milliCpu) / 1_000))
    writeFileSync(join(this.#memory, 'memory.limit_in_bytes'), String(memoryMib * 2 ** 20))
    this.directories = [this.#cpu, this.#memory]
  }

  /** Most it ever had, MiB; the pages of files count, and are taken away again when it comes to the limit. */
  get peakMib(): number {
    return Number(readFileSync(join(this.#memory, 'memory.max_usage_in_bytes'), 'utf8')) / 2 ** 20
  }

  /** How often the kernel had to take pages away, and how many processes it killed. */
  get pressure(): string {
    const [fails, control] = ['memory.failcnt', 'memory.oom_control'].map((name) =>
      readFileSync(join(this.#memory, name), 'utf8').trim(),
    )
    return `limit reached ${fails} times, killed ${/oom_kill (\d+)/.exec(control ?? '')?.[1] ?? 'unknown'}`
  }

  /** After the last process in it has ended. */
  remove(): void {
    for (const directory of this.directories) rmdirSync(directory)
  }
}
