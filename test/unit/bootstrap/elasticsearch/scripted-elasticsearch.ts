import type { Elasticsearch, ElasticsearchAnswer, ElasticsearchRequest } from '../../../../src/clients/elasticsearch.ts'

/** Answers as its script says, by method and path; what it does not know is 404. Keeps what was asked. */
export class ScriptedElasticsearch implements Elasticsearch {
  readonly requests: ElasticsearchRequest[] = []
  readonly #script: Readonly<Record<string, ElasticsearchAnswer | (() => ElasticsearchAnswer)>>

  constructor(script: Readonly<Record<string, ElasticsearchAnswer | (() => ElasticsearchAnswer)>>) {
    this.#script = script
  }

  async request(request: ElasticsearchRequest): Promise<ElasticsearchAnswer> {
    this.requests.push(request)
    const answer = this.#script[`${request.method} ${request.path}`]
    if (answer === undefined) return { statusCode: 404, body: {} }
    return typeof answer === 'function' ? answer() : answer
  }

  async close(): Promise<void> {}
}

export function ok(body: unknown = { acknowledged: true }): ElasticsearchAnswer {
  return { statusCode: 200, body }
}

export function refused(statusCode: number, reason: string): ElasticsearchAnswer {
  return { statusCode, body: { error: { type: 'x', reason }, status: statusCode } }
}
