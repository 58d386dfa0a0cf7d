/**
 * What does a start cost? `node bench/start.ts [CHAINS] [LINES_PER_FILE]`: chains of six files each, three of them packed,
 * that nobody has read yet; and a second start, when all of them are finished.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BenchAgent, until } from './agent.ts'
import { PodLog } from './pod-logs.ts'
import { receive } from './receiving.ts'

const [CHAINS = 500, LINES = 20] = process.argv.slice(2).map(Number)
const [PACKED, RENAMED] = [3, 2]

const directory = mkdtempSync(join(tmpdir(), 'flagship-start-'))
const output = { kind: 'file', path: join(directory, 'out', 'access.ndjson') } as const
const receiver = await receive(output)
try {
  const logs = Array.from({ length: CHAINS }, (_, pod) => chain(new PodLog(join(directory, 'pods'), pod)))
  print(
    `${CHAINS} chains of ${PACKED + RENAMED + 1} files, ${LINES} lines each; load ${(loadavg()[0] ?? 0).toFixed(1)}`,
  )
  await measure('first start', logs)
  await sleep(1_000)
  for (const log of logs.slice(0, 1)) log.writeLines(1)
  await measure('start with everything finished, one new line', logs)
} finally {
  receiver.close()
  rmSync(directory, { recursive: true, force: true })
}

async function measure(name: string, logs: readonly PodLog[]): Promise<void> {
  const startMs = performance.now()
  const before = (await receiver.received()).lines
  const total = logs.reduce((sum, log) => sum + log.written, 0)
  const agent = new BenchAgent(directory, receiver.sink)
  const stamp = () =>
    `${((performance.now() - startMs) / 1_000).toFixed(1)} s, ${agent.usage().cpuSeconds.toFixed(1)} CPU s`
  await until('something is delivered', async () => (await receiver.received()).lines > before)
  print(`${name}: first delivery after ${stamp()}`)
  await until('all is delivered', async () => (await receiver.received()).lines >= total, 300_000)
  print(`${name}: ${total - before} lines delivered after ${stamp()}`)
  await sleep(12_000)
  const { residentMb, cpuSeconds } = agent.usage()
  print(`${name}: 12 s later ${cpuSeconds.toFixed(1)} CPU s in all, ${residentMb.toFixed(0)} MB resident`)
  await agent.stop()
  const { lines, doubled } = await receiver.received()
  print(`written ${total}, delivered ${lines}, duplicates ${doubled}, lost ${total - lines}`)
}

function chain(log: PodLog): PodLog {
  for (let index = 1; index <= PACKED + RENAMED; index += 1) {
    log.writeLines(LINES)
    log.rotate(index)
    if (index <= PACKED) log.pack(index)
  }
  log.writeLines(LINES)
  return log
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
