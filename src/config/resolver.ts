import { dirname, resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { FlagshipError } from '../errors.ts'
import type { Frozen } from '../frozen.ts'
import { checkPair } from './check-access.ts'
import { checkSchema } from './check-schema.ts'
import { type ConfigFileResult, parseConfigFile, problemsText, readConfigText, resolveKey } from './config-file.ts'
import { fillDefaults } from './defaults.ts'
import { ApiServerConfig, EnrichConfig } from './enrich.ts'
import { type Environment, RESOLVER_ENVIRONMENT } from './environment.ts'
import { parseListen } from './listen.ts'
import type { Mapping } from './mapping.ts'
import { foundText, type Problem } from './problem.ts'
import type { ConfigPath } from './schema-node.ts'
import { HttpConfig, LogConfig } from './schema.ts'

const { labels, namespaceLabels, kubernetes } = EnrichConfig.properties
const { historyMinutes } = kubernetes.properties

const file = (description: string, example: string) =>
  Type.Optional(Type.String({ description, minLength: 1, examples: [example] }))

const Auth = Type.Object(
  {
    tokenFile: file(
      'File with bearer tokens, one a line. Each is good, so that old and new ones can stand side by side while agents change; it is read again when it changes.',
      '/etc/flagship-secret/token',
    ),
  },
  { additionalProperties: false, default: {}, description: 'Which agents may read.' },
)

const Tls = Type.Object(
  {
    certificateFile: file(
      'File with our certificate (PEM). With it agents come by https.',
      '/etc/flagship-tls/tls.crt',
    ),
    keyFile: file('File with its key (PEM).', '/etc/flagship-tls/tls.key'),
    clientCaFile: file(
      'File with authorities (PEM): agents must show a certificate that one of them signed.',
      '/etc/flagship-tls/ca.crt',
    ),
  },
  { additionalProperties: false, default: {}, description: 'TLS. The files are read again when they change.' },
)

/** The configuration of `flagship resolver` as a user writes it. */
export const ResolverConfigSchema = Type.Object(
  {
    cluster: Type.Optional(
      Type.String({
        description: 'Name of the cluster, for the log and `/v1/status`.',
        minLength: 1,
        maxLength: 256,
        examples: ['prod-eu'],
      }),
    ),
    api: ApiServerConfig,
    labels,
    namespaceLabels,
    historyMinutes,
    listen: Type.String({
      description: 'Address and port for agents.',
      default: '0.0.0.0:9465',
      minLength: 1,
      examples: ['0.0.0.0:9465', '[::]:9465'],
    }),
    auth: Auth,
    tls: Tls,
    http: HttpConfig,
    log: LogConfig,
  },
  { additionalProperties: false, title: 'flagship resolver configuration' },
)

/** The effective configuration of `flagship resolver`. */
export type ResolverConfig = Frozen<Static<typeof ResolverConfigSchema>>

/**
 * The effective configuration: file, then environment, then defaults; relative paths taken from the folder of the file.
 * @throws FlagshipError CONFIG_INVALID with every problem at once; CONFIG_UNREADABLE when there is no such file.
 */
export function loadResolverConfig(path: string, env: Environment): ResolverConfig {
  const result = parseResolverConfig(readConfigText(path), dirname(resolve(path)), env)
  if (result.ok) return result.config
  throw new FlagshipError('CONFIG_INVALID', problemsText(path, result.problems))
}

/** The configuration in `text`, with relative paths taken from `folder`. */
export function parseResolverConfig(text: string, folder: string, env: Environment): ConfigFileResult<ResolverConfig> {
  return parseConfigFile(text, env, {
    variables: RESOLVER_ENVIRONMENT,
    complete(root) {
      fillDefaults(ResolverConfigSchema, root)
      const mismatches = checkSchema(ResolverConfigSchema, root)
      resolveKey(root['api'], 'kubeconfig', folder)
      resolveKey(root['auth'], 'tokenFile', folder)
      for (const key of ['certificateFile', 'keyFile', 'clientCaFile']) resolveKey(root['tls'], key, folder)
      return mismatches.length > 0 ? mismatches : checkMeaning(typed(root))
    },
    typed,
  })
}

function typed(root: Mapping): ResolverConfig {
  if (Value.Check(ResolverConfigSchema, root)) return root
  throw new Error('a configuration without a problem does not match its schema')
}

function checkMeaning({ listen, http, tls }: ResolverConfig): readonly Problem[] {
  const { certificateFile, keyFile, clientCaFile } = tls
  const needed = clientCaFile !== undefined && certificateFile === undefined && keyFile === undefined
  return [
    ...checkListen(['listen'], listen),
    ...(http.listen === 'off' ? [] : checkListen(['http', 'listen'], http.listen)),
    ...checkPair(['tls'], { certificateFile, keyFile }),
    ...(needed
      ? [{ path: ['tls', 'certificateFile'], message: 'missing, expected a file because there is a `clientCaFile`' }]
      : []),
  ]
}

function checkListen(path: ConfigPath, listen: string): readonly Problem[] {
  if (parseListen(listen) !== undefined) return []
  return [{ path, message: `found ${foundText(path, listen)}, expected ADDRESS:PORT such as 0.0.0.0:9465` }]
}
