import * as fc from '../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { Cursor } from '../../../src/pipeline/cursor.ts'
import { Ledger, type Receipt } from '../../../src/pipeline/ledger.ts'
import { isInside } from '../../../src/pipeline/ranges.ts'
import { placeIn } from '../fakes/places.ts'

const NOTHING = Buffer.alloc(0)

function cursorOf(...fileKeys: readonly string[]): Cursor {
  const cursor = new Cursor()
  for (const [index, fileKey] of fileKeys.entries()) cursor.follow(placeIn('c', fileKey, { inode: index }))
  return cursor
}

type Open = readonly [fileKey: string, offsetBytes: number, isAnswered?: boolean]

/** A segment that was read from `file` between two places, and the lines that were open after it. */
function receiptOf(fileKey: string, fromBytes: number, toBytes: number, open: readonly Open[] = []): Receipt {
  return {
    span: { fileKey, fromBytes, toBytes, check: { atBytes: toBytes, crc: 0 } },
    openLines: open.map(([key, offsetBytes, isAnswered = false]) => ({ fileKey: key, offsetBytes, isAnswered })),
    documents: NOTHING,
    unanswered: 1,
  }
}

/** Each file's prefix and what is answered beyond it. */
function standOf(cursor: Cursor): string {
  return cursor.entries
    .map(({ fileKey, prefixBytes, answered = [] }) =>
      [`${fileKey} ${prefixBytes}`, ...answered.map(([from, to]) => `${from}-${to}`)].join(' '),
    )
    .join('; ')
}

/** Answer receipts in the order in which they were read; where each file stands after each of them. */
function play(files: readonly string[], receipts: readonly Receipt[]): readonly string[] {
  const [cursor, ledger] = [cursorOf(...files), new Ledger()]
  return receipts.map((receipt) => {
    receipt.unanswered = 0
    ledger.add(receipt)
    ledger.settle(cursor)
    return standOf(cursor)
  })
}

describe('Ledger.settle()', () => {
  test('moves the prefix in the order of the lines and keeps what is answered beyond it', () => {
    const [cursor, ledger] = [cursorOf('A'), new Ledger()]
    const receipts = [receiptOf('A', 0, 10), receiptOf('A', 10, 20), receiptOf('A', 20, 30)]
    for (const receipt of receipts) ledger.add(receipt)
    const seen = [2, 1, 0].map((index) => {
      const receipt = receipts[index]
      if (receipt !== undefined) receipt.unanswered = 0
      ledger.settle(cursor)
      return standOf(cursor)
    })
    expect(seen).toEqual(['A 0 20-30', 'A 0 10-30', 'A 30'])
    expect(ledger.isEmpty).toBe(true)
  })

  test('stops the prefix before an open line, and keeps what is answered behind it', () => {
    expect(
      play(
        ['A'],
        [receiptOf('A', 0, 100, [['A', 20]]), receiptOf('A', 100, 200, [['A', 20]]), receiptOf('A', 200, 300)],
      ),
    ).toEqual(['A 20 21-100', 'A 20 21-200', 'A 300'])
  })

  test('counts a line as answered when it ends before an older one', () => {
    const both: Open[] = [
      ['A', 20],
      ['A', 40],
    ]
    expect(play(['A'], [receiptOf('A', 0, 100, both), receiptOf('A', 100, 200, [['A', 20]])])).toEqual([
      'A 20 21-40 41-100',
      'A 20 21-200',
    ])
  })

  test('does not pass the middle of a line that began in an earlier file', () => {
    expect(
      play(
        ['A', 'B', 'C'],
        [
          receiptOf('A', 0, 100, [['A', 90]]),
          receiptOf('B', 0, 50, [['A', 90]]), // holds a piece in the middle
          receiptOf('C', 0, 70, [['A', 90]]),
          receiptOf('C', 70, 80),
        ],
      ),
    ).toEqual([
      'A 90 91-100; B 0; C 0',
      'A 90 91-100; B 0 0-50; C 0',
      'A 90 91-100; B 0 0-50; C 0 0-70',
      'A 100; B 50; C 80',
    ])
  })

  test('does not let a file overtake the one before it: a line may be joined over both', () => {
    const [cursor, ledger] = [cursorOf('A', 'B'), new Ledger()]
    const [first, second] = [receiptOf('A', 0, 100, [['A', 90]]), receiptOf('B', 0, 50)]
    ledger.add(first)
    ledger.add(second)
    second.unanswered = 0
    ledger.settle(cursor)
    expect(standOf(cursor)).toBe('A 0; B 0 0-50')
    first.unanswered = 0
    ledger.settle(cursor)
    expect(standOf(cursor)).toBe('A 100; B 50')
  })

  test('keeps a line open until the receipt with its end is answered', () => {
    const [cursor, ledger] = [cursorOf('A'), new Ledger()]
    const [first, second] = [receiptOf('A', 0, 100, [['A', 20]]), receiptOf('A', 100, 200)]
    ledger.add(first)
    ledger.add(second)
    first.unanswered = 0
    ledger.settle(cursor)
    expect(standOf(cursor)).toBe('A 20 21-100')
  })

  test('stops before an open line that an earlier run had answered, and does not call it unanswered', () => {
    expect(
      play(
        ['A'],
        [
          receiptOf('A', 0, 100, [
            ['A', 20],
            ['A', 40, true],
          ]),
        ],
      ),
    ).toEqual(['A 20 21-100'])
  })

  test('moves over a line that was closed without its end', () => {
    const [cursor, ledger] = [cursorOf('A', 'B'), new Ledger()]
    const closing: Receipt = { span: undefined, openLines: [], documents: NOTHING, unanswered: 0 }
    for (const receipt of [receiptOf('A', 0, 100, [['A', 90]]), receiptOf('B', 0, 50, [['A', 90]]), closing]) {
      receipt.unanswered = 0
      ledger.add(receipt)
    }
    ledger.settle(cursor)
    expect(standOf(cursor)).toBe('A 100; B 50')
  })

  test('keeps what an earlier run had answered beyond what was read again', () => {
    const cursor = cursorOf('A')
    cursor.settle('A', { prefixBytes: 10, answered: [[20, 500]], reachedBytes: 500, check: undefined })
    const ledger = new Ledger()
    const receipt = receiptOf('A', 10, 100, [['A', 10]])
    receipt.unanswered = 0
    ledger.add(receipt)
    ledger.settle(cursor)
    expect(standOf(cursor)).toBe('A 10 11-500')
  })

  /** A random chain: in each receipt one line of each stream may go on, end or begin. */
  const moves = fc.array(
    fc.record({
      isNewFile: fc.boolean(),
      opens: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 2 }),
      closes: fc.boolean(),
      documents: fc.integer({ min: 0, max: 2 }),
    }),
    { minLength: 1, maxLength: 12 },
  )

  test('never says answered of a line that is not, and comes to the end', () => {
    fc.assert(
      fc.property(moves, fc.infiniteStream(fc.nat()), (list, choices) => {
        const { receipts, files, lineOf } = chainOf(list)
        const [cursor, ledger] = [cursorOf(...files), new Ledger()]
        for (const receipt of receipts) ledger.add(receipt)
        const open = receipts.filter((receipt) => receipt.unanswered > 0)
        while (open.length > 0) {
          const [receipt] = open.splice((choices.next().value ?? 0) % open.length, 1)
          if (receipt !== undefined) receipt.unanswered = 0
          ledger.settle(cursor)
          for (const { fileKey, prefixBytes, answered = [] } of cursor.entries)
            expect(
              lineOf(fileKey).filter(
                ([offset, end]) => end.unanswered > 0 && (offset < prefixBytes || isInside(answered, offset)),
              ),
            ).toEqual([])
        }
        ledger.settle(cursor)
        expect(ledger.isEmpty).toBe(true)
      }),
      { seed: 21, numRuns: 300 },
    )
  })
})

interface Move {
  readonly isNewFile: boolean
  readonly opens: readonly number[]
  readonly closes: boolean
  readonly documents: number
}

/** Receipts for moves, ten bytes each, and for each line where it begins and the receipt that has its end. */
function chainOf(list: readonly Move[]) {
  const receipts: Receipt[] = []
  const lines: (readonly [fileKey: string, offset: number, end: Receipt])[] = []
  let [open, file, at]: [Open[], number, number] = [[], 0, 0]
  for (const [index, move] of list.entries()) {
    if (move.isNewFile && index > 0) [file, at] = [file + 1, 0]
    const ended = move.closes || index === list.length - 1 ? open : []
    const begun = [...new Set(move.opens)].map((offset): Open => [`F${file}`, at + offset])
    open = index === list.length - 1 ? [] : [...open.filter((line) => !ended.includes(line)), ...begun]
    const receipt = receiptOf(`F${file}`, at, at + 10, open)
    receipt.unanswered = move.documents
    receipts.push(receipt)
    for (const [fileKey, offset] of ended) lines.push([fileKey, offset, receipt])
    at += 10
  }
  return {
    receipts,
    files: Array.from({ length: file + 1 }, (_, number) => `F${number}`),
    lineOf: (fileKey: string) =>
      lines.flatMap(([key, offset, end]) => (key === fileKey ? [[offset, end] as const] : [])),
  }
}
