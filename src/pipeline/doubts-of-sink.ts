import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Sink } from '../sinks/sink.ts'
import type { Answers } from './answers.ts'
import type { Batcher, Shipment } from './batcher.ts'
import { Doubts } from './doubts.ts'
import type { Meter } from './meter.ts'
import { TroubleSpot } from './trouble.ts'

/** What doubts need of their pipeline. */
export interface DoubtsContext {
  readonly sink: Sink
  readonly answers: Answers
  readonly batcher: Batcher
  readonly meter: Meter
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  /** Aborted when the time to deliver is over. */
  readonly delivering: AbortController
}

/** Those of a sink that looks up what is in doubt: what is found is answered, what is missing is sent as if new. */
export function doubtsOfSink(name: string, context: DoubtsContext): Doubts | undefined {
  const { sink, answers, batcher, meter, logger, delivering } = context
  if (sink.lookup === undefined) return undefined
  const trouble = new TroubleSpot(logger, name, `tell what became of documents for sink "${name}"`)
  const found = (shipments: readonly Shipment[]) => meter.delivered(answers.takeAll(shipments))
  const missing = (shipments: readonly Shipment[]) => {
    for (const shipment of shipments) batcher.add(shipment)
  }
  return new Doubts({ ...context, name, lookup: sink.lookup, trouble, found, missing }, delivering.signal)
}
