import { Type } from 'typebox'
import { DEFAULT_LABELS } from '../enrich/kubernetes/labels.ts'

const file = (description: string, example: string) =>
  Type.Optional(Type.String({ description, minLength: 1, examples: [example] }))

const ResolverClient = Type.Object(
  {
    urls: Type.Array(
      Type.String({ minLength: 1, pattern: '^https?://', examples: ['http://flagship-resolver:9465'] }),
      {
        description: 'Replicas of `flagship resolver`, or the service in front of them; one is used at a time.',
        default: ['http://flagship-resolver:9465'],
        minItems: 1,
        maxItems: 16,
      },
    ),
    tokenFile: file('File with the bearer token that the resolver asks for.', '/etc/flagship/resolver/token'),
    caFile: file('File with the authorities of the resolver (PEM).', '/etc/flagship/resolver/ca.crt'),
    certificateFile: file('File with our certificate, where the resolver asks for one (PEM).', '/etc/flagship/tls.crt'),
    keyFile: file('File with its key (PEM).', '/etc/flagship/tls.key'),
  },
  { additionalProperties: false, default: {}, description: 'For mode `resolver`.' },
)

/** The API server of a cluster; without a kubeconfig that of the cluster we are a pod of. */
export const ApiServerConfig = Type.Object(
  {
    kubeconfig: file('A kubeconfig file, outside of a pod.', '/etc/flagship/kubeconfig'),
    context: Type.Optional(
      Type.String({ description: 'Its context, if not the current one.', minLength: 1, examples: ['prod-eu'] }),
    ),
    encoding: Type.Enum(['protobuf', 'json'], {
      description: 'What is asked for. `protobuf` costs a tenth; a server that does not offer it answers in JSON.',
      default: 'protobuf',
    }),
  },
  { additionalProperties: false, default: {}, description: 'The API server.' },
)

/** Who was at both ends. */
export const EnrichConfig = Type.Object(
  {
    kubernetes: Type.Object(
      {
        mode: Type.Optional(
          Type.Enum(['resolver', 'direct', 'inventory', 'off'], {
            description:
              'Where names of pods, services and nodes come from: `flagship resolver`, the API server itself (small clusters only), the `inventory` file, or nowhere. Without it: `inventory` where one is named, else `off`.',
            examples: ['resolver'],
          }),
        ),
        resolver: ResolverClient,
        api: ApiServerConfig,
        allowManyNodes: Type.Boolean({
          description:
            'Mode `direct` refuses clusters of more than 100 nodes, for the sake of the API server, unless this is true.',
          default: false,
        }),
        syncWaitMs: Type.Integer({
          description: 'Longest time to wait for the first whole list before log files are read.',
          default: 30_000,
          minimum: 0,
          maximum: 600_000,
        }),
        missWaitMs: Type.Integer({
          description: 'Longest time for which lines wait for the name of a pod address that is not known yet.',
          default: 2_000,
          minimum: 0,
          maximum: 60_000,
        }),
        historyMinutes: Type.Integer({
          description: 'How long it stays known who had an address before; longer where unread lines are older.',
          default: 30,
          minimum: 1,
          maximum: 10_080,
        }),
      },
      { additionalProperties: false, default: {}, description: 'Names from Kubernetes.' },
    ),
    inventory: Type.Optional(
      Type.String({
        description: 'File with the cluster as `kubectl get pods,services,endpointslices,nodes -A -o json` prints it.',
        minLength: 1,
        examples: ['cluster.json'],
      }),
    ),
    networks: Type.Record(Type.String(), Type.String({ minLength: 1, maxLength: 256 }), {
      description: 'Names for address ranges that Kubernetes does not know, as `CIDR: name`.',
      default: {},
      maxProperties: 4_096,
      examples: [{ '10.20.0.0/16': 'office' }],
    }),
    namespaceLabels: Type.Array(Type.String({ minLength: 1, maxLength: 317 }), {
      description: "Labels of the reporter's namespace that are copied into documents.",
      default: [],
      maxItems: 32,
      uniqueItems: true,
    }),
    labels: Type.Array(Type.String({ minLength: 1, maxLength: 317 }), {
      description: 'Labels of pods and services that are copied into documents.',
      default: [...DEFAULT_LABELS],
      maxItems: 32,
      uniqueItems: true,
    }),
  },
  { additionalProperties: false, default: {}, description: 'Who was at both ends.' },
)
