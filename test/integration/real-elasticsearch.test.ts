import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { identityOf, isRunning } from '../services/process.ts'
import { until } from '../support/agent-process.ts'
import {
  describeElasticsearch,
  type ElasticsearchServer,
  isLeftOut,
  startElasticsearch,
} from '../support/real-elasticsearch.ts'

const STREAM = 'logs-envoy.access-default'
const TEMPLATE = { index_patterns: ['logs-envoy.access-*'], priority: 500, data_stream: {} }

interface BulkAnswer {
  readonly errors: boolean
  readonly items: readonly { readonly create: { readonly status: number } }[]
}

/** Offer documents with these ids, and give the status of each. */
async function bulk(server: ElasticsearchServer, ids: readonly string[]): Promise<number[]> {
  const document = JSON.stringify({ '@timestamp': '2026-11-22T13:00:00Z', message: 'GET /' })
  const lines = ids.map((id) => `${JSON.stringify({ create: { _id: id } })}\n${document}\n`)
  const { body } = await server.request<BulkAnswer>('POST', `/${STREAM}/_bulk?require_data_stream=true`, lines.join(''))
  return body.items.map(({ create }) => create.status)
}

async function count(server: ElasticsearchServer): Promise<number> {
  await server.request('POST', `/${STREAM}/_refresh`)
  const { body } = await server.request<{ count: number }>('GET', `/${STREAM}/_count`)
  return body.count
}

describeElasticsearch('ElasticsearchServer', (server, major) => {
  const ids = Array.from({ length: 100 }, (_, index) => `id-${index}`)

  test('says which version it is', async () => {
    const { status, body } = await server().request('GET', '/')
    expect(status).toBe(200)
    expect(body).toMatchObject({ version: { number: server().version } })
    expect(server().version.startsWith(`${major}.`)).toBe(true)
  })

  test('keeps what it acknowledged in a data stream when it is killed', async () => {
    expect(await server().request('PUT', '/_index_template/envoy', TEMPLATE)).toMatchObject({ status: 200 })
    expect(new Set(await bulk(server(), ids))).toEqual(new Set([201]))
    const { pid, url } = server()
    await server().kill()
    await expect(server().request('GET', '/')).rejects.toThrow('ECONNREFUSED')
    await server().restart()
    expect(server().url).toBe(url)
    expect(server().pid).not.toBe(pid)
    expect(await count(server())).toBe(ids.length)
    expect(new Set(await bulk(server(), ids))).toEqual(new Set([409]))
  })

  test('answers nothing while it is frozen', async () => {
    server().freeze()
    const asked = server().request('GET', '/')
    expect(await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 500, 'silent'))])).toBe('silent')
    server().thaw()
    expect(await asked).toMatchObject({ status: 200 })
  })

  test('with a setting that it does not know fails with the reason from its log', async () => {
    await expect(startElasticsearch(major, { settings: { 'no.such.setting': '1' } })).rejects.toThrow(
      'unknown setting [no.such.setting]',
    )
  })
})

describeElasticsearch(
  'ElasticsearchServer with security',
  (server) => {
    test('knows its admin, and nobody else', async () => {
      const answer = await fetch(server().url)
      expect(answer.status).toBe(401)
      const { status, body } = await server().request('POST', '/_security/api_key', { name: 'shipper' })
      expect(status).toBe(200)
      expect(body).toMatchObject({ name: 'shipper' })
    })
  },
  { security: true },
)

describe.skipIf(isLeftOut(9))('ElasticsearchServer of a process', () => {
  const STARTER = `
    import { installationPath } from './test/services/cache.ts'
    import { elasticsearchRecipe, RELEASES } from './test/services/elasticsearch/recipe.ts'
    import { ElasticsearchServer } from './test/services/elasticsearch/server.ts'
    const path = installationPath(elasticsearchRecipe(RELEASES[9]))
    const { pid, home } = await ElasticsearchServer.start(RELEASES[9], path)
    process.stdout.write(JSON.stringify({ pid, home }))`

  test('ends when that process is killed', async () => {
    const starter = spawn(process.execPath, ['--input-type=module-typescript', '--eval', STARTER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = await once(starter.stdout, 'data')
    const { pid, home }: { pid: number; home: string } = JSON.parse(String(said))
    const identity = identityOf(pid)
    if (identity === undefined) throw new Error('it has not been started')
    starter.kill('SIGKILL')
    await until(
      () => !isRunning(identity),
      () => `server ${pid} ends`,
      60_000,
    )
    expect(isRunning(identity)).toBe(false)
    rmSync(home, { recursive: true })
  })
})
