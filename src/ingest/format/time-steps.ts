/** What a pattern has read so far; NaN is "not said". */
export interface Parts {
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
export type Step = (text: string, at: number, parts: Parts) => number

/** Nothing read. */
export function emptyParts(): Parts {
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

/** The step of one specifier, `%Y` or `%E3S`; undefined when there is no such specifier. */
export function stepOf(specifier: string): Step | undefined {
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
  m: digits(2, 2, (parts, value) => void (parts.month = value), 1, 12),
  d: digits(2, 2, (parts, value) => void (parts.day = value), 1, 31),
  e: padded(digits(1, 2, (parts, value) => void (parts.day = value), 1, 31)),
  j: digits(3, 3, (parts, value) => void (parts.dayOfYear = value), 1, 366),
  H: digits(2, 2, (parts, value) => void (parts.hour = value), 0, 24),
  I: digits(2, 2, (parts, value) => void (parts.hour = value), 1, 12),
  k: padded(digits(1, 2, (parts, value) => void (parts.hour = value), 0, 24)),
  l: padded(digits(1, 2, (parts, value) => void (parts.hour = value), 1, 12)),
  M: digits(2, 2, (parts, value) => void (parts.minute = value), 0, 59),
  S: digits(2, 2, (parts, value) => void (parts.second = value), 0, 60),
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

/** One character that must stand there. */
export function literal(code: number): Step {
  return (text, at) => (text.charCodeAt(at) === code ? at + 1 : -1)
}

function digits(
  fewest: number,
  most: number,
  keep: (parts: Parts, value: number) => void,
  lowest = 0,
  highest = Number.MAX_SAFE_INTEGER,
): Step {
  return (text, at, parts) => {
    const end = digitsEnd(text, at, most)
    const value = Number(text.slice(at, end))
    if (end - at < fewest || value < lowest || value > highest) return -1
    keep(parts, value)
    return end
  }
}

function padded(step: Step): Step {
  return (text, at, parts) => step(text, text.charCodeAt(at) === 0x20 ? at + 1 : at, parts)
}

/** A fraction that follows another specifier directly. */
export const ADJACENT_FRACTION = /^%(?:E?([1-9])?)f/

/** Seconds since the epoch; directly followed by a fraction, or longer than ten digits, the rest is the fraction. */
export function epochStep(rest: string): Step {
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
