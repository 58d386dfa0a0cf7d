import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { at, readBack } from '../../support/read-back.ts'
import { parseText } from '../../support/transcode.ts'

interface Sample {
  readonly id: string
  readonly format: string
  readonly wrapper: string
  readonly template?: string
  readonly line: string
  readonly line_base64?: string
  readonly expected: Readonly<Record<string, unknown>> & { readonly derived?: Derived; readonly kind?: string }
}
interface Derived {
  readonly layer: string
  readonly direction: string
  readonly responder: string
  readonly role_hint: string | null
  readonly truncated: boolean
}
interface Scenario {
  readonly scenario: string
  readonly side: string
  readonly format: string
  readonly line: string
  readonly line_base64?: string
  readonly expected: Readonly<Record<string, unknown>>
}

const read = <T>(path: string): T[] =>
  readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

const samples = read<Sample>('samples/samples.jsonl')
const scenarios = read<Scenario>('recorded/scenarios.jsonl')

/** Names that are not columns of the line, or whose home in the document is checked elsewhere. */
const NOT_COLUMNS = new Set([
  'derived',
  'kind',
  'logged_at',
  'scope',
  'direction',
  'bytes_recv',
  'src.identity',
  'dst.identity',
  'dst.service',
  'dst.hbone_addr',
])

describe('a sample', () => {
  test.for(
    samples.filter((sample) => sample.expected.derived !== undefined).map((sample) => [sample.id, sample] as const),
  )('%s becomes a record with every expected field', ([, sample]) => {
    const documents = parseText(sample.line, sample.template)
    expect(documents).toHaveLength(1)
    const [document = {}] = documents
    for (const [name, wanted] of Object.entries(sample.expected)) {
      if (NOT_COLUMNS.has(name)) continue
      if (sample.format.startsWith('ztunnel') && name.startsWith('bytes_')) continue
      if (name === 'start_time' && wanted === null) continue
      expect([name, columnOf(document, name, wanted)]).toEqual([name, normal(name, wanted)])
    }
    const derived = sample.expected.derived
    expect(at(document, 'envoy.verdict.responder')).toBe(responderOf(derived))
    expect(at(document, 'envoy.direction')).toBe(directionOf(derived))
    expect(at(document, 'event.category')).toEqual([derived?.layer === 'http' ? 'web' : 'network'])
  })

  test.for(
    samples.filter((sample) => sample.expected.kind !== undefined).map((sample) => [sample.id, sample] as const),
  )('%s is told from an access line', ([, sample]) => {
    const [document = {}] = parseText(sample.line)
    if (sample.expected.kind === 'truncated-access-log') {
      expect(document).toMatchObject({
        event: { dataset: 'envoy.unparsed', original: sample.line },
        error: { type: 'truncated' },
      })
      return
    }
    const { level, scope, message } = sample.expected
    expect(at(document, 'event.dataset')).toBe('envoy.log')
    expect([at(document, 'log.level'), at(document, 'log.logger') ?? null, at(document, 'message')]).toEqual([
      level,
      scope,
      message,
    ])
  })
})

describe('a recorded line', () => {
  test.for(
    scenarios.map((scenario) => [`${scenario.format} ${scenario.scenario} ${scenario.side}`, scenario] as const),
  )('%s becomes a record with every expected field', ([, scenario]) => {
    const line = scenario.line_base64 === undefined ? scenario.line : Buffer.from(scenario.line_base64, 'base64')
    const [document = {}] = parseText(line)
    for (const [name, wanted] of Object.entries(scenario.expected)) {
      if (name === 'responder' || name === 'cut_short') continue
      if (name.endsWith('_prefix'))
        expect(String(readBack(document, name.slice(0, -7))).slice(0, String(wanted).length)).toBe(wanted)
      else if (name.endsWith('_contains')) expect(readBack(document, name.slice(0, -9))).toContain(String(wanted))
      else if (name === 'downstream_remote_ip') expect(at(document, 'source.ip')).toBe(wanted)
      else expect([name, columnOf(document, name, wanted)]).toEqual([name, normal(name, wanted)])
    }
    // Envoy's default format has no cluster: which side the line is from is not in it.
    const wanted = scenario.expected['responder']
    if (scenario.format === 'envoy-default' && wanted === 'application') return
    expect(at(document, 'envoy.verdict.responder')).toBe(wanted)
    expect(at(document, 'envoy.verdict.cut_short') ?? false).toBe(scenario.expected['cut_short'] ?? false)
  })
})

function columnOf(document: Readonly<Record<string, unknown>>, name: string, wanted: unknown): unknown {
  return name === 'start_time' && wanted !== null
    ? normal(name, readBack(document, name))
    : normal(name, readBack(document, name))
}

function normal(name: string, value: unknown): unknown {
  if (name === 'response_flags' && Array.isArray(value)) return [...value].sort()
  if (name === 'x_forwarded_for' && typeof value === 'string') return value.replaceAll(/, */g, ',')
  if (name === 'start_time' && typeof value === 'string')
    return /^\d+\.\d+$/.test(value) ? Math.round(Number(value) * 1000) : Date.parse(value)
  return value
}

function responderOf(derived: Derived | undefined): string | undefined {
  // A connection that no filter chain took: the samples call it not applicable, the recorded lines none. Nobody answered.
  if (derived?.layer === 'connection') return 'none'
  if (derived?.responder !== 'upstream') return derived?.responder
  return derived.direction === 'inbound' ? 'application' : 'next_hop'
}

function directionOf(derived: Derived | undefined): string | undefined {
  return derived?.role_hint === 'gateway' || derived?.role_hint === 'waypoint' ? derived.role_hint : derived?.direction
}
