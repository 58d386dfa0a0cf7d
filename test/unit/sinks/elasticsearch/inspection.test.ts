import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { inspectElasticsearch } from '../../../../src/sinks/elasticsearch/inspection.ts'
import { sinkConfig } from '../../../support/elasticsearch-sink.ts'

const RIGHTS = '/_security/user/_has_privileges'
const STREAMS = '/_data_stream/logs-envoy.*'
const TEMPLATES = '/_index_template'

type Answers = Readonly<Record<string, readonly [status: number, body: object]>>

/** A server where everything is as it should be, and that is without security. */
const GOOD: Answers = {
  '/': [200, { version: { number: '9.5.3' } }],
  [RIGHTS]: [400, { error: 'no handler found for uri' }],
  [STREAMS]: [200, { data_streams: [] }],
  [TEMPLATES]: [200, { index_templates: [template('logs-envoy.*-*')] }],
}

function template(pattern: string, more: object = { data_stream: {} }): object {
  return { index_template: { index_patterns: [pattern], ...more } }
}

async function inspect(answers: Answers): Promise<readonly string[]> {
  const server = createServer(({ url = '' }, response) => {
    const [status, body] = { ...GOOD, ...answers }[url] ?? [404, {}]
    response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' })
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  const complaints = await inspectElasticsearch(sinkConfig({ nodes: [`http://127.0.0.1:${address.port}`] }))
  return complaints.map(({ kind, message }) => `${kind}: ${message}`)
}

describe('inspectElasticsearch()', () => {
  test('has nothing to say where everything is as it should be', async () => {
    expect(await inspect({})).toEqual([])
  })

  test.for<[string, Answers, string]>([
    [
      'a server of version 7',
      { '/': [200, { version: { number: '7.17.0' } }] },
      'wrong: the server is Elasticsearch 7',
    ],
    ['a server that is down', { '/': [503, {}] }, 'unreachable: Cannot use the cluster: HTTP 503'],
    ['a redirect', { '/': [302, {}] }, 'wrong: Cannot use the cluster: HTTP 302: no Elasticsearch at this address'],
    ['rights that are not answered', { [RIGHTS]: [503, {}] }, 'unreachable: Cannot ask for rights: HTTP 503'],
    ['streams that are not answered', { [STREAMS]: [429, {}] }, 'unreachable: Cannot ask for data streams: HTTP 429'],
    [
      'templates that are not answered',
      { [TEMPLATES]: [500, {}] },
      'unreachable: Cannot ask for index templates: HTTP 500',
    ],
    [
      'templates that may not be seen',
      { [TEMPLATES]: [403, {}] },
      'weak: "logs-envoy.access-default", "logs-envoy.log',
    ],
    [
      'a template that makes no data streams',
      { [TEMPLATES]: [200, { index_templates: [template('*', {})] }] },
      'wrong: no index template with data streams matches "logs-envoy.access-default", ',
    ],
    [
      'a template for some streams',
      {
        [TEMPLATES]: [
          200,
          { index_templates: ['access', 'l*s', 'log'].map((part) => template(`logs-envoy.${part}-*`)) },
        ],
      },
      'wrong: no index template with data streams matches "logs-envoy.unparsed-default"; run',
    ],
    [
      'a failure store',
      { [STREAMS]: [200, { data_streams: [{ name: 'logs-envoy.log-default', failure_store: { enabled: true } }] }] },
      'weak: the failure store is on for "logs-envoy.log-default": ',
    ],
    [
      'a right that is missing',
      { [RIGHTS]: [200, { index: { 'logs-envoy.loss-default': { create_doc: false } } }] },
      'wrong: create_doc is missing on "logs-envoy.loss-default": nothing can be written',
    ],
  ])('tells of %s', async ([, answers, complaint]) => {
    const [first = '', ...more] = await inspect(answers)
    expect({ start: first.slice(0, complaint.length), more }).toEqual({ start: complaint, more: [] })
  })
})
