import type { Clock } from '../../clock.ts'
import type { Sink } from '../../sinks/sink.ts'
import { Backoff } from '../backoff.ts'
import type { Batcher } from '../batcher.ts'
import type { Budget } from '../budget.ts'
import type { Delivery } from '../deliver.ts'
import type { Doubts } from '../doubts.ts'
import type { Meter } from '../meter.ts'
import { openSink } from '../open-sink.ts'
import type { PipelineStatus } from '../status.ts'
import type { TroubleSpot } from '../trouble.ts'

/** Where messages come in: a consumer group, or requests of other shippers. */
export interface StreamIntake {
  /** Take messages until `signal` is aborted. Rejects on a bug. */
  run(signal: AbortSignal): Promise<void>
  /** All that will be answered is answered. Never rejects. */
  close(): Promise<void>
}

/** What a pipeline of messages is made of, in the order of the path. */
export interface StreamStages {
  readonly intake: StreamIntake
  readonly budget: Budget
  readonly batcher: Batcher
  /** One for each batch that may be in flight. */
  readonly deliveries: readonly Delivery[]
  readonly doubts: Doubts | undefined
  readonly sink: Sink
  readonly meter: Meter
  readonly deliveringSpot: TroubleSpot
  /** Of the source. */
  readonly intakeSpot: TroubleSpot
  /** Aborted when the time to deliver is over. */
  readonly delivering: AbortController
  readonly deadLetter: { readonly lengthBytes: number; close(): Promise<void> }
}

/**
 * Messages come in, documents go out to one sink, and whoever sent them is told when the sink has answered. It keeps
 * nothing of its own on disk: the source remembers what is not answered.
 */
export class StreamPipeline {
  readonly name: string
  readonly #stages: StreamStages
  readonly #clock: Clock
  readonly #backoff: Backoff
  /** Aborted: nothing more is taken. */
  readonly #reading = new AbortController()
  #state: PipelineStatus['state'] = 'opening'
  #running: Promise<void> = Promise.resolve()

  constructor(name: string, stages: StreamStages, clock: Clock, random: () => number) {
    this.name = name
    this.#stages = stages
    this.#clock = clock
    this.#backoff = new Backoff(clock, random)
  }

  /**
   * Take and deliver until `stop`. Resolves then; rejects on a bug, and when the sink can never work.
   * @throws FlagshipError SINK_MISCONFIGURED.
   */
  run(): Promise<void> {
    this.#running = this.#run()
    return this.#running
  }

  /** Take nothing more, deliver what was taken, for `graceMs` at most, and tell the source. */
  async stop(graceMs: number): Promise<void> {
    const { intake, sink, delivering, deadLetter } = this.#stages
    const ended = new AbortController()
    this.#reading.abort()
    void this.#clock.sleep(graceMs, ended.signal).then(() => delivering.abort())
    await this.#running.catch(() => {}) // whoever called `run` was told
    ended.abort()
    delivering.abort()
    await intake.close()
    await sink.close()
    await deadLetter.close()
    this.#state = 'stopped'
  }

  get status(): PipelineStatus {
    const { budget, meter, deadLetter, deliveringSpot, intakeSpot, doubts } = this.#stages
    const trouble = deliveringSpot.current ?? intakeSpot.current
    return {
      name: this.name,
      state: trouble === undefined || this.#state === 'stopped' ? this.#state : 'retrying',
      trouble: trouble ?? doubts?.trouble,
      watermarkMs: undefined,
      filesFollowed: 0,
      unreadBytes: 0,
      unacknowledgedBytes: budget.spentBytes,
      spooledBytes: 0,
      losses: 0,
      lostBytes: 0,
      inflightBytes: budget.spentBytes,
      documentsInDoubt: doubts?.documents ?? 0,
      deadLetterBytes: deadLetter.lengthBytes,
      ...meter.totals,
    }
  }

  async #run(): Promise<void> {
    const { batcher, deliveries, delivering, deliveringSpot, doubts, sink } = this.#stages
    const trying = { clock: this.#clock, backoff: this.#backoff, spot: deliveringSpot }
    if (!(await openSink(sink, undefined, trying, this.#reading.signal))) return
    this.#state = 'delivering'
    doubts?.begin()
    const working = [this.#takeAll(), ...deliveries.map((delivery) => delivery.deliverAll(batcher, delivering.signal))]
    await Promise.race([Promise.all(working), ...(doubts === undefined ? [] : [doubts.failed])])
  }

  /** Take until the end, and then wait until everything is answered. */
  async #takeAll(): Promise<void> {
    const { intake, batcher, budget, delivering } = this.#stages
    await intake.run(this.#reading.signal)
    batcher.hurry()
    await budget.empty(delivering.signal)
    batcher.close()
  }
}
