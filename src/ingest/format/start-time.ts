import type { EnvoyLine } from '../../record/envoy-line.ts'
import { isoTime } from '../../record/iso-time.ts'
import { compileTimePattern, isoOf, type PatternProblem, type TimeReader } from './time-pattern.ts'
import { fractionOfEpoch } from './time-steps.ts'

/**
 * START_TIME as it prints without a pattern (`2026-11-22T13:16:15.697Z`), with any number of digits and any numeric
 * zone; also seconds since the epoch with a fraction, or as 10, 13, 16 or 19 digits.
 *
 * Source: envoyproxy/envoy source/common/formatter/stream_info_formatter.cc (DefaultUnformattedStringFormat).
 */
export const DEFAULT_TIME: TimeReader = createDefaultReader()

/** What START_TIME prints without a pattern. */
export const DEFAULT_PATTERN = '%Y-%m-%dT%H:%M:%E3SZ'

/** What a time says about a line: when it started, or when it ended. */
export interface TimeUse {
  readonly reader: TimeReader
  readonly isEnd: boolean
}

/** How times of an operator are read; `time` is undefined for those that say nothing about a line, such as certificates'. */
export function timeUseOf(
  operator: string,
  pattern: string | undefined,
): { readonly reader: TimeReader; readonly time: TimeUse | undefined; readonly rank: number } | PatternProblem {
  const reader =
    pattern === undefined || pattern === '' ? DEFAULT_TIME : compileTimePattern(pattern, !operator.endsWith('_LOCAL'))
  if ('problem' in reader) return reader
  const rank = TIMES.indexOf(operator)
  return { reader, rank, time: rank === -1 ? undefined : { reader, isEnd: operator.startsWith('EMIT') } }
}
/** The start is better than the end, and what names no zone may be no help. */
const TIMES = ['START_TIME', 'START_TIME_LOCAL', 'EMIT_TIME', 'EMIT_TIME_LOCAL']

/**
 * Take the start time from a START_TIME value: `startTime` in UTC with the digits it had, and `startTimeMs`.
 * False, and nothing taken, when the value is absent or no time.
 */
export function assignStartTime(line: EnvoyLine, value: unknown): boolean {
  return assignTime(line, value, START)
}
const START: TimeUse = { reader: DEFAULT_TIME, isEnd: false }

/** The same for a value of another pattern, or of the end: less the duration, that is the start. */
export function assignTime(line: EnvoyLine, value: unknown, time: TimeUse): boolean {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && text !== '' && placeTime(line, text, 0, text.length, time)
}

/** The same for a time that stands in a text. */
export function placeTime(
  line: EnvoyLine,
  text: string,
  start: number,
  stop: number,
  { reader, isEnd }: TimeUse,
): boolean {
  if (reader.read(text, start) !== stop || Number.isNaN(reader.ms)) return false
  if (!isEnd) {
    line.startTime = reader.iso
    line.startTimeMs = reader.ms
    return true
  }
  if (line.durationMs === undefined) return false
  line.startTimeMs = reader.ms - line.durationMs
  line.startTime = isoTime(line.startTimeMs)
  return true
}

function createDefaultReader(): TimeReader {
  const reader = { ms: Number.NaN, iso: '', read }
  let lastText = ''
  let lastAt = -1
  let lastEnd = -1
  // A line's time is read to find the line's format, and again to be taken: the second time is free.
  function read(text: string, at: number): number {
    if (at === lastAt && text === lastText) return lastEnd
    lastEnd = text.charCodeAt(at + 10) === LETTER_T ? readIso(text, at, reader) : readEpoch(text, at, reader)
    lastText = text
    lastAt = at
    return lastEnd
  }
  return reader
}

const LETTER_T = 0x54
const DASH = 0x2d
const COLON = 0x3a
const DOT = 0x2e
const LETTER_Z = 0x5a

interface Reading {
  ms: number
  iso: string
}

function readIso(text: string, at: number, reading: Reading): number {
  const day = readDay(text, at)
  const hour = twoDigits(text, at + 11)
  const minute = twoDigits(text, at + 14)
  const second = twoDigits(text, at + 17)
  if (text.charCodeAt(at + 13) !== COLON || text.charCodeAt(at + 16) !== COLON) return -1
  if (!(hour <= 24 && minute <= 59 && second <= 60) || day === -1) return -1
  const wholeMs = day + hour * 3_600_000 + minute * 60_000 + second * 1000
  return readFraction(text, at, wholeMs, reading)
}

/** What stands behind the second: a fraction or none, then the zone. */
function readFraction(text: string, at: number, wholeMs: number, reading: Reading): number {
  let end = at + 19
  let millis = 0
  if (text.charCodeAt(end) === DOT) {
    end += 1
    for (let weight = 100; isDigit(text.charCodeAt(end)) && end < at + 29; weight /= 10) {
      millis += (text.charCodeAt(end) - 0x30) * Math.floor(weight)
      end += 1
    }
    if (end === at + 20) return -1
  }
  if (text.charCodeAt(end) === LETTER_Z) {
    reading.ms = wholeMs + millis
    reading.iso = text.slice(at, end + 1)
    return end + 1
  }
  return readZone(text, at, end, wholeMs + millis, reading)
}

function readZone(text: string, at: number, fractionEnd: number, localMs: number, reading: Reading): number {
  const zone = /^([+-])(\d\d):?(\d\d)/.exec(text.slice(fractionEnd, fractionEnd + 6))
  const minutes = zone === null ? 0 : Number(zone[2]) * 60 + Number(zone[3])
  reading.ms = localMs - (zone?.[1] === '-' ? -minutes : minutes) * 60_000
  reading.iso = isoOf(reading.ms, text.slice(at + 20, fractionEnd))
  return fractionEnd + (zone === null ? 0 : zone[0].length)
}

let knownDay = 0
let knownDayMs = -1

/** Milliseconds of the day's start; -1 when there is no such day. Lines of one file are of one day, so the last is kept. */
function readDay(text: string, at: number): number {
  if (text.charCodeAt(at + 4) !== DASH || text.charCodeAt(at + 7) !== DASH) return -1
  const year = twoDigits(text, at) * 100 + twoDigits(text, at + 2)
  const month = twoDigits(text, at + 5)
  const day = twoDigits(text, at + 8)
  const packed = year * 10_000 + month * 100 + day
  if (packed === knownDay) return knownDayMs
  const ms = Date.UTC(year, month - 1, day)
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== day || month > 12) return -1
  knownDay = packed
  knownDayMs = ms
  return ms
}

/** `1770368408.123`, or digits whose number tells the unit. */
function readEpoch(text: string, at: number, reading: Reading): number {
  const whole = digitsEnd(text, at, 19)
  if (whole - at < 9) return -1
  const hasDot = text.charCodeAt(whole) === DOT && isDigit(text.charCodeAt(whole + 1))
  const places = hasDot ? 0 : fractionOfEpoch(whole - at)
  const end = hasDot ? digitsEnd(text, whole + 1, 9) : whole
  const fraction = hasDot ? text.slice(whole + 1, end) : text.slice(whole - places, whole)
  reading.ms = Number(text.slice(at, whole - places)) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'))
  reading.iso = isoOf(reading.ms, fraction)
  return reading.iso === '' ? -1 : end
}

function digitsEnd(text: string, at: number, most: number): number {
  let end = at
  while (end - at < most && isDigit(text.charCodeAt(end))) end += 1
  return end
}

/** NaN when they are not two digits, so that every comparison with it fails. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at)
  const ones = text.charCodeAt(at + 1)
  return isDigit(tens) && isDigit(ones) ? (tens - 0x30) * 10 + ones - 0x30 : Number.NaN
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
