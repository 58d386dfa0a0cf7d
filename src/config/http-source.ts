import { Type } from 'typebox'

const Auth = Type.Object(
  {
    tokenFile: Type.Optional(
      Type.String({
        description:
          'File with bearer tokens, one a line. Each is good, so that old and new ones can stand side by side while clients change; it is read again when it changes.',
        minLength: 1,
        examples: ['/etc/flagship/ingest/tokens'],
      }),
    ),
    username: Type.Optional(
      Type.String({
        description: 'In place of tokens: the user of basic authentication.',
        pattern: '^[^:\\x00-\\x1f]+$',
        maxLength: 256,
        examples: ['fluent-bit'],
      }),
    ),
    passwordFile: Type.Optional(
      Type.String({
        description: 'File with its passwords, one a line, as `tokenFile`.',
        minLength: 1,
        examples: ['/etc/flagship/ingest/passwords'],
      }),
    ),
  },
  { additionalProperties: false, description: 'Who may send. Without it everybody who reaches the port may.' },
)

/** Requests of other shippers in place of files. */
export const HttpSourceConfig = Type.Object(
  {
    listen: Type.String({
      description: 'Address and port to take requests on, by POST on any path. In a pod use its address, or `0.0.0.0`.',
      default: '127.0.0.1:9480',
      minLength: 1,
      examples: ['127.0.0.1:9480', '0.0.0.0:9480', '[::]:9480'],
    }),
    auth: Type.Optional(Auth),
    maxBodyBytes: Type.Integer({
      description:
        'Largest body, unpacked. Shippers give up what is answered with 413: keep it above their largest batch, and not above `limits.inflightBytes`.',
      default: 16_777_216,
      minimum: 65_536,
      maximum: 1_073_741_824,
    }),
    envelope: Type.Enum(['fluentbit', 'vector', 'filebeat', 'otel', 'raw'], {
      description: 'What the bodies are: what another shipper writes around the lines, or the lines alone.',
      examples: ['fluentbit'],
    }),
    format: Type.String({
      description: 'Format of the lines: `auto`, a name under `ingest.formats`, or a format string.',
      default: 'auto',
      minLength: 1,
    }),
  },
  {
    additionalProperties: false,
    description:
      'Take requests of other shippers instead of reading files; each is answered when the sink has answered. There is one sink then; run a Deployment for each.',
  },
)
