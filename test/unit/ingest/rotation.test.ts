import * as fc from '../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { orderPlainLogs, orderPodLogs, unknownCompression, withoutRotation } from '../../../src/ingest/rotation.ts'

/** The same names in another order, to show that order comes from them. */
function shuffled(names: readonly string[]): string[] {
  return fc.sample(fc.shuffledSubarray([...names], { minLength: names.length }), { numRuns: 1, seed: 7 })[0] ?? []
}

describe('orderPodLogs()', () => {
  test.for([
    ['one live file', ['0.log'], ['0.log']],
    ['renamed ones before the live one', ['0.log.20261122-130000', '0.log'], ['0.log.20261122-130000', '0.log']],
    [
      'renamed ones by time',
      ['0.log.20251122-235959', '0.log.20261122-130000', '0.log.20261122-130001', '0.log'],
      ['0.log.20251122-235959', '0.log.20261122-130000', '0.log.20261122-130001', '0.log'],
    ],
    ['restarts by number', ['2.log.20200101-000000', '2.log', '10.log'], ['2.log.20200101-000000', '2.log', '10.log']],
    [
      'compressed ones like what they were made of, a copy right behind it',
      [
        '0.log.20261122-120000.gz',
        '0.log.20261122-130000',
        '0.log.20261122-130000.gz',
        '0.log.20261122-140000',
        '0.log',
      ],
      [
        '0.log.20261122-120000.gz',
        '0.log.20261122-130000',
        '0.log.20261122-130000.gz',
        '0.log.20261122-140000',
        '0.log',
      ],
    ],
    [
      'nothing else in the directory',
      ['0.log', '0.log.20261122-130000.tmp', '0.log.gz', '0.log.tmp', 'x.log', '0.log.1', 'notes', '.0.log'],
      ['0.log'],
    ],
  ] as const)('gives %s', ([, names, expected]) => {
    expect(orderPodLogs(shuffled(names)).map((log) => log.name)).toEqual(expected)
  })

  test('reads the restart count, and whether it is compressed', () => {
    expect(orderPodLogs(['12.log.20261122-130000', '13.log.20261122-140000.gz'])).toEqual([
      { name: '12.log.20261122-130000', restart: 12, isCompressed: false },
      { name: '13.log.20261122-140000.gz', restart: 13, isCompressed: true },
    ])
  })
})

describe('orderPlainLogs()', () => {
  test.for([
    ['numbers, greatest first', 'a.log', ['a.log.10', 'a.log.2', 'a.log.1', 'a.log']],
    ['dates, least first', 'a.log', ['a.log-20261120', 'a.log-20261121', 'a.log']],
    ['dates with times', 'a.log', ['a.log.2026-11-21T10-00-00', 'a.log.2026-11-21T11-00-00', 'a.log']],
    ['dates in seconds of the day', 'a.log', ['a.log-20261121-1763712000', 'a.log-20261121-1763715600', 'a.log']],
    ['dates before numbers', 'a.log', ['a.log-20261121', 'a.log.1', 'a.log']],
    ['compressed ones in their place', 'a.log', ['a.log.10.gz', 'a.log.2.gz', 'a.log.1', 'a.log']],
    [
      'a copy behind what it was made of',
      'a.log',
      ['a.log-20261120.gz', 'a.log-20261121', 'a.log-20261121.gz', 'a.log'],
    ],
    ['a live file last, also when there is a copy of it', 'a.log', ['a.log.1.gz', 'a.log.gz', 'a.log']],
  ] as const)('gives %s', ([, live, expected]) => {
    expect(orderPlainLogs(live, shuffled(expected)).map((log) => log.name)).toEqual(expected)
  })

  test('says which are compressed', () => {
    expect(orderPlainLogs('a.log', ['a.log', 'a.log.1.gz'])).toEqual([
      { name: 'a.log.1.gz', restart: 0, isCompressed: true },
      { name: 'a.log', restart: 0, isCompressed: false },
    ])
  })

  test('leaves out other logs and what cannot be unpacked', () => {
    const names = ['a.log', 'a.log.1.xz', 'a.logs', 'a.log.bak', 'b.log', 'a.log.12345', 'a.log.2.zst', 'a.log.3.bz2']
    expect(orderPlainLogs('a.log', names).map((log) => log.name)).toEqual(['a.log'])
  })
})

describe('unknownCompression()', () => {
  test.for([
    [['a.log', 'a.log.1.gz'], undefined],
    [['a.log', 'a.log.1.xz'], 'xz'],
    [['a.log.2.zst', 'a.log'], 'zst'],
    [['a.log.2.bz2'], 'bz2'],
  ] as const)('of %j is %s', ([names, expected]) => {
    expect(unknownCompression(names)).toBe(expected)
  })
})

describe('withoutRotation()', () => {
  test.for([
    ['a.log', 'a.log'],
    ['a.log.1', 'a.log'],
    ['a.log-20261121', 'a.log'],
    ['a.log-2026-11-21', 'a.log'],
    ['a.log-20261121-1763712000', 'a.log'],
    ['a.log.20261122-130000', 'a.log'],
    ['access-2', 'access'],
    ['envoy-2.log', 'envoy-2.log'],
    ['a.log.1.gz', 'a.log'],
    ['a.log-20261121.gz', 'a.log'],
    ['a.log.gz', 'a.log'],
    ['a.log.1.xz', 'a.log'],
  ] as const)('of %s is %s', ([name, expected]) => {
    expect(withoutRotation(name)).toBe(expected)
  })
})
