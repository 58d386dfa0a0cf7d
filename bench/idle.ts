/**
 * What does an agent cost that has nothing to do? `node bench/idle.ts [PODS] [SECONDS]`: so many pods with one log each
 * that nobody writes to, CPU time of the second half of the seconds, and memory at the end; then how long after a line
 * is written its document is in the sink's file.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BenchAgent } from './agent.ts'
import { PodLog } from './pod-logs.ts'

const [PODS = 2_000, SECONDS = 60] = process.argv.slice(2).map(Number)

const directory = mkdtempSync(join(tmpdir(), 'flagship-idle-'))
const output = join(directory, 'access.ndjson')
const agents: BenchAgent[] = []
try {
  await main()
} finally {
  for (const agent of agents) await agent.stop()
  rmSync(directory, { recursive: true, force: true })
}

async function main(): Promise<void> {
  const logOf = (pod: number) => new PodLog(join(directory, 'pods'), pod)
  const logs = Array.from({ length: PODS }, (_, pod) => logOf(pod))
  for (const log of logs) log.writeLines(1)
  const agent = new BenchAgent(directory, { type: 'file', path: output })
  agents.push(agent)
  await sleep(SECONDS * 500)
  const before = agent.usage().cpuSeconds
  await sleep(SECONDS * 500)
  const { cpuSeconds, residentMb, maxResidentMb } = agent.usage()
  const percent = ((cpuSeconds - before) / (SECONDS / 2)) * 100
  const memory = `${residentMb.toFixed(0)} MB resident, at most ${maxResidentMb.toFixed(0)}`
  print(`${PODS} idle pods: ${percent.toFixed(2)} % of a core, ${memory}; load ${(loadavg()[0] ?? 0).toFixed(1)}`)
  print(`a line in an idle pod: ${await timeToDelivery(() => logs[0]?.writeLines(1))} ms`)
  print(`a line in a new pod: ${await timeToDelivery(() => logOf(PODS).writeLines(1))} ms`)
}

/** Milliseconds until the sink's file has grown. */
async function timeToDelivery(act: () => void): Promise<number> {
  const before = statSync(output).size
  const startMs = performance.now()
  act()
  while (statSync(output).size === before) await sleep(5)
  return Math.round(performance.now() - startMs)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
