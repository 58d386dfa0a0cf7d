import {
  appendFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchTopic } from './bench-topic.ts'
import { type BulkEndpoint, startBulkEndpoint } from './bulk-endpoint.ts'
import { countLines, jsonCorpus } from './corpus.ts'
import { type Cost, costUntil, type Usage } from './cost.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A plain log file of `lines` lines. */
export interface Input {
  readonly path: string
  readonly lines: number
}

/** At least so many lines in one file: the recorded ones again and again. */
export function writeInput(path: string, least: number): Input {
  const corpus = jsonCorpus()
  const linesPerRound = countLines(corpus)
  const rounds = Math.ceil(least / linesPerRound)
  for (let round = 0; round < rounds; round += 1) appendFileSync(path, corpus)
  return { path, lines: rounds * linesPerRound }
}

const LISTEN = '127.0.0.1:19464'

/** `flagship run` with a file sink, from start until every line is delivered and the process has stopped. */
export async function flagshipCost(input: Input, directory: string): Promise<Cost> {
  const work = freshDirectory(join(directory, 'flagship'))
  const output = join(work, 'access.ndjson')
  const usage = await flagshipUsage(input, work, `{ type: file, path: ${output} }`)
  return perMillion(input, usage, bytesPerLineOf(output))
}

/** `flagship run` into a bulk endpoint that answers at once, enriched. */
export async function flagshipBulkCost(input: Input, directory: string, isGzip: boolean): Promise<Cost> {
  const work = freshDirectory(join(directory, 'flagship'))
  return withEndpoint(input, ({ port }) => {
    const sink = `{ type: elasticsearch, nodes: ['http://127.0.0.1:${port}'], compression: ${isGzip} }`
    return flagshipUsage(input, work, sink)
  })
}

/** The same into a topic of a broker; `sink` is what else is set. */
export async function flagshipKafkaCost(input: Input, directory: string, topic: BenchTopic, sink: string) {
  const work = freshDirectory(join(directory, 'flagship'))
  const topics = `topics: { access: ${topic.name}, log: ${topic.name}, unparsed: ${topic.name}, loss: ${topic.name} }`
  const to = `{ type: kafka, brokers: ['${topic.broker}'], ${topics}, ${sink} }`
  return intoTopic(input, topic, await flagshipUsage(input, work, to))
}

/** What a topic of flagship's records costs to pass on into a bulk endpoint that answers at once; `source` is what else is set. */
export async function passThroughCost(input: Input, directory: string, topic: BenchTopic, source: string) {
  const work = freshDirectory(join(directory, 'group'))
  return withEndpoint(input, ({ port }) => {
    const from = `kafka: { brokers: ['${topic.broker}'], topics: [${topic.name}], group: ${topic.name}, ${source} }`
    const sink = `{ type: elasticsearch, nodes: ['http://127.0.0.1:${port}'], compression: false }`
    return usageOfRun(work, from, sink, async () => (await deliveredBy(LISTEN)) >= input.lines)
  })
}

function flagshipUsage(input: Input, work: string, sink: string): Promise<Usage> {
  const log = join(work, 'access.log')
  const isDone = growing(input, log, () => deliveredBy(LISTEN))
  return usageOfRun(work, filesAt(log), sink, isDone)
}

function usageOfRun(work: string, ingest: string, sink: string, isDone: () => Promise<boolean>): Promise<Usage> {
  const config = join(work, 'flagship.yaml')
  writeFileSync(config, configOf(ingest, work, sink))
  const flags = (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '')
  return costUntil(process.execPath, [...flags, here('../src/main.ts'), 'run', '--config', config], isDone)
}

function filesAt(path: string): string {
  const reporter = 'namespace: default, workload: productpage-v1, podName: productpage-v1-5c6d8f7b9-2xqzt'
  return `files: [{ path: ${path}, frame: raw, reporter: { ${reporter}, containerName: istio-proxy } }]`
}

function configOf(ingest: string, work: string, sink: string): string {
  return `cluster: bench
state: { directory: ${work}/state }
ingest:
  ${ingest}
enrich: { inventory: ${here('../test/fixtures/recorded/cluster.json')} }
sinks:
  out: ${sink}
http: { listen: '${LISTEN}' }
log: { level: warn }
`
}

/** rsyslog reading the same file, parsing each line as JSON and writing chosen fields. */
export async function rsyslogCost(input: Input, directory: string): Promise<Cost> {
  const work = freshDirectory(join(directory, 'rsyslog'))
  const output = join(work, 'out.json')
  const linesOf = lineCounter(output)
  const action = `action(type="omfile" file="${output}" template="document" ioBufferSize="256k" asyncWriting="off")`
  const usage = await rsyslogUsage(input, work, action, linesOf)
  return perMillion(input, usage, statSync(output).size / linesOf())
}

/** The same into a bulk endpoint, with omelasticsearch. */
export async function rsyslogBulkCost(input: Input, directory: string): Promise<Cost> {
  const work = freshDirectory(join(directory, 'rsyslog'))
  return withEndpoint(input, (endpoint) => {
    const target = `server="127.0.0.1" serverport="${endpoint.port}" searchIndex="logs-envoy.access-default" searchType=""`
    const bulk = 'template="document" bulkmode="on" writeoperation="create" maxbytes="8m" esVersion.major="8"'
    const load = 'module(load="omelasticsearch")'
    const delivered = async () => (await endpoint.taken()).documents
    return rsyslogUsage(input, work, `action(type="omelasticsearch" ${target} ${bulk})`, delivered, load)
  })
}

/** The same into a topic of a broker, with omkafka. */
export async function rsyslogKafkaCost(input: Input, directory: string, topic: BenchTopic, compression: string) {
  const work = freshDirectory(join(directory, 'rsyslog'))
  const target = `broker=["${topic.broker}"] topic="${topic.name}" partitions.auto="on" template="document"`
  const settings = `confParam=["compression.codec=${compression}"] topicConfParam=["request.required.acks=-1"]`
  const action = `action(type="omkafka" ${target} ${settings})`
  const usage = await rsyslogUsage(input, work, action, () => topic.count(), 'module(load="omkafka")')
  return intoTopic(input, topic, usage)
}

async function intoTopic(input: Input, topic: BenchTopic, usage: Usage): Promise<Cost> {
  const count = await topic.count()
  if (count !== input.lines) throw new Error(`${count} records came for ${input.lines} lines`)
  return perMillion(input, usage, topic.storedBytes() / count)
}

function rsyslogUsage(
  input: Input,
  work: string,
  action: string,
  delivered: () => number | Promise<number>,
  load = '',
): Promise<Usage> {
  const [config, log] = [join(work, 'rsyslog.conf'), join(work, 'access.log')]
  const template = readFileSync(here('rsyslog.conf'), 'utf8')
  const filled = { '@DIRECTORY@': work, '@INPUT@': log, '@LOAD@': load, '@ACTION@': action }
  writeFileSync(
    config,
    Object.entries(filled).reduce((text, [key, value]) => text.replaceAll(key, value), template),
  )
  const isDone = growing(input, log, delivered)
  return costUntil('rsyslogd', ['-n', '-f', config, '-i', join(work, 'pid')], isDone)
}

/**
 * Done when every line of a log has arrived, which grows: the first line is there at the start, all others come once it
 * is delivered. What an agent finds at its very first start it looks up first, and that is not what is measured.
 */
function growing({ path, lines }: Input, log: string, delivered: () => number | Promise<number>) {
  const corpus = readFileSync(path)
  const firstBytes = corpus.indexOf(0x0a) + 1
  let rest: Buffer | undefined = corpus.subarray(firstBytes)
  writeFileSync(log, corpus.subarray(0, firstBytes))
  return async () => {
    const count = await delivered()
    if (count > 0 && rest !== undefined) {
      appendFileSync(log, rest)
      rest = undefined
    }
    return count >= lines
  }
}

async function withEndpoint(input: Input, run: (endpoint: BulkEndpoint) => Promise<Usage>): Promise<Cost> {
  const endpoint = await startBulkEndpoint()
  try {
    const usage = await run(endpoint)
    const { documents, documentBytes } = await endpoint.taken()
    if (documents !== input.lines) throw new Error(`${documents} documents came for ${input.lines} lines`)
    return perMillion(input, usage, documentBytes / documents)
  } finally {
    endpoint.close()
  }
}

function freshDirectory(path: string): string {
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path, { recursive: true })
  return path
}

function perMillion({ path, lines }: Input, usage: Usage, bytesPerDocument: number): Cost {
  return {
    cpuSecondsPerMillion: (usage.cpuSeconds / lines) * 1e6,
    maxResidentMb: usage.maxResidentMb,
    bytesPerLine: statSync(path).size / lines,
    bytesPerDocument,
  }
}

/** Documents that the sink has accepted, as the agent's own metrics say; 0 until it listens. */
async function deliveredBy(listen: string): Promise<number> {
  try {
    const metrics = await (await fetch(`http://${listen}/metrics`)).text()
    return Number(/^flagship_documents_delivered_total\{[^}]*\} (\d+)$/m.exec(metrics)?.[1] ?? 0)
  } catch {
    return 0
  }
}

function bytesPerLineOf(path: string): number {
  return statSync(path).size / lineCounter(path)()
}

/** Counts the lines of a growing file; each call reads only what is new. */
function lineCounter(path: string): () => number {
  const buffer = Buffer.allocUnsafe(1 << 20)
  let file: number | undefined
  let lines = 0
  return () => {
    if (file === undefined && !existsSync(path)) return 0
    file ??= openSync(path, 'r')
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
      for (let at = buffer.indexOf(0x0a); at !== -1 && at < length; at = buffer.indexOf(0x0a, at + 1)) lines += 1
    }
    return lines
  }
}
