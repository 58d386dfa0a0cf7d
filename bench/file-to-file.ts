import { existsSync, mkdirSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Cost, costUntil, type Usage } from './cost.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A plain log file of `lines` lines. */
export interface Input {
  readonly path: string
  readonly lines: number
}

const LISTEN = '127.0.0.1:19464'

/** `flagship run` with a file sink, from start until every line is delivered and the process has stopped. */
export async function flagshipCost(input: Input, directory: string): Promise<Cost> {
  const work = freshDirectory(join(directory, 'flagship'))
  const config = join(work, 'flagship.yaml')
  const output = join(work, 'access.ndjson')
  writeFileSync(config, configOf(input, work, output))
  const isDone = async () => (await deliveredBy(LISTEN)) >= input.lines
  const usage = await costUntil(process.execPath, [here('../src/main.ts'), 'run', '--config', config], isDone)
  return perMillion(input, usage, bytesPerLineOf(output))
}

function configOf({ path }: Input, work: string, output: string): string {
  return `cluster: bench
state: { directory: ${work}/state }
ingest:
  files:
    - path: ${path}
      frame: raw
      reporter: { namespace: default, workload: productpage-v1, podName: productpage-v1-5c6d8f7b9-2xqzt, containerName: istio-proxy }
enrich: { inventory: ${here('../test/fixtures/recorded/cluster.json')} }
sinks:
  copy: { type: file, path: ${output} }
http: { listen: '${LISTEN}' }
log: { level: warn }
`
}

/** rsyslog reading the same file, parsing each line as JSON and writing chosen fields. */
export async function rsyslogCost(input: Input, directory: string): Promise<Cost> {
  const work = freshDirectory(join(directory, 'rsyslog'))
  const output = join(work, 'out.json')
  const config = join(work, 'rsyslog.conf')
  const template = readFileSync(here('rsyslog.conf'), 'utf8')
  writeFileSync(
    config,
    template.replaceAll('@DIRECTORY@', work).replaceAll('@INPUT@', input.path).replaceAll('@OUTPUT@', output),
  )
  const linesOf = lineCounter(output)
  const args = ['-n', '-f', config, '-i', join(work, 'pid')]
  const usage = await costUntil('rsyslogd', args, () => linesOf() >= input.lines)
  return perMillion(input, usage, statSync(output).size / linesOf())
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
