import { type Static, Type } from 'typebox'
import type { Frozen } from '../../frozen.ts'
import { BatchConfig } from '../batch-config.ts'
import { DeadLetterConfig } from '../dead-letter-config.ts'
import { HTTP_ADDRESS } from '../http-address.ts'

/** Whether it can be the address of a server: on the command line as in the configuration. */
export function isAddress(text: string): boolean {
  return new RegExp(HTTP_ADDRESS).test(text)
}

/** Stricter than Elasticsearch: lower case, no "-", at most 100 bytes. */
const NAMESPACE = { pattern: '^[a-z0-9_][a-z0-9_.]{0,99}$', examples: ['default', 'prod'] }

const NamespaceRules = Type.Object(
  {
    default: Type.String({ description: 'For every line that no rule fits.', default: 'default', ...NAMESPACE }),
    rules: Type.Array(
      Type.Object(
        {
          match: Type.String({
            description: 'Glob for the Kubernetes namespace of the proxy that wrote the line: `*` and `?`.',
            pattern: '^[a-z0-9*?-]{1,63}$',
            examples: ['payments-*'],
          }),
          namespace: Type.String({ description: 'Namespace of the data streams.', ...NAMESPACE, examples: ['pay'] }),
        },
        { additionalProperties: false },
      ),
      { description: 'The first one that fits decides.', default: [], maxItems: 64 },
    ),
  },
  { additionalProperties: false },
)

const DURATION = { pattern: '^[1-9][0-9]{0,4}d$', examples: ['90d'] }

const Retention = Type.Object(
  {
    healthy: Type.String({
      description:
        'How long documents are kept, in days. Data streams are rolled over, so the last ones stay a little longer.',
      default: '90d',
      ...DURATION,
    }),
    failed: Type.Optional(
      Type.String({
        description:
          'How long records that failed or carry a response flag are kept. With it they have data streams of their own, `logs-envoy.access_failed-NAMESPACE`.',
        ...DURATION,
        examples: ['400d'],
      }),
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'How long documents are kept: `flagship bootstrap elasticsearch` puts it into the templates.',
  },
)

const Tls = Type.Object(
  {
    caFile: Type.Optional(
      Type.String({
        description:
          'File with the certificates, in PEM, that sign those of the nodes. It may be replaced at any time.',
        minLength: 1,
        examples: ['/etc/flagship/ca.crt'],
      }),
    ),
    fingerprint: Type.Optional(
      Type.String({
        description:
          'SHA-256 fingerprint of a certificate in the chain of the nodes, in hexadecimal: in place of `caFile`.',
        pattern: '^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$',
      }),
    ),
    certificateFile: Type.Optional(
      Type.String({ description: 'Certificate of this client, in PEM; needs `keyFile`.', minLength: 1 }),
    ),
    keyFile: Type.Optional(Type.String({ description: 'Key of `certificateFile`, in PEM.', minLength: 1 })),
  },
  {
    additionalProperties: false,
    description:
      'How `https` nodes are trusted; without it by the public authorities that Node.js knows, with NODE_USE_SYSTEM_CA=1 also by those of the system.',
  },
)

/** An Elasticsearch sink as it is configured. */
export const ElasticsearchSinkConfig = Type.Object(
  {
    type: Type.Literal('elasticsearch', { description: 'Data streams of Elasticsearch 8 or 9, one for each dataset.' }),
    nodes: Type.Array(Type.String({ pattern: HTTP_ADDRESS, maxLength: 2_048 }), {
      description: 'Addresses of the cluster. Another one is asked only when a request surely did not reach the first.',
      minItems: 1,
      maxItems: 64,
      examples: [['https://elasticsearch:9200']],
    }),
    namespace: Type.Union([Type.String(NAMESPACE), NamespaceRules], {
      description:
        'Last part of the names of the data streams, `logs-envoy.access-NAMESPACE`: one for all, or by the Kubernetes namespace of the proxy that wrote the line, so that tenants have streams, roles and retention of their own.',
      default: 'default',
      examples: ['prod', { default: 'default', rules: [{ match: 'payments-*', namespace: 'pay' }] }],
    }),
    retention: Retention,
    ids: Type.Enum(['event', 'auto'], {
      description:
        '`event`: the id of a document is its event id, so each line stands once. `auto`: Elasticsearch makes ids, which costs it less; after a lost answer or a crash lines may stand twice, with equal `event.id`.',
      default: 'event',
    }),
    tls: Type.Optional(Tls),
    apiKeyFile: Type.Optional(
      Type.String({ description: 'File with an API key, in its encoded form.', minLength: 1, examples: ['api-key'] }),
    ),
    bearerTokenFile: Type.Optional(
      Type.String({ description: 'File with a bearer token, such as a service account has.', minLength: 1 }),
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
export type ElasticsearchSinkConfig = Frozen<Static<typeof ElasticsearchSinkConfig>>
