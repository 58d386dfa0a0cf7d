import { describe, expect, test } from 'vitest'
import { parseTime } from '../../../../src/cli/search/time.ts'

const NOW = Date.parse('2026-11-22T13:20:00.000Z')

describe('parseTime()', () => {
  test.for([
    ['now', '2026-11-22T13:20:00.000Z'],
    ['30s', '2026-11-22T13:19:30.000Z'],
    ['15m', '2026-11-22T13:05:00.000Z'],
    ['2h', '2026-11-22T11:20:00.000Z'],
    ['7d', '2026-11-15T13:20:00.000Z'],
    ['2w', '2026-11-08T13:20:00.000Z'],
    ['2026-11-22', '2026-11-22T00:00:00.000Z'],
    ['2026-11-22T13:17', '2026-11-22T13:17:00.000Z'],
    ['2026-11-22 13:17:36', '2026-11-22T13:17:36.000Z'],
    ['2026-11-22T13:17:36.994Z', '2026-11-22T13:17:36.994Z'],
    ['2026-11-22T13:17:36.994+01:00', '2026-11-22T12:17:36.994Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ] as const)('reads %s', ([text, time]) => {
    expect(new Date(parseTime(text, NOW) ?? Number.NaN).toISOString()).toBe(time)
  })

  test.for([
    '',
    'yesterday',
    '15 m',
    '15min',
    '1.5h',
    '-15m',
    '9999999d',
    '2026-02-30',
    '2026-13-01',
    '2026-11-22T25:00',
    '2026-11-22T13:00 CET',
    '13:00',
    '1763817600000',
  ])('takes %j for no time', (text) => {
    expect(parseTime(text, NOW)).toBeUndefined()
  })
})
