import { realpathSync } from 'node:fs'
import { basename, dirname, join, matchesGlob, sep } from 'node:path'
import type { Static } from 'typebox'
import { Value } from 'typebox/value'
import type { ElasticsearchSinkConfig } from '../sinks/elasticsearch/config.ts'
import type { KafkaSinkConfig } from '../sinks/kafka/config.ts'
import { StreamNames } from '../sinks/elasticsearch/stream-names.ts'
import type { IngestConfig } from './ingest.ts'
import type { Mapping } from './mapping.ts'
import type { Problem } from './problem.ts'
import type { ConfigPath } from './schema-node.ts'
import { SINK_SCHEMAS } from './schema.ts'

type Ingest = Static<typeof IngestConfig>

/**
 * Everything that is wrong with sinks although each setting by itself is possible: two pipelines must not write to one
 * place, and none to what flagship reads. A sink that does not follow its schema is passed over.
 */
export function checkSinks(sinks: Mapping, ingest: Ingest | undefined, nodeName: unknown): readonly Problem[] {
  const around = { nodeName, hasSource: ingest?.kafka !== undefined }
  const problems: Problem[] = []
  const writers = new Map<string, string>()
  for (const [name, sink] of Object.entries(sinks)) {
    const places = placesOf(name, sink)
    const taken = places.find(({ target }) => writers.has(target))
    if (taken !== undefined) {
      const state = `${taken.target} is what the sink "${writers.get(taken.target)}" writes to`
      problems.push({ path: taken.path, message: state })
    } else for (const { target } of places) writers.set(target, name)
    for (const { target, path } of ingest === undefined
      ? []
      : places.filter((place) => isFollowed(ingest, place.target)))
      problems.push({ path, message: `${target} is what \`ingest\` follows, expected a path that is not read` })
    if (Value.Check(SINK_SCHEMAS.elasticsearch, sink)) problems.push(...checkAccess(['sinks', name], sink))
    if (Value.Check(SINK_SCHEMAS.kafka, sink)) problems.push(...checkKafka(['sinks', name], sink, around))
  }
  return problems
}

interface Place {
  readonly target: string
  readonly path: ConfigPath
}

/** What a sink writes to, and the setting that says so; nothing when the sink is not configured rightly. */
function placesOf(name: string, sink: unknown): readonly Place[] {
  if (Value.Check(SINK_SCHEMAS.file, sink)) return [{ target: sink.path, path: ['sinks', name, 'path'] }]
  if (Value.Check(SINK_SCHEMAS.stdout, sink)) return [{ target: 'standard output', path: ['sinks', name, 'type'] }]
  if (Value.Check(SINK_SCHEMAS.kafka, sink)) return kafkaPlaces(name, sink)
  if (!Value.Check(SINK_SCHEMAS.elasticsearch, sink)) return []
  const nodes = [...new Set(sink.nodes.map((node) => URL.parse(node)?.href ?? node))]
  return new StreamNames(sink).namespaces.flatMap((namespace) =>
    nodes.map((node) => ({ target: `namespace ${namespace} of ${node}`, path: ['sinks', name, 'namespace'] })),
  )
}

function kafkaPlaces(name: string, { brokers, topics }: KafkaSinkConfig): readonly Place[] {
  return Object.entries(topics).flatMap(([dataset, topic]) =>
    brokers.map((broker) => ({ target: `topic ${topic} of ${broker}`, path: ['sinks', name, 'topics', dataset] })),
  )
}

/** What decides about a sink besides its own settings. */
interface SinkSurroundings {
  readonly nodeName: unknown
  readonly hasSource: boolean
}

function checkKafka(path: ConfigPath, sink: KafkaSinkConfig, around: SinkSurroundings): readonly Problem[] {
  const { certificateFile, keyFile } = sink.tls ?? {}
  return [
    ...checkExact(path, sink, around),
    ...checkPair([...path, 'tls'], { certificateFile, keyFile }),
    ...(sink.sasl === undefined ? [] : checkSasl([...path, 'sasl'], sink.sasl)),
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
      ? [{ path: [...path, 'delivery'], message: 'is not possible with `ingest.kafka`, expected at_least_once' }]
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

/** How the sink shows who it is, and knows whom it talks to. */
function checkAccess(path: ConfigPath, sink: ElasticsearchSinkConfig): readonly Problem[] {
  const { apiKeyFile, bearerTokenFile, username, passwordFile } = sink
  const kinds = Object.entries({ apiKeyFile, bearerTokenFile, username: username ?? passwordFile })
  const [, second] = kinds.filter(([, value]) => value !== undefined)
  const one = 'expected one kind of credentials: `apiKeyFile`, `bearerTokenFile`, or `username` and `passwordFile`'
  return [
    ...(second === undefined ? [] : [{ path: [...path, second[0]], message: one }]),
    ...checkPair(path, { username, passwordFile }),
    ...(sink.tls === undefined ? [] : checkTls([...path, 'tls'], sink.nodes, sink.tls)),
  ]
}

function checkTls(
  path: ConfigPath,
  nodes: readonly string[],
  { caFile, fingerprint, certificateFile, keyFile }: NonNullable<ElasticsearchSinkConfig['tls']>,
): readonly Problem[] {
  const isPlain = !nodes.some((node) => node.startsWith('https:'))
  const isBoth = caFile !== undefined && fingerprint !== undefined
  return [
    ...(isPlain ? [{ path, message: 'is not used, expected `https` in an address under `nodes`' }] : []),
    ...(isBoth
      ? [{ path: [...path, 'fingerprint'], message: 'expected either `caFile` or `fingerprint`, found both' }]
      : []),
    ...checkPair(path, { certificateFile, keyFile }),
  ]
}

/** Two settings that need each other. */
function checkPair(path: ConfigPath, settings: Readonly<Record<string, string | undefined>>): readonly Problem[] {
  const there = Object.keys(settings).find((key) => settings[key] !== undefined)
  const missing = Object.keys(settings).find((key) => settings[key] === undefined)
  if (there === undefined || missing === undefined) return []
  const message = `missing, expected ${missing === 'username' ? 'a name' : 'a file'} because there is a \`${there}\``
  return [{ path: [...path, missing], message }]
}

/** Also under the name that a finished file of a sink gets, and where links lead to. */
function isFollowed({ pods, files }: Ingest, target: string): boolean {
  const finished = `${target}.20261122T000000Z-1`
  const paths = [target, finished].flatMap((path) => [path, join(resolved(dirname(path)), basename(path))])
  return paths.some(
    (path) =>
      (pods !== undefined && path.startsWith(pods + sep)) || files.some((entry) => matchesGlob(path, entry.path)),
  )
}

/** Where a directory is; itself while it is not there. */
function resolved(directory: string): string {
  try {
    return realpathSync(directory)
  } catch {
    return directory
  }
}
