import { describe, expect, test } from 'vitest'
import { assignStartTime, assignTime, DEFAULT_TIME, timeUseOf } from '../../../../src/ingest/format/start-time.ts'
import { emptyLine } from '../../../../src/record/envoy-line.ts'

const T = '2026-11-22T13:16:15'

describe('assignStartTime()', () => {
  test.for([
    ['what Envoy prints', `${T}.697Z`, `${T}.697Z`],
    ['no fraction', `${T}Z`, `${T}Z`],
    ['microseconds', `${T}.697123Z`, `${T}.697123Z`],
    ['nanoseconds', `${T}.697123456Z`, `${T}.697123456Z`],
    ['one digit', `${T}.6Z`, `${T}.6Z`],
    ['an offset', '2026-11-22T21:16:15.697+0800', `${T}.697Z`],
    ['an offset with a colon', '2026-11-22T11:46:15-01:30', `${T}Z`],
    ['no zone, which is UTC', `${T}.697`, `${T}.697Z`],
    ['epoch seconds', '1795353375', `${T}Z`],
    ['epoch seconds as a number', 1_795_353_375, `${T}Z`],
    ['epoch seconds with a fraction', '1795353375.697', `${T}.697Z`],
    ['epoch milliseconds', '1795353375697', `${T}.697Z`],
    ['epoch microseconds', '1795353375697123', `${T}.697123Z`],
    ['epoch nanoseconds', '1795353375697123456', `${T}.697123456Z`],
    ['the last day of February', '2028-02-29T00:00:00.000Z', '2028-02-29T00:00:00.000Z'],
    ['a leap second', '2016-12-31T23:59:60.000Z', '2016-12-31T23:59:60.000Z'],
  ] as const)('reads %s', ([, value, iso]) => {
    const line = emptyLine('')
    expect(assignStartTime(line, value)).toBe(true)
    expect(line.startTime).toBe(iso)
    expect(line.startTimeMs).toBe(Date.parse(iso.replace(':60.', ':59.')) + (iso.includes(':60.') ? 1000 : 0))
  })

  test.for([
    ['-'],
    [''],
    [null],
    [undefined],
    [{}],
    ['GET'],
    ['2026-11-22'],
    ['2026-11-22 13:16:15.697Z'],
    ['2026-13-22T13:16:15.697Z'],
    ['2026-02-30T13:16:15.697Z'],
    ['2026-11-22T25:16:15.697Z'],
    ['2026-11-22T13:16:15.Z'],
    ['2026-11-22T13:16:15.697Zx'],
    ['2026-11-22T13.16.15.697Z'],
    ['12345678'],
    ['179535337x'],
  ] as const)('takes nothing from %j', ([value]) => {
    const line = emptyLine('')
    expect(assignStartTime(line, value)).toBe(false)
    expect(line).toEqual(emptyLine(''))
  })
})

describe('DEFAULT_TIME', () => {
  test('finds the end of a time inside a line, again and again', () => {
    const text = `[${T}.697Z] "GET`
    expect([DEFAULT_TIME.read(text, 1), DEFAULT_TIME.read(text, 1), DEFAULT_TIME.read(text, 2)]).toEqual([25, 25, -1])
    expect(DEFAULT_TIME.read(`${text}x`, 1)).toBe(25)
    expect([DEFAULT_TIME.iso, DEFAULT_TIME.ms]).toEqual([`${T}.697Z`, Date.parse(`${T}.697Z`)])
  })

  test('reads another day after a day', () => {
    const days = ['2026-11-22', '2026-11-23', '2026-11-22'].map((day) => {
      DEFAULT_TIME.read(`${day}T00:00:00.000Z`, 0)
      return DEFAULT_TIME.ms
    })
    expect(days).toEqual([1_795_305_600_000, 1_795_392_000_000, 1_795_305_600_000])
  })
})

describe('timeUseOf()', () => {
  test('says nothing about a line for the validity of a certificate', () => {
    expect(timeUseOf('DOWNSTREAM_PEER_CERT_V_END', undefined)).toMatchObject({ time: undefined })
  })

  test('takes the end of a line, less its duration, for its start', () => {
    const use = timeUseOf('EMIT_TIME', undefined)
    const time = 'time' in use ? use.time : undefined
    const line = { ...emptyLine(''), durationMs: 697 }
    expect(time !== undefined && assignTime(line, `${T}.700Z`, time)).toBe(true)
    expect(line).toMatchObject({ startTime: `${T}.003Z`, startTimeMs: Date.parse(`${T}.003Z`) })
    expect(time !== undefined && assignTime(emptyLine(''), `${T}.700Z`, time)).toBe(false)
  })
})
