import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { KafkaCluster } from '../../src/clients/kafka/cluster.ts'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import { isRetryable } from '../../src/errors.ts'
import { identityName, namesBegin } from '../../src/sinks/kafka/cursor-topic.ts'
import { ExactKafkaSink } from '../../src/sinks/kafka/exact-sink.ts'
import { RecordedLog } from '../unit/fakes/recorded-log.ts'
import { createTopic } from './kafka-admin.ts'
import { readWithJava } from './kafka-readers.ts'
import { kafkaConfig, newTopic } from './kafka-sink.ts'

const SIGNAL = new AbortController().signal

/** Topics of its own, and sinks that write transactions to them. */
export class ExactPlace {
  readonly topic = newTopic()
  readonly deadLetterTopic = newTopic()
  readonly #config

  private constructor(brokers: readonly string[]) {
    const { topic, deadLetterTopic } = this
    const topics = { access: topic, log: topic, unparsed: topic, loss: topic }
    const exact = { delivery: 'exactly_once', cursorTopic: newTopic(), deadLetterTopic }
    this.#config = kafkaConfig({ brokers, topics, ...exact, compression: 'none' })
  }

  /** `createDataTopic`: makes the one of documents, where that is not to be of three partitions that take up to 10 kB. */
  static async open(
    brokers: readonly string[],
    createDataTopic = (topic: string) => createTopic(brokers, topic, 3, { 'max.message.bytes': '10000' }),
  ): Promise<ExactPlace> {
    const place = new ExactPlace(brokers)
    await createDataTopic(place.topic)
    await createTopic(brokers, place.#config.cursorTopic, 2, { 'cleanup.policy': 'compact,delete' })
    await createTopic(brokers, place.deadLetterTopic, 1, { 'max.message.bytes': '10000' })
    return place
  }

  /** A sink that is closed when the test ends. */
  sink(node = 'n', transactionTimeoutMs = this.#config.transactionTimeoutMs): ExactKafkaSink {
    const identity = { cluster: 'c', node, sink: this.topic }
    const settings = { ...this.#config, transactionTimeoutMs }
    const sink = new ExactKafkaSink('stream', settings, { clock: SYSTEM_CLOCK, logger: new RecordedLog(), identity })
    onTestFinished(() => sink.close())
    return sink
  }

  /** What readers of committed records see of a topic. */
  async committed(topic = this.topic): Promise<string[]> {
    const records = await readWithJava(this.#config.brokers, topic, { isolation: 'read_committed' })
    return records.map(({ value }) => String(value))
  }

  /** As a request for a producer id that arrives late, or from whoever has the identity. */
  async outdate(): Promise<void> {
    const { cursorTopic, transactionalIdPrefix } = this.#config
    const id = `${namesBegin(transactionalIdPrefix)}${identityName({ cluster: 'c', node: 'n', sink: this.topic })}`
    const kafka = new KafkaCluster(this.#config, SYSTEM_CLOCK, new RecordedLog())
    const producer = await kafka.producer('none', cursorTopic, SIGNAL, { id, timeoutMs: 60_000 })
    producer.close()
  }
}

/** Brokers make the topic of transactions at its first use, and until then know no coordinator. */
export async function recovered(sink: ExactKafkaSink, tries = 50): Promise<ReadonlyMap<string, unknown> | undefined> {
  try {
    return await sink.recover(SIGNAL)
  } catch (error) {
    if (!isRetryable(error) || tries === 0) throw error
    await sleep(100)
    return recovered(sink, tries - 1)
  }
}
