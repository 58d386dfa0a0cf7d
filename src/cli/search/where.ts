import { access, constants } from 'node:fs/promises'
import type { AccessFiles } from '../../clients/access.ts'
import type { ElasticsearchOptions } from '../../clients/elasticsearch.ts'
import { loadConfig } from '../../config/load.ts'
import { FlagshipError, reasonOf } from '../../errors.ts'
import { isAddress } from '../../sinks/elasticsearch/config.ts'
import { StreamNames, streamName } from '../../sinks/elasticsearch/stream-names.ts'
import { chosenSink } from '../chosen-sink.ts'
import type { Io } from '../io.ts'
import { type OptionValues, usageError } from '../options.ts'
import { printable } from '../printable.ts'
import type { SearchDataset } from './question.ts'

/** The options that say where is searched. */
export const WHERE_OPTIONS = {
  config: { type: 'string', short: 'c' },
  sink: { type: 'string' },
  url: { type: 'string' },
  'api-key-file': { type: 'string' },
  username: { type: 'string' },
  'password-file': { type: 'string' },
  'ca-file': { type: 'string' },
  namespace: { type: 'string' },
} as const

type WhereValues = OptionValues<typeof WHERE_OPTIONS>

/** A cluster, and the data streams in it that hold what is searched. */
export interface Where {
  readonly connection: ElasticsearchOptions
  /** Names and patterns. */
  readonly streams: readonly string[]
}

const REQUEST_TIMEOUT_MS = 60_000
const NAMESPACE_PATTERN = /^[a-z0-9_*][a-z0-9_.*]{0,99}$/

/** Whether the cluster will know who asks. */
export function hasCredentials({ apiKeyFile, bearerTokenFile, username, tls }: ElasticsearchOptions): boolean {
  return (apiKeyFile ?? bearerTokenFile ?? username ?? tls?.certificateFile) !== undefined
}

/** From the sink of an agent, or from what is given in its place. @throws FlagshipError USAGE, CONFIG_*, INPUT_UNREADABLE. */
export async function whereOf(values: WhereValues, dataset: SearchDataset, env: Io['env']): Promise<Where> {
  const { config: path, url } = values
  if (path !== undefined && url === undefined) return ofSink(path, values, dataset, env)
  if (url !== undefined && path === undefined) return ofUrl(url, values, dataset)
  const state =
    path === undefined ? 'option "--config" or "--url" is missing' : 'it takes "--config" or "--url", not both'
  throw usageError('search', 'Cannot search', state)
}

function ofSink(path: string, values: WhereValues, dataset: SearchDataset, env: Io['env']): Where {
  for (const option of ['api-key-file', 'username', 'password-file', 'ca-file'] as const)
    if (values[option] !== undefined)
      throw usageError(
        'search',
        `Cannot use option "--${option}"`,
        'it goes with --url; with --config the sink has its own',
      )
  const [, sink] = chosenSink('search', 'elasticsearch', loadConfig(path, env), values.sink)
  const namespaces = values.namespace === undefined ? new StreamNames(sink).namespaces : namespacesOf(values.namespace)
  return { connection: sink, streams: streamsOf(dataset, namespaces) }
}

async function ofUrl(url: string, values: WhereValues, dataset: SearchDataset): Promise<Where> {
  if (values.sink !== undefined) throw usageError('search', 'Cannot use option "--sink"', 'it goes with --config')
  const nodes = url.split(',').map((node) => node.trim())
  for (const node of nodes) if (!isAddress(node)) throw notAnUrl()
  const connection = { nodes, requestTimeoutMs: REQUEST_TIMEOUT_MS, ...(await accessOf(values)) }
  return { connection, streams: streamsOf(dataset, namespacesOf(values.namespace ?? '*')) }
}

async function accessOf(values: WhereValues): Promise<AccessFiles> {
  const { 'api-key-file': apiKeyFile, username, 'password-file': passwordFile, 'ca-file': caFile } = values
  if ((username === undefined) !== (passwordFile === undefined))
    throw usageError('search', 'Cannot use a user name', '--username and --password-file go together')
  if (apiKeyFile !== undefined && username !== undefined)
    throw usageError('search', 'Cannot use credentials', 'it takes --api-key-file or --username, not both')
  for (const path of [apiKeyFile, passwordFile, caFile]) await checkFile(path)
  return {
    ...(apiKeyFile === undefined ? {} : { apiKeyFile }),
    ...(username === undefined || passwordFile === undefined ? {} : { username, passwordFile }),
    ...(caFile === undefined ? {} : { tls: { caFile } }),
  }
}

/** Not repeated: people put passwords into addresses. */
function notAnUrl(): FlagshipError {
  const state = 'expected http(s)://HOST:PORT without user information; credentials go into files'
  return usageError('search', 'Cannot use the value of "--url"', state)
}

function namespacesOf(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  const wrong = names.find((name) => !NAMESPACE_PATTERN.test(name))
  if (wrong === undefined) return names
  const state = 'expected the last part of the name of a data stream, such as default; * for any'
  throw usageError('search', `Cannot set "--namespace" to "${printable(wrong)}"`, state)
}

/** Failures may have streams of their own, or had them once. */
function streamsOf(dataset: SearchDataset, namespaces: readonly string[]): readonly string[] {
  const datasets =
    dataset === 'access' ? (['envoy.access', 'envoy.access_failed'] as const) : ([`envoy.${dataset}`] as const)
  return namespaces.flatMap((namespace) => datasets.map((each) => streamName(each, namespace)))
}

/** A file that is named on the command line has to be there; that of an agent may come later. */
async function checkFile(path: string | undefined): Promise<void> {
  if (path === undefined) return
  await access(path, constants.R_OK).catch((error: unknown) => {
    throw new FlagshipError('INPUT_UNREADABLE', `Cannot read credentials "${path}": ${reasonOf(error)}`, error)
  })
}
