import { realpathSync } from 'node:fs'
import { basename, dirname, join, matchesGlob, sep } from 'node:path'
import type { Static } from 'typebox'
import { Value } from 'typebox/value'
import type { ElasticsearchSinkConfig } from '../sinks/elasticsearch/config.ts'
import type { KafkaSinkConfig } from '../sinks/kafka/config.ts'
import { StreamNames } from '../sinks/elasticsearch/stream-names.ts'
import { checkCredentials, checkPair } from './check-access.ts'
import { checkKafka } from './check-kafka.ts'
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
  const around = { nodeName, hasSource: (ingest?.kafka ?? ingest?.http) !== undefined }
  const problems: Problem[] = []
  const writers = new Map<string, string>()
  for (const [name, sink] of Object.entries(sinks)) {
    const places = placesOf(name, sink)
    const taken = places.find(({ target }) => writers.has(target))
    if (taken !== undefined) {
      const state = `${taken.target} is what the sink "${writers.get(taken.target)}" writes to`
      problems.push({ path: taken.path, message: state })
    } else for (const { target } of places) writers.set(target, name)
    if (ingest !== undefined) problems.push(...checkRead(ingest, places))
    if (Value.Check(SINK_SCHEMAS.elasticsearch, sink)) problems.push(...checkAccess(['sinks', name], sink))
    if (Value.Check(SINK_SCHEMAS.kafka, sink)) problems.push(...checkKafka(['sinks', name], sink, around))
  }
  return problems
}

interface Place {
  readonly target: string
  readonly isFile?: true
  readonly path: ConfigPath
}

/** What a sink writes to, and the setting that says so; nothing when the sink is not configured rightly. */
function placesOf(name: string, sink: unknown): readonly Place[] {
  if (Value.Check(SINK_SCHEMAS.file, sink)) return [{ target: sink.path, isFile: true, path: ['sinks', name, 'path'] }]
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
    brokers.map((broker) => ({ target: topicOf(topic, broker), path: ['sinks', name, 'topics', dataset] })),
  )
}

function topicOf(topic: string, broker: string): string {
  return `topic ${topic} of ${broker}`
}

/** What a sink writes must not come in again. */
function checkRead(ingest: Ingest, places: readonly Place[]): readonly Problem[] {
  const { brokers, topics } = ingest.kafka ?? { brokers: [], topics: [] }
  const read = new Set(topics.flatMap((topic) => brokers.map((broker) => topicOf(topic, broker))))
  return places
    .filter(({ target, isFile }) => (isFile === true ? isFollowed(ingest, target) : read.has(target)))
    .map(({ target, path, isFile }) => {
      const expected = isFile === true ? 'a path that is not read' : 'a topic that is not read'
      return { path, message: `${target} is what \`ingest\` follows, expected ${expected}` }
    })
}

/** How the sink shows who it is, and knows whom it talks to. */
function checkAccess(path: ConfigPath, sink: ElasticsearchSinkConfig): readonly Problem[] {
  const { apiKeyFile, bearerTokenFile, username, passwordFile } = sink
  const one = 'expected one kind of credentials: `apiKeyFile`, `bearerTokenFile`, or `username` and `passwordFile`'
  return [
    ...checkCredentials(path, { apiKeyFile, bearerTokenFile }, { username, passwordFile }, one),
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
