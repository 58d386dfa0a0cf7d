/**
 * What does an agent cost that has nothing to do? `node bench/idle.ts [PODS] [SECONDS]`: so many pods with one log each
 * that nobody writes to, CPU time of the second half of the seconds, and memory at the end; then how long after a line
 * is written its document is in the sink's file.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { jsonCorpus } from './corpus.ts'

const PODS = Number(process.argv[2] ?? 2_000)
const SECONDS = Number(process.argv[3] ?? 60)
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
/** proc(5): times are counted in hundredths of a second. */
const TICKS_PER_SECOND = 100
const LINE = `2026-11-22T13:17:36.995050744Z stdout F ${jsonCorpus().toString('utf8').split('\n')[0] ?? ''}\n`

const directory = mkdtempSync(join(tmpdir(), 'flagship-idle-'))
try {
  await main()
} finally {
  rmSync(directory, { recursive: true, force: true })
}

async function main(): Promise<void> {
  for (let pod = 0; pod < PODS; pod += 1) write(pod)
  const config = join(directory, 'flagship.yaml')
  writeFileSync(config, configOf())
  const agent = spawn(process.execPath, [MAIN, 'run', '--config', config], { stdio: 'inherit' })
  const pid = agent.pid ?? 0
  await sleep(SECONDS * 500)
  const before = cpuSeconds(pid)
  await sleep(SECONDS * 500)
  const percent = ((cpuSeconds(pid) - before) / (SECONDS / 2)) * 100
  print(`${PODS} idle pods: ${percent.toFixed(2)} % of a core, ${residentMb(pid).toFixed(0)} MB resident`)
  print(`a line in an idle pod: ${await timeToDelivery(() => write(0))} ms`)
  print(`a line in a new pod: ${await timeToDelivery(() => write(PODS))} ms`)
  agent.kill('SIGTERM')
  await once(agent, 'exit')
}

function write(pod: number): void {
  const log = join(directory, 'pods', `shop_payments-${pod}_uid-${pod}`, 'istio-proxy', '0.log')
  mkdirSync(join(log, '..'), { recursive: true })
  appendFileSync(log, LINE)
}

function configOf(): string {
  return `cluster: bench
state: { directory: ${directory}/state }
ingest: { pods: ${directory}/pods }
sinks:
  copy: { type: file, path: ${directory}/access.ndjson }
http: { listen: 'off' }
log: { level: warn }
`
}

/** Milliseconds until the sink's file has grown. */
async function timeToDelivery(act: () => void): Promise<number> {
  const before = deliveredBytes()
  const startMs = performance.now()
  act()
  while (deliveredBytes() === before) await sleep(5)
  return Math.round(performance.now() - startMs)
}

function deliveredBytes(): number {
  return statSync(join(directory, 'access.ndjson')).size
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
