import { listAt, textAt } from '../../src/sinks/elasticsearch/parts-of-json.ts'
import type { ElasticsearchServer } from './real-elasticsearch.ts'

/** What the documentation tells an administrator to grant, on data streams and on the cluster. */
export const STREAM_RIGHTS = ['auto_configure', 'create_doc', 'read', 'view_index_metadata']
export const CLUSTER_RIGHTS = ['monitor']

/** What an administrator does with a real server before and after a sink. */
export class ElasticsearchAdmin {
  readonly #server: ElasticsearchServer

  constructor(server: ElasticsearchServer) {
    this.#server = server
  }

  /** A template for the data streams that match, with a number field `num` and no replicas. */
  async install(pattern: string, hasFailureStore = false, settings: object = {}): Promise<void> {
    const template = {
      settings: { number_of_replicas: 0, ...settings },
      data_stream_options: { failure_store: { enabled: hasFailureStore } },
      mappings: { dynamic: false, properties: { '@timestamp': { type: 'date' }, num: { type: 'long' } } },
    }
    const body = { index_patterns: [pattern], priority: 500, data_stream: {}, template }
    await this.ask('PUT', `/_index_template/${pattern.replaceAll('*', 'all')}`, body)
  }

  /** An API key, encoded. */
  async key(
    names: string,
    privileges: readonly string[],
    cluster: readonly string[] = CLUSTER_RIGHTS,
  ): Promise<string> {
    const role = { cluster, indices: [{ names: [names], privileges }] }
    const body = { name: 'flagship', role_descriptors: { flagship: role } }
    return textAt(await this.ask('POST', '/_security/api_key?refresh=true', body), 'encoded') ?? ''
  }

  async revoke(key: string): Promise<void> {
    const [id] = Buffer.from(key, 'base64').toString().split(':')
    await this.ask('DELETE', '/_security/api_key', { ids: [id] })
  }

  /** The backing indices of a data stream, oldest first. */
  async indices(stream: string): Promise<readonly string[]> {
    const resolved = await this.ask('GET', `/_resolve/index/${stream}`)
    return listAt(listAt(resolved, 'data_streams')[0], 'backing_indices').map(String)
  }

  /** Ids of all documents of a stream or index, as often as they stand there, sorted. */
  async ids(stream: string): Promise<readonly string[]> {
    await this.#server.request('POST', `/${stream}/_refresh`)
    const { status, body } = await this.#server.request('GET', `/${stream}/_search?size=10000&_source=false`)
    if (status === 404) return []
    return listAt(body, 'hits', 'hits')
      .map((hit) => textAt(hit, '_id') ?? '')
      .sort()
  }

  /** The body of an answer; throws where it is an error. */
  async ask(method: string, path: string, body?: object | string): Promise<unknown> {
    const answer = await this.#server.request(method, path, body)
    if (answer.status < 300) return answer.body
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  }
}
