import type { Static } from 'typebox'
import type { KafkaSinkConfig } from '../sinks/kafka/config.ts'
import type { RegistryConfig } from '../sinks/kafka/registry-config.ts'
import { checkCredentials, checkPair } from './check-access.ts'
import type { KafkaSourceConfig } from './kafka-source.ts'
import type { Problem } from './problem.ts'
import type { ConfigPath } from './schema-node.ts'

/** What decides about a sink besides its own settings. */
export interface SinkSurroundings {
  readonly nodeName: unknown
  readonly hasSource: boolean
}

/** Everything that is wrong with a Kafka sink although each setting by itself is possible. */
export function checkKafka(path: ConfigPath, sink: KafkaSinkConfig, around: SinkSurroundings): readonly Problem[] {
  const place = [...path, 'registry']
  return [
    ...checkExact(path, sink, around),
    ...checkConnection(path, sink),
    ...(sink.value === 'avro' && sink.registry === undefined
      ? [{ path: place, message: 'missing, expected a value because `value` is avro' }]
      : []),
    ...(sink.value === 'json' && sink.registry !== undefined
      ? [{ path: place, message: 'is not used, because `value` is json' }]
      : []),
  ]
}

/** `delivery: exactly_once` is an agreement between an agent, which has to have a name that stays, and the brokers. */
function checkExact(
  path: ConfigPath,
  sink: KafkaSinkConfig,
  { nodeName, hasSource }: SinkSurroundings,
): readonly Problem[] {
  if (sink.delivery !== 'exactly_once') return []
  const isUsed = Object.values(sink.topics).includes(sink.cursorTopic) || sink.cursorTopic === sink.deadLetterTopic
  return [
    ...(hasSource
      ? [{ path: [...path, 'delivery'], message: 'is possible only with files, expected at_least_once' }]
      : []),
    ...(nodeName === undefined && !hasSource
      ? [
          {
            path: ['nodeName'],
            message: `missing, expected a name that stays because \`sinks.${path.at(-1)}.delivery\` is exactly_once`,
          },
        ]
      : []),
    ...(isUsed ? [{ path: [...path, 'cursorTopic'], message: 'expected a topic of its own' }] : []),
  ]
}

/** Everything that is wrong with `ingest.kafka` although each setting by itself is possible. */
export function checkKafkaSource(path: ConfigPath, source: Static<typeof KafkaSourceConfig>): readonly Problem[] {
  const { envelope, registry, topics, deadLetterTopic } = source
  const isLoop = topics.includes(deadLetterTopic)
  const isIdle = envelope !== 'flagship' && registry !== undefined
  const idle = { path: [...path, 'registry'], message: `is not used, because \`envelope\` is ${envelope}` }
  const loop = {
    path: [...path, 'deadLetterTopic'],
    message: `${deadLetterTopic} is one of \`topics\`, expected one that is not read`,
  }
  return [...checkConnection(path, source), ...(isIdle ? [idle] : []), ...(isLoop ? [loop] : [])]
}

type Connection = Pick<KafkaSinkConfig, 'tls' | 'sasl' | 'registry'>

function checkConnection(path: ConfigPath, { tls, sasl, registry }: Connection): readonly Problem[] {
  const { certificateFile, keyFile } = tls ?? {}
  return [
    ...checkPair([...path, 'tls'], { certificateFile, keyFile }),
    ...(sasl === undefined ? [] : checkSasl([...path, 'sasl'], sasl)),
    ...(registry === undefined ? [] : checkRegistry([...path, 'registry'], registry)),
  ]
}

/** Each mechanism needs its own settings, and the others would be passed over without a word. */
function checkSasl(path: ConfigPath, sasl: NonNullable<KafkaSinkConfig['sasl']>): readonly Problem[] {
  const isToken = sasl.mechanism === 'OAUTHBEARER'
  const needed = isToken ? (['tokenFile'] as const) : (['username', 'passwordFile'] as const)
  const idle = isToken ? (['username', 'passwordFile'] as const) : (['tokenFile'] as const)
  const because = `\`mechanism\` is ${sasl.mechanism}`
  return [
    ...needed
      .filter((key) => sasl[key] === undefined)
      .map((key) => ({ path: [...path, key], message: `missing, expected a value because ${because}` })),
    ...idle
      .filter((key) => sasl[key] !== undefined)
      .map((key) => ({ path: [...path, key], message: `is not used, because ${because}` })),
  ]
}

function checkRegistry(path: ConfigPath, registry: RegistryConfig): readonly Problem[] {
  const { url, username, passwordFile, bearerTokenFile, tls } = registry
  const { certificateFile, keyFile } = tls ?? {}
  const one = 'expected one kind of credentials: `bearerTokenFile`, or `username` and `passwordFile`'
  const isIdle = tls !== undefined && !url.startsWith('https:')
  return [
    ...checkCredentials(path, { bearerTokenFile }, { username, passwordFile }, one),
    ...(isIdle ? [{ path: [...path, 'tls'], message: 'is not used, expected `https` in `url`' }] : []),
    ...checkPair([...path, 'tls'], { certificateFile, keyFile }),
  ]
}
