import type { Clock } from '../../clock.ts'
import { FlagshipError, isRetryable } from '../../errors.ts'
import type { FoundChain } from '../../ingest/chain.ts'
import type { Sink } from '../../sinks/sink.ts'
import { Backoff } from '../backoff.ts'
import { Meter } from '../meter.ts'
import { openPipeline, type PipelineParts, type PipelineShare } from '../open-pipeline.ts'
import type { Pipeline, RunningPipeline } from '../pipeline.ts'
import type { PipelineSettings } from '../settings.ts'
import type { PipelineStatus } from '../status.ts'
import { TroubleSpot } from '../trouble.ts'
import type { Recovered } from './memory.ts'
import { sinkUntil, type TransactionalSink } from './sink-until.ts'

/** Makes a pipeline of what the sink has recovered, and of nothing while it is not reached. */
type Open = (recovered: Recovered | undefined, lost: AbortSignal) => Promise<Pipeline>

/** A pipeline that has delivered for so long is not in trouble. */
const SOUND_MS = 30_000

/** Whether a sink stores documents and cursor together. */
export function isExact(sink: Sink): sink is TransactionalSink {
  return sink.transaction !== undefined
}

/**
 * A pipeline into a sink that stores documents and cursor in one transaction. Whenever a transaction is lost the
 * pipeline is made anew from what the sink has; until then the old one goes on keeping files.
 */
export class ExactPipeline implements RunningPipeline {
  readonly name: string
  readonly #sink: TransactionalSink
  readonly #open: Open
  readonly #clock: Clock
  readonly #backoff: Backoff
  readonly #spot: TroubleSpot
  readonly #stopping = new AbortController()
  #current: Pipeline
  #sourceOf: Parameters<Pipeline['restore']>[0] = () => undefined
  /** Settled while `#current` is open. */
  #replacing: Promise<void> = Promise.resolve()
  #isReplacing = false
  /** Settled by the next sweep, or by the end, once the new `#current` is there. */
  #swept: PromiseWithResolvers<void> | undefined
  /** What `#current` commits is stored. */
  #isLive = false

  /** Remember what is on disk; the sink is asked by `run`. @throws FlagshipError STATE_UNREADABLE. */
  static async open(
    sink: TransactionalSink,
    settings: PipelineSettings,
    share: PipelineShare,
    parts: PipelineParts,
  ): Promise<ExactPipeline> {
    const meter = new Meter(parts.metrics, settings.name, parts.clock)
    const open: Open = (recovered, lost) => {
      const own = sinkUntil(lost, sink)
      return openPipeline({ ...settings, createSink: () => own }, share, parts, { sink: own, meter, recovered })
    }
    return new ExactPipeline(sink, await open(undefined, AbortSignal.abort()), open, parts)
  }

  private constructor(
    sink: TransactionalSink,
    first: Pipeline,
    open: Open,
    { clock, random, logger }: Pick<PipelineParts, 'clock' | 'random' | 'logger'>,
  ) {
    this.name = sink.name
    this.#sink = sink
    this.#current = first
    this.#open = open
    this.#clock = clock
    this.#backoff = new Backoff(clock, random)
    this.#spot = new TroubleSpot(logger, sink.name, `deliver to sink "${sink.name}" in transactions`)
  }

  /** As `Pipeline.run`, over lost transactions. @throws FlagshipError SINK_FENCED, SINK_MISCONFIGURED, STATE_UNREADABLE. */
  async run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const recovered = await this.#recover()
      if (recovered === undefined) return
      const over = new AbortController()
      this.#replacing = this.#replace(recovered, over.signal)
      await this.#replacing
      if (this.#stopping.signal.aborted) return
      const sinceMs = this.#clock.elapsedMs()
      this.#isLive = true
      const lost = await untilLost(this.#current.run())
      this.#isLive = false
      if (lost === undefined || this.#stopping.signal.aborted) return
      over.abort()
      this.#spot.begin(lost, this.#clock.nowMs())
      if (this.#clock.elapsedMs() - sinceMs > SOUND_MS) this.#backoff.reset()
      await this.#backoff.wait(this.#stopping.signal)
    }
  }

  restore(sourceOf: Parameters<Pipeline['restore']>[0]): void {
    this.#sourceOf = sourceOf
    this.#current.restore(sourceOf)
  }

  update(chains: readonly FoundChain[], completeToMs: number | undefined): void {
    if (this.#swept !== undefined) this.#begin(this.#swept)
    if (!this.#isReplacing) this.#current.update(chains, completeToMs)
  }

  get heldBytes(): number {
    return this.#isReplacing ? 0 : this.#current.heldBytes
  }

  /** Not while the sink is away: a loss is noted there before the file may go. */
  giveUpOldest(): boolean {
    return this.#isLive && this.#current.giveUpOldest()
  }

  get status(): PipelineStatus {
    const status = this.#current.status
    const trouble = this.#spot.current
    if (trouble === undefined || this.#stopping.signal.aborted) return status
    return { ...status, state: 'retrying', trouble }
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort()
    this.#swept?.resolve()
    await this.#replacing.catch(() => {}) // whoever called `run` was told
    await this.#current.stop(graceMs)
    await this.#sink.close()
  }

  /** Ask the sink for as long as it takes; undefined when it is to end. */
  async #recover(): Promise<Recovered | undefined> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        const values = await this.#sink.transaction.recover(signal)
        this.#spot.end()
        return { values }
      } catch (error) {
        if (signal.aborted) return undefined
        if (!isRetryable(error)) throw error
        this.#spot.begin(error, this.#clock.nowMs())
        await this.#backoff.wait(signal)
      }
    }
    return undefined
  }

  async #replace(recovered: Recovered, lost: AbortSignal): Promise<void> {
    this.#isReplacing = true
    await this.#current.stop(0)
    this.#current = await this.#open(recovered, lost)
    if (this.#stopping.signal.aborted) return
    // Files have grown since the last sweep: beside what they are now it would look as if they had been truncated.
    this.#swept = Promise.withResolvers()
    await this.#swept.promise
  }

  #begin(swept: PromiseWithResolvers<void>): void {
    this.#swept = undefined
    this.#isReplacing = false
    this.#current.restore(this.#sourceOf)
    swept.resolve()
  }
}

/** Why a transaction was lost; undefined when the pipeline has come to its end. */
async function untilLost(running: Promise<void>): Promise<FlagshipError | undefined> {
  try {
    await running
    return undefined
  } catch (error) {
    if (error instanceof FlagshipError && error.code === 'TRANSACTION_LOST') return error
    throw error
  }
}
