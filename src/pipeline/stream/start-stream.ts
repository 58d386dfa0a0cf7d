import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { Sink } from '../../sinks/sink.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Agent } from '../agent.ts'
import { Answers } from '../answers.ts'
import { Batcher } from '../batcher.ts'
import { Budget } from '../budget.ts'
import type { Committer } from '../committer.ts'
import { Delivery, type DeliveryParts } from '../deliver.ts'
import type { Doubts } from '../doubts.ts'
import { doubtsOfSink } from '../doubts-of-sink.ts'
import { showPipeline } from '../gauges.ts'
import { Meter } from '../meter.ts'
import type { PipelineSettings } from '../settings.ts'
import { TroubleSpot } from '../trouble.ts'
import { type StreamIntake, StreamPipeline } from './stream-pipeline.ts'

/** How often gauges are brought up to date. */
const SHOW_MS = 1_000

/** What every pipeline of messages needs from outside. */
export interface StreamParts {
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  readonly deadLetter: StreamDeadLetter
}

/** Where refused documents go. */
export type StreamDeadLetter = DeliveryParts['deadLetter'] & { readonly lengthBytes: number; close(): Promise<void> }

/** What it does. */
export interface StreamSettings extends Pick<PipelineSettings, 'name' | 'batch' | 'createSink'> {
  /** Bytes of documents that may be held until they are answered. */
  readonly inflightBytes: number
}

/** What an intake shares with the rest of its pipeline. */
export interface IntakeStages {
  readonly sink: Sink
  readonly budget: Budget
  readonly batcher: Batcher
  readonly meter: Meter
  readonly doubts: Doubts | undefined
  /** Of the source. */
  readonly trouble: TroubleSpot
}

/** Where messages come from. */
export interface StreamSource<T extends StreamIntake> {
  /** Keeps what is answered, where the source wants to know. */
  readonly committer: DeliveryParts['committer'] & Pick<Committer, 'request'>
  readonly intake: (stages: IntakeStages) => T
}

/** Put a pipeline of messages together; nothing is opened yet. */
export function openStream<T extends StreamIntake>(
  { name, batch, createSink, inflightBytes }: StreamSettings,
  { committer, intake: makeIntake }: StreamSource<T>,
  { clock, random, logger, metrics, deadLetter }: StreamParts,
): { readonly pipeline: StreamPipeline; readonly intake: T } {
  const sink = createSink()
  const spot = (what: string) => new TroubleSpot(logger, name, what)
  const [budget, batcher] = [new Budget(inflightBytes), new Batcher(batch, clock)]
  const meter = new Meter(metrics, name, clock)
  const delivering = new AbortController()
  const answers = new Answers(committer, budget)
  const common = { sink, clock, random, meter, committer, batcher, budget, deadLetter, answers, delivering }
  const doubts = doubtsOfSink(name, { ...common, logger })
  const deliveringSpot = spot(`deliver to sink "${name}"`)
  const cursor = { mark: undefined }
  const deliveries = Array.from(
    { length: sink.concurrency },
    () => new Delivery({ ...common, cursor, doubts, lineAt: noLine, trouble: deliveringSpot }),
  )
  const intakeSpot = spot('take messages')
  const intake = makeIntake({ sink, budget, batcher, meter, doubts, trouble: intakeSpot })
  const stages = { ...common, intake, deliveries, doubts, deliveringSpot, intakeSpot }
  return { pipeline: new StreamPipeline(name, stages, clock, random), intake }
}

/** The messages are still with whoever sent them. */
async function noLine(): Promise<undefined> {
  return undefined
}

/** A running pipeline of messages. */
export class StreamAgent implements Agent {
  readonly done: Promise<void>
  readonly #pipeline: StreamPipeline
  readonly #parts: Pick<StreamParts, 'clock' | 'metrics'>
  readonly #showing = new AbortController()

  constructor(pipeline: StreamPipeline, parts: Pick<StreamParts, 'clock' | 'metrics'>) {
    this.#pipeline = pipeline
    this.#parts = parts
    this.done = Promise.all([this.#showAll(), pipeline.run()]).then(() => {})
    this.done.catch(() => {}) // told to whoever waits for it
  }

  status() {
    return { pipelines: [this.#pipeline.status], unreadablePlaces: 0 }
  }

  async stop(graceMs: number): Promise<void> {
    this.#showing.abort()
    await this.#pipeline.stop(graceMs)
    showPipeline(this.#parts.metrics, this.#pipeline.status)
  }

  async #showAll(): Promise<void> {
    const { clock, metrics } = this.#parts
    while (!this.#showing.signal.aborted) {
      showPipeline(metrics, this.#pipeline.status)
      await clock.sleep(SHOW_MS, this.#showing.signal)
    }
  }
}
