import { type Static, Type } from 'typebox'
import { BatchConfig } from '../batch-config.ts'
import { DeadLetterConfig } from '../dead-letter-config.ts'

/** An Elasticsearch sink as it is configured. */
export const ElasticsearchSinkConfig = Type.Object(
  {
    type: Type.Literal('elasticsearch', { description: 'Data streams of Elasticsearch 8 or 9, one for each dataset.' }),
    nodes: Type.Array(
      // User information in the address would be printed with it: there are settings for credentials.
      Type.String({ pattern: '^https?://[^/@?#\\s]+(/[^@?#\\s]*)?$', maxLength: 2_048 }),
      {
        description:
          'Addresses of the cluster. Another one is asked only when a request surely did not reach the first.',
        minItems: 1,
        maxItems: 64,
        examples: [['https://elasticsearch:9200']],
      },
    ),
    namespace: Type.String({
      description: 'Last part of the names of the data streams: `logs-envoy.access-NAMESPACE`.',
      default: 'default',
      pattern: '^[a-z0-9_][a-z0-9_.]{0,99}$', // stricter than Elasticsearch: lower case, no "-", at most 100 bytes
      examples: ['default', 'prod'],
    }),
    apiKeyFile: Type.Optional(
      Type.String({ description: 'File with an API key, in its encoded form.', minLength: 1, examples: ['api-key'] }),
    ),
    username: Type.Optional(Type.String({ description: 'User name; needs `passwordFile`.', minLength: 1 })),
    passwordFile: Type.Optional(Type.String({ description: 'File with the password of `username`.', minLength: 1 })),
    requestTimeoutMs: Type.Integer({
      description: 'Longest time for one request and its whole answer. After it the documents are in doubt.',
      default: 30_000,
      minimum: 100,
      maximum: 600_000,
    }),
    settleMs: Type.Integer({
      description:
        'How long nothing of ours may run in the cluster before documents in doubt are looked up. Keep it at least a minute above `requestTimeoutMs`: what is still on its way after it may stand twice.',
      default: 120_000,
      minimum: 100,
      maximum: 3_600_000,
    }),
    concurrency: Type.Integer({
      description: 'Batches that are under way at one time.',
      default: 2,
      minimum: 1,
      maximum: 16,
    }),
    compression: Type.Boolean({ description: 'Send requests as gzip, level 1.', default: true }),
    batch: BatchConfig,
    deadLetter: DeadLetterConfig,
  },
  { additionalProperties: false, description: 'Elasticsearch sink: each line once, also after a crash.' },
)
type Written = Static<typeof ElasticsearchSinkConfig>
export type ElasticsearchSinkConfig = Readonly<Omit<Written, 'nodes'>> & { readonly nodes: readonly string[] }
