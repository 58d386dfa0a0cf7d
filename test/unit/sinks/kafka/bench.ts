import { onTestFinished } from 'vitest'
import { type Clock, SYSTEM_CLOCK } from '../../../../src/clock.ts'
import { batchOf } from '../../../../src/pipeline/segments.ts'
import type { Batch, Dataset, Segment } from '../../../../src/sinks/batch.ts'
import { KafkaSink } from '../../../../src/sinks/kafka/sink.ts'
import { kafkaConfig } from '../../../support/kafka-sink.ts'
import { opened } from '../contract.ts'
import { FakeKafka } from '../../../support/fake-kafka/fake-kafka.ts'

export const NOW_MS = 1_795_352_400_000
export const never = new AbortController().signal

/** A sink on brokers in memory. */
export class KafkaBench {
  readonly kafka: FakeKafka
  readonly settings: object
  clock: Clock = { ...SYSTEM_CLOCK, nowMs: () => NOW_MS }
  readonly warnings: string[] = []
  possiblyDoubled = 0

  constructor(kafka: FakeKafka, settings: object) {
    this.kafka = kafka
    this.settings = settings
  }

  /** With the four topics, each of `partitions` partitions. */
  static async make(nodes = 1, partitions = 1, settings: object = {}): Promise<KafkaBench> {
    const kafka = await FakeKafka.start(nodes)
    onTestFinished(() => kafka.stop())
    for (const topic of ['envoy.access', 'envoy.log', 'envoy.unparsed', 'envoy.loss'])
      kafka.createTopic(topic, partitions)
    return new KafkaBench(kafka, settings)
  }

  create(): KafkaSink {
    const config = kafkaConfig({ brokers: [...this.kafka.brokers], ...this.settings })
    const sink = new KafkaSink('stream', config, {
      clock: this.clock,
      logger: { info: () => {}, warn: (_, text) => void this.warnings.push(text), error: () => {} },
      onPossiblyDoubled: (count) => void (this.possiblyDoubled += count),
    })
    onTestFinished(() => sink.close())
    return sink
  }

  async open(): Promise<KafkaSink> {
    const sink = this.create()
    await opened(sink)
    return sink
  }

  stored(topic = 'envoy.access'): readonly string[] {
    return this.kafka.recordsOf(topic).map(({ value }) => textOf(value))
  }
}

export interface Line {
  readonly text: string
  readonly key?: string
  readonly timeMs?: number
  readonly dataset?: Dataset
}

let made = 0

/** A segment whose documents have ids, keys and times; a text stands for its line. */
export function routed(...lines: readonly (Line | string)[]): Segment {
  const all = lines.map((line) => (typeof line === 'string' ? { text: line } : line))
  const documents = all.map(({ text }) => Buffer.from(`{"n":"${text}"}\n`))
  let end = 0
  return {
    bytes: Buffer.concat(documents),
    ids: all.map(() => `id-${(made += 1)}`),
    ends: documents.map((document) => (end += document.length)),
    datasets: all.map(({ dataset }) => dataset ?? 'envoy.access'),
    classes: all.map(() => 'healthy'),
    reporterNamespace: undefined,
    offsets: all.map((_, index) => index * 10),
    readBytes: all.length * 10,
    counts: { lines: all.length, unparsed: {}, droppedByLevel: 0 },
    routes: { keys: all.map(({ key, text }) => key ?? text), timesMs: all.map(({ timeMs }) => timeMs ?? NOW_MS) },
  }
}

export const batchWith = (...lines: readonly (Line | string)[]): Batch => batchOf([routed(...lines)])

/** A batch of lines that were written just now: real brokers count the age of lines. */
export function batchNow(...texts: readonly string[]): Batch {
  const timeMs = Date.now()
  return batchWith(...texts.map((text) => ({ text, timeMs })))
}

export function textOf(value: string): string {
  const text = /^\{"n":"([^"]*)"\}$/.exec(value)?.[1]
  if (text === undefined) throw new Error(`not a document: ${value}`)
  return text
}
