import * as fc from '../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { isoTime, parseTime } from '../../../src/record/iso-time.ts'

const TIMES = fc
  .date({ min: new Date('2026-11-22T09:59:50Z'), max: new Date('2026-11-22T10:00:10Z'), noInvalidDate: true })
  .map((date) => date.toISOString())

describe('parseTime()', () => {
  test.for([
    '2026-11-22T13:16:17.5Z',
    '2026-11-22T13:16:17Z',
    '2026-11-22T13:16:17.123456789Z',
    '2026-11-22T13:16:17.1234567890123Z',
    '2026-11-22T13:16:17.12x456789Z',
    '2026-11-22T13:16:17.123x56789Z',
    '2026-11-22T13:16:17.123456',
    '2026-11-22T13:16:17.123+02:00',
    '2026-02-30T13:16:17.123Z',
    '2026-11-22T13:16:60.123Z',
    '+052026-11-22T13:16:17.123Z',
    '1969-12-31T23:59:59.999Z',
    '2026-11-22',
    'yesterday',
    '',
  ])('gives what Date.parse gives for "%s"', (text) => {
    for (const before of ['2026-11-22T13:16:17.999Z', text]) {
      parseTime(before)
      expect(parseTime(text)).toBe(Date.parse(text))
    }
  })

  test('gives what Date.parse gives, whatever it was given before', () => {
    const text = fc.tuple(TIMES, fc.stringMatching(/^[0-9]{0,6}$/), fc.constantFrom('Z', '', '+01:00', 'z', ' Z'))
    fc.assert(
      fc.property(fc.array(text.map(([time, digits, end]) => time.slice(0, -1) + digits + end)), (texts) => {
        expect(texts.map(parseTime)).toEqual(texts.map((each) => Date.parse(each)))
      }),
    )
  })

  test('reads what isoTime() writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
        expect(parseTime(isoTime(ms))).toBe(ms)
      }),
    )
  })
})
