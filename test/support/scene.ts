import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type AgentProcess, until, Workplace } from './agent-process.ts'
import { type Balance, balanceOf, balanceText, evenBalance } from './balance.ts'
import { ContainerLog, lineOf, linesOf } from './container-log.ts'
import type { RecordingOptions } from './recording-elasticsearch.ts'
import { RecordingProcess } from './recording-process.ts'
import { seededRandom } from './seeded-random.ts'

/** Whether scenes take their long form: `npm run soak`. */
export const IS_SOAK = process.env['FLAGSHIP_SOAK'] === '1'

/** What a scene takes in its short form, and in its long one. */
export function inSoak<T>(short: T, long: T): T {
  return IS_SOAK ? long : short
}

const PATIENCE_MS = inSoak(60_000, 240_000)
const ACCESS = 'logs-envoy.access-default'
const LOSS = 'logs-envoy.loss-default'

export interface SceneOptions {
  readonly seed?: number
  readonly containers?: readonly string[]
  /** Over the settings of the sink. */
  readonly sink?: object
  /** Over the configuration. */
  readonly settings?: object
}

/** What an oracle says: lines that arrived, as often as they did, and how many losses were named. */
export interface Arrivals {
  readonly lines: readonly string[]
  readonly named: number
}

/** Containers that write, agents that come and go, and an oracle that knows what arrived. */
export abstract class Scene {
  readonly workplace = new Workplace()
  readonly logs: readonly ContainerLog[]
  readonly random: () => number
  readonly #settings: object

  constructor({ seed = 1, containers = ['a', 'b', 'c', 'd'], settings = {} }: SceneOptions) {
    this.random = seededRandom(seed)
    this.logs = containers.map((name) => new ContainerLog(this.workplace.pods, name, this.random))
    // How full the disk of this machine is must not decide what a scene shows.
    this.#settings = { spool: { minFreePercent: 0 }, ...settings }
  }

  /** About how many lines stand there, without reading them all. */
  abstract count(): number | Promise<number>
  abstract arrivals(): Arrivals | Promise<Arrivals>

  start(env: Readonly<Record<string, string>> = {}, preload?: string): AgentProcess {
    return this.workplace.start(env, preload)
  }

  configureSink(name: string, sink: object, settings: object = {}): void {
    this.workplace.configure({ sinks: { [name]: sink }, ...this.#settings, ...settings })
  }

  /** Every container writes, and some are rotated. */
  write(mostLines: number, rotationShare = 0.15, logs: readonly ContainerLog[] = this.logs): void {
    for (const log of logs) {
      log.write(1 + this.upTo(mostLines))
      if (this.random() < rotationShare) log.rotate()
    }
  }

  /** Write again and again, with a short time in between. */
  async writeTurns(turns: number, mostLines: number, mostPauseMs = 150, rotationShare = 0.15): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) {
      this.write(mostLines, rotationShare)
      await sleep(this.upTo(mostPauseMs))
    }
  }

  upTo(most: number): number {
    return Math.floor(this.random() * (most + 1))
  }

  get written(): readonly string[] {
    return linesOf(this.logs)
  }

  /** Wait until so many lines have arrived. */
  async arrived(lines: number, agent: AgentProcess): Promise<void> {
    const haveArrived = async () => (await this.count()) >= lines
    await until(haveArrived, () => `${lines} lines\n${agent.stderr}`, PATIENCE_MS).catch(async (error: unknown) => {
      const there = new Set((await this.arrivals()).lines)
      const missing = this.written.filter((line) => !there.has(line))
      throw new Error(`${missing.length} lines do not arrive: ${missing.slice(0, 5).join(' ')}`, { cause: error })
    })
  }

  /** End the lines that were begun. */
  end(): void {
    for (const log of this.logs) log.end()
  }

  /** Wait until an agent has delivered all that is written; lines that were begun are ended. */
  async allArrived(agent: AgentProcess): Promise<void> {
    this.end()
    await this.arrived(this.written.length, agent)
  }

  /** Let an agent, a new one or one that runs, deliver everything, stop it and count. */
  async finish(agent: AgentProcess = this.start()): Promise<Balance> {
    await agent.started
    await this.allArrived(agent)
    const exitCode = await agent.stop()
    if (exitCode !== 0) throw new Error(`the agent ended with ${exitCode}: ${agent.stderr}`)
    return this.balance()
  }

  async balance(): Promise<Balance> {
    const { lines, named } = await this.arrivals()
    return this.balanceOf(lines, named)
  }

  balanceOf(lines: readonly string[], named = 0): Balance {
    return balanceOf(this.written, lines, named)
  }

  /** The lines in the dead letter of a pipeline. */
  deadLetter(pipeline: string): string[] {
    const text = readFileSync(join(this.workplace.state, pipeline, 'dead-letter.ndjson'), 'utf8')
    return [...text.matchAll(/"path":"\/lines\/([^"]+)"/g)].map(([, line = '']) => line)
  }
}

/** A scene with a file sink. */
export class FileScene extends Scene {
  constructor(options: SceneOptions = {}) {
    super(options)
    this.configureSink('copy', { type: 'file', path: this.workplace.output, ...options.sink })
  }

  count(): number {
    return this.workplace.countDocuments()
  }

  arrivals(): Arrivals {
    const documents = this.workplace.documents()
    const losses = documents.filter((document) => JSON.stringify(document['event'] ?? {}).includes('"envoy.loss"'))
    return { lines: documents.filter((document) => !losses.includes(document)).map(lineOf), named: losses.length }
  }
}

/** A scene with an Elasticsearch sink and the recording server. */
export class ServerScene extends Scene {
  readonly server: RecordingProcess
  readonly #sink: object

  private constructor(server: RecordingProcess, options: SceneOptions) {
    super(options)
    this.server = server
    this.#sink = {
      type: 'elasticsearch',
      nodes: [server.url],
      requestTimeoutMs: 500,
      settleMs: 1_000,
      batch: { maxAgeMs: 20, maxDocuments: 200 },
      ...options.sink,
    }
    this.configure()
  }

  static async open(options: SceneOptions = {}, recording: RecordingOptions = {}): Promise<ServerScene> {
    const server = await RecordingProcess.start({
      extract: '"path":"/lines/([^"]+)"',
      seed: options.seed ?? 1,
      ...recording,
    })
    return new ServerScene(server, options)
  }

  /** Write the configuration anew, with other settings of the sink. */
  configure(sink: object = {}, settings: object = {}): void {
    this.configureSink('search', { ...this.#sink, ...sink }, settings)
  }

  async count(): Promise<number> {
    return (await this.server.count())[ACCESS]?.distinctIds ?? 0
  }

  async arrivals(): Promise<Arrivals> {
    const { [LOSS]: losses, ...others } = await this.server.count()
    const documents = await Promise.all(Object.keys(others).map((stream) => this.server.documents(stream)))
    return { lines: documents.flat().map(({ text }) => text), named: losses?.documents ?? 0 }
  }
}

/** What `outcomeOf` says when each line arrived once and no loss was named. */
export const EACH_LINE_ONCE = 'each line once'

/** Print what became of a scene; EACH_LINE_ONCE, or what is wrong. */
export function outcomeOf(scene: string, balance: Balance): string {
  const text = balanceText(scene, balance)
  process.stdout.write(`${text}\n`)
  return isDeepStrictEqual(balance, evenBalance(balance.written)) ? EACH_LINE_ONCE : text
}
