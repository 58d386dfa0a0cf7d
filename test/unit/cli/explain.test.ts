import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { command, runExplain } from '../../../src/cli/explain.ts'
import type { LineReader } from '../../../src/cli/explain-line.ts'
import { type EnvoyLine, emptyLine, type ParsedLine } from '../../../src/record/envoy-line.ts'
import { capturedIo } from './captured-io.ts'

const UC = `{"authority":"helloworld:4000","bytes_received":0,"bytes_sent":95,"connection_termination_details":null,"downstream_local_address":"10.96.118.7:4000","downstream_remote_address":"10.244.1.21:51290","duration":2,"method":"GET","path":"/hello","protocol":"HTTP/1.1","request_id":"6d2b1a9c","requested_server_name":null,"response_code":503,"response_code_details":"upstream_reset_before_response_started{connection_termination}","response_flags":"UC","route_name":null,"start_time":"2026-06-11T03:10:09.204Z","upstream_cluster":"outbound|4000|v1|helloworld.default.svc.cluster.local","upstream_host":"10.244.2.15:5000","upstream_local_address":"10.244.1.21:46602","upstream_service_time":null,"upstream_transport_failure_reason":null,"user_agent":"curl/8.11.1","x_forwarded_for":null}`

async function run(args: readonly string[], stdin = '', reader?: LineReader) {
  const { io, written } = capturedIo(stdin)
  const code = await runExplain(args, io, reader)
  return { code, ...written }
}

/** A reader that takes every text for the same line. */
function reading(values: Partial<EnvoyLine>): LineReader {
  const line = { ...emptyLine('istio-json'), method: 'GET', protocol: 'HTTP/1.1', ...values }
  return { parse: (): ParsedLine => ({ kind: 'access', line, isJson: true }), directionOf: () => 'outbound' }
}

function widest(text: string): number {
  const commands = /^\s+(kubectl|istioctl|curl|openssl|echo) /
  const prose = text.split('\n').filter((line) => !commands.test(line))
  return Math.max(...prose.map((line) => line.length))
}

describe('runExplain() with what people type beside flags', () => {
  test('takes a number for the status and a known value for the details', async () => {
    const beside = await run(['503', 'UC', 'upstream_reset_before_response_started', '--json'])
    const named = await run(['UC', '--status', '503', '--details', 'upstream_reset_before_response_started', '--json'])
    expect(beside).toEqual(named)
    expect(beside.code).toBe(0)
  })

  test('lets options go before', async () => {
    expect(await run(['503', 'UC', '--status', '504', '--json'])).toEqual(
      await run(['UC', '--status', '504', '--json']),
    )
  })
})

describe('explain FLAGS', () => {
  test('says meaning, fault, typical causes and commands to type', async () => {
    const { code, stdout } = await run(['UF,URX'])
    expect(code).toBe(0)
    expect(stdout).toContain('UF says most')
    expect(stdout).toContain('UF  UpstreamConnectionFailure  (upstream, an error, since Envoy 1.0)')
    expect(stdout).toContain('URX  UpstreamRetryLimitExceeded')
    expect(stdout).toMatch(/At fault {2}As a rule the network/)
    expect(stdout).toMatch(/^ +kubectl get networkpolicies -A$/m)
    expect(widest(stdout)).toBeLessThanOrEqual(88)
  })

  test.for([
    [['uf,urx'], 0, ['UF', 'URX']],
    [['UpstreamConnectionFailure'], 0, ['UF']],
    [['noroutefound', 'DC'], 0, ['NR', 'DC']],
    [['UF, URX'], 0, ['UF', 'URX']],
    [['XWAF'], 65, ['XWAF']],
    [['UF,XWAF'], 65, ['UF', 'XWAF']],
  ] as const)('takes %s', async ([args, code, flags]) => {
    const result = await run([...args, '--json'])
    expect(result.code).toBe(code)
    expect(JSON.parse(result.stdout).flags.map((flag: { flag: string }) => flag.flag)).toEqual(flags)
  })

  test('says of an unknown flag that it is unknown', async () => {
    const { code, stdout } = await run(['XWAF'])
    expect(code).toBe(65)
    expect(stdout).toContain('XWAF\n  This flag is not one of the flags of Envoy')
  })

  test.for([
    [['NR', '--status', '503'], { rule: 'flags_local_reply', cause: 'cluster_not_found' }],
    [['NR', '--status', '404'], { rule: 'flags_local_reply', cause: 'route_not_found' }],
    [['URX', '--details', 'via_upstream', '--status', '503'], { responder: 'next_hop', cause: 'retries_exhausted' }],
    [['URX', '--details', 'via_upstream', '--status', '503', '--direction', 'inbound'], { responder: 'application' }],
    [['UC', '--status', '503', '--direction', 'inbound'], { reason: expect.stringMatching(/^The application closed/) }],
    [['NR', '--details', 'filter_chain_not_found'], { responder: 'none', cause: 'no_filter_chain' }],
    [['DC', '--details', 'downstream_remote_disconnect', '--status', '200'], { cutShort: true }],
  ] as const)('judges a line of %s', async ([args, verdict]) => {
    const { stdout } = await run([...args, '--json'])
    expect(JSON.parse(stdout).verdict).toMatchObject(verdict)
  })

  test('judges nothing when only flags are known', async () => {
    expect(JSON.parse((await run(['UC', '--json'])).stdout).verdict).toBeUndefined()
  })
})

describe('explain --details', () => {
  test.for([
    ['via_upstream', 0, { isKnown: true, cause: 'answered_by_upstream' }],
    ['cluster_not_found', 0, { cause: 'cluster_not_found', atFault: 'proxy_config' }],
    ['', 0, { isKnown: true, cause: 'filter_config_missing' }],
    ['what_is_this', 65, { isKnown: false }],
    [
      'rbac_access_denied_matched_policy[ns[shop]-policy[deny-admin]-rule[0]]',
      0,
      { policy: { namespace: 'shop', name: 'deny-admin', rule: '0' } },
    ],
  ] as const)('explains "%s"', async ([details, code, expected]) => {
    const result = await run(['--details', details, '--json'])
    expect(result.code).toBe(code)
    expect(JSON.parse(result.stdout).details).toMatchObject(expected)
  })

  test('reads an end after the status differently from one before', async () => {
    const before = await run(['DC', '--details', 'downstream_remote_disconnect', '--status', '0', '--json'])
    const after = await run(['DC', '--details', 'downstream_remote_disconnect', '--status', '200', '--json'])
    expect(JSON.parse(before.stdout).details.cause).toBe('client_disconnected')
    expect(JSON.parse(after.stdout).details.cause).toBe('client_left_during_response')
  })

  test('names policy and releases for people', async () => {
    const { stdout } = await run([
      '--details',
      'rbac_access_denied_matched_policy[ns[shop]-policy[deny-admin]-rule[0]]',
    ])
    expect(stdout).toMatch(/Policy +shop\/deny-admin, rule 0/)
    expect(stdout).toMatch(/Envoy +since 1\.16/)
  })
})

describe('explain LINE', () => {
  test('says who answered, by which rule and why, and what to check', async () => {
    const { code, stdout } = await run([UC])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Answered {2}This proxy itself/)
    expect(stdout).toMatch(/Rule {6}details_local_reply: The details name/)
    expect(stdout).toMatch(/Cause {5}upstream_closed_before_response/)
    expect(stdout).toMatch(/Seen {6}outbound/)
    expect(stdout).toMatch(/^ +kubectl logs SERVER_POD .*filter_chain_not_found$/m)
    expect(widest(stdout)).toBeLessThanOrEqual(88)
  })

  test('gives plain values with --json, and believes --direction', async () => {
    const { stdout } = await run([UC, '--json', '--direction', 'inbound'])
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'access',
      direction: 'inbound',
      request: { responseCode: 503, upstreamHost: '10.244.2.15:5000' },
      verdict: { responder: 'envoy', atFault: 'application', refused: true, isFailure: true },
      flags: [{ flag: 'UC' }],
    })
  })

  test('takes a line out of its frame', async () => {
    const { stdout } = await run([`2026-06-11T03:10:09.304012345Z stdout F ${UC}`, '--json'])
    expect(JSON.parse(stdout).verdict.cause).toBe('upstream_closed_before_response')
  })

  test('reads lines on stdin, one JSON document each', async () => {
    const { code, stdout } = await run(['-', '--json'], `${UC}\n\nno line at all\n`)
    expect(code).toBe(65)
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).kind),
    ).toEqual(['access', 'unparsed'])
  })

  test('reads stdin when nothing is named', async () => {
    expect((await run([], `${UC}\n`)).stdout).toContain('upstream_closed_before_response')
  })

  test('stops after 100 lines and says so', async () => {
    const { stdout, stderr } = await run(['-', '--json'], `${UC}\n`.repeat(101))
    expect(stdout.trimEnd().split('\n')).toHaveLength(100)
    expect(stderr).toContain('Only the first 100 lines are explained')
  })

  test('exits 65 for a flag nobody knows, though the verdict stands', async () => {
    const line = reading({ responseCode: 403, responseFlags: 'XWAF', responseCodeDetails: 'lua_response' })
    const { code, stdout } = await run(['{}', '--json'], '', line)
    expect(code).toBe(65)
    expect(JSON.parse(stdout).verdict).toMatchObject({ responder: 'envoy', cause: 'lua_answered' })
  })

  test('says of a diagnostic that it is none', async () => {
    const line = { format: 'envoy-log', level: 'warning', message: 'x' } as const
    const log = { ...line, time: undefined, timeMs: undefined, logger: undefined, extra: undefined }
    const reader: LineReader = { parse: () => ({ kind: 'log', line: log }), directionOf: () => 'unknown' }
    expect(await run(['{}'], '', reader)).toMatchObject({
      code: 65,
      stdout: 'No access line, but a diagnostic (envoy-log, warning).\n',
    })
  })

  test('never lets a line steer the terminal', async () => {
    const evil = '/\u001b[2J\u009b31m\u202eetalp\u2028\u0007'
    const line = reading({
      path: evil,
      responseCode: 200,
      responseFlags: evil,
      responseCodeDetails: evil,
      format: evil,
    })
    for (const args of [['{}'], ['{}', '--json'], ['--details', evil], ['--details', evil, '--json']]) {
      const { stdout } = await run(args, '', line)
      // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028]/)
    }
  })

  test('judges every recorded line without a word that is missing', async () => {
    const path = new URL('../../fixtures/recorded/scenarios.jsonl', import.meta.url)
    const rows = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .filter((_, i) => i % 10 === 0)
    for (const row of rows) {
      const { stdout } = await run([JSON.parse(row).line])
      expect(stdout).toMatch(/Answered/)
      expect(stdout).not.toMatch(/undefined|null|NaN/)
    }
  })
})

describe('explain', () => {
  test.for([
    [['UF', '--status', '5xx'], /Cannot set "--status" to "5xx": expected a number from 0 to 999/],
    [['UF', '--direction', 'sideways'], /Cannot set "--direction"/],
    [['UF', '--colour'], /no such option/],
    [['{"a":1}', 'b c:'], /put the line in single quotes/],
    [['{"a":1}', '--status', '200'], /the line has its own/],
    [[','], /name flags, quote a line/],
    [['-'], /no line came in/],
  ] as const)('refuses %s', async ([args, message]) => {
    await expect(run(args)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(message) })
  })

  test('refuses more than 16 MiB on stdin', async () => {
    await expect(run(['-'], 'x'.repeat(16 * 1024 * 1024 + 1))).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('is the command of that name, with every option in its help', () => {
    expect(command.name).toBe('explain')
    for (const option of ['--details', '--status', '--direction', '--json']) expect(command.usage).toContain(option)
  })
})
