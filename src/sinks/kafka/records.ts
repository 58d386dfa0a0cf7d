import type { KafkaMessage } from '../../clients/kafka/cluster.ts'
import type { Batch, Dataset, Segment } from '../batch.ts'
import type { KafkaSinkConfig } from './config.ts'

/** One document as Kafka gets it, its topic, and where it stands in the batch it came in. */
export interface Located {
  readonly topic: string
  readonly id: string
  readonly position: number
  readonly message: KafkaMessage
}

/** What the values of a topic are. */
export interface ValueForm {
  readonly contentType: string
  /** What stands before each document. */
  readonly prefix: Buffer
}

/** What the values of all topics are. */
export interface Values {
  /** Know the form of these topics. @throws FlagshipError where it cannot be known yet, or is not there. */
  learn(topics: Iterable<string>): Promise<void>
  /** Of a topic that was learned. */
  formOf(topic: string): ValueForm
}

/** Where documents go, and what they are there. */
export interface Destination {
  readonly topics: KafkaSinkConfig['topics']
  readonly values: Pick<Values, 'formOf'>
  readonly nowMs: number
}

/** Version of the record's fields: it rises when a reader of older records has to look. */
const SCHEMA_VERSION = '1'
const NEWLINE = 0x0a

/** Every document of a batch, in order. The values are views: into the batch, where nothing stands before them. */
export function* recordsOf(batch: Batch, { topics, values, nowMs }: Destination): Generator<Located> {
  let position = 0
  for (const segment of batch.segments) {
    const valueOf = valuesOf(segment)
    const headersOf = commonHeaders(segment)
    for (const [index, id] of segment.ids.entries()) {
      const topic = topicOf(segment.datasets[index], topics)
      const form = values.formOf(topic)
      const message: KafkaMessage = {
        key: segment.routes?.keys[index] ?? id,
        value: valueOf(index, form),
        timeMs: timeOf(segment.routes?.timesMs[index], nowMs),
        eventId: id,
        headers: headersOf(index, form),
      }
      yield { id, message, topic, position }
      position += 1
    }
  }
}

/** What is put behind a prefix is copied once, all of a segment into one piece of memory. */
function valuesOf({ bytes, ids, ends }: Segment): (index: number, form: ValueForm) => Buffer {
  let memory: Buffer | undefined
  let at = 0
  return (index, { prefix }) => {
    const [from = 0, end = 0] = [ends[index - 1], ends[index]]
    if (prefix.length === 0) return bytes.subarray(from, bytes[end - 1] === NEWLINE ? end - 1 : end)
    memory ??= Buffer.allocUnsafeSlow(bytes.length + ids.length * prefix.length)
    const start = at
    at = start + prefix.length + end - from
    memory.set(prefix, start)
    bytes.copy(memory, start + prefix.length, from, end)
    return memory.subarray(start, at)
  }
}

/** Documents of a segment that differ in nothing that headers say have the same ones. */
function commonHeaders(segment: Segment): (index: number, form: ValueForm) => KafkaMessage['headers'] {
  const { datasets, classes, reporterNamespace = '' } = segment
  const known = new Map<string, KafkaMessage['headers']>()
  return (index, { contentType }) => {
    const [dataset = '', recordClass = ''] = [datasets[index], classes[index]]
    const name = `${contentType} ${dataset} ${recordClass}`
    let headers = known.get(name)
    if (headers === undefined) {
      const form = { 'content-type': contentType, 'schema-version': SCHEMA_VERSION }
      known.set(name, (headers = { ...form, dataset, class: recordClass, namespace: reporterNamespace }))
    }
    return headers
  }
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
