import type { Elasticsearch } from '../../clients/elasticsearch.ts'
import { FlagshipError } from '../../errors.ts'
import { at, listAt, textAt } from '../../sinks/elasticsearch/parts-of-json.ts'
import { matchesPattern } from '../../sinks/elasticsearch/index-pattern.ts'
import type { Installable } from '../object.ts'
import type { ElasticsearchObject } from './objects.ts'
import { isSupported, type ServerVersion, serverVersionOf } from './server-version.ts'
import { refusal } from './refusal.ts'
import { OURS, PRIORITY } from './templates.ts'

/** What bootstrap has to know of a server before it can say what belongs there. */
export interface Server {
  readonly version: ServerVersion
  readonly hasSecurity: boolean
}

/** @throws FlagshipError SINK_UNAVAILABLE, or SINK_MISCONFIGURED where the templates cannot be installed. */
export async function examineServer(client: Elasticsearch): Promise<Server> {
  const answer = await client.request({ method: 'GET', path: '/' })
  if (answer.statusCode !== 200) throw refusal('Cannot ask for the version of Elasticsearch', MONITOR, answer)
  const text = textAt(answer.body, 'version', 'number') ?? ''
  const version = serverVersionOf(text)
  if (version === undefined || !isSupported(version))
    throw new FlagshipError('SINK_MISCONFIGURED', `Cannot bootstrap Elasticsearch "${text}": expected 8.14 or later`)
  // Whoever is known may ask this; without security there is nothing of the kind.
  const known = await client.request({ method: 'GET', path: '/_security/_authenticate' })
  return { version, hasSecurity: known.statusCode === 200 }
}

const MONITOR = 'the cluster privilege "monitor"'

/** Templates of others that stand before ours, each with one of our streams: new ones would be made from them. */
export async function shadowsOf(
  client: Elasticsearch,
  objects: readonly ElasticsearchObject[],
): Promise<readonly (readonly [template: string, stream: string])[]> {
  const { statusCode, body } = await client.request({ method: 'GET', path: '/_index_template' })
  if (statusCode !== 200) return [] // what reads ours next says which right is missing
  const streams = objects.filter(({ kind }) => kind === 'index template').map(({ id }) => id)
  return listAt(body, 'index_templates').flatMap((each) => {
    const template = at(each, 'index_template')
    const priority = at(template, 'priority')
    const isBefore = typeof priority === 'number' && priority > PRIORITY
    if (!isBefore || at(template, '_meta', 'managed_by') === OURS.managed_by) return []
    const patterns = listAt(template, 'index_patterns').filter((pattern) => typeof pattern === 'string')
    const shadowed = streams.find((stream) => patterns.some((pattern) => matchesPattern(stream, pattern)))
    return shadowed === undefined ? [] : [[textAt(each, 'name') ?? '', shadowed] as const]
  })
}

/** The retention of every data stream that is there: a stream keeps what it was made with until it is told otherwise. */
export async function retentionsOf(
  client: Elasticsearch,
  objects: readonly ElasticsearchObject[],
): Promise<readonly Installable[]> {
  const answer = await client.request({ method: 'GET', path: '/_data_stream/logs-envoy.*' })
  if (answer.statusCode === 404) return []
  if (answer.statusCode !== 200)
    throw refusal('Cannot list data streams', 'the index privilege "view_index_metadata"', answer)
  const names = new Set(listAt(answer.body, 'data_streams').map((stream) => textAt(stream, 'name')))
  return objects.flatMap((template) => {
    const lifecycle = at(template.body, 'template', 'lifecycle')
    if (template.kind !== 'index template' || !names.has(template.id)) return []
    return typeof lifecycle === 'object' && lifecycle !== null ? [retentionOf(template.id, lifecycle)] : []
  })
}

function retentionOf(id: string, body: object): Installable {
  return { kind: 'retention of data stream', id, fileName: `data-streams/${id}.json`, body }
}
