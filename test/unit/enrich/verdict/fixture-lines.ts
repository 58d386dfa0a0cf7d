import { readFileSync } from 'node:fs'
import { type EnvoyLine, emptyLine } from '../../../../src/record/envoy-line.ts'
import type { Direction } from '../../../../src/record/layer.ts'

/** A line of the fixtures, built from what is expected of it and not by the parser, with the verdict it must get. */
export interface FixtureLine {
  readonly name: string
  readonly line: EnvoyLine
  readonly direction: Direction
  readonly responder: string
  readonly cutShort: boolean | undefined
}

type Expected = Readonly<Record<string, unknown>> & {
  readonly derived?: { readonly responder: string; readonly direction: string; readonly layer: string }
}

/** `test/fixtures/samples/samples.jsonl`: every access line of it. */
export function sampleLines(): FixtureLine[] {
  return rowsOf<{ id: string; format: string; expected: Expected }>('samples/samples.jsonl').flatMap((row) => {
    const { derived } = row.expected
    if (derived === undefined) return []
    const line = lineOf(row.format, row.expected)
    if (row.format.startsWith('ztunnel')) line.connectionTerminationDetails = text(row.expected['error'])
    return [
      {
        name: row.id,
        line,
        direction: DIRECTIONS.find((known) => known === derived.direction) ?? 'unknown',
        responder: responderOf(derived, row.format),
        cutShort: undefined,
      },
    ]
  })
}

const DIRECTIONS: readonly Direction[] = ['inbound', 'outbound', 'waypoint']

/** `upstream` is the application on an inbound line, and the next hop on any other. */
function responderOf({ responder, direction, layer }: NonNullable<Expected['derived']>, format: string): string {
  // The samples call a refused connection not applicable, the recorded lines say that nobody answered: so do we.
  if (layer === 'connection' && !format.startsWith('ztunnel')) return 'none'
  if (responder !== 'upstream') return responder
  return direction === 'inbound' ? 'application' : 'next_hop'
}

interface Scenario {
  readonly scenario: string
  readonly side: string
  readonly format: string
  readonly line: string
  readonly expected: Expected
}

/** `test/fixtures/recorded/scenarios.jsonl`: what a real Envoy wrote. */
export function recordedLines(): FixtureLine[] {
  return rowsOf<Scenario>('recorded/scenarios.jsonl').map((row, index) => ({
    name: `${index} ${row.scenario} ${row.side} ${row.format}`,
    line: row.format === 'istio-json' ? lineOf(row.format, JSON.parse(row.line)) : textLine(row),
    direction: row.side === 'server' ? 'inbound' : row.side === 'gateway' ? 'gateway' : 'outbound',
    responder: String(row.expected['responder']),
    cutShort: row.expected['cut_short'] === true,
  }))
}

/** The expectations have no numbers: received, sent, duration and service time stand before the forwarded-for column. */
function textLine({ format, line, expected }: Scenario): EnvoyLine {
  const [, , sent, , serviceTime] = / (\d+) (\d+) (\d+) (\d+|-) "/.exec(line) ?? []
  const details = expected['response_code_details'] ?? expected['response_code_details_prefix']
  const reason = expected['upstream_transport_failure_reason'] ?? expected['upstream_transport_failure_reason_contains']
  return lineOf(format === 'envoy-default' ? 'envoy-text' : 'istio-text-1.23', {
    ...expected,
    response_code_details: details,
    upstream_transport_failure_reason: reason,
    bytes_sent: sent,
    upstream_service_time: serviceTime,
  })
}

function lineOf(format: string, values: Expected): EnvoyLine {
  const flags = values['response_flags']
  return {
    ...emptyLine(format),
    method: text(values['method']),
    path: text(values['path']),
    protocol: text(values['protocol']),
    responseCode: number(values['response_code']),
    responseFlags: text(Array.isArray(flags) ? flags.join(',') : flags),
    responseCodeDetails: text(values['response_code_details']),
    connectionTerminationDetails: text(values['connection_termination_details']),
    upstreamTransportFailureReason: text(values['upstream_transport_failure_reason']),
    bytesSent: number(values['bytes_sent']),
    upstreamServiceTimeMs: number(values['upstream_service_time']),
    upstreamHost: text(values['upstream_host']),
    upstreamCluster: text(values['upstream_cluster']),
    requestedServerName: text(values['requested_server_name']),
    routeName: text(values['route_name']),
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== '-' ? value : undefined
}

function number(value: unknown): number | undefined {
  const known = typeof value === 'number' ? value : Number(text(value) ?? Number.NaN)
  return Number.isNaN(known) ? undefined : known
}

function rowsOf<T>(name: string): T[] {
  const path = new URL(`../../../fixtures/${name}`, import.meta.url)
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const row: T = JSON.parse(line)
      return row
    })
}
