import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 50

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

async function hasEnded(identity: ProcessIdentity, patienceMs: number): Promise<boolean> {
  for (const endMs = performance.now() + patienceMs; performance.now() < endMs; await sleep(POLL_MS))
    if (!isRunning(identity)) return true
  return !isRunning(identity)
}
