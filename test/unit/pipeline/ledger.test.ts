import { describe, expect, test } from 'vitest'
import { Cursor, type Progress } from '../../../src/pipeline/cursor.ts'
import { Ledger, type Receipt } from '../../../src/pipeline/ledger.ts'

const NOTHING = Buffer.alloc(0)

function cursorOf(...fileKeys: readonly string[]): Cursor {
  const cursor = new Cursor(undefined)
  for (const [index, fileKey] of fileKeys.entries())
    cursor.follow({ fileKey, familyKey: fileKey, generation: 0, path: fileKey, device: 1, inode: index })
  return cursor
}

/** A segment that was read from `file` up to `toBytes`, with what its transcoder says may be acknowledged. */
function receiptOf(
  file: string,
  toBytes: number,
  advances: Readonly<Record<string, number>>,
  open: readonly (readonly [string, number, boolean?])[] = [],
): Receipt {
  const progress: Progress = {
    advances: Object.entries(advances).map(([fileKey, to]) => ({ fileKey, toBytes: to })),
    reached: { fileKey: file, toBytes, check: { atBytes: toBytes, crc: 0 } },
    openJoins: open.map(([fileKey, offsetBytes, isAnswered = false]) => ({ fileKey, offsetBytes, isAnswered })),
  }
  return { progress, readBytes: toBytes, documents: NOTHING, unanswered: 1 }
}

function prefixes(cursor: Cursor): Record<string, number> {
  return Object.fromEntries(cursor.state.entries.map((entry) => [entry.fileKey, entry.prefixBytes]))
}

/** Apply receipts as answered and give prefix, reach and open lines of each file after each of them. */
function play(files: readonly string[], receipts: readonly Receipt[]): readonly string[] {
  const [cursor, ledger] = [cursorOf(...files), new Ledger()]
  return receipts.map((receipt) => {
    receipt.unanswered = 0
    ledger.add(receipt)
    ledger.settle(cursor)
    return cursor.state.entries
      .map(({ fileKey, prefixBytes, answeredTo, open }) =>
        answeredTo === undefined
          ? `${fileKey} ${prefixBytes}`
          : `${fileKey} ${prefixBytes}-${answeredTo} but ${open?.join() ?? ''}`,
      )
      .join('; ')
  })
}

describe('Ledger.settle()', () => {
  test('moves the cursor in the order of the lines, whatever the order of the answers', () => {
    const [cursor, ledger] = [cursorOf('A'), new Ledger()]
    const receipts = [receiptOf('A', 10, { A: 10 }), receiptOf('A', 20, { A: 20 }), receiptOf('A', 30, { A: 30 })]
    for (const receipt of receipts) ledger.add(receipt)
    const seen = [2, 0, 1].map((index) => {
      const receipt = receipts[index]
      if (receipt !== undefined) receipt.unanswered = 0
      ledger.settle(cursor)
      return cursor.get('A')?.prefixBytes
    })
    expect(seen).toEqual([0, 10, 30])
    expect(ledger.isEmpty).toBe(true)
  })

  test('keeps the prefix before an open join, and remembers what is answered behind it', () => {
    expect(
      play(
        ['A'],
        [
          receiptOf('A', 100, { A: 20 }, [['A', 20]]),
          receiptOf('A', 200, { A: 20 }, [['A', 20]]),
          receiptOf('A', 300, { A: 300 }),
        ],
      ),
    ).toEqual(['A 20-100 but 20', 'A 20-200 but 20', 'A 300'])
  })

  test('counts a join as answered when it closes before an older one', () => {
    const both: [string, number][] = [
      ['A', 20],
      ['A', 40],
    ] // prettier-ignore
    expect(play(['A'], [receiptOf('A', 100, { A: 20 }, both), receiptOf('A', 200, { A: 20 }, [['A', 20]])])).toEqual([
      'A 20-100 but 20,40',
      'A 20-200 but 20',
    ])
  })

  test('does not pass the middle of a line that began in an earlier file', () => {
    expect(
      play(
        ['A', 'B', 'C'],
        [
          receiptOf('A', 100, { A: 90 }, [['A', 90]]),
          receiptOf('B', 50, { A: 90, B: 50 }, [['A', 90]]), // holds a piece in the middle
          receiptOf('C', 70, { A: 90, C: 70 }, [['A', 90]]),
          receiptOf('C', 80, { A: 100, C: 80 }),
        ],
      ),
    ).toEqual([
      'A 90-100 but 90; B 0; C 0',
      'A 90-100 but 90; B 0-50 but ; C 0',
      'A 90-100 but 90; B 0-50 but ; C 0-70 but ',
      'A 100; B 50; C 80',
    ])
  })

  test('lets a file go when the older join has closed and one of its own is open', () => {
    expect(
      play(
        ['A', 'B'],
        [
          receiptOf('A', 100, { A: 90 }, [['A', 90]]),
          receiptOf('B', 50, { A: 90, B: 30 }, [
            ['A', 90],
            ['B', 30],
          ]), // prettier-ignore
          receiptOf('B', 80, { A: 100, B: 30 }, [['B', 30]]),
          receiptOf('B', 99, { B: 99 }),
        ],
      ),
    ).toEqual(['A 90-100 but 90; B 0', 'A 90-100 but 90; B 0-50 but 30', 'A 100; B 30-80 but 30', 'A 100; B 99'])
  })

  test('does not call a line open that an earlier run had answered', () => {
    expect(
      play(
        ['A'],
        [
          receiptOf('A', 100, { A: 20 }, [
            ['A', 20],
            ['A', 40, true],
          ]),
        ],
      ),
    ).toEqual(['A 20-100 but 20'])
  })

  test('moves both files of a join that was closed as truncated', () => {
    const [cursor, ledger] = [cursorOf('A', 'B'), new Ledger()]
    for (const receipt of [
      receiptOf('A', 100, { A: 90 }, [['A', 90]]),
      receiptOf('B', 50, { A: 90, B: 50 }, [['A', 90]]),
    ]) {
      receipt.unanswered = 0
      ledger.add(receipt)
    }
    const advances = [{ fileKey: 'A', toBytes: 100 }]
    ledger.add({
      progress: { advances, reached: undefined, openJoins: [] },
      readBytes: 0,
      documents: NOTHING,
      unanswered: 0,
    })
    ledger.settle(cursor)
    expect(prefixes(cursor)).toEqual({ A: 100, B: 50 })
  })
})
