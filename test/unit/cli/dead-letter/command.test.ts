import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { command } from '../../../../src/cli/dead-letter.ts'
import { deadLetterLine } from '../../../../src/pipeline/dead-letter-line.ts'
import { put, scratch } from '../../fakes/scratch.ts'
import { capturedIo } from '../captured-io.ts'

const TIME = '2026-11-22T13:00:00.000Z'

/** A configuration with a state directory beside it, and the command on it. */
function stage(deadLetter?: string) {
  const root = scratch()
  const config = put(
    root,
    'flagship.yaml',
    `{ state: { directory: state }, ingest: { pods: /p }, sinks: {
         search: { type: elasticsearch, nodes: ['http://127.0.0.1:1'] }, copy: { type: stdout },
         avro: { type: kafka, brokers: ['b:1'], value: avro, registry: { url: 'http://b:1' } } } }`,
  )
  if (deadLetter !== undefined) put(root, 'state/search/dead-letter.ndjson', deadLetter)
  const run = async (...args: readonly string[]) => {
    const { io, written } = capturedIo()
    return { code: await command.run([...args, '--config', config], io), ...written }
  }
  return { root, run }
}

function line(id: string, reason: string, document: object): string {
  const text = Buffer.from(`${JSON.stringify(document)}\n`)
  const address = { dataset: 'envoy.log', recordClass: 'healthy', reporterNamespace: undefined } as const
  return deadLetterLine({ id, reason, ...address, document: text }, TIME)
}

describe('flagship dead-letter', () => {
  test.for([
    ['a sink that cannot refuse', ['replay', '--sink', 'copy'], /"copy": a sink of type stdout refuses no document/],
    [
      'a sink that wants no JSON',
      ['replay', '--sink', 'avro'],
      /"avro": a dead letter holds JSON, and this sink writes Avro/,
    ],
    ['an unknown sink', ['replay', '--sink', 'serch'], /no such sink .*did you mean "search"/],
    ['a sink that is none of its own', ['list', '--sink', 'constructor'], /no such sink/],
    ['no sink', ['replay'], /"--sink" is missing/],
    ['an unknown action', ['repaly'], /"repaly": expected list or replay.*did you mean "replay"/],
    ['a limit that is none', ['list', '--limit', '1.5'], /"--limit" to "1.5": expected 0 to/],
    ['a limit that is too large', ['list', '--limit', '100001'], /expected 0 to 100000/],
    ['an option of the other action', ['list', '--reason', 'x'], /no such option/],
  ] as const)('refuses %s', async ([, args, message]) => {
    await expect(stage().run(...args)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(message) })
  })

  test('lists nothing where nothing was refused', async () => {
    expect(await stage().run('list')).toEqual({ code: 0, stdout: '0 refused documents\n', stderr: '' })
  })

  // biome-ignore format: a table, one row a case
  test.for([
    ['group', "{ ingest: { kafka: { brokers: ['b:1'], topics: [t], group: g, deadLetterTopic: dead } }, sinks: { out: { type: stdout } } }", 'dead'],
    ['sink with transactions', "{ nodeName: n, ingest: { pods: /p }, sinks: { out: { type: kafka, brokers: ['b:1'], delivery: exactly_once } } }", 'envoy.dead_letter'],
  ] as const)('says which topic holds what a %s refuses', async ([, text, topic]) => {
    const { io, written } = capturedIo()
    await command.run(['list', '--config', put(scratch(), 'flagship.yaml', text)], io)
    expect(written.stderr).toBe(`flagship: what sink "out" refuses goes to topic "${topic}"\n`)
  })

  test('lists what is there, with what it was cut short, and counts by reason', async () => {
    const lines = [
      line('a', 'other', { message: 'm'.repeat(200), log: { file: { path: '/pods/0.log' }, offset: 7 } }),
      line('b', 'mapper', { event: { original: 'raw' } }),
      line('c', 'mapper', {}),
      'no line of ours\n',
    ]
    const { stdout } = await stage(lines.join('')).run('list', '--sink', 'search')
    expect(stdout.split('\n').map((text) => text.split(/ {2,}/))).toEqual([
      ['TIME', 'SINK', 'REASON', 'DATASET', 'EVENT ID', 'FILE:OFFSET', 'WHAT'],
      [TIME, 'search', 'other', 'envoy.log', 'a', '/pods/0.log:7', `${'m'.repeat(119)}…`],
      [TIME, 'search', 'mapper', 'envoy.log', 'b', '-', 'raw'],
      [TIME, 'search', 'mapper', 'envoy.log', 'c', '-'],
      [''],
      ['3 refused documents'],
      ['', '2', 'mapper'],
      ['', '1', 'other'],
      ['1 lines are not what flagship writes'],
      [''],
    ])
  })

  test('lists all of a dead letter: what is new, what a replay kept, and what one took', async () => {
    const { root, run } = stage(line('a', 'x', {}))
    put(root, 'state/search/dead-letter.kept-2026-11-22T12-00-00.000Z.ndjson', line('b', 'x', {}))
    put(root, 'state/search/dead-letter.replaying-2026-11-22T11-00-00.000Z.ndjson', line('c', 'x', {}))
    put(root, 'state/search/dead-letter.replaying-2026-11-22T12-00-00.000Z.ndjson', line('d', 'x', {})) // what b is from
    const { letters }: { letters: { id: string }[] } = JSON.parse((await run('list', '--json')).stdout)
    expect(letters.map(({ id }) => id)).toEqual(['c', 'b', 'a'])
  })

  test.for(['--json', '--limit=9'])('lets nothing of a document steer the terminal with %s', async (option) => {
    const hostile = '\u001b[2J\u202e\u009b\n'
    const { stdout } = await stage(
      line('a', hostile, { message: hostile, log: { file: { path: hostile }, offset: 1 } }),
    ).run('list', option)
    // oxlint-disable-next-line no-control-regex -- these must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  })

  test('replays nothing where nothing was refused, without asking the sink', async () => {
    const { root, run } = stage()
    expect((await run('replay', '--sink', 'search')).stdout).toBe('0 accepted, 0 refused again\n')
    expect(readdirSync(root)).toEqual(['flagship.yaml'])
  })

  test('says how many it would offer and does nothing with --dry-run', async () => {
    const content = line('a', 'x', {}) + line('b', 'y', {})
    const { run } = stage(content)
    expect((await run('replay', '--sink', 'search', '--dry-run')).stdout).toMatch(/^2 documents would be offered/)
    const chosen = await run('replay', '--sink', 'search', '--reason', 'y', '--dry-run')
    expect(chosen.stdout).toMatch(/^1 documents would be offered/)
    const listed: { count: number } = JSON.parse((await run('list', '--json')).stdout)
    expect(listed.count).toBe(2)
  })
})
