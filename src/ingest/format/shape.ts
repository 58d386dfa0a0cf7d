import type { Column } from './columns.ts'
import type { Slot } from './layout.ts'
import type { Run, Shape, TightColumn } from './matcher.ts'
import type { ValueKind } from './operators.ts'
import { beginningsOf, delimiterIn, type Finder, type SpanEnd, spanEndOf } from './span.ts'
import type { TimeReader } from './time-pattern.ts'

/**
 * Cut a layout into runs of tight columns with loose columns between.
 *
 * A lenient shape knows that Envoy guards none of this: names (cluster, SNI, details) are what somebody wrote, and
 * headers what a server sent.
 */
export function shapeOf(slots: readonly Slot[], columns: readonly Column[], isLenient: boolean): Shape {
  const builder = new ShapeBuilder()
  for (let i = 0; i < slots.length; i += 1) {
    const slot = slots[i]
    if (typeof slot === 'string') {
      builder.literal(slot)
      continue
    }
    const column = columns[slot ?? -1]
    if (slot === undefined || column === undefined) continue
    const kind = isLenient ? lenientKind(column) : column.kind
    const next = slots[i + 1]
    const tail = typeof next === 'string' ? next : ''
    if (builder.column(slot, kind, column.reader, tail, next === undefined) && tail !== '') i += 1
  }
  const { runs, loose, finders, endsTight } = builder.finish()
  return { columnCount: columns.length, runs, loose, endsTight, pivot: pivotOf(loose, columns, runs), finders }
}

function lenientKind({ kind, key }: Column): ValueKind {
  if (kind === 'address') return 'token'
  return kind === 'token' || (kind === 'number' && key.startsWith('resp(')) ? 'loose' : kind
}

class ShapeBuilder {
  readonly #runs: Run[] = []
  readonly #loose: number[] = []
  readonly #finders: Finder[] = []
  #lead = ''
  #tight: TightColumn[] = []
  #beginnings: Uint8Array | undefined

  literal(literal: string): void {
    this.#lead = literal
  }

  /** Whether the column is tight, so that its tail is part of the run. */
  column(index: number, kind: ValueKind, reader: TimeReader | undefined, tail: string, isLast: boolean): boolean {
    const end = this.#endOf(kind, reader, tail, isLast)
    if (end === undefined) {
      this.#closeRun()
      this.#loose.push(index)
      return false
    }
    if (this.#tight.length === 0) this.#beginnings = beginningsOf(kind, tail)
    this.#tight.push({ index, tail, end })
    return true
  }

  /** Undefined when nothing behind the column tells where it ends. */
  #endOf(kind: ValueKind, reader: TimeReader | undefined, tail: string, isLast: boolean): SpanEnd | undefined {
    if (kind === 'loose') return undefined
    if (kind === 'time') return timeEnd(reader, tail)
    const isDelimited = tail === '' ? isLast : delimiterIn(kind, tail) !== -1
    return isDelimited ? spanEndOf(kind, tail, this.#finders) : undefined
  }

  #closeRun(): void {
    this.#runs.push({ lead: this.#lead, columns: this.#tight, beginnings: this.#beginnings })
    this.#lead = ''
    this.#tight = []
    this.#beginnings = undefined
  }

  finish() {
    const endsTight = this.#lead !== '' || this.#tight.length > 0
    if (endsTight) this.#closeRun()
    return { runs: this.#runs, loose: this.#loose, finders: this.#finders, endsTight }
  }
}

function timeEnd(reader: TimeReader | undefined, tail: string): SpanEnd {
  return (text, at) => {
    const end = reader?.read(text, at) ?? -1
    return end === -1 && tail !== '' && text.startsWith(tail, at) ? at : end
  }
}

/** The widest client text of the last stretch of loose columns that holds one. */
function pivotOf(loose: readonly number[], columns: readonly Column[], runs: readonly Run[]): number {
  const width = (i: number) => columns[loose[i] ?? -1]?.clientWidth ?? 0
  let last = loose.length - 1
  while (last > 0 && width(last) === 0) last -= 1
  let pivot = last
  for (let i = last; i > 0 && runs[i]?.columns.length === 0; i -= 1) if (width(i - 1) > width(pivot)) pivot = i - 1
  return pivot
}
