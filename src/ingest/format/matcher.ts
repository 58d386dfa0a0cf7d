import type { Finder, SpanEnd } from './span.ts'

/** A column whose end can be told when its start is known. */
export interface TightColumn {
  /** Its place among all columns of the format. */
  readonly index: number
  /** Where its value ends. */
  readonly end: SpanEnd
  /** The literal behind it; empty at the end of the format, and behind a time that stands directly before an operator. */
  readonly tail: string
}

/** A literal and the tight columns behind it, each with its literal: matches at a place, or not, with one end. */
export interface Run {
  /** Empty only for the first run of a format. */
  readonly lead: string
  readonly columns: readonly TightColumn[]
  /** Characters that may follow the lead, `1` each: saves a closer look at most places. Undefined for any. */
  readonly beginnings: Uint8Array | undefined
}

/** Runs with a loose column between each two, and another behind the last unless `endsTight`. */
export interface Shape {
  readonly columnCount: number
  readonly runs: readonly Run[]
  /** Index among all columns of the loose column behind each run. */
  readonly loose: readonly number[]
  readonly endsTight: boolean
  /** The run before the loose column that takes what is left when a line fits twice. */
  readonly pivot: number
  /** What remembers places of the text that is read. */
  readonly finders: readonly Finder[]
}

/** A line fits its format not at all, in one way, or in several. */
export type Fit = 'none' | 'one' | 'many'

/**
 * Finds the columns of a line in linear time, without backtracking.
 *
 * A run has one end for each start, and a later start never has an earlier end. So taking each run at its first
 * possible place from the left finds a fit when there is any, and gives every run its lowest place; the same from the
 * right gives the highest. The line fits in exactly one way when both agree, because every other fit lies between.
 *
 * When they differ, the loose column behind the run `pivot` takes what is left: runs up to there stand at their first
 * place, the others at their last, because what stands right of a client's text is not the client's.
 */
export class Matcher {
  /** Where each column starts and stops after a fit; valid until the next match. */
  readonly starts: Int32Array
  readonly stops: Int32Array
  readonly #shape: Shape
  readonly #lowest: Int32Array
  readonly #highest: Int32Array
  readonly #ends: Int32Array
  readonly #shortest: readonly number[]
  readonly #trialStarts: Int32Array
  readonly #trialStops: Int32Array

  constructor(shape: Shape) {
    this.#shape = shape
    this.starts = new Int32Array(shape.columnCount)
    this.stops = new Int32Array(shape.columnCount)
    this.#trialStarts = new Int32Array(shape.columnCount)
    this.#trialStops = new Int32Array(shape.columnCount)
    this.#lowest = new Int32Array(shape.runs.length)
    this.#highest = new Int32Array(shape.runs.length)
    this.#ends = new Int32Array(shape.runs.length)
    this.#shortest = shape.runs.map(({ lead, columns }) => columns.reduce((sum, c) => sum + c.tail.length, lead.length))
  }

  match(text: string): Fit {
    for (const finder of this.#shape.finders) finder.forget()
    if (!this.#fromLeft(text)) return 'none'
    const isUnique = this.#fromRight(text)
    if (!isUnique) this.#choose(text)
    this.#placeLoose(text)
    return isUnique ? 'one' : 'many'
  }

  #fromLeft(text: string): boolean {
    const { runs } = this.#shape
    let from = 0
    for (let i = 0; i < runs.length; i += 1) {
      const at = i === 0 ? this.#anchored(text) : this.#firstPlace(i, text, from)
      if (at === -1) return false
      this.#lowest[i] = at
      from = this.#ends[i] ?? 0
    }
    return true
  }

  #anchored(text: string): number {
    const [run] = this.#shape.runs
    if (run === undefined || !text.startsWith(run.lead)) return -1
    const end = this.#endOf(run, text, 0, this.starts, this.stops)
    this.#ends[0] = end
    return end === -1 || (this.#mustEnd(0) && end !== text.length) ? -1 : 0
  }

  #firstPlace(i: number, text: string, from: number): number {
    const run = this.#shape.runs[i]
    if (run === undefined) return -1
    const mustEnd = this.#mustEnd(i)
    for (let at = text.indexOf(run.lead, from); at !== -1; at = text.indexOf(run.lead, at + 1)) {
      if (!mayBegin(run, text, at)) continue
      const end = this.#endOf(run, text, at, this.starts, this.stops)
      if (end === -1 || (mustEnd && end !== text.length)) continue
      this.#ends[i] = end
      return at
    }
    return -1
  }

  /** Whether every run can only stand where it was found from the left. */
  #fromRight(text: string): boolean {
    const { runs } = this.#shape
    let isUnique = true
    let limit = text.length
    for (let i = runs.length - 1; i > 0; i -= 1) {
      limit = this.#lastPlace(i, text, limit)
      this.#highest[i] = limit
      if (limit !== this.#lowest[i]) isUnique = false
    }
    return isUnique
  }

  /** The last place of a run that leaves it before `limit`. On nearly every line it is the first one. */
  #lastPlace(i: number, text: string, limit: number): number {
    const run = this.#shape.runs[i]
    let last = this.#lowest[i] ?? 0
    if (run === undefined) return last
    const mustEnd = this.#mustEnd(i)
    const highest = limit - (this.#shortest[i] ?? 0)
    for (let at = last; ; ) {
      at = text.indexOf(run.lead, at + 1)
      if (at === -1 || at > highest) return last
      if (run.columns.length === 0) return text.lastIndexOf(run.lead, highest)
      if (!mayBegin(run, text, at)) continue
      const end = this.#endOf(run, text, at, this.#trialStarts, this.#trialStops)
      if (end !== -1 && (mustEnd ? end === text.length : end <= limit)) last = at
    }
  }

  #mustEnd(i: number): boolean {
    return this.#shape.endsTight && i === this.#shape.runs.length - 1
  }

  /** End of a run whose lead stands at `at`, with the bounds of its columns; -1 when it does not match there. */
  #endOf(run: Run, text: string, at: number, starts: Int32Array, stops: Int32Array): number {
    let place = at + run.lead.length
    for (const column of run.columns) {
      const { tail } = column
      const isAbsent = text.charCodeAt(place) === DASH && standsAt(text, tail, place + 1, tail === '')
      const end = isAbsent ? place + 1 : column.end(text, place)
      if (end < place || !standsAt(text, tail, end, false)) return -1
      starts[column.index] = place
      stops[column.index] = end
      place = end + tail.length
    }
    return place
  }

  /** Both ends of the truth are known to be fits, and so is any mixture that is low on the left and high on the right. */
  #choose(text: string): void {
    const { runs, pivot } = this.#shape
    for (let i = pivot + 1; i < runs.length; i += 1) {
      const run = runs[i]
      const at = this.#highest[i] ?? 0
      if (run === undefined || at === this.#lowest[i]) continue
      this.#lowest[i] = at
      this.#ends[i] = this.#endOf(run, text, at, this.starts, this.stops)
    }
  }

  #placeLoose(text: string): void {
    const { loose, runs } = this.#shape
    for (let i = 0; i < loose.length; i += 1) {
      const index = loose[i] ?? 0
      this.starts[index] = this.#ends[i] ?? 0
      this.stops[index] = i + 1 < runs.length ? (this.#lowest[i + 1] ?? 0) : text.length
    }
  }
}

const DASH = 0x2d

function mayBegin({ beginnings, lead }: Run, text: string, at: number): boolean {
  return beginnings === undefined || beginnings[text.charCodeAt(at + lead.length)] === 1
}

/** `atEnd`: nothing else stands behind it either. */
function standsAt(text: string, literal: string, at: number, atEnd: boolean): boolean {
  for (let i = 0; i < literal.length; i += 1) if (text.charCodeAt(at + i) !== literal.charCodeAt(i)) return false
  return !atEnd || at + literal.length === text.length
}
