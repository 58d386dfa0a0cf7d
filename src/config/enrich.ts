import { Type } from 'typebox'
import { DEFAULT_LABELS } from '../enrich/kubernetes/labels.ts'

/** Who was at both ends. */
export const EnrichConfig = Type.Object(
  {
    kubernetes: Type.Object(
      {
        mode: Type.Optional(
          Type.Enum(['inventory', 'off'], {
            description:
              'Where names of pods, services and nodes come from: the `inventory` file, or nowhere. Without it: `inventory` where one is named, else `off`.',
            examples: ['inventory'],
          }),
        ),
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
    labels: Type.Array(Type.String({ minLength: 1, maxLength: 317 }), {
      description: 'Labels of pods and services that are copied into documents.',
      default: [...DEFAULT_LABELS],
      maxItems: 32,
      uniqueItems: true,
    }),
  },
  { additionalProperties: false, default: {}, description: 'Who was at both ends.' },
)
