import type { KafkaMessage } from '../../clients/kafka.ts'
import type { Batch, Dataset, Segment } from '../batch.ts'
import type { KafkaSinkConfig } from './config.ts'

/** One document as Kafka gets it, its topic, and where it stands in the batch it came in. */
export interface Located {
  readonly topic: string
  readonly id: string
  readonly position: number
  readonly message: KafkaMessage
}

/** Version of the record's fields: it rises when a reader of older records has to look. */
const SCHEMA_VERSION = '1'
const NEWLINE = 0x0a

/** Every document of a batch, in order. The values are views into the batch. */
export function* recordsOf(batch: Batch, topics: KafkaSinkConfig['topics'], nowMs: number): Generator<Located> {
  let position = 0
  for (const segment of batch.segments) {
    for (const index of segment.ids.keys()) {
      const { id, message } = recordAt(segment, index, nowMs)
      yield { id, message, topic: topicOf(segment.datasets[index], topics), position }
      position += 1
    }
  }
}

function recordAt(segment: Segment, index: number, nowMs: number): { id: string; message: KafkaMessage } {
  const { ids, ends, datasets, classes, bytes, routes } = segment
  const [id = '', from = 0, end = 0] = [ids[index], ends[index - 1], ends[index]]
  const to = bytes[end - 1] === NEWLINE ? end - 1 : end
  const message: KafkaMessage = {
    key: routes?.keys[index] ?? id,
    value: bytes.subarray(from, to),
    timestamp: String(timeOf(routes?.timesMs[index], nowMs)),
    headers: {
      'event-id': id,
      'content-type': 'application/json',
      'schema-version': SCHEMA_VERSION,
      dataset: datasets[index] ?? '',
      class: classes[index] ?? '',
    },
  }
  return { id, message }
}

/** Brokers refuse a whole batch because of one time before 1970 or in the future; a line may say what it likes. */
function timeOf(timeMs: number | undefined, nowMs: number): number {
  return timeMs === undefined || !Number.isFinite(timeMs) ? nowMs : Math.trunc(Math.min(Math.max(timeMs, 0), nowMs))
}

function topicOf(dataset: Dataset | undefined, topics: KafkaSinkConfig['topics']): string {
  if (dataset === 'envoy.log') return topics.log
  if (dataset === 'envoy.unparsed') return topics.unparsed
  return dataset === 'envoy.loss' ? topics.loss : topics.access
}
