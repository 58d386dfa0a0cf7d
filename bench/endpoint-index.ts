/**
 * What does it cost to know everybody? `node --expose-gc bench/endpoint-index.ts [PODS] [PAST]`: memory of an index of
 * that many pods and of pods that are gone, how fast it takes them in and answers, and for how long it keeps the event
 * loop, in CPU time of the thread. A process of its own then reads the snapshot, as an agent does.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { parseAddress } from '../src/enrich/address.ts'
import { EndpointIndex } from '../src/enrich/endpoint/index.ts'
import type { PodRow } from '../src/enrich/endpoint/row.ts'
import { readSnapshot, writeSnapshot } from '../src/enrich/endpoint/snapshot-file.ts'

const NODES = 2_500
const WORKLOADS = 5_000
const NAMESPACES = 500
const SERVICES = 5_000
const START_MS = Date.UTC(2026, 10, 23)
const HOUR_MS = 3_600_000
const LOOK_UPS = 1_000_000
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

async function buildTask(pods: number, past: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'flagship-bench-'))
  try {
    await build(pods, past, join(directory, 'index.snapshot'))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function build(pods: number, past: number, path: string): Promise<void> {
  addEverything(new EndpointIndex(), 2_000, 500) // so that what is measured is compiled
  const before = memory()
  const index = new EndpointIndex()
  const turns = new Turns()
  const { longestMs, totalMs } = await addSliced(index, pods, past)
  const turnMs = await turns.stop()
  const after = memory()
  tell('pods, gone ones, closed intervals', `${pods}, ${past}, ${index.size.closedIntervals}`)
  tell('heap and external after full GC', megabytes(after.held - before.held))
  tell('bytes for each pod there is or was', Math.round((after.held - before.held) / (pods + past)))
  tell('resident memory added', megabytes(after.resident - before.resident))
  tell('CPU µs for each pod taken in', ((totalMs * 1_000) / (pods + past)).toFixed(1))
  tell('longest single call, CPU ms', longestMs.toFixed(1))
  tell('longest turn of the event loop, slices of 256 changes, CPU ms', turnMs.toFixed(1))
  lookUps(index, pods)
  await longCalls(index, pods, path)
  const child = spawnSync(process.execPath, [...process.execArgv, import.meta.filename, 'read', path], {
    encoding: 'utf8',
  })
  process.stdout.write(child.stdout + child.stderr)
}

async function addSliced(
  index: EndpointIndex,
  pods: number,
  past: number,
): Promise<{ longestMs: number; totalMs: number }> {
  let longestMs = 0
  let totalMs = 0
  let count = 0
  for (const change of changes(index, pods, past)) {
    const startMs = cpuMs()
    change()
    const tookMs = cpuMs() - startMs
    totalMs += tookMs
    longestMs = Math.max(longestMs, tookMs)
    count += 1
    if (count % 256 === 0) await setImmediate()
  }
  return { longestMs, totalMs }
}

function addEverything(index: EndpointIndex, pods: number, past: number): void {
  for (const change of changes(index, pods, past)) change()
}

function* changes(index: EndpointIndex, pods: number, past: number): Iterable<() => void> {
  for (let at = 0; at < NODES; at += 1) {
    const row = { name: nodeName(at), network: '', ips: [`192.168.${at >> 8}.${at & 255}`], podCidrs: [], zone: 'a' }
    yield () => index.upsertNode(row)
  }
  for (let at = 0; at < SERVICES; at += 1) {
    const ports = [{ port: 80, protocol: 'TCP', nodePort: undefined, targetPort: 8080 }]
    const clusterIps = [`10.${96 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`]
    const row = {
      namespace: `team-${at % NAMESPACES}`,
      name: `service-${at}`,
      network: '',
      clusterIps,
      externalIps: [],
    }
    yield () => index.upsertService({ ...row, ports, labels: undefined, createdMs: START_MS })
  }
  for (let at = 0; at < past; at += 1) {
    const row = podRow(pods + at, ipOf((at * 7919) % pods), START_MS)
    yield () => index.upsertPod(row, START_MS + 1_000)
    yield () => index.deletePod(row.uid, START_MS + HOUR_MS / 2)
  }
  for (let at = 0; at < pods; at += 1) {
    const row = podRow(at, ipOf(at), START_MS + HOUR_MS)
    yield () => index.upsertPod(row, START_MS + HOUR_MS + 1_000)
  }
}

function lookUps(index: EndpointIndex, pods: number): void {
  const texts = Array.from({ length: 65_536 }, (_, at) => `${ipOf((at * 104_729) % pods)}:8080`)
  for (const [name, distinct] of [
    ['65,536 addresses', texts.length],
    ['1,024 addresses', 1_024],
  ] as const) {
    for (let round = 0; round < 2; round += 1) {
      const startMs = cpuMs()
      let found = 0
      for (let at = 0; at < LOOK_UPS; at += 1) {
        const address = parseAddress(texts[at % distinct] ?? '')
        const { ip = '', port } = address ?? {}
        const query = { network: '', ip, port, protocol: 'TCP' } as const
        const { pod } = index.resolve(query, START_MS + HOUR_MS * 2)
        found += pod === undefined ? 0 : pod.uid.length + pod.name.length + (pod.nodeName?.length ?? 0)
      }
      const perSecond = LOOK_UPS / (cpuMs() - startMs) / 1_000
      if (round === 1)
        tell(
          `million full records a CPU second, ${name} in turn`,
          `${perSecond.toFixed(2)}${found > 0 ? '' : ' (none found)'}`,
        )
    }
  }
}

async function longCalls(index: EndpointIndex, pods: number, path: string): Promise<void> {
  const uids = new Set(Array.from({ length: pods }, (_, at) => uidOf(at)))
  await tellKept('retainPods() of them all', () => index.retainPods(uids, START_MS + HOUR_MS))
  const turns = new Turns()
  const startMs = performance.now()
  const written = await writeSnapshot(path, index, START_MS)
  const turnMs = await turns.stop()
  tell('snapshot written, ms', (performance.now() - startMs).toFixed(0))
  tell('longest turn of the event loop meanwhile, CPU ms', turnMs.toFixed(1))
  tell('snapshot, records and bytes', written.ok ? `${written.records}, ${statSync(path).size}` : written.reason)
  await tellKept('forget() of all that is gone', async () => {
    index.forget(START_MS + HOUR_MS * 9)
    while (index.size.closedIntervals > 0) await setImmediate()
  })
}

/** The whole of a work in slices, and the longest of them. */
async function tellKept(name: string, work: () => Promise<void>): Promise<void> {
  const turns = new Turns()
  const startMs = cpuMs()
  await work()
  tell(`${name}, CPU ms`, (cpuMs() - startMs).toFixed(0))
  tell('longest turn of the event loop meanwhile, CPU ms', (await turns.stop()).toFixed(1))
}

/** Measures how long the event loop is kept, in CPU time: that others have the processor is not our doing. */
class Turns {
  #isStopped = false
  #longestMs = 0
  readonly #done = this.#run()

  /** The longest turn so far. */
  async stop(): Promise<number> {
    this.#isStopped = true
    await this.#done
    return this.#longestMs
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const startMs = cpuMs()
      await setImmediate()
      this.#longestMs = Math.max(this.#longestMs, cpuMs() - startMs)
    }
  }
}

async function readTask(path: string): Promise<void> {
  const before = memory()
  const index = new EndpointIndex()
  const turns = new Turns()
  const start = process.cpuUsage()
  const startMs = performance.now()
  const result = await readSnapshot(path, index)
  const turnMs = await turns.stop()
  const { user, system } = process.cpuUsage(start)
  tell(
    'snapshot read, ms (CPU ms)',
    `${(performance.now() - startMs).toFixed(0)} (${((user + system) / 1_000).toFixed(0)})`,
  )
  tell('longest turn of the event loop meanwhile, CPU ms', turnMs.toFixed(1))
  const after = memory()
  tell(
    'heap and external after full GC, from the snapshot',
    result.ok ? megabytes(after.held - before.held) : result.reason,
  )
  tell('resident memory added, from the snapshot', megabytes(after.resident - before.resident))
}

function podRow(at: number, ip: string, fromMs: number): PodRow {
  const workload = at % WORKLOADS
  const name = `app-${workload}`
  return {
    uid: uidOf(at),
    namespace: `team-${workload % NAMESPACES}`,
    name: `${name}-${(workload * 2_654_435_761).toString(36).slice(0, 9)}-${suffixOf(at)}`,
    nodeName: nodeName(at % NODES),
    network: '',
    ips: [ip],
    hostIps: [`192.168.${(at % NODES) >> 8}.${(at % NODES) & 255}`],
    isHostNetwork: false,
    workload: { kind: 'Deployment', name },
    serviceAccount: name,
    role: undefined,
    canonicalService: name,
    labels: `{"app":"${name}","version":"v1"}`,
    pathUid: undefined,
    life: { fromMs, toMs: undefined, isOver: false, sandboxMs: fromMs },
    state: {
      createdMs: fromMs,
      ready: { isTrue: true, sinceMs: fromMs + 5_000, wasTrue: true },
      deletionMs: undefined,
      goneMs: undefined,
      startsMs: [],
      areStartsKnown: true,
      restarts: [],
    },
  }
}

function uidOf(at: number): string {
  const hex = (Math.imul(at, 2_654_435_761) >>> 0).toString(16).padStart(8, '0')
  return `${hex}-${hex.slice(0, 4)}-4${hex.slice(1, 4)}-a${hex.slice(2, 5)}-${at.toString(16).padStart(12, '0')}`
}

function suffixOf(at: number): string {
  let rest = Math.imul(at, 40_503) >>> 0
  let text = ''
  for (let count = 0; count < 5; count += 1) {
    text += LETTERS.charAt(rest % LETTERS.length)
    rest = Math.floor(rest / LETTERS.length)
  }
  return text
}

function ipOf(at: number): string {
  return `10.${128 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`
}

function nodeName(at: number): string {
  return `node-${at}.example.internal`
}

function memory(): { held: number; resident: number } {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { held: heapUsed + external, resident: rss }
}

/** CPU time of this thread: what others do on the machine does not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

function tell(name: string, value: string | number): void {
  process.stdout.write(`| ${name} | ${value} |\n`)
}

const [task = '100000', second = '36000'] = process.argv.slice(2)
if (task === 'read') await readTask(second)
else await buildTask(Number(task), Number(second))
