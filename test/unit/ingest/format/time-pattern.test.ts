import { describe, expect, test } from 'vitest'
import { compileTimePattern } from '../../../../src/ingest/format/time-pattern.ts'

const T = '2026-11-22T13:16:15'

describe('compileTimePattern()', () => {
  test.for([
    ['%Y-%m-%dT%H:%M:%E3SZ', `${T}.697Z`, `${T}.697Z`],
    ['%Y-%m-%dT%H:%M:%E6SZ', `${T}.697123Z`, `${T}.697123Z`],
    ['%Y-%m-%dT%H:%M:%E*SZ', `${T}.69Z`, `${T}.69Z`],
    ['%Y-%m-%dT%H:%M:%E*SZ', `${T}Z`, `${T}Z`],
    ['%Y-%m-%dT%H:%M:%S.%3fZ', `${T}.697Z`, `${T}.697Z`],
    ['%Y-%m-%dT%H:%M:%S.%9fZ', `${T}.697000001Z`, `${T}.697000001Z`],
    ['%Y-%m-%dT%H:%M:%S.%f', `${T}.697000001`, `${T}.697000001Z`],
    ['%Y-%m-%dT%H:%M:%S.%E3f', `${T}.697`, `${T}.697Z`],
    ['%Y-%m-%dT%H:%M:%S.%E*f', `${T}.6`, `${T}.6Z`],
    ['%F%ET%TZ', `${T}Z`, `${T}Z`],
    ['%F %T %z', '2026-11-22 21:16:15 +0800', `${T}Z`],
    ['%F %T %Ez', '2026-11-22 11:46:15 -01:30', `${T}Z`],
    ['%F %T %E*z', '2026-11-22 11:46:15 -01:30:00', `${T}Z`],
    ['%F %T %Z', '2026-11-22 13:16:15 UTC', `${T}Z`],
    ['%d/%b/%Y:%H:%M:%S %z', '22/Nov/2026:13:16:15 +0000', `${T}Z`],
    ['%A, %d %B %Y %I:%M:%S %p', 'Sunday, 22 November 2026 01:16:15 PM', `${T}Z`],
    ['%D %r', '11/22/26 12:16:15 AM', '2026-11-22T00:16:15Z'],
    ['%a %b %e %T %Y', 'Wed Nov  4 13:16:15 2026', '2026-11-04T13:16:15Z'],
    ['%c', 'Sun Nov 22 13:16:15 2026', `${T}Z`],
    ['%Y %j %k:%M', '2026 326  9:05', '2026-11-22T09:05:00Z'],
    ['%C%y %m %d %l%P', '2026 11 22  1pm', '2026-11-22T13:00:00Z'],
    ['%G-W%V-%u %U %W %g %w %F', '2026-W47-7 47 46 26 0 2026-11-22', '2026-11-22T00:00:00Z'],
    ['%F%n%R%t%%', '2026-11-22 13:16\t%', '2026-11-22T13:16:00Z'],
    ['%s', '1795353375', `${T}Z`],
    ['%s', '1795353375697', `${T}.697Z`],
    ['%s', '1795353375697123', `${T}.697123Z`],
    ['%s', '1795353375697123456', `${T}.697123456Z`],
    ['%s%3f', '1795353375697', `${T}.697Z`],
    ['%s%9f', '1795353375697123456', `${T}.697123456Z`],
    ['%s.%3f', '1795353375.697', `${T}.697Z`],
  ] as const)('reads %s from %j', ([pattern, text, iso]) => {
    const reader = compileTimePattern(pattern, true)
    const end = 'read' in reader ? reader.read(`[${text}]`, 1) : undefined
    expect(end === text.length + 1 && 'iso' in reader ? reader.iso : undefined).toBe(iso)
  })

  test('tells the milliseconds whatever digits there are', () => {
    const reader = compileTimePattern('%F %T.%f', true)
    expect('read' in reader && reader.read('2026-11-22 13:16:15.697999999', 0) > 0 && reader.ms).toBe(
      Date.parse(`${T}.697Z`),
    )
  })

  test.for([
    ['no zone of its own', '%F %T', '2026-11-22 13:16:15'],
    ['the name of a zone that is many', '%F %T %Z', '2026-11-22 13:16:15 CST'],
    ['no date', '%T %z', '13:16:15 +0000'],
  ] as const)('reads a local time with %s without knowing the instant', ([, pattern, text]) => {
    const reader = compileTimePattern(pattern, false)
    expect('read' in reader && reader.read(text, 0)).toBe(text.length)
    expect('ms' in reader && reader.ms).toBeNaN()
  })

  test.for([
    ['%F', '2026-13-22'],
    ['%F', '2026-11-32'],
    ['%T', '25:00:00'],
    ['%T', '13:60:00'],
    ['%F', '226-11-22'],
    ['%b', 'Nox'],
    ['%p', 'xm'],
    ['%z', '0800'],
    ['%s', 'x'],
    ['%E3S', '15.69'],
    ['%E3S', '15'],
    ['%3f', '69'],
    ['%F', ''],
  ] as const)('finds no %s in %j', ([pattern, text]) => {
    const reader = compileTimePattern(pattern, true)
    expect('read' in reader && reader.read(text, 0)).toBe(-1)
  })

  test.for([
    ['%Y %Q', 3],
    ['%', 0],
    ['%E9', 0],
    ['%F %Es', 9],
    ['a%ñ', 1],
  ] as const)('refuses %s and says where', ([pattern, index]) => {
    expect(compileTimePattern(pattern, true)).toMatchObject({ index })
  })
})
