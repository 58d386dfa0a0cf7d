import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { Discovery } from '../ingest/discover.ts'
import { DescriptorAllowance } from '../ingest/spool.ts'
import { Troubles } from '../ingest/trouble.ts'
import { Bell } from './bell.ts'
import { showPipeline } from './gauges.ts'
import { ExactPipeline, isExact } from './exact/exact-pipeline.ts'
import { openPipeline, type PipelineParts, type PipelineShare } from './open-pipeline.ts'
import type { RunningPipeline } from './pipeline.ts'
import type { AgentSettings, PipelineSettings } from './settings.ts'
import { lockState, type StateLock } from './state-lock.ts'
import { SpoolKeeper } from './spool-keeper.ts'
import type { AgentStatus } from './status.ts'

/** How often the file system is looked through for new, renamed and removed files. */
const SWEEP_MS = 1_000
/** How often at most, however much happens in the file system. */
const SHORTEST_SWEEP_MS = 100

/** What an agent needs from outside. */
export type AgentParts = Omit<PipelineParts, 'troubles' | 'descriptors'>

/** A running agent. */
export interface Agent {
  /** Settles when the agent has come to an end: rejects on a bug, or when a sink can never work. */
  readonly done: Promise<void>
  status(): AgentStatus
  /** Stop reading, deliver what was read for `graceMs` at most, commit, and give back the state directory. */
  stop(graceMs: number): Promise<void>
}

/**
 * Start reading and delivering: one discovery for all pipelines, one pipeline for each sink.
 * @throws FlagshipError STATE_LOCKED, STATE_UNREADABLE.
 */
export async function startAgent(settings: AgentSettings, parts: AgentParts): Promise<Agent> {
  const { stateDirectory, lockWaitMs: waitMs } = settings
  const onWait = (holder: string) =>
    parts.logger.warn({ stateDirectory, holder, waitMs }, 'waiting for another agent to end')
  const lock = await lockState(stateDirectory, parts.clock, { waitMs, onWait })
  try {
    const troubles = new Troubles(parts.logger)
    const share = {
      stateDirectory,
      spoolDirectory: settings.spool.directory,
      inflightBytes: Math.ceil(settings.inflightBytes / settings.pipelines.length),
    }
    const shared = { ...parts, troubles, descriptors: new DescriptorAllowance() }
    const pipelines: RunningPipeline[] = []
    for (const pipeline of settings.pipelines) pipelines.push(await openFor(pipeline, share, shared))
    const changes = new Bell()
    const own = [settings.spool.directory, ...settings.pipelines.map(({ name }) => join(stateDirectory, name))]
    const discovery = new Discovery({ ...settings.discovery, own }, parts.fileSystem, parts.clock, troubles, () =>
      changes.ring(),
    )
    for (const pipeline of pipelines) pipeline.restore((chain) => discovery.sourceOf(chain))
    const keeper = new SpoolKeeper(settings.spool, pipelines, shared)
    return new RunningAgent(lock, { discovery, changes, keeper }, pipelines, troubles, parts)
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function openFor(
  settings: PipelineSettings,
  share: PipelineShare,
  parts: PipelineParts,
): Promise<RunningPipeline> {
  const sink = settings.createSink()
  if (isExact(sink)) return ExactPipeline.open(sink, settings, share, parts)
  return openPipeline({ ...settings, createSink: () => sink }, share, parts)
}

/** What finds log files, what rings when it is worth to look at once, and what bounds those that are kept. */
interface Finding {
  readonly discovery: Discovery
  readonly changes: Bell
  readonly keeper: SpoolKeeper
}

class RunningAgent implements Agent {
  readonly done: Promise<void>
  readonly #lock: StateLock
  readonly #pipelines: readonly RunningPipeline[]
  readonly #troubles: Troubles
  readonly #parts: AgentParts
  readonly #sweeping = new AbortController()

  constructor(
    lock: StateLock,
    finding: Finding,
    pipelines: readonly RunningPipeline[],
    troubles: Troubles,
    parts: AgentParts,
  ) {
    this.#lock = lock
    this.#pipelines = pipelines
    this.#troubles = troubles
    this.#parts = parts
    const sweeping = this.#sweepAll(finding, parts.clock)
    this.done = Promise.all([sweeping, ...pipelines.map((pipeline) => pipeline.run())]).then(() => {})
    this.done.catch(() => {}) // told to whoever waits for it
  }

  status(): AgentStatus {
    const pipelines = this.#pipelines.map((pipeline) => pipeline.status)
    return { pipelines, unreadablePlaces: this.#troubles.size }
  }

  async stop(graceMs: number): Promise<void> {
    this.#sweeping.abort()
    await Promise.all(this.#pipelines.map((pipeline) => pipeline.stop(graceMs)))
    this.#showGauges()
    await this.#lock.release()
  }

  async #sweepAll({ discovery, changes, keeper }: Finding, clock: Clock): Promise<void> {
    const { signal } = this.#sweeping
    using _ = { [Symbol.dispose]: () => discovery.close() }
    let toldToMs = clock.nowMs()
    while (!signal.aborted) {
      const startMs = clock.elapsedMs()
      const chains = discovery.sweep()
      for (const pipeline of this.#pipelines) pipeline.update(chains, discovery.isComplete ? toldToMs : undefined)
      keeper.makeRoom()
      this.#showGauges()
      await changes.wait(SWEEP_MS, clock, signal)
      const earlyMs = startMs + SHORTEST_SWEEP_MS - clock.elapsedMs()
      if (earlyMs > 0) await clock.sleep(earlyMs, signal)
      toldToMs = clock.nowMs()
      await allNotices()
    }
  }

  #showGauges(): void {
    const statuses = this.#pipelines.map((pipeline) => pipeline.status)
    this.#parts.metrics.set('flagship_files_followed', {}, Math.max(0, ...statuses.map((each) => each.filesFollowed)))
    for (const status of statuses) showPipeline(this.#parts.metrics, status)
  }
}

/**
 * Resolves once the process has taken in every notice that the kernel had for it before the call. The turn that is
 * under way may have asked for them already, so that only the next one is sure to.
 */
async function allNotices(): Promise<void> {
  await setImmediate()
  await setImmediate()
}
