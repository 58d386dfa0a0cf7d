import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../src/enrich/endpoint/index.ts'
import { DETAILS } from '../../../src/enrich/flag/details.ts'
import { ZTUNNEL_ERRORS } from '../../../src/enrich/flag/ztunnel-error.ts'
import { loadIndex } from '../../../src/enrich/kubernetes/load-index.ts'
import { Vantages } from '../../../src/enrich/vantage.ts'
import { BUILT_IN_ONLY } from '../../../src/ingest/format/detect.ts'
import { EMPTY_CARRY } from '../../../src/pipeline/contract.ts'
import { createTranscoder } from '../../../src/pipeline/transcode.ts'
import type { ReporterIdentity } from '../../../src/record/reporter-identity.ts'
import type { Segment } from '../../../src/sinks/batch.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures')
const { index: RECORDED } = await loadIndex({ inventory: join(FIXTURES, 'recorded/cluster.json') })

/** Proxies that might have written a line: a gateway, a sidecar, and one of which nothing is known. */
const REPORTERS: readonly (readonly [EndpointIndex, ReporterIdentity])[] = [
  [new EndpointIndex(), {}],
  ...globSync('*{gateway,productpage}*', { cwd: join(FIXTURES, 'recorded/pods') }).map((name) => {
    const [namespace = '', podName = '', podUid = ''] = name.split('_')
    return [RECORDED, { namespace, podName, podUid, containerName: 'istio-proxy' }] as const
  }),
]

function transcoded(bytes: Buffer, [index, identity]: (typeof REPORTERS)[number]): Segment {
  const formats = BUILT_IN_ONLY
  const settings = {
    frame: 'auto',
    formats,
    minLevel: 'trace',
    keepOriginal: 'never',
    maxLineBytes: 1_048_576,
  } as const
  const transcoder = createTranscoder({ ...settings, now: () => 0 }, new Vantages({ index }, identity))
  return transcoder.transcode({ fileKey: 'AAAAAAAAAAA', path: 'x', offsetBytes: 0, bytes }, EMPTY_CARRY).segment
}

interface Outcome {
  readonly '@timestamp': string
  readonly event: { readonly outcome?: string; readonly dataset: string }
  readonly envoy?: { readonly response_flags?: readonly string[]; readonly direction?: string }
}

function outcomesOf({ bytes, ends }: Segment): readonly Outcome[] {
  return ends.map((end, index): Outcome => JSON.parse(bytes.toString('utf8', ends[index - 1] ?? 0, end)))
}

/** The texts of one property of the lines of a fixture. */
function linesOf(path: string): readonly string[] {
  const rows = readFileSync(join(FIXTURES, path), 'utf8').trim().split('\n')
  return rows.map((row) => {
    const { line }: { readonly line: string } = JSON.parse(row)
    return line
  })
}

const HTTP = { method: 'GET', path: '/', protocol: 'HTTP/1.1', upstream_host: '10.0.0.1:80', response_code: 200 }
const json = (fields: object) => JSON.stringify({ start_time: '2026-11-22T13:16:16.658Z', ...HTTP, ...fields })

/** Every value of the catalogue, with and without what makes it an end after the response had begun. */
function catalogueLines(): readonly string[] {
  const details = Object.values(DETAILS)
    .flat()
    .map(({ value }) => value)
  const tcp = { method: null, path: null, protocol: null, response_code: 0 }
  return [
    ...details.flatMap((value) => [
      json({ response_code_details: value }),
      json({ response_code_details: value, upstream_service_time: 3 }),
      json({ ...tcp, connection_termination_details: value }),
    ]),
    ...ZTUNNEL_ERRORS.map(
      ({ begins, has = '' }) =>
        `2026-11-22T13:16:17.240610Z\tinfo\taccess\tconnection complete\tsrc.addr=10.0.0.1:1\tdst.addr=10.0.0.2:2\tdirection="inbound"\tbytes_sent=1\tbytes_recv=1\tduration="3ms"\terror="${begins} ${has}"`,
    ),
    ...[null, 'OK', 'Unavailable'].map((status) =>
      json({ grpc_status: status, upstream_cluster: 'PassthroughCluster' }),
    ),
  ]
}

const SOURCES: readonly (readonly [name: string, bytes: () => Buffer])[] = [
  ['every sample', () => Buffer.from(`${linesOf('samples/samples.jsonl').join('\n')}\n`)],
  ['every recorded scenario', () => Buffer.from(`${linesOf('recorded/scenarios.jsonl').join('\n')}\n`)],
  ['every value of the catalogue', () => Buffer.from(`${catalogueLines().join('\n')}\n`)],
  ...globSync('*/*/*.log', { cwd: join(FIXTURES, 'recorded/pods') }).map(
    (path) => [path, () => readFileSync(join(FIXTURES, 'recorded/pods', path))] as const,
  ),
]

describe('the class of a record', () => {
  test.for(SOURCES)('is the same for %s whoever wrote it, with an inventory and without', ([, read]) => {
    const bytes = read()
    const [first, ...others] = REPORTERS.map((reporter) => transcoded(bytes, reporter))
    for (const other of others) expect(other.classes).toEqual(first?.classes)
    expect(first?.classes.length).toBeGreaterThan(0)
  })

  test.for(SOURCES)('is `failed` for %s wherever the outcome is failure or a flag is set', ([, read]) => {
    const bytes = read()
    for (const reporter of REPORTERS) {
      const segment = transcoded(bytes, reporter)
      const wrong = outcomesOf(segment).filter(({ event, envoy }, position) => {
        const isFailed = event.outcome === 'failure' || (envoy?.response_flags ?? []).length > 0
        return segment.classes[position] !== (isFailed ? 'failed' : 'healthy')
      })
      expect(wrong).toEqual([])
    }
  })

  test('sees lines of every direction', () => {
    const directions = REPORTERS.flatMap((reporter) =>
      SOURCES.flatMap(([, read]) => outcomesOf(transcoded(read().subarray(0, 200_000), reporter))),
    ).map(({ envoy }) => envoy?.direction)
    expect(new Set(directions)).toEqual(new Set(['inbound', 'outbound', 'gateway', 'waypoint', 'unknown', undefined]))
  })

  // biome-ignore format: a table, one row a case
  test.for([
    ['success', {}, 'healthy'],
    ['status 399', { response_code: 399 }, 'healthy'],
    ['status 400', { response_code: 400 }, 'failed'],
    ['status 0', { response_code: 0 }, 'failed'],
    ['a delay that was injected', { response_flags: 'DI' }, 'failed'],
    ['an unknown flag', { response_flags: 'XYZ' }, 'failed'],
    ['a WebSocket that the caller closed', { response_code: 101, response_flags: 'DC', response_code_details: 'downstream_remote_disconnect' }, 'failed'],
    ['a WebSocket that ended', { response_code: 101, response_code_details: 'downstream_remote_disconnect' }, 'healthy'],
    ['a gRPC status in a 200', { grpc_status: 'Unavailable' }, 'failed'],
    ['gRPC OK', { grpc_status: 'OK' }, 'healthy'],
    ['a response cut short', { response_code_details: 'upstream_reset_after_response_started{connection_termination}' }, 'failed'],
    ['a TCP connection', { method: null, path: null, protocol: null, response_code: 0 }, 'healthy'],
    ['a TCP connection that a policy denied', { method: null, path: null, protocol: null, response_code: 0, connection_termination_details: 'rbac_access_denied_matched_policy[none]' }, 'failed'],
  ] as const)('of %s', ([, fields, recordClass]) => {
    expect(transcoded(Buffer.from(`${json(fields)}\n`), [RECORDED, {}]).classes).toEqual([recordClass])
  })

  test('is healthy for what is no access record', () => {
    const text = '2026-11-22T13:16:17.240610Z\tcritical\tenvoy main\tdied\nno format fits\n'
    expect(transcoded(Buffer.from(text), [RECORDED, {}])).toMatchObject({
      datasets: ['envoy.log', 'envoy.unparsed'],
      classes: ['healthy', 'healthy'],
    })
  })
})

describe('a segment', () => {
  test('has the namespace that the path or the configuration names, and none from an inventory', () => {
    const [, known] = REPORTERS.find(([index, { podUid }]) => index === RECORDED && podUid !== undefined) ?? []
    const { podUid = '' } = known ?? {}
    const bytes = Buffer.from(`${json({})}\n`)
    const byUid = transcoded(bytes, [RECORDED, { podUid }])
    expect(outcomesOf(byUid)).toMatchObject([{ kubernetes: { namespace: known?.namespace } }])
    expect(byUid.reporterNamespace).toBeUndefined()
    expect(transcoded(bytes, [RECORDED, { podUid, namespace: 'said' }]).reporterNamespace).toBe('said')
  })
})
