import { apiKeysOf, ensureApiKey, invalidateApiKeys } from '../../bootstrap/elasticsearch/api-key.ts'
import { instructionsOf } from '../../bootstrap/elasticsearch/instructions.ts'
import { missingRights } from '../../bootstrap/elasticsearch/missing-rights.ts'
import { type ElasticsearchObject, elasticsearchObjects } from '../../bootstrap/elasticsearch/objects.ts'
import { writerId, writerRights } from '../../bootstrap/elasticsearch/roles.ts'
import { examineServer, retentionsOf, type Server, shadowsOf } from '../../bootstrap/elasticsearch/server.ts'
import { ASSUMED_VERSION, isSupported, serverVersionOf } from '../../bootstrap/elasticsearch/server-version.ts'
import { ElasticsearchTarget } from '../../bootstrap/elasticsearch/target.ts'
import type { Installable } from '../../bootstrap/object.ts'
import { outputFiles } from '../../bootstrap/output.ts'
import type { Auth } from '../../clients/access.ts'
import { connectElasticsearch, type Elasticsearch } from '../../clients/elasticsearch.ts'
import type { ElasticsearchSinkConfig } from '../../sinks/elasticsearch/config.ts'
import { StreamNames } from '../../sinks/elasticsearch/stream-names.ts'
import { usageError } from '../options.ts'
import { printable } from '../printable.ts'
import { checkedUrl, credentialsOf, textOf } from './credentials.ts'
import type { BootstrapOptions } from './options.ts'
import type { Connected, Product } from './product.ts'

/** What `flagship bootstrap elasticsearch` works with. */
export function elasticsearchProduct(
  sinkName: string,
  sink: ElasticsearchSinkConfig,
  options: BootstrapOptions,
): Product {
  const objectsFor = (server: Server) =>
    elasticsearchObjects({
      sinkName,
      sink,
      version: server.version,
      lifecycle: options.lifecycle ?? 'stream',
      aliases: options['no-aliases'] !== true,
      roles: server.hasSecurity,
    })
  return {
    files() {
      const objects = objectsFor({ version: versionOf(options), hasSecurity: true })
      return outputFiles(objects, instructionsOf(objects))
    },
    async connect() {
      const client = await connectAs(sink, options)
      try {
        const server = await examineServer(client)
        return await connected({ client, server, sinkName, sink, options }, objectsFor(server))
      } catch (error) {
        await client.close()
        throw error
      }
    },
  }
}

interface Session {
  readonly client: Elasticsearch
  readonly server: Server
  readonly sinkName: string
  readonly sink: ElasticsearchSinkConfig
  readonly options: BootstrapOptions
}

async function connected(session: Session, objects: readonly ElasticsearchObject[]): Promise<Connected> {
  const { client, server, sinkName, options } = session
  const { 'create-api-key': keyFile } = options
  if (keyFile !== undefined && !server.hasSecurity)
    throw usageError('bootstrap', `Cannot create API key "${keyFile}"`, 'security is off on this server')
  const isRemoval = options.remove === true
  const retentions = await retentionsOf(client, objects)
  const shadows = isRemoval ? [] : await shadowsOf(client, objects)
  return {
    target: new ElasticsearchTarget(client, objects, isRemoval ? [] : retentions),
    notes: [
      ...(isRemoval ? inUse(retentions) : []),
      ...shadows.map(([template, stream]) => shadowText(template, stream)),
      ...(server.hasSecurity ? await unseen(client, objects) : ['Security is off on this server: no roles']),
    ],
    remedy: 'remove what uses them, data streams with their documents by DELETE /_data_stream/NAME, then repeat',
    close: () => client.close(),
    async afterInstall() {
      return [...rolloverHint(retentions), ...(keyFile === undefined ? [] : [await makeKey(session, keyFile)])]
    },
    async beforeRemove(isDry) {
      const name = writerId(sinkName)
      const ids = server.hasSecurity ? await apiKeysOf(client, name) : []
      if (ids.length === 0) return []
      if (!isDry) await invalidateApiKeys(client, name, ids)
      return [`${isDry ? 'invalidate' : 'invalidated'} ${ids.length} of API key ${name}`]
    },
  }
}

/** A list of data streams leaves out, without a word, those that one may not see. */
async function unseen(client: Elasticsearch, objects: readonly ElasticsearchObject[]): Promise<readonly string[]> {
  const names = objects.filter(({ kind }) => kind === 'index template').map(({ id }) => id)
  const privileges = ['view_index_metadata']
  const indices = [{ names, privileges, allow_restricted_indices: false }] as const
  const missing = await missingRights(client, { cluster: [], indices })
  return missing.map((right) => `The retention of streams that are there is not looked at: that takes ${right}`)
}

function shadowText(template: string, stream: string): string {
  return `Index template ${template} of somebody else has a higher priority: ${stream} is made from it; narrow its patterns`
}

/** A template stays while its data stream is there, and the component templates with it. */
function inUse(retentions: readonly Installable[]): readonly string[] {
  if (retentions.length === 0) return []
  const names = retentions.map(({ id }) => id).join(', ')
  return [`Templates in use stay until their data streams are deleted, with all documents: ${names}`]
}

/** Templates are read when an index is made. */
function rolloverHint(retentions: readonly Installable[]): readonly string[] {
  if (retentions.length === 0) return []
  return ['Data streams that are there take up the rest of a change at their next rollover (POST /STREAM/_rollover)']
}

async function makeKey({ client, sinkName, sink, options }: Session, file: string): Promise<string> {
  const name = writerId(sinkName)
  const done = await ensureApiKey({
    name,
    file,
    rights: writerRights(new StreamNames(sink)),
    admin: client,
    connectWithKey: async () => connectTo(sink, options, { apiKey: await textOf(file) }),
  })
  return done === 'created' ? `created API key ${name} in ${file}` : `API key ${name} in ${file} is as it should be`
}

async function connectAs(sink: ElasticsearchSinkConfig, options: BootstrapOptions): Promise<Elasticsearch> {
  return connectTo(sink, options, await credentialsOf(options))
}

function connectTo(sink: ElasticsearchSinkConfig, options: BootstrapOptions, auth: Auth | undefined): Elasticsearch {
  const { url, 'ca-file': caFile } = options
  const nodes = url === undefined ? sink.nodes : [checkedUrl('--url', url)]
  const tls = caFile === undefined ? sink.tls : { caFile }
  return connectElasticsearch({ nodes, requestTimeoutMs: sink.requestTimeoutMs, auth, ...(tls && { tls }) })
}

function versionOf({ 'server-version': text = ASSUMED_VERSION }: BootstrapOptions) {
  const version = serverVersionOf(text)
  if (version !== undefined && isSupported(version)) return version
  throw usageError('bootstrap', `Cannot set "--server-version" to "${printable(text)}"`, 'expected 8.14 or later')
}
