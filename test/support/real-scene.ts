import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { PipelineStatus } from '../../src/pipeline/status.ts'
import type { ElasticsearchServer } from '../services/elasticsearch/server.ts'
import { freePort } from '../services/ports.ts'
import { type AgentProcess, until } from './agent-process.ts'
import { lineOf } from './container-log.ts'
import { bootstrap } from './flagship-command.ts'
import { type Arrivals, Scene, type SceneOptions } from './scene.ts'
import { backingIndices, countIn, rollover, storedIn } from './stored-documents.ts'

const PIPELINE = 'search'
/** Between two looks: counting makes the server write segments. */
const LOOK_MS = 200
const SETTLE_MS = 1_500
const PATIENCE_MS = 60_000
const LONGEST_PAUSE_MS = 30_000

export interface RealSceneOptions extends SceneOptions {
  /** Of its data streams: scenes that share a server have streams of their own. */
  readonly namespace: string
}

/** A scene with a real Elasticsearch, and what `flagship bootstrap` installs in it. */
export class RealScene extends Scene {
  readonly server: ElasticsearchServer
  readonly namespace: string
  readonly #listen: string
  /** As it is configured. */
  readonly sink: object

  private constructor(server: ElasticsearchServer, listen: string, options: RealSceneOptions) {
    super(options)
    this.server = server
    this.namespace = options.namespace
    this.#listen = listen
    this.sink = {
      type: 'elasticsearch',
      nodes: [server.url],
      namespace: options.namespace,
      requestTimeoutMs: 10_000,
      settleMs: SETTLE_MS,
      ...options.sink,
      batch: { maxAgeMs: 50, ...Reflect.get(Object(options.sink), 'batch') },
    }
    this.configure()
  }

  static async open(server: ElasticsearchServer, options: RealSceneOptions): Promise<RealScene> {
    const scene = new RealScene(server, `127.0.0.1:${await freePort()}`, options)
    await bootstrap(scene.workplace.config)
    return scene
  }

  /** Write the configuration anew, with other settings of the sink. */
  configure(sink: object = {}, settings: object = {}): void {
    this.configureSink(PIPELINE, { ...this.sink, ...sink }, { http: { listen: this.#listen }, ...settings })
  }

  get access(): string {
    return `logs-envoy.access-${this.namespace}`
  }

  /** A backlog takes as long as it takes: patience is for one that does not get shorter. */
  override async arrived(lines: number, agent: AgentProcess): Promise<void> {
    let [there, sinceMs] = [-1, performance.now()]
    while (there < lines && performance.now() - sinceMs < LONGEST_PAUSE_MS) {
      const count = await this.count()
      if (count > there) [there, sinceMs] = [count, performance.now()]
    }
    await super.arrived(lines, agent)
  }

  async count(): Promise<number> {
    await sleep(LOOK_MS)
    return countIn(this.server, this.access)
  }

  /** Every document is one arrival, in whatever backing index it stands and under whatever id. */
  async arrivals(): Promise<Arrivals> {
    const documents = await storedIn(this.server, `logs-envoy.*-${this.namespace}`, ['url.path', 'event.dataset'])
    const losses = documents.filter(({ index }) => index.includes('envoy.loss'))
    const lines = documents.filter((document) => !losses.includes(document)).map(({ source }) => lineOf(source))
    return { lines, named: losses.length }
  }

  /** How many distinct event ids the access records have, which is one for each line. */
  async distinctEventIds(): Promise<number> {
    const documents = await storedIn(this.server, this.access, ['event.id'])
    return new Set(documents.map(({ source }) => JSON.stringify(source['event']))).size
  }

  async backingIndexCount(): Promise<number> {
    const streams = await backingIndices(this.server, this.access)
    return streams[this.access]?.length ?? 0
  }

  rollover(): Promise<void> {
    return rollover(this.server, this.access)
  }

  /** What the agent says of its pipeline; undefined while it does not answer. */
  async status(): Promise<PipelineStatus | undefined> {
    try {
      const answer = await fetch(`http://${this.#listen}/v1/status`)
      const { pipelines }: { readonly pipelines: readonly PipelineStatus[] } = JSON.parse(await answer.text())
      return pipelines.find(({ name }) => name === PIPELINE)
    } catch {
      return undefined
    }
  }

  /** Wait until an agent has read so many lines since its start and every one of them is answered. */
  async answered(lines: number, agent: AgentProcess): Promise<PipelineStatus> {
    return this.reports(agent, ({ linesRead, unacknowledgedBytes, documentsInDoubt }) =>
      isDeepStrictEqual([linesRead, unacknowledgedBytes, documentsInDoubt], [lines, 0, 0]),
    )
  }

  /** Wait until the agent says of its pipeline what `holds`. */
  async reports(agent: AgentProcess, holds: (status: PipelineStatus) => boolean): Promise<PipelineStatus> {
    let last: PipelineStatus | undefined
    const isSo = async () => {
      last = await this.status()
      return last !== undefined && holds(last)
    }
    await until(isSo, () => `${JSON.stringify(last)}\n${agent.stderr}`, PATIENCE_MS)
    if (last === undefined) throw new Error('the agent does not answer')
    return last
  }
}
