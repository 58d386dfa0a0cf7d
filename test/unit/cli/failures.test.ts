import { describe, expect, test } from 'vitest'
import type { ShownDocument } from '../../../src/cli/document.ts'
import { FailureTally, renderFailures } from '../../../src/cli/failures.ts'

function failure(
  cause: string,
  flags?: readonly string[],
  service = 'reviews',
  reason = `Because of ${cause}.`,
): ShownDocument {
  return {
    '@timestamp': '2026-11-22T13:16:15.697Z',
    event: { outcome: 'failure', reason },
    envoy: {
      response_code: 503,
      ...(flags && { response_flags: flags }),
      verdict: { responder: 'envoy', cause, checks: [`Check ${cause}`, 'second'] },
      source: { workload: 'web' },
      destination: { service },
    },
  }
}

function tally(...documents: ShownDocument[]) {
  const counted = new FailureTally()
  for (const document of documents) counted.add(document)
  return counted.result()
}

describe('FailureTally', () => {
  test('groups by cause and sentence, most frequent first, and counts every flag', () => {
    const { groups, flags, count } = tally(
      failure('a', ['UF', 'URX']),
      failure('b', ['UC']),
      failure('b', ['UC'], 'ratings'),
      failure('b', undefined, 'ratings', 'Seen from the other side.'),
      { event: { outcome: 'success' } },
    )
    expect(groups.map(({ cause, count: n, check }) => [cause, n, check])).toEqual([
      ['b', 2, 'Check b'],
      ['a', 1, 'Check a'],
      ['b', 1, 'Check b'],
    ])
    expect(flags).toEqual([
      ['UC', 2],
      ['-', 1],
      ['UF', 1],
      ['URX', 1],
    ])
    expect(count).toBe(4)
  })

  test('keeps three examples that differ in who talked to whom', () => {
    const { groups } = tally(...['a', 'a', 'b', 'c', 'd'].map((service) => failure('x', ['UH'], service)))
    expect(groups[0]?.examples.map((document) => document.envoy?.destination?.service)).toEqual(['a', 'b', 'c'])
  })

  test('stays bounded whatever causes and flags come', () => {
    const { groups, flags, count } = tally(...Array.from({ length: 3_000 }, (_, i) => failure(`cause${i}`, [`F${i}`])))
    expect(groups).toHaveLength(1_000)
    expect(groups[0]).toMatchObject({ cause: 'others', count: 2_001 })
    expect(flags).toHaveLength(1_000)
    expect(count).toBe(3_000)
  })
})

describe('renderFailures()', () => {
  test('shows the first causes whole and counts the others', () => {
    const failures = tally(failure('a'), failure('a'), failure('b'), failure('c'))
    const text = renderFailures(failures, { width: 80, maxGroups: 1, always: ['c'] })
    expect(text).toContain('a  x2')
    expect(text).toContain('Check c')
    expect(text).not.toContain('Check b')
    expect(text).toContain('and  b 1')
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})
