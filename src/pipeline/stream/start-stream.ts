import type { Clock } from '../../clock.ts'
import type { GroupMember } from '../../ingest/kafka/group.ts'
import type { Logger } from '../../logger.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Agent } from '../agent.ts'
import { Answers } from '../answers.ts'
import { Batcher } from '../batcher.ts'
import { Budget } from '../budget.ts'
import { Committer } from '../committer.ts'
import { Delivery, type DeliveryParts } from '../deliver.ts'
import { doubtsOfSink } from '../doubts-of-sink.ts'
import { showPipeline } from '../gauges.ts'
import { Meter } from '../meter.ts'
import type { PipelineSettings } from '../settings.ts'
import { TroubleSpot } from '../trouble.ts'
import { GroupIntake, type ReadMessages, type TranscodeMessages } from './group-intake.ts'
import { GroupProgress } from './group-progress.ts'
import { StreamPipeline } from './stream-pipeline.ts'

/** How often gauges are brought up to date. */
const SHOW_MS = 1_000

/** What a pipeline of messages needs from outside. */
export interface StreamParts {
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  readonly group: GroupMember
  readonly read: ReadMessages
  readonly transcode: TranscodeMessages
  readonly deadLetter: StreamDeadLetter
}

/** Where refused documents go. */
export type StreamDeadLetter = DeliveryParts['deadLetter'] & { readonly lengthBytes: number; close(): Promise<void> }

/** What it does. */
export interface StreamSettings extends Pick<PipelineSettings, 'name' | 'batch' | 'createSink'> {
  /** Bytes of documents that may be held until they are answered. */
  readonly inflightBytes: number
}

/** Start a pipeline that is one member of a consumer group. */
export function startGroupStream(settings: StreamSettings, parts: StreamParts): Agent {
  return new StreamAgent(openGroupStream(settings, parts), parts)
}

function openGroupStream({ name, batch, createSink, inflightBytes }: StreamSettings, parts: StreamParts) {
  const { clock, random, logger, metrics, group, read, transcode, deadLetter } = parts
  const sink = createSink()
  const spot = (what: string) => new TroubleSpot(logger, name, what)
  const progress = new GroupProgress(group)
  const committer = new Committer(progress, progress, clock, spot('tell the consumer group what is answered'))
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
  const intake = new GroupIntake({
    ...common,
    group,
    progress,
    read,
    transcode,
    doubts,
    lookup: sink.lookup,
    trouble: intakeSpot,
  })
  return new StreamPipeline(name, { ...common, intake, deliveries, doubts, deliveringSpot, intakeSpot }, clock, random)
}

/** The messages are still with whoever sent them. */
async function noLine(): Promise<undefined> {
  return undefined
}

class StreamAgent implements Agent {
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
