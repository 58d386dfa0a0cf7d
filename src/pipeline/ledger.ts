import type { Check } from '../ingest/tail.ts'
import type { Held } from './batcher.ts'
import type { Cursor } from './cursor.ts'
import type { Range } from './cursor-state.ts'
import { merge, without } from './ranges.ts'

/** Bytes of one file that were read at a time. */
export interface Span {
  readonly fileKey: string
  readonly fromBytes: number
  readonly toBytes: number
  readonly check: Check
}

/** A line whose end is still missing, and where it began. */
export interface OpenLine {
  readonly fileKey: string
  readonly offsetBytes: number
  /** It had been answered in an earlier run, and is put together once more only for the sake of an older one. */
  readonly isAnswered: boolean
}

/** One segment on its way: what was read for it, and how much of it is not answered. */
export interface Receipt extends Held {
  /** Undefined when open lines were closed without reading. */
  readonly span: Span | undefined
  /** Lines of the chain that were open after it. */
  readonly openLines: readonly OpenLine[]
}

/** A line that is open, or whose end stands in a receipt that is not answered. */
interface Hole extends OpenLine {
  closedBy: Receipt | undefined
}

/**
 * The segments of one chain in the order of its lines. Answers come in any order; a prefix moves in this one, stops
 * before the first piece of a line that is not answered as a whole, and no file overtakes the one before it: a line
 * that is joined over both would be read again without its end. What is answered beyond is kept as ranges.
 */
export class Ledger {
  #receipts: Receipt[] = []
  #holes: Hole[] = []

  get isEmpty(): boolean {
    return this.#receipts.length === 0
  }

  /** Bytes that were read and that no prefix has passed. */
  get pendingBytes(): number {
    return this.#receipts.reduce((sum, { span }) => sum + (span === undefined ? 0 : span.toBytes - span.fromBytes), 0)
  }

  add(receipt: Receipt): void {
    for (const hole of this.#holes) if (!receipt.openLines.some((line) => isSame(line, hole))) hole.closedBy ??= receipt
    for (const line of receipt.openLines)
      if (!this.#holes.some((hole) => isSame(line, hole))) this.#holes.push({ ...line, closedBy: undefined })
    this.#receipts.push(receipt)
  }

  /** Tell the cursor what is answered by now. */
  settle(cursor: Cursor): void {
    this.#holes = this.#holes.filter(({ closedBy }) => closedBy?.unanswered !== 0)
    const passed = this.#pass()
    this.#receipts = joinAnswered(this.#receipts)
    for (const fileKey of new Set([...passed.keys(), ...this.#receipts.map(({ span }) => span?.fileKey ?? '')]))
      if (fileKey !== '') this.#settleFile(cursor, fileKey, passed.get(fileKey))
  }

  /** Take away what is answered at the head; how far that moves the prefix of each file. */
  #pass(): ReadonlyMap<string, Span> {
    const passed = new Map<string, Span>()
    while (this.#receipts[0]?.unanswered === 0) {
      const { span } = this.#receipts[0]
      if (span !== undefined) {
        const toBytes = Math.min(span.toBytes, ...this.#holesIn(span.fileKey))
        passed.set(span.fileKey, { ...span, toBytes })
        if (toBytes < span.toBytes) return passed
      }
      this.#receipts.shift()
    }
    return passed
  }

  #settleFile(cursor: Cursor, fileKey: string, passed: Span | undefined): void {
    const spans = this.#receipts.flatMap(({ span, unanswered }) =>
      span?.fileKey === fileKey ? [{ ...span, isAnswered: unanswered === 0 }] : [],
    )
    const answered = spans.filter((span) => span.isAnswered)
    const ranges = answered.map((span): Range => [span.fromBytes, span.toBytes])
    cursor.settle(fileKey, {
      prefixBytes: passed?.toBytes ?? 0,
      answered: without(merge(ranges), this.#holesIn(fileKey, false)),
      reachedBytes: spans.at(-1)?.toBytes ?? passed?.toBytes ?? 0,
      check: answered.at(-1)?.check ?? passed?.check,
    })
  }

  /** Where lines begin that are not answered as a whole; `withAnswered`: those of an earlier run that were, too. */
  #holesIn(fileKey: string, withAnswered = true): readonly number[] {
    return this.#holes
      .filter((hole) => hole.fileKey === fileKey && (withAnswered || !hole.isAnswered))
      .map((hole) => hole.offsetBytes)
  }
}

/** Neighbours that are answered become one, so that a long wait for one answer costs nothing. */
function joinAnswered(receipts: readonly Receipt[]): Receipt[] {
  const joined: Receipt[] = []
  for (const receipt of receipts) {
    const last = joined.at(-1)
    const span = last !== undefined && last.unanswered + receipt.unanswered === 0 && spanOfBoth(last, receipt)
    if (span) joined.splice(-1, 1, { ...receipt, span })
    else joined.push(receipt)
  }
  return joined
}

function spanOfBoth({ span: a }: Receipt, { span: b }: Receipt): Span | undefined {
  if (a === undefined || b === undefined || a.fileKey !== b.fileKey || a.toBytes !== b.fromBytes) return undefined
  return { ...b, fromBytes: a.fromBytes }
}

function isSame(a: OpenLine, b: OpenLine): boolean {
  return a.fileKey === b.fileKey && a.offsetBytes === b.offsetBytes
}
