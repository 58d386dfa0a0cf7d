import type { TopicConfig } from '../../clients/kafka-admin.ts'
import type { KafkaSinkConfig } from '../../sinks/kafka/config.ts'
import type { Installable } from '../object.ts'

/** What is asked for by who bootstraps; where it is not, a topic that is there keeps its own. */
export interface TopicWishes {
  readonly partitions?: number
  readonly replicas?: number
  readonly retentionMs?: number
}

/** A topic: how many parts and copies it has, and those of its settings that are ours. */
export interface TopicBody {
  readonly partitions: number
  readonly replicas: number
  readonly config: TopicConfig
}

/** A topic to install. */
export interface KafkaTopic extends Installable {
  readonly kind: 'topic'
  readonly body: TopicBody
}

/** Of a sink: where it writes, and how much at once. */
export type WritingSink = Pick<KafkaSinkConfig, 'topics' | 'maxRequestBytes'>

const DAY_MS = 86_400_000
const NEW = { partitions: 12, replicas: 3, retentionMs: 7 * DAY_MS }
/** Kafka's default of max.message.bytes. */
const LEAST_MESSAGE_BYTES = 1_048_588
/** Room for what frames records; the sink reckons with most of it. */
const FRAMING = 1.04

/** The names of the topics that a sink writes to, each once. */
export function topicNames({ topics }: Pick<WritingSink, 'topics'>): readonly string[] {
  return [...new Set([topics.access, topics.log, topics.unparsed, topics.loss])]
}

/** The topics of a sink as they are to be, given those that are there already. */
export function kafkaTopics(
  sink: WritingSink,
  wishes: TopicWishes = {},
  present: ReadonlyMap<string, TopicBody> = new Map(),
): readonly KafkaTopic[] {
  return topicNames(sink).map((id) => {
    const body = bodyOf(sink, wishes, present.get(id))
    return { kind: 'topic', id, fileName: `strimzi/topic-${id}.yaml`, body }
  })
}

/**
 * What is there counts as wanted where it does as well: partitions never become fewer, replicas stay, a longer or shorter
 * retention is the choice of who set it, and stricter bounds are kept.
 */
function bodyOf({ maxRequestBytes }: WritingSink, wishes: TopicWishes, present: TopicBody | undefined): TopicBody {
  const replicas = present?.replicas ?? wishes.replicas ?? NEW.replicas
  const retentionMs = wishes.retentionMs ?? present?.config['retention.ms'] ?? NEW.retentionMs
  const messageBytes = Math.max(LEAST_MESSAGE_BYTES, Math.ceil(maxRequestBytes * FRAMING))
  return {
    partitions: Math.max(present?.partitions ?? 0, wishes.partitions ?? present?.partitions ?? NEW.partitions),
    replicas,
    config: {
      'cleanup.policy': 'delete',
      'compression.type': 'producer',
      'max.message.bytes': String(Math.max(messageBytes, numberIn(present, 'max.message.bytes'))),
      'message.timestamp.type': 'CreateTime',
      'min.insync.replicas': String(Math.min(replicas, Math.max(2, numberIn(present, 'min.insync.replicas')))),
      'retention.ms': String(retentionMs),
    },
  }
}

function numberIn(present: TopicBody | undefined, setting: string): number {
  return Number(present?.config[setting] ?? 0)
}
