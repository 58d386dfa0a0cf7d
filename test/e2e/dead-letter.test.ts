import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { AgentProcess, until, Workplace } from '../support/agent-process.ts'
import { ContainerLog } from '../support/container-log.ts'
import { RecordingProcess } from '../support/recording-process.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const SETTLE_MS = 300
/** The part of a document that tells the lines apart. */
const EXTRACT = '"path":"/lines/([^"]+)"'

function flagship(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

/** An agent whose sink refuses ten of its twenty lines, until all of them are answered. */
async function stage() {
  const server = await RecordingProcess.start({ extract: EXTRACT })
  const sink = { type: 'elasticsearch', nodes: [server.url], settleMs: SETTLE_MS, batch: { maxDocuments: 3 } }
  const workplace = new Workplace({ sinks: { search: sink, copy: { type: 'stdout' } } })
  const log = new ContainerLog(workplace.pods, 'a', () => 0.9)
  await server.faults({ kind: 'refuse', text: '/lines/a/1' }) // 1 and 10 to 19
  log.write(20)
  const agent = workplace.start()
  const replay = (...args: readonly string[]) => ['dead-letter', 'replay', '-c', workplace.config, ...args]
  const list = (): { readonly count: number; readonly letters: readonly object[] } =>
    JSON.parse(flagship('dead-letter', 'list', '-c', workplace.config, '--json').stdout)
  const state = join(workplace.root, 'state', 'search')
  const files = () => readdirSync(state).filter((name) => name.startsWith('dead'))
  const refused = () =>
    files().reduce((sum, name) => sum + readFileSync(join(state, name), 'utf8').split('\n').length - 1, 0)
  await until(
    () => refused() === 11,
    () => agent.stderr,
  )
  return { server, workplace, log, agent, replay, list, refused, files }
}

/** Every line is stored once, under whatever id and in whatever index. */
async function expectEachOnce(server: RecordingProcess, lines: number): Promise<void> {
  const documents = await server.documents()
  expect(documents.map(({ text }) => text).sort()).toEqual(Array.from({ length: lines }, (_, n) => `a/${n}`).sort())
}

describe('flagship dead-letter', () => {
  test('lists what was refused, where it stands and why', async () => {
    const { workplace, list } = await stage()
    expect(list().letters[0]).toEqual({
      sink: 'search',
      time: expect.stringMatching(/^20.*Z$/),
      reason: 'document_parsing_exception',
      dataset: 'envoy.access',
      id: expect.stringMatching(/^[\w-]{19}$/),
      file: join(workplace.pods, 'shop_a_a-uid', 'istio-proxy', '0.log'),
      offsetBytes: expect.any(Number),
      text: expect.stringMatching(/^GET \/lines\/a\/1\d* 200 .* -> /),
    })
    const { stdout, status } = flagship(
      'dead-letter',
      'list',
      '-c',
      workplace.config,
      '--sink',
      'search',
      '--limit',
      '2',
    )
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/and 9 more.*\n\n11 refused documents\n +11 +document_parsing_exception\n$/),
    })
  })

  test('replays while the agent runs: each line is stored once', async () => {
    const { server, log, agent, replay, refused, files } = await stage()
    expect(flagship(...replay('--sink', 'search')).stdout).toBe('0 accepted, 11 refused again\n')
    await server.faults({ kind: 'refuse', text: '/lines/a/19"' })
    expect(flagship(...replay('--sink', 'search', '--reason', 'other')).stdout).toBe(
      '0 accepted, 0 refused again, 11 of other reasons left\n',
    )
    expect(flagship(...replay('--sink', 'search'))).toMatchObject({
      status: 0,
      stdout: '10 accepted, 1 refused again\n',
    })
    log.write(1)
    await server.faults({ kind: 'refuse', text: '/lines/a/21"' })
    log.write(1)
    await until(
      () => refused() === 2, // the agent has begun a new file beside what is kept
      () => agent.stderr,
    )
    await server.faults()
    expect(flagship(...replay('--sink', 'search')).stdout).toBe('2 accepted, 0 refused again\n')
    await expectEachOnce(server, 22)
    expect(files()).toEqual([])
    expect(await agent.stop()).toBe(0)
    expect(agent.stderr).not.toMatch(/"level":"error"|\n {4}at /)
  })

  test('stores each line once when a replay is killed and the stream rolls over before the next', async () => {
    const { server, replay, files } = await stage()
    await server.faults({ kind: 'late', delayMs: 1_500, skip: 2, next: 1 })
    const killed = new AgentProcess([MAIN, ...replay('--sink', 'search')], {})
    for (let used = 0; used === 0; await sleep(20)) used = (await server.state()).used['late'] ?? 0
    await killed.kill()
    expect(files()).toContainEqual(expect.stringMatching(/^dead-letter\.replaying-.*\.ndjson$/))
    const next = new AgentProcess([MAIN, ...replay('--sink', 'search')], {})
    await sleep(200) // what the killed one has sent is still on its way, into the older index
    await server.rollover()
    expect(await next.ended).toBe(0)
    await expectEachOnce(server, 20)
    expect(next.stdout).toBe('11 accepted, 0 refused again\n')
    expect(next.stderr).toMatch(/may have been stored: looking them up/)
    expect(files()).toEqual([])
  })

  test('says so when the sink cannot be reached, and changes nothing', async () => {
    const { server, replay, refused, files } = await stage()
    await server.down()
    expect(flagship(...replay('--sink', 'search'))).toMatchObject({
      status: 69,
      stdout: expect.stringMatching(/^0 accepted, 0 refused again; failed: /),
      stderr: expect.stringMatching(/^flagship: Cannot .*ECONNREFUSED.*\n$/m),
    })
    expect(files()).toEqual(['dead-letter.ndjson'])
    expect(refused()).toBe(11)
  })
})
