import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { FlagshipError } from '../../errors.ts'

/** Lies beside both `src` and `dist`. */
const RECORDED = fileURLToPath(new URL('../../../test/fixtures/recorded/', import.meta.url))
const MAIN = fileURLToPath(new URL(`../../main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url))

const POLL_MS = 50
const PATIENCE_MS = 30_000

/** Where the scene takes place. */
export interface Stage {
  readonly directory: string
  readonly pods: string
  readonly documents: string
  readonly config: string
  readonly cluster: string
}

/** What was done, for the report. */
export interface Performance {
  /** Lines the containers wrote: CRI records, pieces joined. */
  readonly written: number
  readonly kills: number
  readonly rotations: number
  readonly seconds: number
}

/** Prepare an empty pods tree and the configuration of an agent that follows it. */
export async function prepare(directory: string): Promise<Stage> {
  const stage: Stage = {
    directory,
    pods: join(directory, 'pods'),
    documents: join(directory, 'documents.ndjson'),
    config: join(directory, 'flagship.yaml'),
    cluster: join(directory, 'cluster.json'),
  }
  await mkdir(stage.pods, { recursive: true })
  await cp(join(RECORDED, 'cluster.json'), stage.cluster)
  const config = {
    cluster: 'demo',
    state: { directory: join(directory, 'state') },
    ingest: { pods: stage.pods, logLevel: 'trace' },
    enrich: { kubernetes: { mode: 'inventory' }, inventory: stage.cluster },
    sinks: { copy: { type: 'file', path: stage.documents } },
    http: { listen: 'off' },
    log: { level: 'warn' },
  }
  await writeFile(stage.config, stringify(config))
  return stage
}

/**
 * Play the recording to an agent: the first part of every file; `kill -9`; rotation while nobody reads; the rest, with
 * another `kill -9` in the middle; the end. Resolves when everything written has been delivered and the agent stopped.
 */
export async function perform(stage: Stage, onStep: (step: string) => void): Promise<Performance> {
  const started = performance.now()
  const files = await recordedFiles()
  const written = files.reduce((count, file) => count + file.lines, 0)

  onStep(`an agent follows ${files.length} log files of real Envoys`)
  let agent = startAgent(stage)
  await write(stage, files, START, ROTATION)
  await delivered(stage, written * 0.1, agent)
  await kill(agent)

  onStep('kill -9 while it reads, and kubelet rotates every file while nobody looks')
  for (const file of files) await rename(livePath(stage, file), `${livePath(stage, file)}.20261122-131740`)
  await write(stage, files, ROTATION, MIDDLE_OF_A_LINE)
  agent = startAgent(stage)
  await delivered(stage, written * 0.5, agent)
  await kill(agent)

  onStep('a second kill -9; the containers write on')
  agent = startAgent(stage)
  await write(stage, files, MIDDLE_OF_A_LINE, END)
  await delivered(stage, written, agent)
  agent.kill('SIGTERM')
  await exited(agent)
  return { written, kills: 2, rotations: files.length, seconds: (performance.now() - started) / 1000 }
}

interface RecordedFile {
  readonly path: string
  readonly bytes: Buffer
  readonly lines: number
}

async function recordedFiles(): Promise<RecordedFile[]> {
  const root = join(RECORDED, 'pods')
  const pods = await readdir(root)
  return Promise.all(
    pods.sort().map(async (pod) => {
      const path = join(pod, 'istio-proxy', '0.log')
      const bytes = await readFile(join(root, path))
      return { path, bytes, lines: bytes.toString('latin1').match(/^\S+ std(?:out|err) F/gm)?.length ?? 0 }
    }),
  )
}

function livePath(stage: Stage, file: RecordedFile): string {
  return join(stage.pods, file.path)
}

/** Append the bytes from one cut of each file to another. */
async function write(stage: Stage, files: readonly RecordedFile[], from: Cut, to: Cut): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(livePath(stage, file)), { recursive: true })
    await appendFile(livePath(stage, file), file.bytes.subarray(from(file.bytes), to(file.bytes)))
  }
}

/** A place in a file. The runtime rotates between lines; between two reads of ours a line may be half written. */
type Cut = (bytes: Buffer) => number
const START: Cut = () => 0
const ROTATION: Cut = (bytes) => bytes.lastIndexOf(0x0a, bytes.length * 0.4) + 1
const MIDDLE_OF_A_LINE: Cut = (bytes) => Math.floor(bytes.length * 0.7)
const END: Cut = (bytes) => bytes.length

function startAgent(stage: Stage): ChildProcess {
  return spawn(process.execPath, [MAIN, 'run', '--config', stage.config], { stdio: ['ignore', 'ignore', 'pipe'] })
}

async function kill(agent: ChildProcess): Promise<void> {
  agent.kill('SIGKILL')
  await exited(agent)
}

async function exited(agent: ChildProcess): Promise<void> {
  if (agent.exitCode === null && agent.signalCode === null) await once(agent, 'exit')
}

/** Wait until at least `count` documents stand in the file. */
async function delivered(stage: Stage, count: number, agent: ChildProcess): Promise<void> {
  let stderr = ''
  agent.stderr?.on('data', (text: Buffer) => {
    stderr = (stderr + text.toString()).slice(-2_000)
  })
  for (let waitedMs = 0; (await countLines(stage.documents)) < count; waitedMs += POLL_MS) {
    if (agent.exitCode !== null || waitedMs > PATIENCE_MS)
      throw new FlagshipError(
        'SINK_UNAVAILABLE',
        `Cannot finish the demo: the agent stopped delivering: ${stderr.trim()}`,
      )
    await sleep(POLL_MS)
  }
}

async function countLines(path: string): Promise<number> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0))
  let count = 0
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count += 1
  return count
}
