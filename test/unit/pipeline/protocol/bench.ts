import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ChainSource } from '../../../../src/ingest/chain.ts'
import type { FileSystem } from '../../../../src/ingest/file-system.ts'
import { type Agent, startAgent } from '../../../../src/pipeline/agent.ts'
import type { Transcoder } from '../../../../src/pipeline/contract.ts'
import { DEAD_LETTER } from '../../../../src/pipeline/open-pipeline.ts'
import type { PipelineStatus } from '../../../../src/pipeline/status.ts'
import { DEFAULT_DEAD_LETTER } from '../../../../src/sinks/dead-letter-config.ts'
import type { ElasticsearchSinkConfig } from '../../../../src/sinks/elasticsearch/config.ts'
import { ElasticsearchSink } from '../../../../src/sinks/elasticsearch/sink.ts'
import { createMetrics } from '../../../../src/telemetry/metrics.ts'
import { sinkConfig } from '../../../support/elasticsearch-sink.ts'
import { ALWAYS_LISTED } from '../../fakes/always-listed.ts'
import { lineTranscoder } from '../../fakes/line-transcoder.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { RecordedLog } from '../../fakes/recorded-log.ts'
import { scratch } from '../../fakes/scratch.ts'
import { Kubelet } from './kubelet.ts'
import { brokenLaws, brokenSafety, type Scene } from './law.ts'
import { type Bulk, type Outcomes, ScriptedElasticsearch } from './scripted-elasticsearch.ts'
import { StateDisk } from './state-disk.ts'

/** How long nothing of ours may run before documents in doubt are looked up. */
export const SETTLE_MS = 2_000
const NAME = 'search'
const BATCH = { maxBytes: 10_000_000, maxDocuments: 100, maxAgeMs: 50 }

/** A process of the agent. */
interface Process {
  readonly agent: Agent
  isDead: boolean
}

/** The world of the delivery model with the real agent in it: every step is taken by a test, and no time passes but theirs. */
export class ProtocolBench implements Scene {
  readonly root = scratch()
  readonly clock = new ManualClock()
  readonly log = new RecordedLog()
  readonly server = new ScriptedElasticsearch()
  readonly kubelet: Kubelet
  readonly disk = new StateDisk()
  deadLetterBytes = DEFAULT_DEAD_LETTER.maxBytes
  spoolBytes = 1_000_000_000
  /** What is configured otherwise for the next start. */
  sink: Partial<ElasticsearchSinkConfig> = {}
  readonly #broken: string[] = []
  #process: Process | undefined

  constructor() {
    const pods = join(this.root, 'pods')
    this.kubelet = new Kubelet(pods)
    mkdirSync(join(this.root, 'state', NAME), { recursive: true })
    onTestFinished(async () => {
      this.disk.release()
      await this.stop()
    })
  }

  get status(): PipelineStatus {
    const [status] = this.#process?.agent.status().pipelines ?? []
    if (status === undefined) throw new Error('no agent is running')
    return status
  }

  get isRunning(): boolean {
    return this.#process !== undefined
  }

  async start(): Promise<void> {
    const life = { isDead: false }
    const isDead = () => life.isDead
    const { clock, log: logger, server } = this
    const settings = {
      stateDirectory: join(this.root, 'state'),
      lockWaitMs: 0,
      discovery: { pods: join(this.root, 'pods'), containers: ['envoy'], files: [], nodeName: 'n' },
      inflightBytes: 50_000_000,
      spool: { directory: join(this.root, 'spool'), maxBytes: this.spoolBytes, minFreePercent: 0 },
      pipelines: [
        {
          name: NAME,
          batch: BATCH,
          deadLetter: { ...DEFAULT_DEAD_LETTER, maxBytes: this.deadLetterBytes },
          createSink: () =>
            new ElasticsearchSink(
              NAME,
              { ...SINK, ...this.sink },
              { ...ES, clock, logger, connect: () => server.connect(isDead) },
            ),
        },
      ],
    }
    const parts = {
      clock,
      random: () => 0.5,
      logger,
      metrics: createMetrics(false),
      fileSystem: mortal(ALWAYS_LISTED, isDead),
      openStore: (directory: string) => this.disk.open(directory, isDead),
      makeTranscoder: transcoder,
    }
    this.#process = Object.assign(life, { agent: await clock.drive(startAgent(settings, parts)) })
    await clock.advance(0)
  }

  /** Start with a past: a first line is delivered, and the newest index has been known for long enough to be a mark. */
  async startAfterFirstRun(): Promise<void> {
    this.kubelet.line('zero')
    await this.start()
    await this.until(() => this.server.texts().includes('zero'))
    await this.stop()
    await this.start()
    await this.pass(SETTLE_MS * 2)
  }

  /** SIGKILL: what is not on disk by now is gone, what is on its way to the server stays there. */
  async crash(): Promise<void> {
    const process = this.#process
    if (process === undefined) return
    await this.clock.advance(0)
    process.isDead = true
    for (const bulk of this.server.waiting) bulk.giveUp()
    this.disk.release()
    this.#process = undefined
    await this.clock.drive(process.agent.stop(0)) // nothing of it can do anything any more: this only closes what it had open
    this.#broken.push(...brokenSafety(this))
  }

  async restart(): Promise<void> {
    await this.crash()
    await this.start()
  }

  /** SIGTERM. */
  async stop(): Promise<void> {
    const process = this.#process
    this.#process = undefined
    if (process !== undefined) await this.clock.drive(process.agent.stop(100))
  }

  /** Enough time for what was written to be read and sent, or to be asked for, and for answers to be on disk. */
  async pass(ms = 600): Promise<void> {
    await this.clock.advance(ms)
  }

  async until(condition: () => boolean): Promise<void> {
    for (let passedMs = 0; passedMs < 120_000 && !condition(); passedMs += 100) await this.clock.advance(100)
    if (!condition()) throw new Error(`it did not come to that; stored: ${this.server.texts().join(' ')}`)
  }

  /** Write lines; each is read, and sent in a bulk of its own, before the next. */
  async lines(...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      this.kubelet.line(text)
      await this.pass()
    }
  }

  /** The bulk that holds a document and is waited for. */
  bulk(text: string): Bulk {
    const bulk = this.server.waiting.find(({ texts }) => texts.includes(text))
    if (bulk === undefined) throw new Error(`no bulk with "${text}" is under way`)
    return bulk
  }

  /** Run and answer it, and let the answer be written down. */
  async answer(text: string, outcomes?: Outcomes): Promise<void> {
    this.bulk(text).complete(outcomes)
    await this.pass()
  }

  /** No more faults: let everything come to rest. What is broken of the law then, or was after a crash. */
  async rest(): Promise<readonly string[]> {
    this.disk.release()
    this.server.isLagging = false
    this.server.isHolding = false
    if (!this.isRunning) await this.start()
    for (const bulk of this.server.bulks) if (bulk.isRunning) bulk.copied()
    for (const bulk of this.server.waiting) bulk.complete()
    await this.pass(5_000)
    await this.until(() => isAtRest(this.status))
    await this.pass(15_000)
    return [...new Set([...this.#broken, ...brokenSafety(this), ...brokenLaws(this)])]
  }

  /** Somebody removes the spool, or no file could be linked into it. */
  loseSpool(): void {
    rmSync(join(this.root, 'spool'), { recursive: true })
  }

  /** What the spool keeps. */
  links(): readonly string[] {
    return globSync('spool/**/*-*', { cwd: this.root }).filter((path) => /[/]\d+-[^/]+$/.test(path))
  }

  /** Ids in the dead letter. */
  get deadIds(): readonly string[] {
    try {
      const text = readFileSync(join(this.root, 'state', NAME, DEAD_LETTER), 'utf8')
      return [...text.matchAll(/^\{"id":"([\w-]+)"/gm)].map(([, id]) => id ?? '')
    } catch {
      return []
    }
  }
}

const SINK = sinkConfig({
  nodes: ['http://elasticsearch'],
  requestTimeoutMs: 1_000,
  settleMs: SETTLE_MS,
  compression: false,
  batch: BATCH,
})

const ES = { agentId: 'cluster/node', onFailureStore: () => {}, onPossiblyDoubled: () => {} }

/** The document of a loss says all of it. */
function transcoder(source: ChainSource): Transcoder {
  const lines = lineTranscoder(source)
  return {
    ...lines,
    loss(loss, id) {
      const text = Buffer.from(JSON.stringify(loss)).toString('base64url')
      const bytes = Buffer.from(`{"n":"${text}"}\n`)
      return { ...lines.loss(loss, id), bytes, ends: [bytes.length] }
    },
  }
}

function isAtRest({
  state,
  unreadBytes,
  unacknowledgedBytes,
  documentsInDoubt,
  inflightBytes,
}: PipelineStatus): boolean {
  return state === 'delivering' && unreadBytes + unacknowledgedBytes + documentsInDoubt + inflightBytes === 0
}

/** Notices would come by another clock: polling has to do. */
function refuseToWatch(): never {
  throw new Error('ENOSPC: no watches are left')
}

/** The file system as a process has it that can die. */
function mortal(fileSystem: FileSystem, isDead: () => boolean): FileSystem {
  return new Proxy(fileSystem, {
    get(target, name): unknown {
      if (isDead()) throw new Error('the process is dead')
      if (name === 'watch') return refuseToWatch
      return Reflect.get(target, name)
    },
  })
}
