/** The whole configuration: joins the parts' schemas. Type, validator, defaults, JSON Schema and documentation are this one object. */
import { type Static, Type } from 'typebox'
import { ElasticsearchSinkConfig } from '../sinks/elasticsearch/config.ts'
import { FileSinkConfig } from '../sinks/file/config.ts'
import { KafkaSinkConfig } from '../sinks/kafka/config.ts'
import { StdoutSinkConfig } from '../sinks/stdout/config.ts'
import type { Frozen } from '../frozen.ts'
import { EnrichConfig } from './enrich.ts'
import { IngestConfig } from './ingest.ts'

/** One schema per sink type; the key is the value of `type`. */
export const SINK_SCHEMAS = {
  elasticsearch: ElasticsearchSinkConfig,
  file: FileSinkConfig,
  kafka: KafkaSinkConfig,
  stdout: StdoutSinkConfig,
} as const
export type SinkType = keyof typeof SINK_SCHEMAS

/** What is checked of a sink whose type is missing or unknown. */
export const SinkTypeConfig = Type.Object({
  type: Type.Enum(['elasticsearch', 'file', 'kafka', 'stdout'] satisfies SinkType[]),
})

const SINK_NAME = '^[a-z][a-z0-9_-]{0,62}$'

const StateConfig = Type.Object(
  {
    directory: Type.String({
      description: 'Folder for cursors. One agent per folder.',
      default: '/var/lib/flagship',
      minLength: 1,
    }),
    lockWaitMs: Type.Integer({
      description:
        'Longest time to wait for another agent that uses the folder to end, as in a rolling update; then this one refuses to start.',
      default: 30_000,
      minimum: 0,
      maximum: 600_000,
    }),
  },
  { additionalProperties: false, default: {}, description: 'What must outlive a restart.' },
)

const SpoolConfig = Type.Object(
  {
    directory: Type.Optional(
      Type.String({
        description:
          'Folder for second names (hard links) of log files, so that they stay until they are delivered. On the same mount as the logs: in a pod that is one mount of `/var/log`. Without it `spool` below `state.directory`.',
        minLength: 1,
        examples: ['/var/log/flagship/spool'],
      }),
    ),
    maxBytes: Type.Integer({
      description:
        'Bytes of files that only the spool keeps, shared evenly by all pipelines; beyond it the oldest is given up and named as lost.',
      default: 10_737_418_240,
      minimum: 0,
      maximum: 1_125_899_906_842_624,
    }),
    minFreePercent: Type.Integer({
      description:
        "With less of the disk free than this, files that only the spool keeps are given up, the oldest of the pipeline that lags most first. Keep it above kubelet's eviction threshold.",
      default: 15,
      minimum: 0,
      maximum: 90,
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'What keeps files that kubelet deletes before they are delivered.',
  },
)

const LimitsConfig = Type.Object(
  {
    inflightBytes: Type.Integer({
      description:
        'Bytes of documents that may wait for an answer, shared evenly by all pipelines; reading pauses when it is reached.',
      default: 33_554_432,
      minimum: 4_194_304,
      maximum: 1_073_741_824,
    }),
    stopMs: Type.Integer({
      description: 'Longest time to deliver what was read, after SIGTERM. Keep it below terminationGracePeriodSeconds.',
      default: 25_000,
      minimum: 0,
      maximum: 600_000,
    }),
  },
  { additionalProperties: false, default: {}, description: 'Bounds.' },
)

/** The HTTP server. */
export const HttpConfig = Type.Object(
  {
    listen: Type.String({
      description:
        'Address and port of `/metrics`, `/livez`, `/readyz`, `/v1/status`, `/v1/explain/FLAGS`, or `off`. Probes and scrapes come from outside: in a pod use its address.',
      default: '127.0.0.1:9464',
      minLength: 1,
      examples: ['127.0.0.1:9464', '[::1]:9464', 'off'],
    }),
  },
  { additionalProperties: false, default: {}, description: 'The HTTP server for probes and scrapes.' },
)

/** flagship's own log. */
export const LogConfig = Type.Object(
  {
    level: Type.Enum(['debug', 'info', 'warn', 'error', 'silent'], {
      description: "Level of flagship's own log, JSON lines on stderr.",
      default: 'info',
    }),
  },
  { additionalProperties: false, default: {}, description: "flagship's own log." },
)

/** What is common to all checks; the entries of `sinks` are checked one by one against SINK_SCHEMAS. */
const COMMON = {
  cluster: Type.Optional(
    Type.String({
      description: 'Name of the cluster: `orchestrator.cluster.name` of every document.',
      minLength: 1,
      maxLength: 256,
      examples: ['prod-eu'],
    }),
  ),
  nodeName: Type.Optional(
    Type.String({
      description: 'Name of this node: `host.name` of every document. Without it the name of the host.',
      minLength: 1,
      maxLength: 253,
      examples: ['worker-1'],
    }),
  ),
  labels: Type.Record(Type.String(), Type.String({ maxLength: 1_024 }), {
    description: 'Fixed labels of every document (`labels.*`).',
    default: {},
    maxProperties: 32,
    examples: [{ team: 'mesh' }],
  }),
  state: StateConfig,
  spool: SpoolConfig,
  ingest: IngestConfig,
  enrich: EnrichConfig,
  limits: LimitsConfig,
  http: HttpConfig,
  log: LogConfig,
}

const SINKS_OPTIONS = {
  additionalProperties: false,
  description: 'Where documents go. Each entry is one pipeline with a cursor of its own: same name, same cursor.',
  minProperties: 1,
  maxProperties: 16,
  examples: [{ copy: { type: 'file', path: '/var/log/flagship/access.ndjson' } }],
}

/** Everything but the inside of the sinks. */
export const FrameConfig = Type.Object(
  { ...COMMON, sinks: Type.Record(Type.String({ pattern: SINK_NAME }), Type.Object({}), SINKS_OPTIONS) },
  { additionalProperties: false },
)

const SinkConfig = Type.Union([ElasticsearchSinkConfig, FileSinkConfig, KafkaSinkConfig, StdoutSinkConfig])
export type SinkConfig = Frozen<Static<typeof SinkConfig>>

/** The configuration as a user writes it: what the published JSON Schema describes. */
export const ConfigSchema = Type.Object(
  { ...COMMON, sinks: Type.Record(Type.String({ pattern: SINK_NAME }), SinkConfig, SINKS_OPTIONS) },
  { additionalProperties: false, title: 'flagship configuration' },
)

/** The effective configuration: defaults filled in, paths absolute, nothing to be changed. */
export type Config = Frozen<Static<typeof ConfigSchema>>
