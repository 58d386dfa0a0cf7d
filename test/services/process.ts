import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 50
const FREEZE_MS = 10_000
/** What a thread that was stopped has for a state in /proc/PID/stat, and one that has ended. */
const STILL = /^[TtZX]/

/** A process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in ticks since the machine did: field 22 of /proc/PID/stat. */
  readonly startTicks: string
}

/** Who runs under this number; undefined when nobody does. A zombie has ended. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  try {
    return identityIn(pid, readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return undefined
  }
}

/** What the text of /proc/PID/stat says. The name of the command, in brackets, may hold anything. */
export function identityIn(pid: number, stat: string): ProcessIdentity | undefined {
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const startTicks = rest[18]
  return state === 'Z' || state === 'X' || startTicks === undefined ? undefined : { pid, startTicks }
}

/** Whether it runs, and is not another one under the same number. */
export function isRunning({ pid, startTicks }: ProcessIdentity): boolean {
  return identityOf(pid)?.startTicks === startTicks
}

/** End a leader of a process group and its group: SIGTERM, and SIGKILL when that takes longer than `patienceMs`. */
export async function endProcess(identity: ProcessIdentity, patienceMs = 10_000): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isRunning(identity)) return
    signalGroup(identity.pid, signal)
    if (await hasEnded(identity, patienceMs)) return
  }
  throw new Error(`Cannot end process "${identity.pid}": it outlived SIGKILL`)
}

/** Signal a group of processes; one that is gone is none. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Stop a group of processes until SIGCONT; its leader stands still when this returns, which on a busy machine takes a moment. */
export function freezeGroup(pid: number): void {
  signalGroup(pid, 'SIGSTOP')
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (const endMs = performance.now() + FREEZE_MS; !standsStill(pid); Atomics.wait(pause, 0, 0, 1))
    if (performance.now() > endMs) throw new Error(`Cannot freeze process "${pid}": it still runs`)
}

/** Whether no thread of a process runs: the signal reaches one of them, and that one stops the others. */
function standsStill(pid: number): boolean {
  const threads = `/proc/${pid}/task`
  return readdirSync(threads).every((thread) => {
    const stat = statOf(`${threads}/${thread}/stat`)
    return STILL.test(stat.slice(stat.lastIndexOf(')') + 2))
  })
}

/** Of a thread; as of one that has ended, when it is gone. */
function statOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ') X'
  }
}

async function hasEnded(identity: ProcessIdentity, patienceMs: number): Promise<boolean> {
  for (const endMs = performance.now() + patienceMs; performance.now() < endMs; await sleep(POLL_MS))
    if (!isRunning(identity)) return true
  return !isRunning(identity)
}
