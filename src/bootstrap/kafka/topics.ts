import type { TopicConfig } from '../../clients/kafka/admin.ts'
import { CURSOR_TOPIC } from '../../sinks/kafka/cursor-topic.ts'
import type { Installable } from '../object.ts'
import { inFileName } from './file-name.ts'

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
  readonly role: NeededTopic['role']
  readonly body: TopicBody
}

/** A topic that is needed, and what it is for: that decides how it is to be. */
export interface NeededTopic {
  readonly id: string
  readonly role: 'records' | 'cursor' | 'dead letter'
  /** Largest size of the records in one request, as far as the configuration says it. */
  readonly requestBytes: number
}

const DAY_MS = 86_400_000
const NEW = { partitions: 12, replicas: 3, retentionMs: 7 * DAY_MS }
/** Somebody has to look at it. */
const DEAD_LETTER_RETENTION_MS = 30 * DAY_MS
/** Kafka's default of max.message.bytes. */
const LEAST_MESSAGE_BYTES = 1_048_588
/** Room for what frames records; the sink reckons with most of it. */
const FRAMING = 1.04
/** What is too large for its own topic goes into a dead letter with the line that it came from. */
const DEAD_LETTER_FACTOR = 4

/** Topics as they are to be, given those that are there already. */
export function kafkaTopics(
  needed: readonly NeededTopic[],
  wishes: TopicWishes = {},
  present: ReadonlyMap<string, TopicBody> = new Map(),
): readonly KafkaTopic[] {
  return needed.map((topic) => {
    const { id, role } = topic
    const body = bodyOf(topic, wishes, present.get(id))
    return { kind: 'topic', role, id, fileName: `strimzi/topic-${inFileName(id)}.yaml`, body }
  })
}

/**
 * What is there counts as wanted where it does as well: partitions never become fewer, replicas stay, a longer or shorter
 * retention is the choice of who set it, and stricter bounds are kept.
 */
function bodyOf(topic: NeededTopic, wishes: TopicWishes, present: TopicBody | undefined): TopicBody {
  const replicas = present?.replicas ?? wishes.replicas ?? NEW.replicas
  const isCursor = topic.role === 'cursor'
  return {
    partitions: isCursor ? (present?.partitions ?? CURSOR_TOPIC.partitions) : partitionsOf(wishes, present),
    replicas,
    config: {
      ...(isCursor ? cursorConfig(topic, present) : recordConfig(topic, wishes, present)),
      'compression.type': 'producer',
      'max.message.bytes': String(messageBytesOf(topic, present)),
      'message.timestamp.type': 'CreateTime',
      'min.insync.replicas': String(Math.min(replicas, Math.max(2, numberIn(present, 'min.insync.replicas')))),
    },
  }
}

function partitionsOf({ partitions }: TopicWishes, present: TopicBody | undefined): number {
  return Math.max(present?.partitions ?? 0, partitions ?? present?.partitions ?? NEW.partitions)
}

function messageBytesOf({ role, requestBytes }: NeededTopic, present: TopicBody | undefined): number {
  const least = Math.max(LEAST_MESSAGE_BYTES, Math.ceil(requestBytes * FRAMING))
  return Math.max(role === 'dead letter' ? least * DEAD_LETTER_FACTOR : least, numberIn(present, 'max.message.bytes'))
}

function recordConfig({ role }: NeededTopic, wishes: TopicWishes, present: TopicBody | undefined): TopicConfig {
  const own = present?.config['retention.ms']
  const retentionMs = role === 'dead letter' ? (own ?? DEAD_LETTER_RETENTION_MS) : (wishes.retentionMs ?? own)
  return { 'cleanup.policy': 'delete', 'retention.ms': String(retentionMs ?? NEW.retentionMs) }
}

/** A segment has to hold the largest batch. Less retention would forget agents that run. */
function cursorConfig(topic: NeededTopic, present: TopicBody | undefined): TopicConfig {
  const { retentionMs, segmentBytes, deleteRetentionMs } = CURSOR_TOPIC
  const own = numberIn(present, 'retention.ms')
  return {
    'cleanup.policy': 'compact,delete',
    'delete.retention.ms': String(deleteRetentionMs),
    'retention.ms': String(own < 0 ? own : Math.max(own, retentionMs)),
    'segment.bytes': String(Math.max(segmentBytes, messageBytesOf(topic, present))),
  }
}

function numberIn(present: TopicBody | undefined, setting: string): number {
  return Number(present?.config[setting] ?? 0)
}
