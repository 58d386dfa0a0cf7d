import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AgentProcess, until } from '../support/agent-process.ts'
import { documentsInTime, PagedElasticsearch, servePages } from '../support/paged-elasticsearch.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

/** A server of so many lines, and a command that asks it. */
async function stage(count: number, more: object = {}) {
  const cluster = new PagedElasticsearch(documentsInTime(count, more))
  const server = await servePages(cluster)
  const { url } = server
  onTestFinished(() => server.close())
  const search = (...args: readonly string[]) => {
    const command = new AgentProcess(
      ['--max-old-space-size=64', MAIN, 'search', '--url', url, '--since', 'all', ...args],
      {},
    )
    onTestFinished(async () => void (await command.kill()))
    return command
  }
  return { cluster, url, search }
}

describe('flagship search', () => {
  test('writes one JSON document a line, and what is said to people elsewhere', async () => {
    const { cluster, search } = await stage(700)
    const command = search('--output', 'json', '--limit', '1000')
    expect(await command.ended).toBe(0)
    const lines = command.stdout.split('\n').slice(0, -1)
    const documents = lines.map((line): unknown => JSON.parse(line))
    expect(documents).toEqual(cluster.documents.toReversed())
    expect(command.stderr).toBe('flagship: 700 lines, newest first\n')
    expect(cluster.openPoints).toBe(0)
  })

  test('needs as little memory for many lines as for few', async () => {
    const { cluster, search } = await stage(11_000, { message: 'x'.repeat(9_000) }) // 100 MB through a heap of 64
    const command = search('--output', 'json', '--limit', '100000')
    let bytes = 0
    command.process.stdout?.removeAllListeners('data').on('data', (chunk: Buffer) => (bytes += chunk.length))
    expect(await command.ended).toBe(0)
    expect(bytes).toBeGreaterThan(99_000_000)
    expect(command.stderr).toBe('flagship: 11000 lines, newest first\n')
    expect(cluster.openPoints).toBe(0)
  })

  test.for(['SIGINT', 'SIGTERM'] as const)('closes what it has opened on %s', async (signal) => {
    const { cluster, search } = await stage(10_000)
    const reached = Promise.withResolvers<void>()
    cluster.onSearch = (count) => (count === 3 ? (reached.resolve(), new Promise(() => {})) : undefined)
    const command = search('--limit', '10000')
    await reached.promise
    expect(cluster.openPoints).toBe(1)
    command.signal(signal)
    expect(await command.ended).toBe(signal === 'SIGINT' ? 130 : 143)
    expect(cluster.openPoints).toBe(0)
    expect(command.stderr).toBe('')
  })

  test('closes what it has opened on Ctrl-C while a pager waits', async () => {
    const { cluster, search } = await stage(10_000, { message: 'x'.repeat(2_000) })
    const command = search('--output', 'json', '--limit', '10000')
    command.process.stdout?.pause()
    const searches = () => cluster.requests.filter(({ path }) => path === '/_search').length
    await until(
      () => searches() > 0,
      () => command.stderr,
    )
    command.signal('SIGINT')
    command.process.stdout?.resume()
    expect(await command.ended).toBe(130)
    expect(cluster.openPoints).toBe(0)
  })

  test('closes what it has opened when the reader leaves, and that is no failure', async () => {
    const { cluster, url } = await stage(10_000, { message: 'x'.repeat(2_000) })
    const line = `'${process.execPath}' '${MAIN}' search --url ${url} --since all --limit 10000 --output json | head -n 1 >/dev/null; echo "\${PIPESTATUS[@]}"`
    const shell = spawn('bash', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    shell.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    shell.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await once(shell, 'close')
    expect(said).toBe('0 0\n')
    expect(cluster.openPoints).toBe(0)
    expect(cluster.requests.length).toBeLessThan(20)
  })

  test('shows what there is of a partial answer, and ends with 69', async () => {
    const { cluster, search } = await stage(3)
    cluster.shardFailures = { total: 5, failed: 2, failures: [{ reason: { type: 't', reason: '\u001b[2J' } }] }
    const command = search()
    expect(await command.ended).toBe(69)
    expect(command.stdout.split('\n')).toHaveLength(4)
    expect(command.stderr).toMatch(/2 of 5 shards failed \(\\u001b\[2J\); what is printed is a part\n$/)
  })

  test.for<readonly [readonly string[], number, string]>([
    [[], 64, 'Cannot search: option "--config" or "--url" is missing'],
    [
      ['--url', 'http://u:secret@h'],
      64,
      'Cannot use the value of "--url": expected http(s)://HOST:PORT without user information',
    ],
    [['--url', 'http://h', '--config', 'x'], 64, 'it takes "--config" or "--url", not both'],
    [['--url', 'http://h', '--sink', 'x'], 64, 'Cannot use option "--sink": it goes with --config'],
    [['--url', 'http://h', '--username', 'x'], 64, '--username and --password-file go together'],
    [['--url', 'http://h', '--namespace', 'Prod'], 64, 'Cannot set "--namespace" to "Prod"'],
    [['--url', 'http://h', '--username', 'x', '--password-file', 'y', '--api-key-file', 'z'], 64, 'not both'],
    [['--url', 'http://h', '--api-key-file', '/nowhere/key'], 66, 'Cannot read credentials "/nowhere/key": ENOENT'],
    [['--url', 'http://127.0.0.1:1', '--flag', 'XY'], 64, 'Cannot search for flag "XY": no such flag'],
    [['--url', 'http://127.0.0.1:1'], 69, 'Cannot reach Elasticsearch "http://127.0.0.1:1": connect ECONNREFUSED'],
  ])('ends %j with %i and the reason', async ([args, exitCode, message]) => {
    const command = new AgentProcess([MAIN, 'search', ...args], {})
    expect(await command.ended).toBe(exitCode)
    expect(command.stdout).toBe('')
    expect(command.stderr).toContain(message)
    expect(command.stderr).not.toContain('secret')
  })

  test.for<readonly [string, object, readonly string[], string]>([
    [
      'no such sink',
      { a: { type: 'elasticsearch', nodes: ['http://h'] } },
      ['--sink', 'b'],
      'Cannot use sink "b": there is no sink of type elasticsearch with that name',
    ],
    [
      'several',
      { a: { type: 'elasticsearch', nodes: ['http://h'] }, b: { type: 'elasticsearch', nodes: ['http://i'] } },
      [],
      'Cannot choose a sink: give --sink: a, b',
    ],
    [
      'none',
      { copy: { type: 'stdout' } },
      [],
      'the configuration has no sink of type elasticsearch; --url names a cluster',
    ],
    [
      'credentials twice',
      { a: { type: 'elasticsearch', nodes: ['http://h'] } },
      ['--username', 'x'],
      'Cannot use option "--username": it goes with --url',
    ],
  ])('refuses a configuration: %s', async ([, sinks, args, message]) => {
    const root = mkdtempSync(join(tmpdir(), 'flagship-search-'))
    onTestFinished(() => rmSync(root, { recursive: true }))
    const path = join(root, 'flagship.json')
    writeFileSync(path, JSON.stringify({ state: { directory: root }, ingest: { pods: root }, sinks }))
    const command = new AgentProcess([MAIN, 'search', '--config', path, ...args], {})
    expect(await command.ended).toBe(64)
    expect(command.stderr).toContain(message)
  })
})
