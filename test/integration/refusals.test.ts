import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type AgentProcess, until } from '../support/agent-process.ts'
import { flagship } from '../support/flagship-command.ts'
import { describeElasticsearch, type ElasticsearchServer } from '../support/real-elasticsearch.ts'
import { RealScene } from '../support/real-scene.ts'
import { EACH_LINE_ONCE, outcomeOf } from '../support/scene.ts'
import { request } from '../support/stored-documents.ts'

const CUSTOM = '/_component_template/logs-envoy.access@custom'
const ODD_COUNT = 12

/** Lines of a container with a route, which no other line has; those with an odd number are no numbers. */
function writeRouted(scene: RealScene): { readonly all: readonly string[]; readonly odd: readonly string[] } {
  const path = join(scene.workplace.pods, 'shop_routed_routed-uid', 'istio-proxy', '0.log')
  const lines = Array.from({ length: 2 * ODD_COUNT }, (_, number) => routedLine(number))
  mkdirSync(dirname(path), { recursive: true })
  appendFileSync(path, lines.map((line) => `${line}\n`).join(''))
  return { all: lines, odd: lines.filter((_, number) => number % 2 === 1) }
}

function routedLine(number: number): string {
  const line = {
    method: 'GET',
    path: `/lines/routed/${number}`,
    protocol: 'HTTP/1.1',
    response_code: 200,
    response_flags: '-',
    route_name: number % 2 === 1 ? `route-${number}` : String(number),
    start_time: '2026-11-22T13:00:00.000Z',
  }
  return `2026-11-22T13:00:00.000000000Z stdout F ${JSON.stringify(line)}`
}

function routedNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => `routed/${number}`)
}

interface Letter {
  readonly reason: string
  readonly line: string
}

function lettersOf(scene: RealScene): readonly Letter[] {
  const text = readFileSync(join(scene.workplace.state, 'search', 'dead-letter.ndjson'), 'utf8')
  return text.split('\n').flatMap((line): Letter[] => (line === '' ? [] : [JSON.parse(line)]))
}

function putSettings(server: ElasticsearchServer, target: string, settings: object): Promise<unknown> {
  return request(server, 'PUT', `/${target}/_settings`, settings)
}

/** An agent that delivers. */
async function delivering(scene: RealScene): Promise<AgentProcess> {
  const agent = scene.start()
  scene.write(100)
  await scene.reports(agent, ({ documentsDelivered }) => documentsDelivered > 0)
  return agent
}

describeElasticsearch(
  'flagship run with a server that refuses',
  (server) => {
    afterEach(async () => {
      await server().request('DELETE', CUSTOM)
    })

    test('puts single documents that do not fit the mapping into the dead letter, and replays them when it is mended', async () => {
      const wrong = { envoy: { properties: { route_name: { type: 'long', ignore_malformed: false } } } }
      await request(server(), 'PUT', CUSTOM, { template: { mappings: { properties: wrong } } })
      const scene = await RealScene.open(server(), { namespace: 'conflict', seed: 70 })
      const routed = writeRouted(scene)
      const agent = await delivering(scene)
      scene.end()
      const linesRead = scene.written.length + routed.all.length
      const { documentsRefused } = await scene.answered(linesRead, agent)
      expect(documentsRefused).toBe(ODD_COUNT)
      expect(lettersOf(scene).map(({ line }) => line)).toEqual(routed.odd)
      expect(new Set(lettersOf(scene).map(({ reason }) => reason))).toEqual(new Set(['document_parsing_exception']))
      expect(await scene.count()).toBe(linesRead - ODD_COUNT)

      await request(server(), 'DELETE', CUSTOM)
      await scene.rollover()
      const replay = await flagship('dead-letter', 'replay', '--config', scene.workplace.config, '--sink', 'search')
      expect(replay, replay.stderr).toMatchObject({
        status: 0,
        stdout: `${ODD_COUNT} accepted, 0 refused again\n`,
      })
      expect(await agent.stop(), agent.stderr).toBe(0)
      const { lines } = await scene.arrivals()
      expect([...lines].sort()).toEqual([...scene.written, ...routedNames(2 * ODD_COUNT)].sort())
      expect(await scene.distinctEventIds()).toBe(linesRead)
      expect(readdirSync(join(scene.workplace.state, 'search')).filter((name) => name.startsWith('dead'))).toEqual([])
    })

    test.for([
      ['flood stage', 'flood', 'index.blocks.read_only_allow_delete', /a disk is full \(flood stage\)/],
      ['blocked writes', 'blocked', 'index.blocks.write', /unset index\.blocks\.write, or roll over/],
      ['a read-only index', 'readonly', 'index.blocks.read_only', /unset index\.blocks\.read_only, or roll over/],
    ] as const)('pauses on %s, says what to do, and loses nothing', async ([name, namespace, setting, remedy]) => {
      const scene = await RealScene.open(server(), { namespace, seed: 71 })
      const agent = await delivering(scene)
      await putSettings(server(), scene.access, { [setting]: true })
      await scene.writeTurns(3, 100)
      const { trouble, documentsRefused } = await scene.reports(agent, ({ state }) => state === 'retrying')
      expect(documentsRefused).toBe(0)
      expect(trouble?.reason).toMatch(remedy)
      expect(trouble?.reason).toContain(scene.access)
      expect(agent.stderr).toMatch(remedy)
      const before = await scene.count()
      await scene.writeTurns(3, 100)
      expect(await scene.count()).toBe(before)
      await putSettings(server(), scene.access, { [setting]: null })
      expect(outcomeOf(name, await scene.finish(agent))).toBe(EACH_LINE_ONCE)
      expect(agent.stderr).toMatch(/Can deliver to sink .* again/)
    })
  },
  // The node takes back blocks for a full disk when it looks and the disk is not full.
  { settings: { 'cluster.info.update.interval': '1h' } },
)

describeElasticsearch(
  'flagship run with a server whose write queue is full',
  (server) => {
    test('offers again what was rejected, names the cause, and loses nothing', async () => {
      const sink = { concurrency: 16, batch: { maxAgeMs: 10, maxDocuments: 20 } }
      const scene = await RealScene.open(server(), { namespace: 'queue', seed: 72, sink })
      const agent = await delivering(scene)
      const isNamed = () => agent.stderr.includes('es_rejected_execution_exception')
      await until(
        () => {
          scene.write(500)
          return isNamed()
        },
        () => agent.stderr,
        30_000,
      )
      const balance = await scene.finish(agent)
      expect(outcomeOf('full write queue', balance)).toBe(EACH_LINE_ONCE)
      expect(agent.stderr).toMatch(/Cannot deliver.*trying again: HTTP 429 es_rejected_execution_exception/)
    })
  },
  { settings: { 'thread_pool.write.size': '1', 'thread_pool.write.queue_size': '1' } },
)
