import { DEFAULT_PATTERN } from './start-time.ts'
import { isOperator, type OperatorUse, type Piece } from './grammar.ts'
import { OPERATORS, type ValueKind } from './operators.ts'

/** A piece of a format whose operators have become columns: a literal, or the index of a column. */
export type Slot = string | number

/** A format as columns between literals; `places` has the operators of each column. */
export interface Layout {
  readonly slots: Slot[]
  readonly places: OperatorUse[][]
}

/**
 * Group the pieces of a format into columns. Operators with nothing between are one column, because nothing tells
 * where the first ends; only a time ends by itself.
 */
export function layOut(pieces: readonly Piece[]): Layout {
  const slots: Slot[] = []
  const places: OperatorUse[][] = []
  for (const piece of mergeTimes(pieces)) {
    if (!isOperator(piece)) {
      slots.push(piece.literal)
      continue
    }
    const open = typeof slots.at(-1) === 'number' ? places.at(-1) : undefined
    if (open !== undefined && kindOf(open.at(-1)) !== 'time') open.push(piece)
    else slots.push(places.push([piece]) - 1)
  }
  return { slots, places }
}

/** A time that was cut to a length no longer says where it ends. */
function kindOf(use: OperatorUse | undefined): ValueKind | undefined {
  return use === undefined || use.limit !== undefined ? undefined : OPERATORS.get(use.name)?.kind
}

/** `%START_TIME(%s)%.%START_TIME(%3f)%` is one time in two operators: one pattern for both and what stands between. */
function mergeTimes(pieces: readonly Piece[]): Piece[] {
  const merged: Piece[] = []
  for (const piece of pieces) {
    const last = merged.at(-1)
    const between = last !== undefined && !isOperator(last) ? last : undefined
    const before = between === undefined ? last : merged.at(-2)
    if (!isOperator(piece) || before === undefined || !isOperator(before) || !isSameTime(before, piece)) {
      merged.push(piece)
      continue
    }
    merged.splice(between === undefined ? -1 : -2)
    const literal = between?.literal.replaceAll('%', '%%') ?? ''
    merged.push({ ...before, argument: patternOf(before) + literal + patternOf(piece) })
  }
  return merged
}

function isSameTime(a: OperatorUse, b: OperatorUse): boolean {
  const isTime = kindOf(a) === 'time' && kindOf(b) === 'time'
  return isTime && a.name === b.name && (a.argument ?? b.argument) !== undefined
}

function patternOf({ argument }: OperatorUse): string {
  return argument === undefined || argument === '' ? DEFAULT_PATTERN : argument
}
