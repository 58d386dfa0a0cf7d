import { type Static, Type } from 'typebox'
import type { Frozen } from '../../frozen.ts'
import { BatchConfig } from '../batch-config.ts'
import { DeadLetterConfig } from '../dead-letter-config.ts'
import { RegistryConfig } from './registry-config.ts'

const FILE = { minLength: 1 }

/** What brokers take as the name of a topic (Apache Kafka, internals/Topic.java). */
export const TOPIC_NAME = '^(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}$'

const topic = (preset: string, description: string) =>
  Type.String({ description, default: preset, pattern: TOPIC_NAME })

const Topics = Type.Object(
  {
    access: topic('envoy.access', 'Access log records.'),
    log: topic('envoy.log', 'Diagnostic lines of the proxies.'),
    unparsed: topic('envoy.unparsed', 'Lines that fit no format.'),
    loss: topic('envoy.loss', 'Lines that will never be delivered.'),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Where documents go, by dataset; two may go to one topic. `flagship bootstrap kafka` makes them.',
  },
)

/** How to speak TLS with brokers. */
export const KafkaTls = Type.Object(
  {
    caFile: Type.Optional(
      Type.String({
        description:
          'File with the certificates, in PEM, that sign those of the brokers. Without it the public authorities that Node.js knows. Every file may be replaced at any time.',
        ...FILE,
        examples: ['/etc/flagship/ca.crt'],
      }),
    ),
    certificateFile: Type.Optional(
      Type.String({ description: 'Certificate of this client, in PEM; needs `keyFile`.', ...FILE }),
    ),
    keyFile: Type.Optional(Type.String({ description: 'Key of `certificateFile`, in PEM.', ...FILE })),
  },
  { additionalProperties: false, description: 'The brokers speak TLS; `tls: {}` is enough for public authorities.' },
)

/** Who we are to brokers. */
export const KafkaSasl = Type.Object(
  {
    mechanism: Type.Enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'], {
      description: 'How this client shows who it is.',
    }),
    username: Type.Optional(Type.String({ description: 'User name, for PLAIN and SCRAM.', minLength: 1 })),
    passwordFile: Type.Optional(Type.String({ description: 'File with the password of `username`.', ...FILE })),
    tokenFile: Type.Optional(Type.String({ description: 'File with a bearer token, for OAUTHBEARER.', ...FILE })),
  },
  {
    additionalProperties: false,
    description: 'The login; without it there is none. Files may be replaced at any time.',
  },
)

/** Brokers to begin with. */
export const KafkaBrokers = Type.Array(Type.String({ pattern: '^[^\\s:/]+:[0-9]{1,5}$', maxLength: 260 }), {
  description: 'Brokers to ask first, as `host:port`; they tell of the others.',
  minItems: 1,
  maxItems: 64,
  examples: [['kafka-0.kafka:9092', 'kafka-1.kafka:9092']],
})

const EXACT = 'With `delivery: exactly_once`: '

/** What becomes of documents when something fails, and what that needs. */
const Delivery = {
  delivery: Type.Enum(['at_least_once', 'exactly_once'], {
    description:
      '`at_least_once`: after a crash or a lost answer a document may stand twice, with equal `event-id`. `exactly_once`: documents and cursor are one transaction; readers with `isolation.level=read_committed` see each line once, as long as every partition has a leader. Needs `nodeName`.',
    default: 'at_least_once',
  }),
  cursorTopic: topic('envoy.cursor', `${EXACT}the compacted topic in which agents remember how far they are.`),
  deadLetterTopic: topic('envoy.dead_letter', `${EXACT}where documents go that their topic refuses for good.`),
  transactionTimeoutMs: Type.Integer({
    description: `${EXACT}after so long brokers end the transaction of an agent that is gone; until then readers of committed records wait for it. At most \`transaction.max.timeout.ms\` of the brokers.`,
    default: 60_000,
    minimum: 5_000,
    maximum: 900_000,
  }),
  transactionalIdPrefix: Type.String({
    description: `${EXACT}begins the transactional ids and the names of consumer groups, so that ACLs can allow them. The rest is cluster, node and sink.`,
    default: 'flagship',
    pattern: '^[a-zA-Z0-9._-]{1,64}$',
  }),
}

/** A Kafka sink as it is configured. */
export const KafkaSinkConfig = Type.Object(
  {
    type: Type.Literal('kafka', { description: 'Topics of Kafka 3 or 4, one for each dataset.' }),
    brokers: KafkaBrokers,
    topics: Topics,
    value: Type.Enum(['json', 'avro'], {
      description:
        'What records are: ECS in JSON, or Avro behind the five bytes of Confluent, which is half as large; that needs a `registry`.',
      default: 'json',
    }),
    registry: Type.Optional(RegistryConfig),
    compression: Type.Enum(['none', 'gzip', 'snappy', 'lz4', 'zstd'], {
      description:
        'What record batches are compressed with. `lz4` needs the optional package lz4-napi, which is native.',
      default: 'zstd',
    }),
    tls: Type.Optional(KafkaTls),
    sasl: Type.Optional(KafkaSasl),
    requestTimeoutMs: Type.Integer({
      description: 'Longest time for one request and its answer. After it the documents are in doubt and sent again.',
      default: 30_000,
      minimum: 100,
      maximum: 600_000,
    }),
    maxRequestBytes: Type.Integer({
      description:
        'Largest size of the records for one partition in one request, before compression; one record may be larger. Keep it below `max.message.bytes` of the topics.',
      default: 1_000_000,
      minimum: 1_024,
      maximum: 104_857_600,
    }),
    ...Delivery,
    batch: BatchConfig,
    deadLetter: DeadLetterConfig,
  },
  {
    additionalProperties: false,
    description:
      'Kafka sink: each line at least once; twice only after a crash or a lost answer, with equal `event-id`, and not with `delivery: exactly_once`, as long as every partition has a leader.',
  },
)
export type KafkaSinkConfig = Frozen<Static<typeof KafkaSinkConfig>>

/** Every topic that a sink writes to. */
export function topicsOf({ topics, delivery, cursorTopic, deadLetterTopic }: KafkaSinkConfig): ReadonlySet<string> {
  const own = delivery === 'exactly_once' ? [cursorTopic, deadLetterTopic] : []
  return new Set([...Object.values(topics), ...own])
}
