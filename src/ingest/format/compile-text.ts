import type { EnvoyLine } from '../../record/envoy-line.ts'
import { type Column, resolveColumns } from './columns.ts'
import { invalid, parseTemplate } from './grammar.ts'
import { extraOf } from './json-value.ts'
import { layOut, type Slot } from './layout.ts'
import { type Fit, Matcher } from './matcher.ts'
import { shapeOf } from './shape.ts'
import { placeTime } from './start-time.ts'

/** A text format, ready to read lines. */
export interface TextFormat {
  readonly name: string
  /** In how many ways a line fits, whatever its values. */
  fit(text: string): Fit
  /** Read a line into `line`: false, with nothing put, when the format does not fit. */
  parse(text: string, line: EnvoyLine): boolean
  /**
   * The same when names (cluster, SNI, details) hold blanks or quotes and addresses are no addresses, which Envoy
   * allows or allowed. Such a line is always marked ambiguous.
   */
  parseLeniently(text: string, line: EnvoyLine): boolean
}

export interface TextFormatOptions {
  /**
   * What the value of a column, by its key, says of a fit: `none` that it is none (unless a lenient one), `many` that
   * the line may be read otherwise.
   */
  readonly judge?: Readonly<Record<string, (value: string) => Fit>>
}

/**
 * Compile a text format string, such as Envoy's default or one from a mesh configuration.
 *
 * Values are read in linear time, and a line that fits in several ways is marked ambiguous. `-` and nothing at all are
 * both an absent value, so `omit_empty_values` needs no setting. Operators that no property holds go to `extra`.
 * @throws FlagshipError FORMAT_INVALID when the string does not follow the grammar or holds no operator.
 */
export function compileTextFormat(name: string, template: string, options: TextFormatOptions = {}): TextFormat {
  const { slots, places } = layOut(parseTemplate(name, template))
  if (places.length === 0) throw invalid(name, 0, 'begins a text without any operator; write at least %START_TIME%')
  const reader = createValueReader(slots, resolveColumns(name, places), options)
  return {
    name,
    fit: (text) => reader.fit(text),
    parse: (text, line) => named(reader.read(text, line, false), name, line),
    parseLeniently(text, line) {
      if (!reader.read(text, line, true)) return false
      line.isAmbiguous = true
      return named(true, name, line)
    },
  }
}

function named(isFit: boolean, name: string, line: EnvoyLine): boolean {
  if (isFit) line.format = name
  return isFit
}

/** Reads the values of one text, for a whole line or for one member of a JSON line. */
export interface ValueReader {
  fit(text: string): Fit
  /** Whether the text fits; only then are its values in `line`. */
  read(text: string, line: EnvoyLine, isLenient: boolean): boolean
}

/** A reader for a text laid out as `slots`, whose values go where `columns` say. */
export function createValueReader(
  slots: readonly Slot[],
  columns: readonly Column[],
  { judge = {} }: TextFormatOptions = {},
): ValueReader {
  const used = slots.flatMap((slot) => (typeof slot === 'number' ? [slot] : []))
  const values = used
    .flatMap((index) => valueAt(index, columns[index], judge))
    .sort((a, b) => Number(a.column.isLate) - Number(b.column.isLate))
  const judged = values.filter(({ judgeValue }) => judgeValue !== undefined)
  const strict = new Matcher(shapeOf(slots, columns, false))
  const lenient = new Matcher(shapeOf(slots, columns, true))
  return {
    fit: (text) => strict.match(text),
    read(text, line, isLenient) {
      const matcher = isLenient ? lenient : strict
      let fit = matcher.match(text)
      for (const value of judged) if (!isLenient) fit = judgedFit(fit, value, matcher, text)
      if (fit === 'none') return false
      if (fit === 'many') line.isAmbiguous = true
      assignAll(values, matcher, text, line)
      return true
    },
  }
}

/** A column, where its bounds are found, and what its value says of a fit. */
interface Value {
  readonly index: number
  readonly column: Column
  readonly judgeValue: ((value: string) => Fit) | undefined
}

function valueAt(index: number, column: Column | undefined, judge: NonNullable<TextFormatOptions['judge']>): Value[] {
  return column === undefined ? [] : [{ index, column, judgeValue: judge[column.key] }]
}

function judgedFit(fit: Fit, { index, judgeValue }: Value, { starts, stops }: Matcher, text: string): Fit {
  if (fit === 'none' || judgeValue === undefined) return fit
  const judged = judgeValue(text.slice(starts[index], stops[index]))
  return judged === 'one' ? fit : judged
}

function assignAll(values: readonly Value[], { starts, stops }: Matcher, text: string, line: EnvoyLine): void {
  let others: Record<string, unknown> | undefined
  for (const { index, column } of values) {
    const start = starts[index] ?? 0
    const stop = stops[index] ?? 0
    if (stop === start || (stop === start + 1 && text.charCodeAt(start) === DASH)) continue
    if (assignOne(column, text, start, stop, line)) continue
    others ??= noMembers()
    others[column.key] = valueOf(column, text, start, stop)
  }
  if (others !== undefined) line.extra = extraOf(others, text)
}
const DASH = 0x2d

/** False when no property holds the value. */
function assignOne(column: Column, text: string, start: number, stop: number, line: EnvoyLine): boolean {
  const { assign, time } = column
  if (time !== undefined) return placeTime(line, text, start, stop, time)
  return assign !== undefined && assign(line, valueOf(column, text, start, stop))
}

function valueOf({ kind, isQuoted }: Column, text: string, start: number, stop: number): string | number {
  if (kind === 'number' && stop - start < 16) return numberAt(text, start, stop) ?? text.slice(start, stop)
  return isQuoted ? unquoted(text.slice(start, stop)) : text.slice(start, stop)
}

/** Undefined when something else than digits stands there, as a lenient fit allows. */
function numberAt(text: string, start: number, stop: number): number | undefined {
  let number = 0
  for (let i = start; i < stop; i += 1) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return undefined
    number = number * 10 + digit
  }
  return number
}

/** Without a prototype: a key may be any text. */
function noMembers(): Record<string, unknown> {
  const members: Record<string, unknown> = Object.create(null)
  return members
}

function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}
