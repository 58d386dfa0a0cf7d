/** Where a time of one pattern ends in a text, and which instant it is. One object per pattern, overwritten by each reading. */
export interface TimeReader {
  /** End of the time that stands at `at`; -1 when none does. On success `ms` and `iso` tell the instant. */
  read(text: string, at: number): number
  /** Milliseconds since the epoch; NaN when the pattern has no date or does not tell the zone. */
  readonly ms: number
  /** ISO 8601 in UTC, with the digits the text had. */
  readonly iso: string
}

/** What is wrong with a pattern, counted from its first character. */
export interface PatternProblem {
  readonly index: number
  readonly problem: string
}

/** What a pattern has read so far; NaN is "not said". */
interface Parts {
  year: number
  month: number
  day: number
  dayOfYear: number
  hour: number
  minute: number
  second: number
  epoch: number
  fraction: string
  offsetMinutes: number
  isAfternoon: boolean | undefined
}

/** Reads one specifier at a place; the end of it, or -1. */
type Step = (text: string, at: number, parts: Parts) => number

/**
 * Compile a START_TIME pattern: strftime's specifiers, Envoy's `%f` and `%1f`..`%9f`, and Abseil's `%E3S`, `%E*S`,
 * `%E6f`, `%E*f`, `%Ez`, `%E4Y`, `%ET`.
 *
 * `isUtc` says that a time without a zone is in UTC, which is so for START_TIME but not for START_TIME_LOCAL.
 * Sources: envoyproxy/envoy source/common/common/utility.cc (DateFormatter), abseil absl/time/format.cc, strftime(3).
 */
export function compileTimePattern(pattern: string, isUtc: boolean): TimeReader | PatternProblem {
  const steps: Step[] = []
  const expanded = expand(pattern)
  for (let at = 0; at < expanded.length; ) {
    if (expanded[at] !== '%') {
      steps.push(literal(expanded.charCodeAt(at)))
      at += 1
      continue
    }
    const specifier = SPECIFIER.exec(expanded.slice(at, at + 4))?.[0] ?? '%'
    const step = specifier === '%s' ? epochStep(expanded.slice(at + 2)) : stepOf(specifier)
    if (step === undefined)
      return {
        index: at,
        problem: `has the unknown time specifier "${specifier}"; see strftime(3) and Envoy's START_TIME`,
      }
    steps.push(step)
    at += specifier.length
    if (specifier === '%s') at += ADJACENT_FRACTION.exec(expanded.slice(at))?.[0].length ?? 0
  }
  return readerOf(steps, isUtc)
}

const SPECIFIER = /^%(?:E[1-9*#]?[A-Za-z]|O[A-Za-z]|[1-9]?f|:?[A-Za-z%])/
const ADJACENT_FRACTION = /^%(?:E?([1-9])?)f/

/** Specifiers that stand for others, in the C locale. */
const COMPOSITES: readonly (readonly [RegExp, string])[] = [
  [/%c/g, '%a %b %e %T %Y'],
  [/%[xD]/g, '%m/%d/%y'],
  [/%r/g, '%I:%M:%S %p'],
  [/%R/g, '%H:%M'],
  [/%[XT]/g, '%H:%M:%S'],
  [/%F/g, '%Y-%m-%d'],
]

function expand(pattern: string): string {
  return pattern
    .split('%%')
    .map((part) => COMPOSITES.reduce((text, [composite, plain]) => text.replace(composite, plain), part))
    .join('%%')
}

function readerOf(steps: readonly Step[], isUtc: boolean): TimeReader {
  const parts = emptyParts()
  const reader = { ms: Number.NaN, iso: '', read }
  function read(text: string, at: number): number {
    Object.assign(parts, EMPTY)
    let end = at
    for (const step of steps) {
      end = step(text, end, parts)
      if (end === -1) return -1
    }
    reader.ms = millisecondsOf(parts, isUtc)
    reader.iso = Number.isNaN(reader.ms) ? '' : isoOf(reader.ms, parts.fraction)
    return end
  }
  return reader
}

function emptyParts(): Parts {
  return {
    year: Number.NaN,
    month: Number.NaN,
    day: Number.NaN,
    dayOfYear: Number.NaN,
    hour: 0,
    minute: 0,
    second: 0,
    epoch: Number.NaN,
    fraction: '',
    offsetMinutes: Number.NaN,
    isAfternoon: undefined,
  }
}
const EMPTY: Readonly<Parts> = emptyParts()

function millisecondsOf(parts: Parts, isUtc: boolean): number {
  const millis = parts.fraction === '' ? 0 : Math.floor(Number(`0.${parts.fraction}`) * 1000 + 1e-6)
  if (!Number.isNaN(parts.epoch)) return parts.epoch * 1000 + millis
  const offset = Number.isNaN(parts.offsetMinutes) && isUtc ? 0 : parts.offsetMinutes
  const { year, minute, second } = parts
  const month = Number.isNaN(parts.dayOfYear) ? parts.month : 1
  const day = Number.isNaN(parts.dayOfYear) ? parts.day : parts.dayOfYear
  return Date.UTC(year, month - 1, day, hourOf(parts), minute - offset, second, millis)
}

/** Noon and midnight are both 12 on a clock of twelve hours. */
function hourOf({ hour, isAfternoon }: Parts): number {
  return isAfternoon === undefined ? hour : (hour % 12) + (isAfternoon ? 12 : 0)
}

/** ISO 8601 of an instant with just these digits behind the second. */
export function isoOf(ms: number, fraction: string): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return ''
  return `${date.toISOString().slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`
}

function stepOf(specifier: string): Step | undefined {
  const fraction = /^%E?([1-9*])?f$/.exec(specifier)
  if (fraction !== null) return fractionStep(fraction[1] ?? '*')
  const second = /^%E([1-9*])S$/.exec(specifier)
  if (second !== null) return secondWithFraction(second[1] ?? '*')
  if (specifier === '%ET') return literal(0x54)
  const letter = specifier.at(-1) ?? ''
  return /^%(?:E4?|E\*|O|:)?$/.test(specifier.slice(0, -1)) ? STEPS[letter] : undefined
}

/** One step for each letter of strftime that says something, or that must be passed over. */
const STEPS: Readonly<Record<string, Step>> = {
  Y: digits(4, 4, (parts, value) => void (parts.year = value)),
  C: digits(2, 2, (parts, value) => void (parts.year = value * 100 + ((parts.year || 0) % 100))),
  y: digits(2, 2, (parts, value) => void (parts.year = value + (value < 69 ? 2000 : 1900))),
  m: within(
    1,
    12,
    digits(2, 2, (parts, value) => void (parts.month = value)),
  ),
  d: within(
    1,
    31,
    digits(2, 2, (parts, value) => void (parts.day = value)),
  ),
  e: padded(digits(1, 2, (parts, value) => void (parts.day = value))),
  j: digits(3, 3, (parts, value) => void (parts.dayOfYear = value)),
  H: within(
    0,
    24,
    digits(2, 2, (parts, value) => void (parts.hour = value)),
  ),
  I: within(
    1,
    12,
    digits(2, 2, (parts, value) => void (parts.hour = value)),
  ),
  k: padded(digits(1, 2, (parts, value) => void (parts.hour = value))),
  l: padded(digits(1, 2, (parts, value) => void (parts.hour = value))),
  M: within(
    0,
    59,
    digits(2, 2, (parts, value) => void (parts.minute = value)),
  ),
  S: within(
    0,
    60,
    digits(2, 2, (parts, value) => void (parts.second = value)),
  ),
  b: monthName,
  B: monthName,
  h: monthName,
  a: word,
  A: word,
  p: halfOfDay,
  P: halfOfDay,
  z: numericZone,
  Z: namedZone,
  u: digits(1, 1, ignore),
  w: digits(1, 1, ignore),
  U: digits(2, 2, ignore),
  V: digits(2, 2, ignore),
  W: digits(2, 2, ignore),
  G: digits(4, 4, ignore),
  g: digits(2, 2, ignore),
  n: blanks,
  t: blanks,
  '%': literal(0x25),
}

function ignore(): void {}

function literal(code: number): Step {
  return (text, at) => (text.charCodeAt(at) === code ? at + 1 : -1)
}

function digits(fewest: number, most: number, keep: (parts: Parts, value: number) => void): Step {
  return (text, at, parts) => {
    const end = digitsEnd(text, at, most)
    if (end - at < fewest) return -1
    keep(parts, Number(text.slice(at, end)))
    return end
  }
}

/** The same, refused outside its range. Two digits each, so that the text can be looked at again. */
function within(lowest: number, highest: number, step: Step): Step {
  return (text, at, parts) => {
    const value = Number(text.slice(at, at + 2))
    return value >= lowest && value <= highest ? step(text, at, parts) : -1
  }
}

function padded(step: Step): Step {
  return (text, at, parts) => step(text, text.charCodeAt(at) === 0x20 ? at + 1 : at, parts)
}

/** Seconds since the epoch; directly followed by a fraction, or longer than ten digits, the rest is the fraction. */
function epochStep(rest: string): Step {
  const adjacent = ADJACENT_FRACTION.exec(rest)
  const places = adjacent === null ? undefined : Number(adjacent[1] ?? 9)
  return (text, at, parts) => {
    const end = digitsEnd(text, at, 19)
    if (end === at) return -1
    const fraction = places ?? fractionOfEpoch(end - at)
    if (end - at <= fraction) return -1
    parts.epoch = Number(text.slice(at, end - fraction))
    if (fraction > 0) parts.fraction = text.slice(end - fraction, end)
    return end
  }
}

/** Epoch times of 10, 13, 16 and 19 digits are seconds, milliseconds, microseconds and nanoseconds. */
export function fractionOfEpoch(digitCount: number): number {
  return digitCount >= 18 ? 9 : digitCount >= 15 ? 6 : digitCount >= 12 ? 3 : 0
}

function fractionStep(places: string): Step {
  const exactly = places === '*' ? undefined : Number(places)
  return (text, at, parts) => {
    const end = digitsEnd(text, at, exactly ?? 9)
    if (end === at || (exactly !== undefined && end - at < exactly)) return -1
    parts.fraction = text.slice(at, end)
    return end
  }
}

function secondWithFraction(places: string): Step {
  const whole = STEPS['S'] ?? literal(0)
  const fraction = fractionStep(places)
  return (text, at, parts) => {
    const dot = whole(text, at, parts)
    if (dot === -1) return -1
    if (text.charCodeAt(dot) !== 0x2e) return places === '*' ? dot : -1
    return fraction(text, dot + 1, parts)
  }
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

function monthName(text: string, at: number, parts: Parts): number {
  const month = MONTHS.indexOf(text.slice(at, at + 3).toLowerCase())
  if (month === -1) return -1
  parts.month = month + 1
  return word(text, at)
}

function word(text: string, at: number): number {
  let end = at
  while (isLetter(text.charCodeAt(end)) && end - at < 16) end += 1
  return end === at ? -1 : end
}

function halfOfDay(text: string, at: number, parts: Parts): number {
  const half = text.slice(at, at + 2).toLowerCase()
  if (half !== 'am' && half !== 'pm') return -1
  parts.isAfternoon = half === 'pm'
  return at + 2
}

/** `+0800`, `+08:00`, `+08:00:00` or `Z`. */
function numericZone(text: string, at: number, parts: Parts): number {
  const zone = ZONE.exec(text.slice(at, at + 9))
  if (zone === null) return -1
  const minutes = Number(zone[2] ?? 0) * 60 + Number(zone[3] ?? 0)
  parts.offsetMinutes = zone[1] === '-' ? -minutes : minutes
  return at + zone[0].length
}
const ZONE = /^(?:Z|([+-])(\d\d):?(\d\d)(?::\d\d)?)/

/** Only UTC has one meaning everywhere: CST is five zones. A number stands where a zone has no name. */
function namedZone(text: string, at: number, parts: Parts): number {
  const numeric = numericZone(text, at, parts)
  if (numeric !== -1) return numeric
  const end = word(text, at)
  if (end === -1) return -1
  const name = text.slice(at, end)
  if (name === 'UTC' || name === 'GMT') parts.offsetMinutes = 0
  return end
}

function blanks(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code === 0x20 || code === 0x09 ? at + 1 : -1
}

function digitsEnd(text: string, at: number, most: number): number {
  let end = at
  while (end - at < most && isDigit(text.charCodeAt(end))) end += 1
  return end
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
}
