import { type Static, Type } from 'typebox'
import type { Frozen } from '../../frozen.ts'
import { HTTP_ADDRESS } from '../http-address.ts'

const FILE = { minLength: 1 }

const Tls = Type.Object(
  {
    caFile: Type.Optional(
      Type.String({
        description: 'File with the certificates, in PEM, that sign that of the registry.',
        ...FILE,
        examples: ['/etc/flagship/ca.crt'],
      }),
    ),
    certificateFile: Type.Optional(
      Type.String({ description: 'Certificate of this client, in PEM; needs `keyFile`.', ...FILE }),
    ),
    keyFile: Type.Optional(Type.String({ description: 'Key of `certificateFile`, in PEM.', ...FILE })),
  },
  {
    additionalProperties: false,
    description:
      'How a registry behind `https` is trusted; without it by the public authorities that Node.js knows. Files may be replaced at any time.',
  },
)

/** A schema registry that speaks as Confluent's does: of a sink that writes Avro, and of a source that reads it. */
export const RegistryConfig = Type.Object(
  {
    url: Type.String({
      description: 'Address of the registry, with its base path where it has one.',
      pattern: HTTP_ADDRESS,
      maxLength: 2_048,
      examples: ['http://registry:8081', 'https://apicurio:8443/apis/ccompat/v7'],
    }),
    username: Type.Optional(Type.String({ description: 'User name; needs `passwordFile`.', minLength: 1 })),
    passwordFile: Type.Optional(Type.String({ description: 'File with the password of `username`.', ...FILE })),
    bearerTokenFile: Type.Optional(
      Type.String({ description: 'File with a bearer token, in place of a user name.', ...FILE }),
    ),
    tls: Type.Optional(Tls),
    requestTimeoutMs: Type.Integer({
      description: 'Longest time for one request and its whole answer.',
      default: 10_000,
      minimum: 100,
      maximum: 600_000,
    }),
  },
  {
    additionalProperties: false,
    description: "The schema registry for records in Avro: Confluent's, or one that speaks as it does.",
  },
)
export type RegistryConfig = Frozen<Static<typeof RegistryConfig>>
