import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ISTIO_KEYS } from '../../../../src/bootstrap/elasticsearch/istio-keys.ts'
import { elasticsearchMapping, type Mapping } from '../../../../src/record/elasticsearch-mapping.ts'
import { at } from '../../../../src/sinks/elasticsearch/parts-of-json.ts'
import { parseText } from '../../../support/transcode.ts'

const ALIASES = ISTIO_KEYS.flatMap(({ key, field }) => (field === undefined ? [] : [{ key, field }]))
const corpus = new URL('../../../fixtures/recorded/corpus.json.log.gz', import.meta.url)
const lines = gunzipSync(readFileSync(corpus)).toString().trimEnd().split('\n').slice(0, 2_000)
const [first = ''] = lines
lines.push(
  JSON.stringify({ ...JSON.parse(first), x_forwarded_for: '192.0.2.1,10.0.0.7' }),
  JSON.stringify({ ...JSON.parse(first), method: null, connection_termination_details: 'filter_chain_not_found' }),
)
const documents = parseText(lines.join('\n'))

function mappingOf(name: string): Mapping | undefined {
  let mapping: Mapping | undefined = elasticsearchMapping()
  for (const part of name.split('.')) mapping = mapping?.properties?.[part]
  return mapping
}

const SPLIT: ReadonlySet<string> = new Set(['response_flags', 'x_forwarded_for'])

/** The value of a line in the form its field has. */
function expectedOf(key: string, value: unknown): unknown {
  if (value === null || value === undefined || value === '-') return undefined
  if (SPLIT.has(key) && typeof value === 'string') return value.split(',')
  return key === 'upstream_service_time' ? Number(value) : value
}

describe('ISTIO_KEYS', () => {
  test('has every key of a recorded line, and each once', () => {
    const known = ISTIO_KEYS.map(({ key }) => key)
    expect(new Set(known).size).toBe(known.length)
    const inLines = new Set(lines.slice(0, 100).flatMap((line) => Object.keys(JSON.parse(line))))
    expect([...inLines].filter((key) => !known.includes(key))).toEqual([])
    expect(known.filter((key) => !inLines.has(key))).toEqual(['istio_policy_status'])
  })

  test.for(ALIASES)('$key does not hide a field of ours and points to one', ({ key, field }) => {
    expect(elasticsearchMapping().properties).not.toHaveProperty([key])
    expect(mappingOf(field)?.type).toBeTypeOf('string')
  })

  test('says of every key without an alias where the value is', () => {
    const silent = ISTIO_KEYS.filter(({ field, note }) => field === undefined && (note ?? '') === '')
    expect(silent).toEqual([])
  })

  test.for(ALIASES)('$field has the value that $key has in recorded lines', ({ key, field }) => {
    expect(documents).toHaveLength(lines.length)
    let seen = 0
    for (const [index, line] of lines.entries()) {
      const logged: unknown = JSON.parse(line)[key]
      const found = at(documents[index], ...field.split('.'))
      const isOfTcp = key.startsWith('bytes_') && JSON.parse(line).method === null
      if (isOfTcp) continue
      const expected = expectedOf(key, logged)
      if (expected !== undefined) seen += 1
      expect(found, `${key} of ${line}`).toEqual(expected)
    }
    expect(seen).toBeGreaterThan(0)
  })
})
