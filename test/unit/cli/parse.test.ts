import { describe, expect, test } from 'vitest'
import { command } from '../../../src/cli/parse.ts'
import { wholeLines } from '../../../src/cli/whole-lines.ts'
import { Readable } from 'node:stream'
import { capturedIo } from './captured-io.ts'

const cluster = new URL('../../fixtures/recorded/cluster.json', import.meta.url).pathname
const good =
  '[2026-11-22T13:16:16.658Z] "GET /a HTTP/1.1" 200 - 0 22 1 0 "-" "curl/8" "id-1" "reviews:9080" "10.244.2.31:9080"'
const bad = good.replace(' 200 - ', ' 503 UH ')

const piece = (tag: string, text: string) => `2026-11-22T13:16:17.000000001Z stdout ${tag} ${text}\n`

async function parse(input: string, ...args: string[]) {
  const { io, written } = capturedIo(input)
  const code = await command.run(args, io)
  return { code, ...written }
}

async function documents(input: string, ...args: string[]): Promise<unknown[]> {
  const { stdout } = await parse(input, ...args)
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

describe('flagship parse', () => {
  test('prints one document a line, in order, whatever the lines are', async () => {
    expect(await documents(`${good}\n\nhello\n${bad}\n`)).toMatchObject([
      { event: { dataset: 'envoy.access' }, http: { response: { status_code: 200 } } },
      { event: { dataset: 'envoy.unparsed' }, error: { type: 'empty' } },
      { event: { dataset: 'envoy.unparsed' }, error: { type: 'no_format_fits' } },
      { event: { dataset: 'envoy.access', outcome: 'failure' } },
    ])
  })

  test('prints diagnostics of every level', async () => {
    expect(await documents('2023-02-22T06:39:55.716246Z\tdebug\tenvoy main\thello\n')).toMatchObject([
      { log: { level: 'debug' } },
    ])
  })

  test('joins pieces and marks a join without an end', async () => {
    expect(
      await documents(piece('P', good.slice(0, 50)) + piece('F', good.slice(50)) + piece('P', 'rest')),
    ).toMatchObject([{ url: { path: '/a' } }, { envoy: { truncated: true } }])
  })

  test('reads a last line without a newline', async () => {
    expect(await documents(good)).toHaveLength(1)
  })

  test('names both ends from an inventory', async () => {
    const line = `[pod/productpage-v1-5c6d8f7b9-2xqzt/istio-proxy] ${JSON.stringify({
      start_time: '2026-11-22T13:16:15.697Z',
      method: 'GET',
      protocol: 'HTTP/1.1',
      response_code: 200,
      response_code_details: 'via_upstream',
      upstream_cluster: 'outbound|9080|v1|reviews.default.svc.cluster.local',
      upstream_host: '10.244.2.31:9080',
      downstream_remote_address: '10.244.1.21:36417',
    })}`
    expect(await documents(line, '--inventory', cluster)).toMatchObject([
      {
        kubernetes: { pod: { name: 'productpage-v1-5c6d8f7b9-2xqzt' }, namespace: 'default' },
        envoy: {
          source: { workload: 'productpage-v1', method: 'path', confidence: 'exact' },
          destination: { workload: 'reviews-v1', service: 'reviews', confidence: 'exact' },
        },
      },
    ])
  })

  test('reads a format of its own', async () => {
    const format = '%START_TIME% %REQ(:METHOD)% %REQ(:PATH)% %RESPONSE_CODE%'
    expect(await documents('2026-11-22T13:16:16.658Z GET /a 404\n', '--format', format)).toMatchObject([
      { url: { path: '/a' }, http: { response: { status_code: 404 } } },
    ])
  })

  test('shows only failures when asked to', async () => {
    expect(await documents(`${good}\n${bad}\n`, '--failures')).toMatchObject([{ event: { outcome: 'failure' } }])
  })

  test('shows failures to people by cause, with what to check', async () => {
    const { stdout } = await parse(`${good}\n${bad}\n${bad}\n`, '--output', 'table', '--failures')
    expect(stdout).toContain('no_healthy_upstream  x2')
    expect(stdout).toContain('check')
    expect(stdout).toContain('2 failures in 3 lines. By flag: UH 2')
    expect((await parse(`${good}\n`, '--output', 'table', '--failures')).stdout).toBe('  No failures in 1 lines.\n')
  })

  test('says what it could not read', async () => {
    const { stdout } = await parse('foo bar 503\nbaz\n', '--output', 'table', '--failures')
    expect(stdout).toContain('2 lines could not be read: no_format_fits 2')
  })

  test('lets no control character of a line reach a terminal', async () => {
    const line = bad.replace('/a', '/\u0007\u001b]0;x\u009b')
    const { stdout } = await parse(`${line}\n`, '--output', 'table')
    expect(stdout).toContain('/\\u0007\\u001b]0;x\\u009b')
  })

  test.for([
    ['an unknown option', ['--colour'], 'USAGE'],
    ['a format that is none', ['--format', '%NOPE%'], 'FORMAT_INVALID'],
    ['an inventory that is not there', ['--inventory', '/nowhere.json'], 'INPUT_UNREADABLE'],
  ] as const)('refuses %s', async ([, args, code]) => {
    await expect(parse(good, ...args)).rejects.toMatchObject({ code })
  })
})

describe('wholeLines()', () => {
  test.for([
    [
      ['a\nb', 'c\n', 'd'],
      [
        [0, 'a\n'],
        [2, 'bc\n'],
        [5, 'd'],
      ],
    ],
    [['a', 'b', '\n'], [[0, 'ab\n']]],
    [['\n\n'], [[0, '\n\n']]],
    [[], []],
  ] as const)('cuts %j at line ends', async ([pieces, expected]) => {
    const chunks = []
    for await (const { offsetBytes, bytes } of wholeLines(Readable.from(pieces)))
      chunks.push([offsetBytes, bytes.toString()])
    expect(chunks).toEqual(expected)
  })
})
