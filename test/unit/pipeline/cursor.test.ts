import { describe, expect, test } from 'vitest'
import { eventIds } from '../../../src/ingest/event-id.ts'
import { answeredBefore, Cursor, type FilePlace } from '../../../src/pipeline/cursor.ts'
import { DeadLetter } from '../../../src/pipeline/dead-letter.ts'

const DAY_MS = 86_400_000

function place(fileKey: string, facts: Partial<FilePlace> = {}): FilePlace {
  return { fileKey, familyKey: fileKey, generation: 0, path: `/${fileKey}`, device: 1, inode: 1, ...facts }
}

function cursorOf(...places: readonly FilePlace[]): Cursor {
  const cursor = new Cursor(undefined)
  for (const each of places) cursor.follow(each)
  return cursor
}

describe('Cursor', () => {
  test('moves forward only', () => {
    const cursor = cursorOf(place('A'))
    cursor.advance('A', 50)
    cursor.advance('A', 20)
    expect(cursor.get('A')?.prefixBytes).toBe(50)
  })

  test('keeps what is answered when a file is found elsewhere', () => {
    const cursor = cursorOf(place('A'))
    cursor.advance('A', 50)
    cursor.follow(place('A', { path: '/renamed', inode: 9 }))
    expect(cursor.get('A')).toMatchObject({ prefixBytes: 50, path: '/renamed', inode: 9 })
  })

  test('knows the files that begin alike', () => {
    const cursor = cursorOf(place('A'), place('B', { familyKey: 'A', generation: 1 }), place('C'))
    expect(cursor.inFamily('A').map((file) => file.fileKey)).toEqual(['A', 'B'])
    const again = new Cursor(cursor.state)
    expect(again.inFamily('A').map((file) => file.fileKey)).toEqual(['A', 'B'])
  })

  test('has a new version when there is something to write, and only then', () => {
    const cursor = cursorOf(place('A'))
    cursor.advance('A', 10)
    const { version } = cursor
    cursor.advance('A', 10)
    cursor.follow(place('A'))
    cursor.mark = undefined
    expect(cursor.version).toBe(version)
    cursor.mark = '1:1'
    expect(cursor.version).toBeGreaterThan(version)
  })

  test('keeps what is answered behind an open join until the prefix has come there', () => {
    const cursor = cursorOf(place('A'))
    const check = { atBytes: 100, crc: 7 }
    cursor.answeredBeyond('A', { fileKey: 'A', toBytes: 100, check }, [20])
    expect(cursor.get('A')).toMatchObject({ prefixBytes: 0, answeredTo: 100, open: [20], check })
    cursor.advance('A', 100)
    cursor.answeredBeyond('A', undefined, [])
    expect(cursor.get('A')).not.toHaveProperty('answeredTo')
    expect(cursor.get('A')).not.toHaveProperty('open')
  })

  test('forgets a file a day after it has gone, not before, and not when it has come back', () => {
    const cursor = cursorOf(place('A'), place('B', { inode: 2 }), place('C', { inode: 3 }))
    cursor.expire(new Set(['A', '1:3']), 0)
    cursor.expire(new Set(['A', '1:3']), DAY_MS - 1)
    expect(cursor.get('B')).toMatchObject({ goneSinceMs: 0 })
    cursor.expire(new Set(['A', 'B']), DAY_MS)
    expect(cursor.get('B')).not.toHaveProperty('goneSinceMs')
    cursor.expire(new Set(['A']), 2 * DAY_MS)
    cursor.expire(new Set(['A']), 3 * DAY_MS)
    expect(cursor.state.entries.map((entry) => entry.fileKey)).toEqual(['A'])
  })

  test('forgets the longest gone first when there are too many', () => {
    const cursor = new Cursor(undefined)
    for (let number = 0; number < 50_010; number += 1) {
      const fileKey = `F${number}`
      cursor.follow(place(fileKey, { inode: number }))
      if (number === 9) cursor.expire(new Set(), 1)
    }
    cursor.expire(new Set(), 2)
    cursor.expire(new Set(), 3)
    expect(cursor.state.entries).toHaveLength(50_000)
    expect(cursor.get('F0')).toBeUndefined()
    expect(cursor.get('F10')).toBeDefined()
  })
})

describe('answeredBefore()', () => {
  const nobody = new DeadLetter('/nowhere')

  test('is undefined when nothing was answered out of order', () => {
    const cursor = cursorOf(place('AAAAAAAAAAA'))
    cursor.advance('AAAAAAAAAAA', 50)
    expect(answeredBefore(cursor.state, nobody)).toBeUndefined()
    expect(answeredBefore(undefined, nobody)).toBeUndefined()
  })

  test('is true below the reach, but for lines that were open', () => {
    const [key, other] = ['AAAAAAAAAAA', 'BAAAAAAAAAA']
    const cursor = cursorOf(place(key))
    cursor.advance(key, 10)
    cursor.answeredBeyond(key, { fileKey: key, toBytes: 100, check: { atBytes: 100, crc: 1 } }, [10, 40])
    const isAnswered = answeredBefore(cursor.state, nobody)
    const answered = (offset: number) => isAnswered?.(eventIds(key)(offset), offset)
    expect([10, 20, 40, 99, 100].map(answered)).toEqual([false, true, false, true, false])
    expect(isAnswered?.(eventIds(other)(20), 20)).toBe(false)
  })
})
