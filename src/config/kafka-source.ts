import { Type } from 'typebox'
import { KafkaBrokers, KafkaSasl, KafkaTls, TOPIC_NAME } from '../sinks/kafka/config.ts'
import { RegistryConfig } from '../sinks/kafka/registry-config.ts'

/** Messages of Kafka topics in place of files. */
export const KafkaSourceConfig = Type.Object(
  {
    brokers: KafkaBrokers,
    topics: Type.Array(Type.String({ pattern: TOPIC_NAME }), {
      description: 'Topics to read.',
      minItems: 1,
      maxItems: 64,
      uniqueItems: true,
      examples: [['envoy.access', 'envoy.log', 'envoy.unparsed', 'envoy.loss']],
    }),
    group: Type.String({
      description:
        'Consumer group. All processes with the same group share the partitions, and it remembers what is delivered: a new name begins at the oldest message.',
      minLength: 1,
      maxLength: 249,
      examples: ['flagship-elasticsearch'],
    }),
    envelope: Type.Enum(['flagship', 'fluentbit', 'vector', 'filebeat', 'otel', 'raw'], {
      description:
        'What the messages are: records of flagship, which pass through, or what another shipper writes around the lines.',
      default: 'flagship',
    }),
    registry: Type.Optional(RegistryConfig),
    format: Type.String({
      description: 'Format of the lines: `auto`, a name under `ingest.formats`, or a format string.',
      default: 'auto',
      minLength: 1,
    }),
    deadLetterTopic: Type.String({
      description: 'Topic for documents that the sink refuses for good; it is on the same brokers.',
      default: 'envoy.dead_letter',
      pattern: TOPIC_NAME,
    }),
    tls: Type.Optional(KafkaTls),
    sasl: Type.Optional(KafkaSasl),
    requestTimeoutMs: Type.Integer({
      description: 'Longest time for one request and its answer.',
      default: 30_000,
      minimum: 1_000,
      maximum: 600_000,
    }),
    sessionTimeoutMs: Type.Integer({
      description:
        'A member that was not heard of for so long loses its partitions to the others. Brokers allow 6,000 or more, if not configured otherwise.',
      default: 30_000,
      minimum: 2_000,
      maximum: 1_800_000,
    }),
  },
  {
    additionalProperties: false,
    description:
      'Be a member of a consumer group instead of reading files. There is one sink then; run a Deployment for each.',
  },
)
