import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { ChainSource } from '../ingest/chain.ts'
import type { FileSystem } from '../ingest/file-system.ts'
import { TailReader } from '../ingest/tail.ts'
import type { Troubles } from '../ingest/trouble.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { Answers } from './answers.ts'
import { Batcher, type Shipment } from './batcher.ts'
import { Budget } from './budget.ts'
import { Committer } from './committer.ts'
import type { Transcoder } from './contract.ts'
import { Cursor } from './cursor.ts'
import { readCursorState } from './cursor-state.ts'
import { DeadLetter } from './dead-letter.ts'
import { Delivery } from './deliver.ts'
import { Doubts } from './doubts.ts'
import { EarlierRun } from './earlier-run.ts'
import { Intake } from './intake.ts'
import { Losses } from './losses.ts'
import { Meter } from './meter.ts'
import { Pipeline } from './pipeline.ts'
import type { PipelineSettings } from './settings.ts'
import { openStateStore } from './state/store.ts'
import { TroubleSpot } from './trouble.ts'

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
  /** One per rotation chain. */
  readonly makeTranscoder: (source: ChainSource) => Transcoder
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
  const { store, values, origin, notes } = await openStateStore(directory, { clock })
  for (const note of notes) logger.error({ pipeline: name }, note)
  const state = readCursorState(values)
  const deadLetter = new DeadLetter(join(directory, DEAD_LETTER), settings.deadLetter)
  await deadLetter.open()

  const delivering = new AbortController()
  const sink = settings.createSink()
  const spots = {
    delivering: new TroubleSpot(logger, name, `deliver to sink "${name}"`),
    committing: new TroubleSpot(logger, name, `write cursor in "${directory}"`),
    doubting: new TroubleSpot(logger, name, `tell what became of documents for sink "${name}"`),
  }
  const cursor = new Cursor(state)
  const committer = new Committer(cursor, store, clock, spots.committing)
  const meter = new Meter(parts.metrics, name, clock)
  const budget = new Budget(inflightBytes)
  const batcher = new Batcher(settings.batch, clock)
  const answers = new Answers(cursor, committer, budget)
  const { lookup } = sink
  const doubts =
    lookup &&
    new Doubts(
      {
        lookup,
        cursor,
        clock,
        random,
        trouble: spots.doubting,
        found: (shipments) => {
          meter.delivered(answers.takeAll(shipments))
        },
        missing: (shipments) => addAll(batcher, shipments),
      },
      delivering.signal,
    )
  const losses = new Losses({ cursor, batcher, budget, doubts, makeTranscoder: parts.makeTranscoder, meter, logger })
  const reading = { ...parts, known: cursor, tail: new TailReader() }
  const earlier = new EarlierRun(state, deadLetter, lookup !== undefined, origin !== 'current')
  if (earlier.isUncertain) cursor.note({ isUncertain: true })
  let sinkOpenedMs = 0
  const shared = { clock, cursor, committer, meter, budget, doubts }
  const intake = new Intake({
    ...shared,
    reading,
    lose: (loss, source) => losses.add(loss, source),
    makeTranscoder: parts.makeTranscoder,
    batcher,
    earlier,
    lookup,
    openedMs: () => sinkOpenedMs,
  })
  const deliveries = Array.from(
    { length: sink.concurrency },
    () => new Delivery({ ...shared, sink, answers, deadLetter, random, trouble: spots.delivering }),
  )
  const stages = {
    ...shared,
    ...spots,
    intake,
    batcher,
    deliveries,
    sink,
    deadLetter,
    resume: (openedMs: number) => {
      sinkOpenedMs = openedMs
      losses.resume(state.losses, openedMs)
    },
    close: async () => {
      await store.close()
      await deadLetter.close()
      intake.close()
    },
  }
  return new Pipeline(name, stages, delivering, clock, random)
}

function addAll(batcher: Batcher, shipments: readonly Shipment[]): void {
  for (const shipment of shipments) batcher.add(shipment)
}
