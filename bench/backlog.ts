/**
 * Does an agent with little catch up? `node bench/backlog.ts [LINES] [PODS] [MILLI_CPU] [MIB]` as root: the agent was
 * down while so many lines were written into so many pods' logs, which were rotated twice meanwhile, the first file
 * packed as kubelet does. It comes back within so much CPU and memory, and delivers to a stand-in for Elasticsearch.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BenchAgent, until } from './agent.ts'
import { ControlGroup } from './control-group.ts'
import { PodLog } from './pod-logs.ts'
import { type Receiving, receive } from './receiving.ts'

const [LINES = 600_000, PODS = 50, MILLI_CPU = 100, MEMORY_MIB = 200] = process.argv.slice(2).map(Number)
const FILES = 3
const PATIENCE_MS = 3_600_000

const directory = mkdtempSync(join(tmpdir(), 'flagship-backlog-'))
const group = new ControlGroup(MILLI_CPU, MEMORY_MIB)
const receiver = await receive({ kind: 'elasticsearch' })
try {
  await main(receiver)
} finally {
  receiver.close()
  group.remove()
  rmSync(directory, { recursive: true, force: true })
}

async function main(receiving: Receiving): Promise<void> {
  const logs = Array.from({ length: PODS }, (_, pod) => new PodLog(join(directory, 'pods'), pod))
  for (const log of logs) log.writeLines(1)
  const first = new BenchAgent(directory, receiving.sink)
  await until('the first lines are delivered', async () => (await receiving.received()).lines >= PODS)
  await sleep(12_000) // the watermark is written down, and nothing is in doubt any more
  await first.stop()
  for (const log of logs) writeBacklog(log, Math.ceil(LINES / PODS / FILES))
  const total = logs.reduce((sum, log) => sum + log.written, 0)
  const startMs = performance.now()
  const agent = new BenchAgent(directory, receiving.sink, group.directories)
  try {
    await until('all is delivered', async () => await isDelivered(receiving, agent, total), PATIENCE_MS)
    const seconds = (performance.now() - startMs) / 1_000
    const { cpuSeconds, residentMb, maxResidentMb } = agent.usage()
    const { lines, doubled } = await receiving.received()
    print(`${total} lines in ${PODS} pods, ${FILES} files each; ${MILLI_CPU}m CPU, ${MEMORY_MIB} MiB`)
    print(
      `caught up in ${seconds.toFixed(0)} s, ${(total / seconds).toFixed(0)} lines/s; ${cpuSeconds.toFixed(1)} CPU s`,
    )
    print(
      `${residentMb.toFixed(0)} MB resident, at most ${maxResidentMb.toFixed(0)}; the group at most ${group.peakMib.toFixed(0)} MiB, ${group.pressure}`,
    )
    print(
      `written ${total}, delivered ${lines}, duplicates ${doubled}, lost ${total - lines}; load ${(loadavg()[0] ?? 0).toFixed(1)}`,
    )
  } finally {
    await agent.stop()
  }
}

/** @throws Error when the agent has ended. */
async function isDelivered(receiving: Receiving, agent: BenchAgent, total: number): Promise<boolean> {
  agent.usage()
  await sleep(1_000)
  return (await receiving.received()).lines >= total
}

/** The first file packed, the second renamed, the third live: what kubelet leaves. */
function writeBacklog(log: PodLog, linesPerFile: number): void {
  log.writeLines(linesPerFile)
  log.rotate(1)
  log.pack(1)
  log.writeLines(linesPerFile)
  log.rotate(2)
  log.writeLines(linesPerFile)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
