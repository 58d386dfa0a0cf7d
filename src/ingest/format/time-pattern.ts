import { ADJACENT_FRACTION, emptyParts, epochStep, literal, type Parts, type Step, stepOf } from './time-steps.ts'

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

const EMPTY: Readonly<Parts> = emptyParts()

function millisecondsOf(parts: Parts, isUtc: boolean): number {
  const millis = Number(parts.fraction.slice(0, 3).padEnd(3, '0'))
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
