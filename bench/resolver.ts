/**
 * What does a resolver cost? `node bench/resolver.ts [READERS] [PODS]`: `flagship resolver` in a process of its own on a
 * cluster of 100,000 pods, 5,000 services and 2,500 nodes of the fake API server; readers that all come at once; then 100
 * changes a second for half a minute, told to all of them, as an agent with an index sees them.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SYSTEM_CLOCK } from '../src/clock.ts'
import { EndpointIndex } from '../src/enrich/endpoint/index.ts'
import { followResolver } from '../src/enrich/resolver/follow.ts'
import { SILENT } from '../src/logger.ts'
import { type LongestTurns, turnsText, watchTurns } from './turns.ts'

const READERS = Number(process.argv[2] ?? 1_000)
const PODS = Number(process.argv[3] ?? 100_000)
const [SERVICES, NODES, PER_SECOND] = [Math.ceil(PODS / 20), Math.ceil(PODS / 40), 100]
const PORT = 19_465
/** As the image and the manifest have them. */
const NODE_FLAGS = ['--max-semi-space-size=2', ...(process.env['RESOLVER_FLAGS']?.split(' ') ?? [])]
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2' }
const URL = `http://127.0.0.1:${PORT}`
const folder = mkdtempSync(join(tmpdir(), 'flagship-bench-'))
const children: ChildProcess[] = []

try {
  const cluster = child('resolver-cluster.ts', PODS, SERVICES, NODES)
  const { url } = await told(cluster)
  const resolver = startResolver(String(url))
  await measure(cluster, resolver)
} finally {
  for (const each of children) each.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}

async function measure(cluster: ChildProcess, resolver: ChildProcess): Promise<void> {
  say(`${PODS} pods, ${SERVICES} services, ${NODES} nodes; ${availableParallelism()} cores, Node ${process.version}`)
  const startMs = performance.now()
  await until(async () => (await figures(resolver)).cpuSeconds > 0) // what loading its modules takes is no stall
  const started = await figures(resolver)
  await until(async () => (await fetch(`http://127.0.0.1:${PORT + 1}/readyz`)).status === 200)
  const synced = await figures(resolver)
  say(
    `sync: ${seconds(performance.now() - startMs)}, resolver ${cost(synced)}, of it ${started.cpuSeconds.toFixed(1)} s to start`,
  )

  const agent = follow()
  const longestTurns = watchTurns()
  const agentCpu = process.cpuUsage()
  const agentMs = performance.now()
  await agent.synced
  const { user, system } = process.cpuUsage(agentCpu)
  say(
    `agent: synced in ${seconds(performance.now() - agentMs)}, CPU ${seconds((user + system) / 1_000)}, ${turnsText(longestTurns())}, resident ${megabytes(process.memoryUsage.rss())}`,
  )
  const first = await figures(resolver)
  say(`the first snapshot: resolver ${cost(first, synced)}`)

  const readers = child('resolver-readers.ts', URL, READERS)
  const taken = await told(readers)
  const waits = numbers(taken['waits']).toSorted((a, b) => a - b)
  const storm = await figures(resolver)
  say(
    `${READERS} readers at once: all have a snapshot after ${seconds(waits.at(-1) ?? 0)} (half ${seconds(waits[waits.length >> 1] ?? 0)}), ${String(taken['refused'])} told to come again, ${megabytes(Number(taken['bytes']))}; resolver ${cost(storm, first)}`,
  )

  agent.seenMs.length = 0
  cluster.send(PER_SECOND)
  const changeMs = performance.now()
  await once(cluster, 'message')
  const tookMs = performance.now() - changeMs
  await sleep(2_000)
  const changed = await figures(resolver)
  const delays = agent.seenMs.toSorted((a, b) => a - b)
  const share = ((changed.cpuSeconds - storm.cpuSeconds) * 100_000) / (tookMs + 2_000)
  const quantile = (of: number) => `${(delays[Math.floor(delays.length * of)] ?? Number.NaN).toFixed(0)} ms`
  say(
    `${PER_SECOND} new pods a second and half as many deletions, ${READERS} readers: event to agent p50 ${quantile(0.5)}, p99 ${quantile(0.99)}, longest ${quantile(1 - 1 / delays.length)}, ${delays.length} seen; resolver ${share.toFixed(0)} % of a core, ${cost(changed, storm)}`,
  )
  await agent.stop()
}

/** An agent's index that notes how old each new pod is when it sees it. */
function follow() {
  const index = new EndpointIndex()
  const seenMs: number[] = []
  const known = new Set<string>()
  const followed = followResolver({ urls: [URL] }, index, { clock: SYSTEM_CLOCK, random: () => 0.1, logger: SILENT })
  index.observe((key) => {
    const [, time] = key.startsWith('pod/t') ? key.split('-') : []
    if (time === undefined || known.has(key)) return
    known.add(key)
    seenMs.push(performance.timeOrigin + performance.now() - Number(time))
  })
  return { synced: followed.synced, seenMs, stop: () => followed.stop() }
}

function startResolver(server: string): ChildProcess {
  const kubeconfig = {
    clusters: [{ name: 'fake', cluster: { server } }],
    users: [{ name: 'fake', user: {} }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
    'current-context': 'fake',
  }
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig))
  const config = {
    api: { kubeconfig: 'kubeconfig' },
    listen: `127.0.0.1:${PORT}`,
    http: { listen: `127.0.0.1:${PORT + 1}` },
  }
  writeFileSync(join(folder, 'resolver.json'), JSON.stringify(config))
  const main = join(import.meta.dirname, '../src/main.ts')
  const preload = join(import.meta.dirname, 'tell-turns.ts')
  const args = [...NODE_FLAGS, '--import', preload, main, 'resolver', '--config', join(folder, 'resolver.json')]
  const env = { ...process.env, ...ENVIRONMENT }
  const resolver = spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  children.push(resolver)
  return resolver
}

interface Figures {
  readonly cpuSeconds: number
  readonly residentMb: number
  readonly mostResidentMb: number
  readonly turns: LongestTurns
}

/** Of the resolver, by its own `/metrics`; its longest turns are those since it was asked last. */
async function figures(resolver: ChildProcess): Promise<Figures> {
  const text = await (await fetch(`http://127.0.0.1:${PORT + 1}/metrics`)).text()
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1])
  const status = readFileSync(`/proc/${resolver.pid}/status`, 'utf8')
  resolver.send('turns')
  const turns = await told(resolver)
  const [stallMs, cpuMs, gcMs] = [Number(turns['stallMs']), Number(turns['cpuMs']), Number(turns['gcMs'])]
  return {
    cpuSeconds: value('process_cpu_seconds_total'),
    residentMb: value('process_resident_memory_bytes') / 1e6,
    mostResidentMb: (Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1_024) / 1e6,
    turns: { stallMs, cpuMs, gcMs },
  }
}

function cost(now: Figures, before?: Figures): string {
  const cpu = now.cpuSeconds - (before?.cpuSeconds ?? 0)
  return `CPU ${cpu.toFixed(1)} s, resident ${now.residentMb.toFixed(0)} MB (at most ${now.mostResidentMb.toFixed(0)}), ${turnsText(now.turns)}`
}

function child(file: string, ...args: readonly (string | number)[]): ChildProcess {
  const forked = fork(join(import.meta.dirname, file), args.map(String))
  children.push(forked)
  return forked
}

async function told(from: ChildProcess): Promise<Readonly<Record<string, unknown>>> {
  const ended = once(from, 'exit').then(() => Promise.reject(new Error('a part of the bench has ended')))
  const [message] = await Promise.race([once(from, 'message'), ended])
  return Object(message)
}

function numbers(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.map(Number) : []
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await sleep(100)
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
