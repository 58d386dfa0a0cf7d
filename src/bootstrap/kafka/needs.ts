/** What a configuration needs in Kafka comes out of a sink, or of the group that is read as. */
import type { KafkaSinkConfig } from '../../sinks/kafka/config.ts'
import { namesBegin } from '../../sinks/kafka/cursor-topic.ts'
import { type AccessRule, readerGrant, type Grant } from './acls.ts'
import { type KafkaSchema, kafkaSchemas } from './schemas.ts'
import type { NeededTopic } from './topics.ts'

/** The names by which people and programs come in. */
export interface Parties {
  /** Of the agent and of the consumers: what follows `User:` in an ACL. */
  readonly writer: string
  readonly reader: string
  readonly group: string
}

/** All that has to be there, and who may do what. */
export interface KafkaNeeds {
  readonly topics: readonly NeededTopic[]
  /** Of the topics whose records are Avro. */
  readonly schemas: readonly KafkaSchema[]
  /** By the name of their files. */
  grantsOf(parties: Parties): Readonly<Record<string, Grant>>
}

/** What bootstrap looks at in a sink. */
export type WritingSink = Pick<
  KafkaSinkConfig,
  'topics' | 'maxRequestBytes' | 'value' | 'delivery' | 'cursorTopic' | 'deadLetterTopic' | 'transactionalIdPrefix'
>

/** What bootstrap looks at in `ingest.kafka`. */
export interface ReadingSource {
  readonly topics: readonly string[]
  readonly deadLetterTopic: string
}

/** What a sink needs: its topics, with `delivery: exactly_once` those that go with it, and the schemas of Avro. */
export function sinkNeeds(sink: WritingSink): KafkaNeeds {
  const names = [...new Set([sink.topics.access, sink.topics.log, sink.topics.unparsed, sink.topics.loss])]
  const requestBytes = sink.maxRequestBytes
  return {
    topics: [
      ...names.map((id) => ({ id, role: 'records', requestBytes }) as const),
      ...(sink.delivery === 'exactly_once' ? ownTopics(sink, names) : []),
    ],
    schemas: sink.value === 'avro' ? kafkaSchemas(names) : [],
    grantsOf: ({ writer, reader, group }) => ({
      writer: { user: writer, purpose: 'the agent, which writes', rules: writerRules(sink, names) },
      reader: readerGrant(reader, group, names),
    }),
  }
}

function ownTopics({ cursorTopic, deadLetterTopic, maxRequestBytes }: WritingSink, names: readonly string[]) {
  const requestBytes = maxRequestBytes
  const deadLetter = { id: deadLetterTopic, role: 'dead letter', requestBytes } as const
  return [
    { id: cursorTopic, role: 'cursor', requestBytes } as const,
    ...(names.includes(deadLetterTopic) ? [] : [deadLetter]),
  ]
}

/**
 * WRITE alone does for Kafka's own authorizer, which takes DESCRIBE from it; others do not. Since 3.0 an idempotent
 * producer needs nothing more (KIP-679). The cursor is read in consumer groups.
 */
function writerRules(sink: WritingSink, names: readonly string[]): readonly AccessRule[] {
  if (sink.delivery !== 'exactly_once') return [writing(names)]
  const own = { names: [namesBegin(sink.transactionalIdPrefix)], isPrefix: true }
  return [
    writing(new Set([...names, sink.deadLetterTopic])),
    { type: 'topic', names: [sink.cursorTopic], operations: ['Read', 'Write', 'Describe'] },
    { type: 'transactional-id', ...own, operations: ['Write', 'Describe'] },
    { type: 'group', ...own, operations: ['Read'] },
  ]
}

function writing(topics: Iterable<string>): AccessRule {
  return { type: 'topic', names: [...topics], operations: ['Write', 'Describe'] }
}

/** What a consumer group needs: a topic for its dead letters. Those that it reads are for who writes them. */
export function sourceNeeds({ topics, deadLetterTopic }: ReadingSource): KafkaNeeds {
  return {
    topics: [{ id: deadLetterTopic, role: 'dead letter', requestBytes: 0 }],
    schemas: [],
    grantsOf({ reader, group }) {
      const { rules, ...grant } = readerGrant(reader, group, topics)
      return { reader: { ...grant, rules: [...rules, writing([deadLetterTopic])] } }
    },
  }
}
