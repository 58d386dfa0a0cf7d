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
    .map((line): T => JSON.parse(line))

const samples = read<Sample>('samples/samples.jsonl')
const scenarios = read<Scenario>('recorded/scenarios.jsonl')

/** Names that are not columns of the line, or whose home in the document is checked elsewhere. */
const NOT_COLUMNS = new Set(
  'derived kind logged_at scope direction bytes_recv src.identity dst.identity dst.service dst.hbone_addr responder cut_short'.split(
    ' ',
  ),
)

type Row<T> = readonly [name: string, row: T]
const named = <T>(rows: readonly T[], nameOf: (row: T) => string): Row<T>[] => rows.map((row) => [nameOf(row), row])
const access = named(
  samples.filter((sample) => sample.expected.derived !== undefined),
  (sample) => sample.id,
)
const others = named(
  samples.filter((sample) => sample.expected.kind !== undefined),
  (sample) => sample.id,
)
const recorded = named(scenarios, ({ format, scenario, side }) => `${format} ${scenario} ${side}`)

describe('a sample', () => {
  test.for(access)('%s becomes a record with every expected field', ([, sample]) => {
    const documents = parseText(sample.line, sample.template)
    const [document = {}] = documents
    const names = Object.keys(sample.expected).filter((name) => isColumn(sample, name))
    expect(documents).toHaveLength(1)
    expect(columnsOf(document, names)).toEqual(expectedColumns(sample.expected, names))
    const { derived } = sample.expected
    expect({
      responder: at(document, 'envoy.verdict.responder'),
      direction: at(document, 'envoy.direction'),
      category: at(document, 'event.category'),
    }).toEqual({
      responder: responderOf(derived),
      direction: directionOf(derived),
      category: [derived?.layer === 'http' ? 'web' : 'network'],
    })
  })

  test.for(others)('%s is told from an access line', ([, sample]) => {
    const { level, scope, message, kind } = sample.expected
    const truncated = { event: { dataset: 'envoy.unparsed', original: sample.line }, error: { type: 'truncated' } }
    const component = {
      event: { dataset: 'envoy.log' },
      log: { level, ...(scope !== null && { logger: scope }) },
      message,
    }
    expect(parseText(sample.line)).toMatchObject([kind === 'truncated-access-log' ? truncated : component])
  })
})

describe('a recorded line', () => {
  test.for(recorded)(
    '%s becomes a record with every expected field',
    ([, { format, line, line_base64: exact, expected }]) => {
      const [document = {}] = parseText(exact === undefined ? line : Buffer.from(exact, 'base64'))
      const names = Object.keys(expected).filter((name) => !NOT_COLUMNS.has(name))
      expect(columnsOf(document, names, expected)).toEqual(expectedColumns(expected, names))
      // Envoy's default format has no cluster: which side the line is from is not in it.
      const isHidden = format === 'envoy-default' && expected['responder'] === 'application'
      expect(at(document, 'envoy.verdict.responder')).toBe(isHidden ? 'next_hop' : expected['responder'])
      expect(at(document, 'envoy.verdict.cut_short')).toBe(expected['cut_short'])
    },
  )
})

/** ztunnel counts bytes from its own workload, and its lines have the end, not the start. */
function isColumn({ format, expected }: Sample, name: string): boolean {
  if (NOT_COLUMNS.has(name) || (format.startsWith('ztunnel') && name.startsWith('bytes_'))) return false
  return name !== 'start_time' || expected['start_time'] !== null
}

type Columns = Readonly<Record<string, unknown>>

function expectedColumns(expected: Columns, names: readonly string[]): Columns {
  return Object.fromEntries(names.map((name) => [name, normal(name, expected[name])]))
}

function columnsOf(document: Columns, names: readonly string[], expected: Columns = {}): Columns {
  return Object.fromEntries(names.map((name) => [name, columnOf(document, name, expected[name])]))
}

/** `NAME_prefix` and `NAME_contains` bind a part of the value: that part, where the value has it. */
function columnOf(document: Columns, name: string, wanted: unknown): unknown {
  if (name === 'downstream_remote_ip') return at(document, 'source.ip')
  const [, column, how] = /^(.+)_(prefix|contains)$/.exec(name) ?? []
  if (column === undefined) return normal(name, readBack(document, name))
  const value = String(readBack(document, column))
  const isThere = how === 'prefix' ? value.startsWith(String(wanted)) : value.includes(String(wanted))
  return isThere ? wanted : value
}

function normal(name: string, value: unknown): unknown {
  if (name === 'response_flags' && Array.isArray(value)) return value.map(String).toSorted((a, b) => (a < b ? -1 : 1))
  if (name === 'x_forwarded_for' && typeof value === 'string') return value.replaceAll(/, */g, ',')
  if (name !== 'start_time' || typeof value !== 'string') return value
  return /^\d+\.\d+$/.test(value) ? Math.round(Number(value) * 1000) : Date.parse(value)
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
