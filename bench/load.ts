/**
 * How long from a line that is written to its document at the sink, and what does that cost?
 * `node bench/load.ts elasticsearch|file [LINES_PER_SECOND] [SECONDS] [GROWING] [IDLE]`: so many pods' logs grow at so
 * many lines a second together, one write a line, beside so many idle ones.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BenchAgent, until } from './agent.ts'
import { PodLog } from './pod-logs.ts'
import type { Received } from './receiver.ts'
import { type Receiving, receive } from './receiving.ts'

const [kind, ...numbers] = process.argv.slice(2)
const [LINES_PER_SECOND = 20_000, SECONDS = 20, GROWING = 500, IDLE = 2_000] = numbers.map(Number)
/** Until idle logs are watched instead of being looked at. */
const SETTLE_SECONDS = 15
const WARM_UP_SECONDS = 10
const TICK_MS = 10

const directory = mkdtempSync(join(tmpdir(), 'flagship-load-'))
const receiver = await receive(
  kind === 'file' ? { kind, path: join(directory, 'out', 'access.ndjson') } : { kind: 'elasticsearch' },
)
try {
  await main(receiver)
} finally {
  receiver.close()
  rmSync(directory, { recursive: true, force: true })
}

async function main(receiving: Receiving): Promise<void> {
  const { sink } = receiving
  const logs = Array.from({ length: GROWING + IDLE }, (_, pod) => new PodLog(join(directory, 'pods'), pod))
  for (const log of logs) log.writeLines(1)
  await runOnce(receiving, logs.length)
  const agent = new BenchAgent(directory, sink)
  try {
    const growing = logs.slice(0, GROWING)
    await sleep(SETTLE_SECONDS * 1_000)
    await grow(growing, WARM_UP_SECONDS)
    await receiving.measureFromNow()
    const before = {
      usage: agent.usage(),
      lines: (await receiving.received()).lines,
      waited: agent.waitedSeconds(),
      load: loadavg()[0] ?? 0,
    }
    await grow(growing, SECONDS)
    const behind = written(logs) - (await receiving.received()).lines
    await until('all is delivered', async () => (await receiving.received()).lines >= written(logs), 120_000).catch(
      print,
    )
    const usage = agent.usage()
    const result = await receiving.received()
    const cost = ((usage.cpuSeconds - before.usage.cpuSeconds) / (result.lines - before.lines)) * 1e6
    const heapMb = ((await agent.metric('nodejs_heap_size_used_bytes')) ?? 0) / 2 ** 20
    print(`${kind}: ${LINES_PER_SECOND} lines/s for ${SECONDS} s, ${GROWING} files growing, ${IDLE} idle`)
    print(
      `written to delivered: p50 ${result.p50} ms, p99 ${result.p99} ms, at most ${result.most} ms; ${behind} behind at the end`,
    )
    print(
      `agent: ${cost.toFixed(1)} CPU s per million lines, ${usage.residentMb.toFixed(0)} MB resident (at most ${usage.maxResidentMb.toFixed(0)}), heap ${heapMb.toFixed(0)} MB`,
    )
    const waited = agent.waitedSeconds() - before.waited
    print(`disturbed: its main thread waited ${waited.toFixed(1)} s for a core; load ${before.load.toFixed(1)}`)
    print(balance(logs, result))
  } finally {
    await agent.stop()
  }
}

/** A first run knows nothing and asks the sink for everything that is there; what is measured is a later one. */
async function runOnce(receiving: Receiving, lines: number): Promise<void> {
  const agent = new BenchAgent(directory, receiving.sink)
  await until('the first lines are delivered', async () => (await receiving.received()).lines >= lines, 120_000)
  await sleep(12_000) // the watermark is written down, and nothing is in doubt any more
  await agent.stop()
}

/** Write lines at the rate, in turn; late ticks catch up. */
async function grow(logs: readonly PodLog[], seconds: number): Promise<void> {
  const startMs = performance.now()
  for (let done = 0; done < LINES_PER_SECOND * seconds; ) {
    const due = Math.min(((performance.now() - startMs) / 1_000) * LINES_PER_SECOND, LINES_PER_SECOND * seconds)
    const nowMs = Date.now()
    for (; done < due; done += 1) logs[done % logs.length]?.writeLine(nowMs)
    await sleep(TICK_MS)
  }
}

function written(logs: readonly PodLog[]): number {
  return logs.reduce((sum, log) => sum + log.written, 0)
}

function balance(logs: readonly PodLog[], { lines, doubled, requests, requestBytes }: Received): string {
  const total = written(logs)
  const perRequest = requests === 0 ? '' : `; ${(requestBytes / requests / 1024).toFixed(0)} KiB a request`
  return `written ${total}, delivered ${lines}, duplicates ${doubled}, lost ${total - lines}${perRequest}`
}

function print(text: unknown): void {
  process.stdout.write(`${String(text)}\n`)
}
