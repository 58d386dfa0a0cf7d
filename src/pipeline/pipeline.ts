import type { Clock } from '../clock.ts'
import { FlagshipError } from '../errors.ts'
import type { Spool, SpooledChain } from '../ingest/spool.ts'
import type { FoundChain } from '../ingest/chain.ts'
import type { Sink } from '../sinks/sink.ts'
import { Backoff } from './backoff.ts'
import type { Batcher } from './batcher.ts'
import type { Budget } from './budget.ts'
import type { Committer } from './committer.ts'
import type { Cursor } from './cursor.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { Delivery } from './deliver.ts'
import type { Doubts } from './doubts.ts'
import type { EarlierRun } from './earlier-run.ts'
import type { Intake } from './intake.ts'
import type { Losses } from './losses.ts'
import type { Meter } from './meter.ts'
import { openSink } from './open-sink.ts'
import { rememberedChains } from './remembered-chains.ts'
import type { PipelineStatus } from './status.ts'
import type { TroubleSpot } from './trouble.ts'

/** How often the cursor is looked through for files that have gone. */
const EXPIRE_INTERVAL_MS = 60_000
/** How often the watermark is written down, so that an idle agent writes nearly nothing. */
const WATERMARK_INTERVAL_MS = 10_000

/** What a pipeline is made of, in the order of the path. */
export interface Stages {
  readonly intake: Intake
  readonly earlier: EarlierRun
  readonly spool: Spool
  readonly budget: Budget
  readonly batcher: Batcher
  /** One for each batch that may be in flight. */
  readonly deliveries: readonly Delivery[]
  readonly doubts: Doubts | undefined
  readonly sink: Sink
  readonly deadLetter: DeadLetter
  readonly cursor: Cursor
  readonly committer: Committer
  readonly meter: Meter
  readonly losses: Losses
  readonly deliveringSpot: TroubleSpot
  readonly committingSpot: TroubleSpot
  /** Aborted when the time to deliver is over: what is not delivered by then is read again next time. */
  readonly delivering: AbortController
  readonly close: () => Promise<void>
  /** Rejects when what was answered since the last commit does not count any more. */
  readonly over?: Promise<never> | undefined
}

/** What an agent has of a pipeline. */
export type RunningPipeline = Pick<
  Pipeline,
  'name' | 'run' | 'restore' | 'update' | 'heldBytes' | 'giveUpOldest' | 'status' | 'stop'
>

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
  #state: PipelineStatus['state'] = 'opening'
  #expireMs: number
  /** When the watermark is written down next. */
  #watermarkMs: number
  /** The watermark. */
  #reachedMs: number | undefined
  #running: Promise<void> = Promise.resolve()
  /** What reads and delivers, also after `#running` has failed. */
  #working: Promise<unknown> = Promise.resolve()

  constructor(name: string, stages: Stages, clock: Clock, random: () => number) {
    this.name = name
    this.#stages = stages
    this.#clock = clock
    this.#backoff = new Backoff(clock, random)
    this.#expireMs = clock.elapsedMs() + EXPIRE_INTERVAL_MS
    this.#watermarkMs = clock.elapsedMs() + WATERMARK_INTERVAL_MS
  }

  /**
   * Read and deliver until `stop`. Resolves then; rejects on a bug, when the sink can never work, and when a transaction
   * is over.
   * @throws FlagshipError SINK_MISCONFIGURED, STATE_UNREADABLE, TRANSACTION_LOST, SINK_FENCED.
   */
  run(): Promise<void> {
    const { over } = this.#stages
    this.#running = over === undefined ? this.#run() : Promise.race([this.#run(), over])
    return this.#running
  }

  /** Follow chains that the spool has files of, or that were not read to their end; called once, at first. */
  restore(sourceOf: (chain: SpooledChain) => Pick<FoundChain, 'scope' | 'source'> | undefined): void {
    const { spool, intake, cursor } = this.#stages
    const chains = [...spool.chains(), ...rememberedChains(cursor.entries)]
    intake.restore(chains.flatMap((chain) => sourceOf(chain) ?? []))
  }

  /** Bytes of files that only the spool keeps. */
  get heldBytes(): number {
    return this.#stages.intake.heldBytes
  }

  /** Give up the oldest file that only the spool keeps; false when there is none that may go now. */
  giveUpOldest(): boolean {
    return this.#stages.intake.giveUpOldest()
  }

  /** Take in what a sweep found; `completeToMs`: all that was made before is in it, undefined when that cannot be told. */
  update(chains: readonly FoundChain[], completeToMs: number | undefined): void {
    const { intake, cursor } = this.#stages
    intake.update(chains, completeToMs)
    const elapsedMs = this.#clock.elapsedMs()
    if (elapsedMs >= this.#watermarkMs) {
      this.#watermarkMs = elapsedMs + WATERMARK_INTERVAL_MS
      this.#noteWatermark()
    }
    if (elapsedMs < this.#expireMs) return
    this.#expireMs = elapsedMs + EXPIRE_INTERVAL_MS
    cursor.expire(intake.present, this.#clock.nowMs())
  }

  /** Stop reading, deliver what was read, for `graceMs` at most, commit and close. */
  async stop(graceMs: number): Promise<void> {
    const { committer, cursor, sink, delivering, close } = this.#stages
    const ended = new AbortController()
    this.#reading.abort()
    void this.#clock.sleep(graceMs, ended.signal).then(() => delivering.abort())
    await this.#running.catch(() => {}) // whoever called `run` was told
    ended.abort()
    delivering.abort()
    await this.#working.catch(() => {}) // the same
    cursor.endSending()
    this.#noteWatermark()
    await committer.close()
    await sink.close()
    await close()
    this.#state = 'stopped'
  }

  get status(): PipelineStatus {
    const { intake, budget, meter, deadLetter, deliveringSpot, committingSpot, doubts, cursor } = this.#stages
    const trouble = deliveringSpot.current ?? committingSpot.current
    return {
      name: this.name,
      state: trouble === undefined || this.#state === 'stopped' ? this.#state : 'retrying',
      trouble: trouble ?? doubts?.trouble,
      watermarkMs: this.#raiseWatermark(),
      ...intake.totals,
      spooledBytes: intake.heldBytes,
      losses: cursor.head.losses ?? 0,
      lostBytes: cursor.head.lostBytes ?? 0,
      inflightBytes: budget.spentBytes,
      documentsInDoubt: doubts?.documents ?? 0,
      deadLetterBytes: deadLetter.lengthBytes,
      ...meter.totals,
    }
  }

  /** Never goes back, also over a restart: what is delivered stays so. */
  #raiseWatermark(): number | undefined {
    const { intake, cursor } = this.#stages
    const { answeredToMs } = intake
    this.#reachedMs ??= cursor.head.watermarkMs
    if (answeredToMs !== undefined) this.#reachedMs = Math.max(answeredToMs, this.#reachedMs ?? 0)
    return this.#reachedMs
  }

  #noteWatermark(): void {
    const { cursor, committer, intake, earlier } = this.#stages
    if (earlier.isUncertain && intake.answeredToMs !== undefined) {
      earlier.isUncertain = false // what is not read by now was not there when it began
      cursor.note({ isUncertain: undefined })
    }
    const watermarkMs = this.#raiseWatermark()
    if (watermarkMs === undefined || watermarkMs === cursor.head.watermarkMs) return
    cursor.note({ watermarkMs })
    committer.request()
  }

  async #run(): Promise<void> {
    const { batcher, deliveries, delivering, doubts, losses } = this.#stages
    await this.#open()
    if (this.#reading.signal.aborted) return
    this.#state = 'delivering'
    doubts?.begin()
    losses.resume()
    const working = [this.#readAll(), ...deliveries.map((delivery) => delivery.deliverAll(batcher, delivering.signal))]
    this.#working = Promise.allSettled(working)
    await Promise.race([Promise.all(working), ...(doubts === undefined ? [] : [doubts.failed])])
  }

  /** Open the sink, however long that takes, and write down where it stands before anything is sent. */
  async #open(): Promise<void> {
    const { sink, cursor, committer, deliveringSpot, committingSpot } = this.#stages
    const trying = { clock: this.#clock, backoff: this.#backoff, spot: deliveringSpot }
    if (!(await openSink(sink, cursor.mark, trying, this.#reading.signal))) return
    cursor.mark = sink.mark?.()
    if (await committer.commit()) return
    throw new FlagshipError('STATE_UNREADABLE', `Cannot begin: ${committingSpot.current?.reason}; set state.directory`)
  }

  /** Read until the end, and then wait until everything is answered. */
  async #readAll(): Promise<void> {
    const { intake, batcher, budget, delivering } = this.#stages
    await intake.run(this.#reading.signal)
    batcher.hurry()
    await budget.empty(delivering.signal)
    batcher.close()
  }
}
