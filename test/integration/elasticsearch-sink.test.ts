import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { at, listAt, textAt } from '../../src/sinks/elasticsearch/parts-of-json.ts'
import { describeElasticsearch, type ElasticsearchServer } from '../support/real-elasticsearch.ts'
import { scratch } from '../unit/fakes/scratch.ts'
import {
  answersContract,
  type Arranged,
  type ElasticsearchPlace,
  type Situation,
} from '../unit/sinks/elasticsearch/answers.ts'

const ALL = ['auto_configure', 'create_doc', 'read', 'view_index_metadata']

/** A server brought into situations by what an administrator can do. */
class RealPlace implements ElasticsearchPlace {
  readonly major: 8 | 9
  readonly #server: ElasticsearchServer

  constructor(server: ElasticsearchServer, major: 8 | 9) {
    this.#server = server
    this.major = major
  }

  async arrange(situation: Situation, stream: string): Promise<Arranged> {
    const nodes = [this.#server.url]
    const isStore = situation.startsWith('failure store')
    if (situation !== 'no template') await this.#install(stream, isStore)
    if (situation === 'no credentials') return { settings: { nodes }, end: async () => {} }
    const apiKeyFile = join(scratch(), 'key')
    writeFileSync(apiKeyFile, await this.#keyIn(situation, stream))
    const undo = await this.#change(situation, stream)
    const end = async () => {
      await undo()
      if (situation === 'no template') await this.#install(stream, false)
      writeFileSync(apiKeyFile, await this.#key(stream, ALL))
    }
    return { settings: { nodes, apiKeyFile }, end }
  }

  async ids(stream: string): Promise<readonly string[]> {
    await this.#server.request('POST', `/${stream}/_refresh`)
    const { status, body } = await this.#server.request('GET', `/${stream}/_search?size=10000&_source=false`)
    if (status === 404) return []
    return listAt(body, 'hits', 'hits')
      .map((hit) => textAt(hit, '_id') ?? '')
      .sort()
  }

  async #install(stream: string, hasFailureStore: boolean): Promise<void> {
    const template = {
      settings: { number_of_replicas: 0 },
      data_stream_options: { failure_store: { enabled: hasFailureStore } },
      mappings: { dynamic: false, properties: { '@timestamp': { type: 'date' }, num: { type: 'long' } } },
    }
    await this.#do('PUT', `/_index_template/${stream}`, {
      index_patterns: [stream],
      priority: 500,
      data_stream: {},
      template,
    })
  }

  async #keyIn(situation: Situation, stream: string): Promise<string> {
    switch (situation) {
      case 'wrong key':
        return Buffer.from('AAAAAAAAAAAAAAAAAAAA:BBBBBBBBBBBBBBBBBBBBBB').toString('base64')
      case 'revoked key': {
        const key = await this.#key(stream, ALL)
        await this.#do('DELETE', '/_security/api_key', { ids: [Buffer.from(key, 'base64').toString().split(':')[0]] })
        return key
      }
      case 'key without create_doc':
        return this.#key(
          stream,
          ALL.filter((right) => right !== 'create_doc'),
        )
      case 'key without auto_configure':
        return this.#key(
          stream,
          ALL.filter((right) => right !== 'auto_configure'),
        )
      case 'key for other streams':
        return this.#key('logs-other.access-*', ALL)
      default:
        return this.#key(stream, ALL)
    }
  }

  async #key(names: string, privileges: readonly string[]): Promise<string> {
    const role = { cluster: ['monitor'], indices: [{ names: [names], privileges }] }
    const body = await this.#do('POST', '/_security/api_key?refresh=true', {
      name: names,
      role_descriptors: { flagship: role },
    })
    return textAt(body, 'encoded') ?? ''
  }

  /** What an administrator changes, and how it is undone. */
  async #change(situation: Situation, stream: string): Promise<() => Promise<unknown>> {
    switch (situation) {
      case 'blocks.write':
        return this.#block(stream, 'index.blocks.write')
      case 'blocks.read_only':
        return this.#block(stream, 'index.blocks.read_only')
      case 'flood stage':
      case 'failure store and flood stage':
        return this.#block(stream, 'index.blocks.read_only_allow_delete')
      case 'read-only cluster':
        return this.#set({ 'cluster.blocks.read_only': true })
      case 'small inflight breaker':
        return this.#set({ 'network.breaker.inflight_requests.limit': '20kb' })
      case 'closed index':
        return this.#close(stream)
      default:
        return async () => {}
    }
  }

  async #block(stream: string, name: string): Promise<() => Promise<unknown>> {
    await this.#seed(stream)
    const set = (value: true | null) => this.#do('PUT', `/${stream}/_settings`, { [name]: value })
    await set(true)
    return () => set(null)
  }

  async #set(settings: Readonly<Record<string, unknown>>): Promise<() => Promise<unknown>> {
    await this.#do('PUT', '/_cluster/settings', { persistent: settings })
    const none = Object.fromEntries(Object.keys(settings).map((key) => [key, null]))
    return () => this.#do('PUT', '/_cluster/settings', { persistent: none })
  }

  async #close(stream: string): Promise<() => Promise<unknown>> {
    await this.#seed(stream)
    const resolved = await this.#do('GET', `/_resolve/index/${stream}`)
    const index = String(at(listAt(resolved, 'data_streams')[0], 'backing_indices', '0'))
    await this.#do('POST', `/${index}/_close`)
    return () => this.#do('POST', `/${index}/_open`)
  }

  async #seed(stream: string): Promise<void> {
    const lines = `{"create":{"_id":"seed"}}\n{"@timestamp":"2026-11-22T21:00:00Z"}\n`
    await this.#do('POST', `/${stream}/_bulk`, lines)
  }

  async #do(method: string, path: string, body?: object | string): Promise<unknown> {
    const answer = await this.#server.request(method, path, body)
    if (answer.status < 300) return answer.body
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  }
}

describeElasticsearch(
  'ElasticsearchSink',
  (server, major) => answersContract(`Elasticsearch ${major}`, async () => new RealPlace(server(), major)),
  { security: true, settings: { 'http.max_content_length': '1mb' } },
)
