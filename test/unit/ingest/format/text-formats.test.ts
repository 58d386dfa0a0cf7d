import { readFileSync } from 'node:fs'
import * as fc from '../../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { compileTextFormat } from '../../../../src/ingest/format/compile-text.ts'
import {
  isTruncatedTextLine,
  parseTextLine,
  stripSemicolon,
  TEXT_TEMPLATES,
  type TextFormatName,
} from '../../../../src/ingest/format/text-formats.ts'
import { emptyLine } from '../../../../src/record/envoy-line.ts'
import { CLIENT_COLUMNS, expectedOf, lineValues, misread, SERVER_COLUMNS } from '../../../support/line-values.ts'
import { render } from '../../../support/render.ts'

const NAMES = [
  'istio-text-1.9',
  'istio-text-1.3',
  'istio-text-1.2',
  'istio-text-1.8',
  'istio-text-1.1',
  'envoy-text',
  'emissary-text',
  'envoy-gateway-text-json',
] as const satisfies readonly TextFormatName[]
const RUNS = { seed: 20_261_122, numRuns: 150 }

interface Fixture {
  readonly id?: string
  readonly scenario?: string
  readonly side?: string
  readonly format: string
  readonly line: string
  readonly unwrapped?: string
  readonly expected: Readonly<Record<string, unknown>>
}

function fixtures(file: string): Fixture[] {
  const text = readFileSync(new URL(`../../../fixtures/${file}`, import.meta.url), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line): Fixture => JSON.parse(line))
}

/** A line by the names that the fixtures use. */
function named(line: ReturnType<typeof parseTextLine>): Record<string, unknown> {
  return {
    start_time: line?.startTime,
    method: line?.method,
    path: line?.path,
    protocol: line?.protocol,
    response_code: line?.responseCode,
    response_flags: line?.responseFlags?.split(',').sort(),
    response_code_details: line?.responseCodeDetails,
    connection_termination_details: line?.connectionTerminationDetails,
    upstream_transport_failure_reason: line?.upstreamTransportFailureReason,
    bytes_received: line?.bytesReceived,
    bytes_sent: line?.bytesSent,
    duration: line?.durationMs,
    upstream_service_time: line?.upstreamServiceTimeMs,
    x_forwarded_for: line?.xForwardedFor,
    user_agent: line?.userAgent,
    request_id: line?.requestId,
    authority: line?.authority,
    upstream_host: line?.upstreamHost,
    upstream_cluster: line?.upstreamCluster,
    upstream_local_address: line?.upstreamLocalAddress,
    downstream_local_address: line?.downstreamLocalAddress,
    downstream_remote_address: line?.downstreamRemoteAddress,
    downstream_remote_ip: line?.downstreamRemoteAddress?.replace(/:\d+$/, ''),
    requested_server_name: line?.requestedServerName,
    route_name: line?.routeName,
    istio_policy_status: line?.extra === undefined ? undefined : JSON.parse(line.extra).istio_policy_status,
  }
}

/** Every expected field that a line itself holds and that was read otherwise. */
function differences(line: ReturnType<typeof parseTextLine>, expected: Fixture['expected']): string[] {
  const actual = named(line)
  return Object.entries(expected).flatMap(([key, value]) => {
    const [, field = '', how] = /^(.*?)(_prefix|_contains)?$/.exec(key) ?? []
    if (!(field in actual)) return []
    const found = actual[field]
    const isRight = how === undefined ? same(found, value) : holds(String(found), how, String(value))
    return isRight ? [] : [`${key} is ${JSON.stringify(found)} and was ${JSON.stringify(value)}`]
  })
}

function holds(found: string, how: string, part: string): boolean {
  return how === '_prefix' ? found.startsWith(part) : found.includes(part)
}

/** Flags are a set; null and no flags are absent. */
function same(found: unknown, value: unknown): boolean {
  if (!Array.isArray(value)) return found === (value ?? undefined)
  return JSON.stringify(found ?? []) === JSON.stringify(value.map(String).sort())
}

const TEXT_SAMPLES = fixtures('samples/samples.jsonl').filter(
  ({ format }) => /text/.test(format) && !format.startsWith('ztunnel'),
)
const TEXT_SCENARIOS = fixtures('recorded/scenarios.jsonl').filter(({ format }) => format !== 'istio-json')

describe('parseTextLine()', () => {
  test.for(TEXT_SAMPLES.map((sample) => [sample.id, sample] as const))(
    'reads each field of sample %s',
    ([, sample]) => {
      const line = parseTextLine(sample.unwrapped ?? sample.line)
      expect(line?.format).toBe(sample.format.replace('istio-text-1.23', 'istio-text-1.9'))
      expect(differences(line, sample.expected)).toEqual([])
    },
  )

  test('reads each field of the recorded text lines, of which only those with forged columns are ambiguous', () => {
    expect(TEXT_SCENARIOS.length).toBeGreaterThan(300)
    for (const { scenario, line, expected } of TEXT_SCENARIOS) {
      const parsed = parseTextLine(line)
      expect([scenario, ...differences(parsed, expected)]).toEqual([scenario])
      expect([scenario, parsed?.isAmbiguous]).toEqual([scenario, scenario === 'ua-forged-columns'])
    }
  })

  test.for(NAMES)('reads %s back as it was printed, or says that it is ambiguous', (name) => {
    const template = TEXT_TEMPLATES[name]
    fc.assert(
      fc.property(lineValues([...CLIENT_COLUMNS, ...SERVER_COLUMNS]), (values) => {
        expect(misread(template, values, parseTextLine(render(template, values)))).toEqual([])
      }),
      RUNS,
    )
  })

  test.for(NAMES)('finds %s unambiguous where no value holds a quote', (name) => {
    const template = TEXT_TEMPLATES[name]
    fc.assert(
      fc.property(lineValues([]), (values) => {
        const expected = { ...expectedOf(template, values), format: name, isAmbiguous: false }
        expect(parseTextLine(render(template, values))).toMatchObject(expected)
      }),
      RUNS,
    )
  })

  test.for(NAMES)('rarely finds %s ambiguous for a user agent that holds quotes but no forged columns', (name) => {
    const values = fc.tuple(lineValues([]), fc.stringMatching(/^["a-z[\]\\]{1,20}$/))
    const samples = fc.sample(values, RUNS).map(([others, agent]) => ({ ...others, 'REQ(USER-AGENT)': agent }))
    const lines = samples.map((sample) => parseTextLine(render(TEXT_TEMPLATES[name], sample)))
    expect(lines.filter((line) => line?.isAmbiguous !== false)).toEqual([])
  })

  test.for(['envoy-text', 'emissary-text', 'istio-text-1.9', 'envoy-gateway-text-json'] as const)(
    'reads %s printed with omit_empty_values',
    (name) => {
      const template = TEXT_TEMPLATES[name]
      fc.assert(
        fc.property(lineValues(['REQ(USER-AGENT)']), (values) => {
          expect(misread(template, values, parseTextLine(render(template, values, '')))).toEqual([])
        }),
        RUNS,
      )
    },
  )

  test('takes the first place where the columns behind a path fit, and the last where those behind a user agent do', () => {
    const template = TEXT_TEMPLATES['istio-text-1.9']
    const values = {
      START_TIME: '2026-11-22T13:16:15.697Z',
      RESPONSE_CODE: '200',
      BYTES_RECEIVED: '0',
      BYTES_SENT: '1',
    }
    const forged = '/a HTTP/1.1" 503 UF - - "-" 0 0 0 - "-" "x'
    const path = parseTextLine(render(template, { ...values, 'REQ(X-ENVOY-ORIGINAL-PATH?:PATH)': forged }))
    expect(path).toMatchObject({ path: '/a', responseCode: 503, isAmbiguous: true })
    const agent = 'x" "id" "host" "10.0.0.1:80" outbound|1||x - - - - -'
    const forgedAgent = parseTextLine(render(template, { ...values, 'REQ(USER-AGENT)': agent, ROUTE_NAME: 'real' }))
    expect(forgedAgent).toMatchObject({ userAgent: agent, routeName: 'real', isAmbiguous: true })
    expect(forgedAgent?.upstreamHost).toBeUndefined()
  })

  test.for([
    ['a cluster with a blank', { UPSTREAM_CLUSTER: 'my cluster' }, { upstreamCluster: 'my cluster' }],
    ['a name with a quote', { REQUESTED_SERVER_NAME: 'a"b' }, { requestedServerName: 'a"b' }],
    ['an address that is a name', { UPSTREAM_HOST: 'unknown' }, { upstreamHost: 'unknown' }],
  ] as const)('reads %s leniently and marks the line ambiguous', ([, values, expected]) => {
    const all = { ...values, START_TIME: '2026-11-22T13:16:15.697Z', 'REQ(USER-AGENT)': 'curl' }
    const line = parseTextLine(render(TEXT_TEMPLATES['istio-text-1.9'], all))
    expect(line).toMatchObject({ ...expected, userAgent: 'curl', isAmbiguous: true })
  })

  test.for([
    ['a diagnostic', '[2026-02-07 10:00:00.123][1][info][main] [source/server/server.cc:1012] starting'],
    ['JSON', '{"level":"info","msg":"x"}'],
    ['a truncated line', '[2026-02-07T10:00:00.000Z] "GET /a HTTP/1.1" 200 - via_upstream - "-" 0 12 3 2 "-" "cu'],
    ['the word ACCESS alone', 'ACCESS granted'],
    ['nothing', ''],
  ] as const)('is undefined for %s', ([, text]) => {
    expect(parseTextLine(text)).toBeUndefined()
  })
})

function fill(unit: string, size = 512 * 1024): string {
  return unit.repeat(Math.ceil(size / unit.length))
}

describe('parseTextLine() on hostile lines', () => {
  const head = '[2026-11-22T13:16:15.697Z] "GET '
  const middle = ' HTTP/1.1" 200 - via_upstream - "-" 0 605 4 3 "10.1.2.3" "'
  const tail =
    '" "id" "host" "10.244.0.31:80" outbound|80||x 10.244.0.26:35086 10.96.71.143:8000 10.244.0.26:41616 - default'
  // Every case costs a fraction of a second, where a quadratic reader would need an hour.
  test.for([
    ['a long path (10 MiB)', head + fill('/a', 10 * 1024 * 1024) + middle + tail],
    ['quotes', head + middle + fill('"') + tail],
    ['separators', head + middle + fill('" "') + tail],
    ['blanks', head + fill(' ') + middle + tail],
    ['forged requests', head + fill(`/${middle}`) + tail],
    ['forged requests without an end', head + fill(`/${middle}`)],
    ['forged ends', head + middle + fill(`u${tail}`)],
    ['NUL', head + fill('\0') + middle + tail],
    ['lone surrogates', head + fill('\ud800') + middle + tail],
    ['digits', head + fill('1234567890 ') + middle + tail],
    ['nothing that fits', `[2026-11-22T13:16:15.697Z] "${fill('x" ')}`],
    ['JSON keys', `{"start_time":"2026-11-22T13:16:15.697Z","method":"${fill('","x-envoy-origin-path":"')}`],
  ] as const)('ends soon on 512 KiB of %s', { timeout: 60_000 }, ([, text]) => {
    const startedMs = performance.now()
    parseTextLine(text)
    expect(performance.now() - startedMs).toBeLessThan(30_000)
  })

  test('keeps what a client sent, byte for byte', () => {
    const agent = `${'"'.repeat(100_000)}\u0000\ud800 \u001b[31m`
    expect(parseTextLine(head + '/' + middle + agent + tail)).toMatchObject({ userAgent: agent, isAmbiguous: false })
    const forged = Array.from({ length: 10_000 }, () => `/${middle}`).join('')
    expect(parseTextLine(head + forged + tail)).toMatchObject({ path: '/', isAmbiguous: true, routeName: 'default' })
  })
})

describe('compileTextFormat() of a built-in template', () => {
  test.for(NAMES)('reads %s back when every loose column is hostile, or says that it is ambiguous', (name) => {
    const template = TEXT_TEMPLATES[name]
    const format = compileTextFormat(name, template)
    fc.assert(
      fc.property(lineValues([...CLIENT_COLUMNS, ...SERVER_COLUMNS]), (values) => {
        const line = emptyLine('')
        expect(format.parse(render(template, values), line)).toBe(true)
        expect(misread(template, values, line)).toEqual([])
      }),
      RUNS,
    )
  })
})

describe('isTruncatedTextLine()', () => {
  test.for([
    ['[2026-02-07T10:00:00.000Z] "GET /a HTTP/1.1" 200 - via', true],
    ['ACCESS [2026-02-07T10:00:00.000Z] "GET', true],
    ['[2026-02-07T10:00:00.000Z] "', true],
    ['[2026-02-07T10:00:00.000Z]', false],
    ['[2026-02-07 10:00:00.123][1][info][main] [source/server/server.cc:1012] starting', false],
    ['x[2026-02-07T10:00:00.000Z] "GET', false],
    ['', false],
  ] as const)('takes %j for %s', ([text, isTruncated]) => {
    expect(isTruncatedTextLine(text)).toBe(isTruncated)
  })
})

describe('stripSemicolon()', () => {
  test.for([
    ['outbound|80||x;', 'outbound|80||x'],
    ['inbound|8080||;', 'inbound|8080||'],
    ['x;;', 'x;'],
    [';', undefined],
    ['x', 'x'],
    [undefined, undefined],
  ] as const)('makes %j %j', ([name, stripped]) => {
    expect(stripSemicolon(name)).toBe(stripped)
  })
})
