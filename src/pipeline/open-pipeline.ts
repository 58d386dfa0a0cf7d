import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { ChainSource } from '../ingest/chain.ts'
import { type DescriptorAllowance, Spool } from '../ingest/spool.ts'
import type { FileSystem } from '../ingest/file-system.ts'
import { TailReader } from '../ingest/tail.ts'
import type { Troubles } from '../ingest/trouble.ts'
import type { Logger } from '../logger.ts'
import { type DocumentForm, PLAIN_FORM } from '../sinks/batch.ts'
import type { Sink } from '../sinks/sink.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { Answers } from './answers.ts'
import { Batcher } from './batcher.ts'
import { Budget } from './budget.ts'
import { Committer } from './committer.ts'
import type { Transcoder } from './contract.ts'
import { Cursor } from './cursor.ts'
import { type CursorState, readCursorState } from './cursor-state.ts'
import { DeadLetter } from './dead-letter.ts'
import { Delivery } from './deliver.ts'
import { doubtsOfSink } from './doubts-of-sink.ts'
import { EarlierRun } from './earlier-run.ts'
import { type ExactParts, memoryOf } from './exact/memory.ts'
import { TransactionDeadLetter } from './exact/transaction-dead-letter.ts'
import type { Turns } from './exact/turns.ts'
import { jsonDocument } from './json-document.ts'
import { Intake } from './intake.ts'
import { Losses } from './losses.ts'
import { Meter } from './meter.ts'
import { Pipeline } from './pipeline.ts'
import type { PipelineSettings } from './settings.ts'
import type { OpenedStore } from './state/store.ts'
import { TroubleSpot } from './trouble.ts'
import { type News, waitCounts, Waits } from './waits.ts'

/** The dead letter of a pipeline, in its state directory. */
export const DEAD_LETTER = 'dead-letter.ndjson'

/** What a pipeline needs from outside. */
export interface PipelineParts {
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  readonly fileSystem: FileSystem
  readonly troubles: Troubles
  readonly descriptors: DescriptorAllowance
  /** Open the state in a directory. @throws FlagshipError STATE_UNREADABLE. */
  readonly openStore: (directory: string) => Promise<OpenedStore>
  /** One per rotation chain; pipelines over the same files may want their documents in different forms. */
  readonly makeTranscoder: (source: ChainSource, form: DocumentForm) => Transcoder
  /** Of a live source of names; without one nothing waits for them. */
  readonly news?: News | undefined
}

/** What a pipeline has of what all pipelines share. */
export interface PipelineShare {
  readonly stateDirectory: string
  readonly spoolDirectory: string
  readonly inflightBytes: number
}

/**
 * Put a pipeline together around what it remembers below `stateDirectory`, or what a sink with transactions does.
 * @throws FlagshipError STATE_UNREADABLE.
 */
export async function openPipeline(
  settings: PipelineSettings,
  { stateDirectory, spoolDirectory, inflightBytes }: PipelineShare,
  parts: PipelineParts,
  exact?: ExactParts,
): Promise<Pipeline> {
  const { name } = settings
  const { clock, logger } = parts
  const directory = join(stateDirectory, name)
  const opened = await parts.openStore(directory)
  const { origin, notes } = opened
  for (const note of notes) logger.error({ pipeline: name }, note)
  const { values, store, turns, over } = await memoryOf(opened, exact)
  const state = readCursorState(values)
  const { form = PLAIN_FORM } = settings
  const jsonOf = await jsonDocument(form)
  const deadLetter = new DeadLetter(join(directory, DEAD_LETTER), settings.deadLetter, jsonOf)
  await deadLetter.open()
  const sink = settings.createSink()
  const earlier = new EarlierRun(state, deadLetter, sink.lookup !== undefined, origin !== 'current')
  const cursor = new Cursor(state)
  if (earlier.isUncertain) cursor.note({ isUncertain: true })
  const committingSpot = new TroubleSpot(logger, name, `write cursor in "${directory}"`)
  const base: Base = {
    settings,
    sink,
    cursor,
    committer: new Committer(cursor, store, clock, committingSpot, turns),
    committingSpot,
    deadLetter,
    grave: exact && new TransactionDeadLetter(exact.sink.transaction, deadLetter, jsonOf),
    turns,
    earlier,
    meter: exact?.meter ?? new Meter(parts.metrics, name, clock),
    budget: new Budget(inflightBytes),
    batcher: new Batcher(settings.batch, clock),
    delivering: new AbortController(),
    spool: new Spool(join(spoolDirectory, name), parts),
  }
  const stages = stagesOf(base, state, parts)
  const close = async () => {
    await opened.store.close()
    await deadLetter.close()
    stages.intake.close()
  }
  return new Pipeline(name, { ...base, ...stages, close, over }, clock, parts.random)
}

/** What the stages of one pipeline share. */
interface Base {
  readonly settings: PipelineSettings
  readonly sink: Sink
  readonly cursor: Cursor
  readonly committer: Committer
  readonly committingSpot: TroubleSpot
  readonly deadLetter: DeadLetter
  /** Where refused documents go in place of the file. */
  readonly grave: TransactionDeadLetter | undefined
  readonly turns: Turns | undefined
  readonly earlier: EarlierRun
  readonly meter: Meter
  readonly budget: Budget
  readonly batcher: Batcher
  /** Aborted when the time to deliver is over. */
  readonly delivering: AbortController
  readonly spool: Spool
}

function stagesOf(base: Base, state: CursorState, parts: PipelineParts) {
  const { settings, sink, cursor, committer, budget, spool } = base
  const { clock, random, logger, news } = parts
  const { form = PLAIN_FORM } = settings
  const waits = news && new Waits(news, clock, waitCounts(parts.metrics, settings.name))
  const makeTranscoder = (source: ChainSource) => parts.makeTranscoder(source, form)
  const answers = new Answers(committer, budget)
  const doubts = doubtsOfSink(settings.name, { ...base, clock, random, logger, answers })
  const shared = { ...base, name: settings.name, clock, random, logger, makeTranscoder, answers, doubts }
  const losses = new Losses(shared, state.losses)
  const reading = { ...parts, known: cursor, tail: new TailReader(), spool }
  const intake = new Intake({ ...shared, reading, lookup: sink.lookup, losses, waits })
  const delivering = new TroubleSpot(logger, settings.name, `deliver to sink "${settings.name}"`)
  const lineAt = intake.lineAt.bind(intake)
  const deliveries = Array.from(
    { length: sink.concurrency },
    () => new Delivery({ ...shared, deadLetter: base.grave ?? base.deadLetter, lineAt, trouble: delivering }),
  )
  return { intake, doubts, losses, deliveries, deliveringSpot: delivering }
}
