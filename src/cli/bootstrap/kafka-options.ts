import type { FileSettings } from '../../bootstrap/kafka/files.ts'
import type { Parties } from '../../bootstrap/kafka/needs.ts'
import type { TopicWishes } from '../../bootstrap/kafka/topics.ts'
import type { KafkaOptions } from '../../clients/kafka/cluster.ts'
import type { KafkaSinkConfig } from '../../sinks/kafka/config.ts'
import { usageError } from '../options.ts'
import { printable } from '../printable.ts'
import { textOf } from './credentials.ts'
import type { BootstrapOptions } from './options.ts'

/** Kafka's own bound is higher; no cluster is well with more. */
const MOST_PARTITIONS = 10_000
const MOST_REPLICAS = 100
const DAY_MS = 86_400_000

/** A sink or a group: where its brokers are, and who it is there. */
export type Client = Pick<KafkaSinkConfig, 'brokers' | 'requestTimeoutMs' | 'tls' | 'sasl'>

/** What the options ask of topics. @throws FlagshipError USAGE. */
export function wishesOf(options: BootstrapOptions): TopicWishes {
  const { retention } = options
  const partitions = numberOf('partitions', options, MOST_PARTITIONS)
  const replicas = numberOf('replicas', options, MOST_REPLICAS)
  if (retention !== undefined && !/^[1-9][0-9]{0,4}d$/.test(retention))
    throw usageError('bootstrap', `Cannot set "--retention" to "${printable(retention)}"`, 'expected days, such as 7d')
  return {
    ...(partitions !== undefined && { partitions }),
    ...(replicas !== undefined && { replicas }),
    ...(retention !== undefined && { retentionMs: Number(retention.slice(0, -1)) * DAY_MS }),
  }
}

/** Whom files with rights are for: `names` where no option says another. @throws FlagshipError USAGE. */
export function fileSettingsOf({ sasl, tls }: Client, names: Parties, options: BootstrapOptions): FileSettings {
  const { writer = names.writer, reader = names.reader, group = names.group } = options
  const parties = { writer, reader, group }
  for (const [option, name] of Object.entries(parties)) {
    if (/^[ -~]{1,249}$/.test(name)) continue
    const what = `Cannot use "${printable(name)}" as --${option}`
    throw usageError('bootstrap', what, 'expected at most 249 characters of ASCII')
  }
  const hasCertificate = sasl === undefined && tls?.certificateFile !== undefined
  return { ...parties, cluster: clusterOf(options), authentication: hasCertificate ? 'tls' : 'scram-sha-512' }
}

/**
 * Where the brokers are, and who bootstraps: as the command line says, never as the agent, which must not have such
 * rights. Nobody when nothing is said.
 * @throws FlagshipError USAGE or INPUT_UNREADABLE.
 */
export async function connectionOf(client: Client, options: BootstrapOptions): Promise<KafkaOptions> {
  const { brokers, requestTimeoutMs } = client
  const [tls, sasl] = [tlsOf(client, options), saslOf(client, options)]
  const files = { ...tls, ...sasl }
  for (const key of ['caFile', 'certificateFile', 'keyFile', 'passwordFile', 'tokenFile'] as const)
    if (files[key] !== undefined) await textOf(files[key])
  return {
    brokers: options.brokers === undefined ? brokers : brokersIn(options.brokers),
    requestTimeoutMs,
    ...(tls && { tls }),
    ...(sasl && { sasl }),
  }
}

function tlsOf({ tls }: Client, options: BootstrapOptions): KafkaOptions['tls'] {
  const { 'ca-file': caFile = tls?.caFile, 'certificate-file': certificateFile, 'key-file': keyFile } = options
  if ((certificateFile === undefined) !== (keyFile === undefined))
    throw usageError('bootstrap', 'Cannot use "--certificate-file"', 'it goes together with --key-file')
  if (tls === undefined && caFile === undefined && certificateFile === undefined) return undefined
  return {
    ...(caFile !== undefined && { caFile }),
    ...(certificateFile !== undefined && keyFile !== undefined && { certificateFile, keyFile }),
  }
}

function saslOf(client: Client, options: BootstrapOptions): KafkaOptions['sasl'] {
  const { username, 'password-file': passwordFile, 'token-file': tokenFile } = options
  if ((username === undefined) !== (passwordFile === undefined))
    throw usageError('bootstrap', 'Cannot use "--username"', 'it goes together with --password-file')
  if (tokenFile !== undefined && username !== undefined)
    throw usageError('bootstrap', 'Cannot use "--token-file"', 'there is --username too; give one of them')
  if (tokenFile !== undefined) return { mechanism: 'OAUTHBEARER', tokenFile }
  if (username === undefined || passwordFile === undefined) return undefined
  return { mechanism: mechanismOf(client, options), username, passwordFile }
}

/** That of the agent where it takes a password as well. */
function mechanismOf({ sasl }: Client, { mechanism }: BootstrapOptions) {
  if (mechanism !== undefined) return mechanism
  return sasl === undefined || sasl.mechanism === 'OAUTHBEARER' ? 'SCRAM-SHA-512' : sasl.mechanism
}

function brokersIn(text: string): readonly string[] {
  const brokers = text.split(',').map((broker) => broker.trim())
  if (brokers.every((broker) => /^[^\s:/@]+:[0-9]{1,5}$/.test(broker))) return brokers
  throw usageError('bootstrap', 'Cannot use "--brokers"', 'expected host:port, more of them with commas')
}

function clusterOf({ 'strimzi-cluster': cluster = 'kafka' }: BootstrapOptions): string {
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(cluster)) return cluster
  throw usageError('bootstrap', `Cannot use cluster "${printable(cluster)}"`, 'expected a-z, 0-9 and "-"')
}

function numberOf(option: 'partitions' | 'replicas', options: BootstrapOptions, most: number): number | undefined {
  const text = options[option]
  if (text === undefined) return undefined
  const number = /^[1-9][0-9]{0,5}$/.test(text) ? Number(text) : most + 1
  if (number <= most) return number
  throw usageError('bootstrap', `Cannot set "--${option}" to "${printable(text)}"`, `expected 1 to ${most}`)
}
