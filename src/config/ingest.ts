import { type TArrayOptions, Type } from 'typebox'
import { DEFAULT_CONTAINERS } from '../ingest/discover.ts'
import { HttpSourceConfig } from './http-source.ts'
import { KafkaSourceConfig } from './kafka-source.ts'

const Reporter = Type.Object(
  {
    namespace: Type.Optional(
      Type.String({ description: 'Kubernetes namespace, or what stands for it.', minLength: 1, examples: ['edge'] }),
    ),
    workload: Type.Optional(
      Type.String({ description: 'Workload the proxy belongs to.', minLength: 1, examples: ['envoy'] }),
    ),
    podName: Type.Optional(
      Type.String({ description: 'Pod, or the name of this one proxy.', minLength: 1, examples: ['envoy-edge-1'] }),
    ),
    containerName: Type.Optional(Type.String({ description: 'Container.', minLength: 1, examples: ['envoy'] })),
    nodeName: Type.Optional(
      Type.String({ description: 'Node, where it is not this one.', minLength: 1, examples: ['edge-1'] }),
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Who writes these files: a path outside the pods tree does not say.',
  },
)

const Files = Type.Object(
  {
    path: Type.String({
      description:
        'Path of the files to follow, or a glob (`*`, `?`, `[a-z]`, `{a,b}`, `**`). Their rotated files, also those packed with gzip, belong to them. A link as kubelet makes them in `/var/log/containers` stands for all logs of its container.',
      minLength: 1,
      examples: ['/var/log/envoy/*.log', '/var/log/containers/*_istio-proxy-*.log'],
    }),
    frame: Type.Enum(['auto', 'cri', 'docker', 'raw'], {
      description: 'What the runtime puts around a line; `raw` is nothing, `auto` decides line by line.',
      default: 'auto',
    }),
    format: Type.String({
      description: 'Format of the lines: `auto`, a name under `ingest.formats`, or a format string.',
      default: 'auto',
      minLength: 1,
      examples: ['auto', 'edge'],
    }),
    reporter: Reporter,
  },
  { additionalProperties: false },
)

const NAMES = 'Globs (`*`, `?`, `[a-z]`); one that begins with `!` says what is not followed, in any order.'

/** Globs for names of at most `maxLength`. */
function names(maxLength: number, options: Omit<TArrayOptions, 'minItems' | 'maxItems'>) {
  return Type.Array(Type.String({ minLength: 1, maxLength: maxLength + 1 }), { ...options, minItems: 1, maxItems: 64 })
}

/** What is read. */
export const IngestConfig = Type.Object(
  {
    pods: Type.Optional(
      Type.String({
        description: "Kubelet's tree of container logs: `NAMESPACE_POD_UID/CONTAINER/N.log` below it.",
        minLength: 1,
        examples: ['/var/log/pods'],
      }),
    ),
    containers: names(63, {
      description: `Containers below \`ingest.pods\` that are followed. \`istio-proxy\` is sidecars, gateways, waypoints and ztunnel; \`envoy\` is Envoy Gateway and Contour. ${NAMES}`,
      default: [...DEFAULT_CONTAINERS],
      examples: [
        ['istio-proxy', 'envoy'],
        ['*-proxy', '!kube-proxy'],
      ],
    }),
    namespaces: names(63, {
      description: `Namespaces below \`ingest.pods\` that are followed. ${NAMES}`,
      default: ['*'],
      examples: [['shop', 'mesh-*'], ['!kube-system']],
    }),
    podNames: names(253, {
      description: `Pods below \`ingest.pods\` that are followed, by name. ${NAMES}`,
      default: ['*'],
      examples: [['*', '!load-test-*']],
    }),
    linkTargets: Type.Array(Type.String({ pattern: '^/' }), {
      description:
        'Folders outside `ingest.pods` and the folders of `ingest.files` that links to logs may lead to. Every other link out of them is refused. `/var/lib/docker/containers` is where logs of cri-dockerd are.',
      default: ['/var/lib/docker/containers'],
      maxItems: 16,
      examples: [['/data/docker/containers']],
    }),
    files: Type.Array(Files, { description: 'Files outside the pods tree.', default: [], maxItems: 256 }),
    kafka: Type.Optional(KafkaSourceConfig),
    http: Type.Optional(HttpSourceConfig),
    formats: Type.Record(
      Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,62}$' }),
      Type.Union([
        Type.String({ description: 'A text format.', minLength: 1, maxLength: 65_536 }),
        Type.Record(Type.String(), Type.Unknown(), { description: 'A JSON format, as under `jsonFormat` in Envoy.' }),
      ]),
      {
        additionalProperties: false,
        description:
          "Your own formats by name, in Envoy's operator grammar. They are tried in this order on lines that no built-in format fits.",
        default: {},
        maxProperties: 32,
        examples: [{ edge: '[%START_TIME%] "%REQ(:METHOD)% %REQ(:PATH)%" %RESPONSE_CODE% %RESPONSE_FLAGS%' }],
      },
    ),
    logLevel: Type.Enum(['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'], {
      description:
        'Component, agent and ztunnel log lines at or above this level are shipped too, as dataset `envoy.log`.',
      default: 'warning',
    }),
    keepOriginal: Type.Enum(['failures', 'always'], {
      description:
        'Which lines keep their text in `event.original`: those that could not be read, or all, which about doubles storage.',
      default: 'failures',
    }),
    maxLineBytes: Type.Integer({
      description:
        'Longest line that is kept whole, after joining pieces; the rest is cut off and the record marked `truncated`.',
      default: 1_048_576,
      minimum: 4_096,
      maximum: 16_777_216,
    }),
  },
  { additionalProperties: false, default: {}, description: 'What is read.' },
)
