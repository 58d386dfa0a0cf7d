import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { Value } from 'typebox/value'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import { fillDefaults } from '../../src/config/defaults.ts'
import { batchOf, selectDocuments } from '../../src/pipeline/segments.ts'
import type { Batch } from '../../src/sinks/batch.ts'
import { KafkaSinkConfig } from '../../src/sinks/kafka/config.ts'
import { KafkaSink } from '../../src/sinks/kafka/sink.ts'
import type { Outcome } from '../../src/sinks/sink.ts'

/** Settings with everything that is not given by default. */
export function kafkaConfig(settings: object): KafkaSinkConfig {
  const config: unknown = { type: 'kafka', ...settings }
  fillDefaults(KafkaSinkConfig, config)
  return Value.Parse(KafkaSinkConfig, config)
}

export interface TestedSink {
  readonly sink: KafkaSink
  readonly warnings: string[]
  /** Documents that were sent again although brokers might not know them. */
  possiblyDoubled: number
}

/** A sink that is closed when the test ends. */
export function testedSink(settings: object): TestedSink {
  const warnings: string[] = []
  const tested = {
    warnings,
    possiblyDoubled: 0,
    sink: new KafkaSink('stream', kafkaConfig(settings), {
      clock: SYSTEM_CLOCK,
      logger: { info: () => {}, warn: (_, text) => void warnings.push(text), error: () => {} },
      onPossiblyDoubled: (count) => void (tested.possiblyDoubled += count),
    }),
  }
  onTestFinished(() => tested.sink.close())
  return tested
}

export const newTopic = () => `t-${randomUUID().slice(0, 8)}`
export const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind).join(' ')

/** What the pipeline offers again: in doubt first, then what is surely not stored. */
export function restOf(batch: Batch, outcomes: readonly Outcome[]): Batch {
  let first = 0
  const segments = batch.segments.flatMap((segment) => {
    const at = first
    first += segment.ids.length
    return ['in_doubt', 'retry'].map((kind) => selectDocuments(segment, (index) => outcomes[at + index]?.kind === kind))
  })
  return batchOf(segments.filter(({ ids }) => ids.length > 0))
}

const PATIENCE_MS = 60_000

/** Offer a batch, and what is left of it, until all is accepted; throws when that does not come, or something is refused. */
export async function untilAccepted(sink: KafkaSink, batch: Batch): Promise<void> {
  const never = new AbortController().signal
  const endMs = performance.now() + PATIENCE_MS
  for (let rest = batch; ; await delay(100)) {
    const outcomes = await sink.deliver(rest, never)
    const isOver = performance.now() > endMs
    const wrong = outcomes.find(({ kind }) => kind === 'refused' || (isOver && kind !== 'accepted'))
    if (wrong !== undefined) throw new Error(`it is not accepted: ${JSON.stringify(wrong)}`)
    rest = restOf(rest, outcomes)
    if (rest.documentCount === 0) return
  }
}

/** As `sink`, but the id of a document is its text: batches of the contract suite all have the same ids. */
export function distinctIds(sink: KafkaSink): KafkaSink {
  const deliver = sink.deliver.bind(sink)
  sink.deliver = ({ segments, ...batch }, stop) => {
    const renamed = segments.map((segment) => {
      const { ids, bytes, ends } = segment
      return { ...segment, ids: ids.map((_, index) => bytes.toString('base64url', ends[index - 1] ?? 0, ends[index])) }
    })
    return deliver({ ...batch, segments: renamed }, stop)
  }
  return sink
}
