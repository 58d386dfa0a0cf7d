import { KafkaCluster, type KafkaProducer } from '../../clients/kafka/cluster.ts'
import { SchemaRegistry } from '../../clients/schema-registry.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config/schema.ts'
import { AvroRecords } from '../../ingest/kafka/avro-records.ts'
import { KafkaMember } from '../../ingest/kafka/member.ts'
import type { Agent, AgentParts } from '../../pipeline/agent.ts'
import { type JsonDocument, jsonDocument } from '../../pipeline/json-document.ts'
import { DeadLetterTopic, type Publish } from '../../pipeline/stream/dead-letter-topic.ts'
import type { ReadMessages } from '../../pipeline/stream/group-intake.ts'
import { groupTranscoder } from '../../pipeline/stream/group-transcoder.ts'
import { startGroupStream } from '../../pipeline/stream/start-group-stream.ts'
import type { AgentSettings } from '../../pipeline/settings.ts'
import { PLAIN_FORM } from '../../sinks/batch.ts'
import { brokenLog } from './broken-log.ts'
import type { Names } from './names.ts'
import { messageTranscoder } from './transcoders.ts'

type KafkaSource = NonNullable<Config['ingest']['kafka']>

/** Start the agent as a member of a consumer group. */
export async function startGroupAgent(
  config: Config,
  source: KafkaSource,
  { pipelines: [pipeline], inflightBytes }: AgentSettings,
  names: Names,
  parts: Pick<AgentParts, 'clock' | 'random' | 'logger' | 'metrics'>,
): Promise<Agent> {
  if (pipeline === undefined) throw new Error('a configuration has one sink at least')
  const { clock, logger } = parts
  const cluster = new KafkaCluster(source, clock, logger)
  const transcoder = messageTranscoder(config, names, source, pipeline.form)
  const log = brokenLog(logger, clock, 'ingest.kafka.envelope')
  return startGroupStream(
    { ...pipeline, inflightBytes },
    {
      ...parts,
      group: new KafkaMember({ consumer: () => cluster.consumer(source), clock }),
      read: readerOf(source, clock),
      transcode: groupTranscoder(transcoder, (place, offset, expected) => log(1, expected, { ...place, offset })),
      deadLetter: deadLetterOf(cluster, clock, source.deadLetterTopic, await jsonDocument(pipeline.form ?? PLAIN_FORM)),
    },
  )
}

/** Other shippers write no records of ours. */
function readerOf({ envelope, registry }: KafkaSource, clock: Clock): ReadMessages {
  if (envelope !== 'flagship') return async (messages) => messages
  const records = new AvroRecords(registry && new SchemaRegistry(registry, clock))
  return (messages, signal) => records.read(messages, signal)
}

function deadLetterOf(cluster: KafkaCluster, clock: Clock, topic: string, jsonOf: JsonDocument): DeadLetterTopic {
  const { signal } = new AbortController()
  let producer: KafkaProducer | undefined
  const publish: Publish = async (records) => {
    producer ??= await cluster.producer('none', topic, signal)
    try {
      const [first] = await producer.partitionsOf(topic, signal)
      const common = { timeMs: clock.nowMs(), headers: {} }
      const messages = records.map((each) => ({ ...each, ...common, eventId: each.key }))
      await producer.send([{ topic, partition: first?.partitionId ?? 0, messages }], signal)
    } catch (error) {
      producer.close() // what failed goes again by another one: it may stand twice
      producer = undefined
      throw error
    }
  }
  return new DeadLetterTopic(publish, async () => producer?.close(), jsonOf)
}
