import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { FlagshipError, isRetryable } from '../errors.ts'
import type { ChainSource, FoundChain } from '../ingest/chain.ts'
import type { FileSystem } from '../ingest/file-system.ts'
import { TailReader } from '../ingest/tail.ts'
import type { Troubles } from '../ingest/trouble.ts'
import type { Logger } from '../logger.ts'
import type { Sink } from '../sinks/sink.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { Backoff } from './backoff.ts'
import { Batcher } from './batcher.ts'
import { Budget } from './budget.ts'
import { Committer } from './committer.ts'
import type { Transcoder } from './contract.ts'
import { answeredBefore, Cursor } from './cursor.ts'
import { readCursorFile } from './cursor-file.ts'
import { DeadLetter } from './dead-letter.ts'
import { Delivery } from './deliver.ts'
import { Intake } from './intake.ts'
import { Meter } from './meter.ts'
import type { PipelineSettings } from './settings.ts'
import type { PipelineStatus } from './status.ts'
import { TroubleSpot } from './trouble.ts'

/** How often the cursor is looked through for files that have gone. */
const EXPIRE_INTERVAL_MS = 60_000

/** What a pipeline needs from outside. */
export interface PipelineParts {
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  readonly fileSystem: FileSystem
  readonly troubles: Troubles
  /** One per rotation chain. */
  readonly makeTranscoder: (source: ChainSource) => Transcoder
}

/** What a pipeline is made of, in the order of the path. */
interface Stages {
  readonly intake: Intake
  readonly budget: Budget
  readonly batcher: Batcher
  readonly delivery: Delivery
  readonly sink: Sink
  readonly deadLetter: DeadLetter
  readonly cursor: Cursor
  readonly committer: Committer
  readonly meter: Meter
  readonly delivering: TroubleSpot
  readonly committing: TroubleSpot
}

/** Put a pipeline together around what it remembers below `stateDirectory`. @throws FlagshipError STATE_UNREADABLE. */
export async function openPipeline(
  settings: PipelineSettings,
  stateDirectory: string,
  inflightBytes: number,
  parts: PipelineParts,
): Promise<Pipeline> {
  const { name } = settings
  const { clock, logger, random } = parts
  const directory = join(stateDirectory, name)
  const path = join(directory, 'cursor')
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const state = await readCursorFile(path)
  const deadLetter = new DeadLetter(join(directory, 'dead-letter.ndjson'))
  await deadLetter.open()

  const sink = settings.createSink()
  const delivering = new TroubleSpot(logger, name, `deliver to sink "${name}"`)
  const committing = new TroubleSpot(logger, name, `write cursor "${path}"`)
  const cursor = new Cursor(state)
  const committer = new Committer(cursor, path, clock, committing)
  const meter = new Meter(parts.metrics, name, clock)
  const budget = new Budget(inflightBytes)
  const batcher = new Batcher(settings.batch, clock)
  const reading = {
    ...parts,
    known: cursor,
    tail: new TailReader(),
    spool: undefined,
    lose: () => {},
    isLossDurable: () => true,
  }
  const isAnswered = answeredBefore(state, deadLetter)
  const shared = { clock, cursor, committer, meter, budget }
  const intake = new Intake({ ...shared, reading, makeTranscoder: parts.makeTranscoder, batcher, isAnswered })
  const delivery = new Delivery({ ...shared, sink, deadLetter, random, trouble: delivering })
  const stages = {
    intake,
    budget,
    batcher,
    delivery,
    sink,
    deadLetter,
    cursor,
    committer,
    meter,
    delivering,
    committing,
  }
  return new Pipeline(name, stages, parts)
}

/**
 * One sink and everything that leads to it: files come in, documents go out, and the cursor moves when the sink has
 * answered. Read, transcode, batch, deliver, commit: that order is the guarantee.
 */
export class Pipeline {
  readonly name: string
  readonly #stages: Stages
  readonly #clock: Clock
  readonly #backoff: Backoff
  /** Aborted: nothing more is read. */
  readonly #reading = new AbortController()
  /** Aborted: what is not delivered by now is read again next time. */
  readonly #delivering = new AbortController()
  #state: PipelineStatus['state'] = 'opening'
  #expireMs: number
  #running: Promise<void> = Promise.resolve()

  constructor(name: string, stages: Stages, { clock, random }: PipelineParts) {
    this.name = name
    this.#stages = stages
    this.#clock = clock
    this.#backoff = new Backoff(clock, random)
    this.#expireMs = clock.elapsedMs() + EXPIRE_INTERVAL_MS
  }

  /**
   * Read and deliver until `stop`. Resolves then; rejects on a bug, and when the sink can never work.
   * @throws FlagshipError SINK_MISCONFIGURED or STATE_UNREADABLE.
   */
  run(): Promise<void> {
    this.#running = this.#run()
    return this.#running
  }

  /** Take in what a sweep found. */
  update(chains: readonly FoundChain[]): void {
    const { intake, cursor } = this.#stages
    intake.update(chains)
    if (this.#clock.elapsedMs() < this.#expireMs) return
    this.#expireMs = this.#clock.elapsedMs() + EXPIRE_INTERVAL_MS
    cursor.expire(intake.present, this.#clock.nowMs())
  }

  /** Stop reading, deliver what was read, for `graceMs` at most, commit and close. */
  async stop(graceMs: number): Promise<void> {
    const { intake, committer, sink, deadLetter } = this.#stages
    const ended = new AbortController()
    this.#reading.abort()
    void this.#clock.sleep(graceMs, ended.signal).then(() => this.#delivering.abort())
    await this.#running.catch(() => {}) // whoever called `run` was told
    ended.abort()
    await committer.close()
    await sink.close()
    await deadLetter.close()
    intake.close()
    this.#state = 'stopped'
  }

  get status(): PipelineStatus {
    const { intake, budget, meter, deadLetter, delivering, committing } = this.#stages
    const trouble = delivering.current ?? committing.current
    return {
      name: this.name,
      state: trouble === undefined || this.#state === 'stopped' ? this.#state : 'retrying',
      trouble,
      ...intake.totals,
      inflightBytes: budget.spentBytes,
      deadLetterBytes: deadLetter.lengthBytes,
      ...meter.totals,
    }
  }

  async #run(): Promise<void> {
    await this.#open()
    if (this.#reading.signal.aborted) return
    this.#state = 'delivering'
    await Promise.all([this.#readAll(), this.#deliverAll()])
  }

  /** Open the sink, however long that takes, and write down where it stands before anything is sent. */
  async #open(): Promise<void> {
    const { sink, cursor, committer, delivering, committing } = this.#stages
    while (!this.#reading.signal.aborted) {
      try {
        await sink.open(cursor.mark)
        break
      } catch (error) {
        if (!isRetryable(error)) throw error
        delivering.begin(error, this.#clock.nowMs())
        await this.#backoff.wait(this.#reading.signal)
      }
    }
    delivering.end()
    cursor.mark = sink.mark?.()
    if (await committer.commit()) return
    throw new FlagshipError('STATE_UNREADABLE', `Cannot begin: ${committing.current?.reason}; set state.directory`)
  }

  async #readAll(): Promise<void> {
    await this.#stages.intake.run(this.#reading.signal)
    this.#stages.batcher.close()
  }

  async #deliverAll(): Promise<void> {
    const { batcher, delivery } = this.#stages
    for (;;) {
      const batch = await batcher.next(this.#delivering.signal)
      if (batch === undefined) return
      await delivery.deliver(batch, this.#delivering.signal)
    }
  }
}
