import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** What one run of a whole process cost, start and stop included. */
export interface Cost {
  readonly cpuSecondsPerMillion: number
  readonly maxResidentMb: number
  readonly bytesPerLine: number
  readonly bytesPerDocument: number
}

/** What a process used. */
export interface Usage {
  readonly cpuSeconds: number
  readonly residentMb: number
  readonly maxResidentMb: number
}

/** Kernel ticks a second in /proc/PID/stat: 100 on every Linux that Debian ships (sysconf CLK_TCK). */
const TICKS_PER_SECOND = 100
const POLL_MS = 250

/** Run a program that prints its own cost as its only line. */
export async function costOf(program: string, args: readonly string[]): Promise<Cost> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (output += text))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`Cannot measure "${args.join(' ')}": it ended with ${code}`)
  const cost: Cost = JSON.parse(output)
  return cost
}

/** CPU seconds of all threads and peak resident memory of a process, from when it started until it was done and stopped. */
export async function costUntil(
  program: string,
  args: readonly string[],
  isDone: () => boolean | Promise<boolean>,
): Promise<Usage> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  while (child.exitCode === null && !(await isDone())) await sleep(POLL_MS)
  if (child.exitCode !== null) throw new Error(`Cannot measure "${program}": it ended with ${child.exitCode}`)
  let usage = usageOf(child)
  child.kill('SIGTERM')
  // Stopping counts too: a process that is told to stop still has to flush.
  while (child.exitCode === null && child.signalCode === null) {
    usage = usageOf(child) ?? usage
    await sleep(10)
  }
  if (usage === undefined) throw new Error(`Cannot measure "${program}": /proc says nothing of it`)
  return usage
}

/** What /proc says; undefined when the process is gone, and the last look counts. */
export function usageOf({ pid }: Pick<ChildProcess, 'pid'>): Usage | undefined {
  try {
    // The second field is the name in brackets and may hold blanks.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const [peak, now] = [/VmHWM:\s+(\d+)/.exec(status), /VmRSS:\s+(\d+)/.exec(status)]
    if (peak === null || now === null) return undefined
    const ticks = Number(fields[11]) + Number(fields[12])
    const [residentMb, maxResidentMb] = [Number(now[1]) / 1024, Number(peak[1]) / 1024]
    return { cpuSeconds: ticks / TICKS_PER_SECOND, residentMb, maxResidentMb }
  } catch {
    return undefined
  }
}
