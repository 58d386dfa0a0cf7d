/**
 * How many documents a second does a real Elasticsearch index, and what does that cost? `node bench/index-throughput.ts
 * [LINES] [ROUNDS]`: the ids of the event and ids of the server's own making in turn, in one server, with the templates
 * of `flagship bootstrap`. Agent and server share the cores: compare by the ratios.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install } from '../test/services/cache.ts'
import { elasticsearchRecipe, RELEASES } from '../test/services/elasticsearch/recipe.ts'
import { ElasticsearchServer } from '../test/services/elasticsearch/server.ts'
import { countIn, request } from '../test/support/stored-documents.ts'
import { BenchAgent, until } from './agent.ts'
import { usageOf } from './cost.ts'
import { PodLog } from './pod-logs.ts'

const LINES = Number(process.argv[2] ?? 300_000)
const ROUNDS = Number(process.argv[3] ?? 3)
const MODES = ['event', 'auto'] as const
const CHUNK_LINES = 20_000
const PATIENCE_MS = 1_200_000
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

interface Throughput {
  readonly perSecond: number
  readonly serverCpu: number
  readonly agentCpu: number
  readonly bytesPerDocument: number
}

const server = await ElasticsearchServer.start(RELEASES[9], await install(elasticsearchRecipe(RELEASES[9])))
try {
  await main()
} finally {
  await server.stop()
}

async function main(): Promise<void> {
  const results = new Map<string, Throughput[]>()
  for (let round = 0; round <= ROUNDS; round += 1) {
    // Who comes first finds the server as the other has left it.
    for (const ids of round % 2 === 0 ? MODES : MODES.toReversed()) {
      const result = await measure(ids)
      if (round === 0) continue // the server's code is compiled while it runs
      results.set(ids, [...(results.get(ids) ?? []), result])
      process.stderr.write(`round ${round}: ids ${ids} ${result.perSecond.toFixed(0)}/s, load ${loadavg()[0]}\n`)
    }
  }
  process.stdout.write(`${tableOf(results)}\n`)
}

async function measure(ids: (typeof MODES)[number]): Promise<Throughput> {
  const directory = mkdtempSync(join(tmpdir(), 'flagship-throughput-'))
  const sink = {
    type: 'elasticsearch',
    nodes: [server.url],
    namespace: ids,
    ids,
    settleMs: 500,
    requestTimeoutMs: 60_000,
  }
  const log = new PodLog(join(directory, 'pods'), 0)
  log.writeLines(1)
  const agent = new BenchAgent(directory, sink)
  try {
    bootstrap(directory)
    const delivered = async () => (await agent.metric('flagship_documents_delivered_total')) ?? 0
    await until('the first line is delivered', async () => (await delivered()) === 1, PATIENCE_MS)
    const before = { ms: performance.now(), agent: agent.usage().cpuSeconds, server: serverCpu(server) }
    for (let left = LINES; left > 0; left -= CHUNK_LINES) log.writeLines(Math.min(left, CHUNK_LINES))
    await until('all lines are delivered', async () => (await delivered()) === LINES + 1, PATIENCE_MS)
    const seconds = (performance.now() - before.ms) / 1_000
    const result = {
      perSecond: LINES / seconds,
      serverCpu: ((serverCpu(server) - before.server) / LINES) * 1e6,
      agentCpu: ((agent.usage().cpuSeconds - before.agent) / LINES) * 1e6,
      bytesPerDocument: await bytesPerDocument(`logs-envoy.access-${ids}`),
    }
    return result
  } finally {
    await agent.stop()
    await server.request('DELETE', `/_data_stream/logs-envoy.*-${ids}`)
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The agent waits for its template meanwhile. */
function bootstrap(directory: string): void {
  const args = [MAIN, 'bootstrap', 'elasticsearch', '--config', join(directory, 'flagship.json')]
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`bootstrap ended with ${status}: ${stderr}`)
}

function serverCpu({ pid }: ElasticsearchServer): number {
  const usage = usageOf({ pid })
  if (usage === undefined) throw new Error(`/proc says nothing of ${pid}`)
  return usage.cpuSeconds
}

/** On disk, when all segments have been merged into one. */
async function bytesPerDocument(stream: string): Promise<number> {
  const documents = await countIn(server, stream)
  if (documents !== LINES + 1) throw new Error(`${documents} documents for ${LINES + 1} lines`)
  await request(server, 'POST', `/${stream}/_forcemerge?max_num_segments=1`)
  await request(server, 'POST', `/${stream}/_flush`)
  const { _all: all } = await request<{ _all: { primaries: { store: { size_in_bytes: number } } } }>(
    server,
    'GET',
    `/${stream}/_stats/store`,
  )
  return all.primaries.store.size_in_bytes / documents
}

function tableOf(results: ReadonlyMap<string, readonly Throughput[]>): string {
  const rows = [...results].map(([ids, list]) => {
    const rates = list.map(({ perSecond }) => perSecond)
    const spread = `${Math.min(...rates).toFixed(0)} - ${Math.max(...rates).toFixed(0)}`
    const middles = (['perSecond', 'serverCpu', 'agentCpu', 'bytesPerDocument'] as const).map((key) =>
      middle(list, key),
    )
    const [rate = '', ...others] = middles
    return `| \`${ids}\` | ${rate} | ${spread} | ${others.join(' | ')} |`
  })
  return [
    `Elasticsearch ${server.version}, ${LINES} lines, ${ROUNDS} rounds, ${availableParallelism()} cores, Node ${process.version}\n`,
    '| ids | documents/s (median) | spread | server, CPU s per million | agent, CPU s per million | bytes a document on disk |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function middle(list: readonly Throughput[], key: keyof Throughput): string {
  return (list.map((each) => each[key]).toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN).toFixed(0)
}
