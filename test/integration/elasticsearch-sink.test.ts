import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ElasticsearchAdmin, STREAM_RIGHTS } from '../support/elasticsearch-admin.ts'
import { describeElasticsearch, type ElasticsearchServer } from '../support/real-elasticsearch.ts'
import { scratch } from '../unit/fakes/scratch.ts'
import {
  answersContract,
  type Arranged,
  type ElasticsearchPlace,
  type Situation,
} from '../unit/sinks/elasticsearch/answers.ts'

const without = (lacking: string) => STREAM_RIGHTS.filter((right) => right !== lacking)

/** A server brought into situations by what an administrator can do. */
class RealPlace implements ElasticsearchPlace {
  readonly major: 8 | 9
  readonly #url: string
  readonly #admin: ElasticsearchAdmin

  constructor(server: ElasticsearchServer, major: 8 | 9) {
    this.#url = server.url
    this.#admin = new ElasticsearchAdmin(server)
    this.major = major
  }

  async arrange(situation: Situation, stream: string): Promise<Arranged> {
    const nodes = [this.#url]
    const isStore = situation.startsWith('failure store')
    if (situation !== 'no template') await this.#admin.install(stream, isStore)
    if (situation === 'no credentials') return { settings: { nodes }, end: async () => {} }
    const apiKeyFile = join(scratch(), 'key')
    writeFileSync(apiKeyFile, await this.#keyIn(situation, stream))
    const undo = await this.#change(situation, stream)
    const end = async () => {
      await undo()
      if (situation === 'no template') await this.#admin.install(stream)
      writeFileSync(apiKeyFile, await this.#admin.key(stream, STREAM_RIGHTS))
    }
    return { settings: { nodes, apiKeyFile }, end }
  }

  ids(stream: string): Promise<readonly string[]> {
    return this.#admin.ids(stream)
  }

  async #keyIn(situation: Situation, stream: string): Promise<string> {
    switch (situation) {
      case 'wrong key':
        return Buffer.from('AAAAAAAAAAAAAAAAAAAA:BBBBBBBBBBBBBBBBBBBBBB').toString('base64')
      case 'revoked key': {
        const key = await this.#admin.key(stream, STREAM_RIGHTS)
        await this.#admin.revoke(key)
        return key
      }
      case 'key without create_doc':
        return this.#admin.key(stream, without('create_doc'))
      case 'key without auto_configure':
        return this.#admin.key(stream, without('auto_configure'))
      case 'key for other streams':
        return this.#admin.key('logs-other.access-*', STREAM_RIGHTS)
      default:
        return this.#admin.key(stream, STREAM_RIGHTS)
    }
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
        return this.#set('cluster.blocks.read_only', true)
      case 'small inflight breaker':
        return this.#set('network.breaker.inflight_requests.limit', '20kb')
      case 'closed index':
        return this.#close(stream)
      default:
        return async () => {}
    }
  }

  async #block(stream: string, name: string): Promise<() => Promise<unknown>> {
    await this.#seed(stream)
    const set = (value: true | null) => this.#admin.ask('PUT', `/${stream}/_settings`, { [name]: value })
    await set(true)
    return () => set(null)
  }

  async #set(name: string, value: string | true): Promise<() => Promise<unknown>> {
    const set = (to: string | true | null) =>
      this.#admin.ask('PUT', '/_cluster/settings', { persistent: { [name]: to } })
    await set(value)
    return () => set(null)
  }

  async #close(stream: string): Promise<() => Promise<unknown>> {
    await this.#seed(stream)
    const [index] = await this.#admin.indices(stream)
    await this.#admin.ask('POST', `/${index}/_close`)
    return () => this.#admin.ask('POST', `/${index}/_open`)
  }

  /** A data stream comes with its first document. */
  async #seed(stream: string): Promise<void> {
    const document = '{"@timestamp":"2026-11-22T21:00:00Z"}'
    await this.#admin.ask('POST', `/${stream}/_bulk`, `{"create":{"_id":"seed"}}\n${document}\n`)
  }
}

describeElasticsearch(
  'ElasticsearchSink',
  (server, major) => answersContract(`Elasticsearch ${major}`, async () => new RealPlace(server(), major)),
  // The node takes back blocks for a full disk when it looks and the disk is not full.
  { security: true, settings: { 'http.max_content_length': '1mb', 'cluster.info.update.interval': '1h' } },
)
