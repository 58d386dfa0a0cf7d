import { describe, expect, test } from 'vitest'
import { eventIds } from '../../../src/ingest/event-id.ts'
import { Cursor } from '../../../src/pipeline/cursor.ts'
import { readCursorState } from '../../../src/pipeline/cursor-state.ts'
import { DeadLetter } from '../../../src/pipeline/dead-letter.ts'
import { EarlierRun } from '../../../src/pipeline/earlier-run.ts'
import { DEFAULT_DEAD_LETTER } from '../../../src/sinks/dead-letter-config.ts'
import { MemoryStore } from '../fakes/memory-store.ts'
import { placeIn } from '../fakes/places.ts'

const DAY_MS = 86_400_000
const MIB = 1_048_576

function place(fileKey: string, facts: Parameters<typeof placeIn>[2] = {}) {
  return placeIn('c', fileKey, facts)
}

function cursorOf(...places: readonly ReturnType<typeof place>[]): Cursor {
  const cursor = new Cursor()
  for (const each of places) cursor.follow(each)
  return cursor
}

/** Everything up to a place of a file is answered. */
function answer(cursor: Cursor, fileKey: string, prefixBytes: number): void {
  cursor.settle(fileKey, { prefixBytes, answered: [], reachedBytes: prefixBytes, check: undefined })
}

/** Write what has changed, and read it again as after a restart. */
async function restarted(cursor: Cursor, store = new MemoryStore()): Promise<Cursor> {
  await store.commit(cursor.takeChanges().values)
  return new Cursor(store.state)
}

describe('Cursor', () => {
  test('moves forward only', () => {
    const cursor = cursorOf(place('A'))
    answer(cursor, 'A', 50)
    answer(cursor, 'A', 20)
    expect(cursor.get('A')?.prefixBytes).toBe(50)
  })

  test('keeps what is answered when a file is found elsewhere', () => {
    const cursor = cursorOf(place('A'))
    answer(cursor, 'A', 50)
    cursor.follow(place('A', { path: '/renamed', inode: 9 }))
    expect(cursor.get('A')).toMatchObject({ prefixBytes: 50, path: '/renamed', inode: 9 })
  })

  test('is after a restart what it was', async () => {
    const cursor = cursorOf(place('A'), place('B', { familyKey: 'A', generation: 1 }), place('C'))
    cursor.mark = '1:1'
    cursor.raiseSent('A', 0, 100, 'index-7')
    cursor.settle('A', { prefixBytes: 10, answered: [[20, 90]], reachedBytes: 100, check: { atBytes: 90, crc: 7 } })
    cursor.finish('C', 0)
    cursor.noteLoss('L', { loss: 1 })
    const store = new MemoryStore()
    const again = await restarted(cursor, store)
    expect(again.entries).toEqual(cursor.entries)
    expect(again.head).toEqual({ mark: '1:1' })
    expect(again.ofScope('c').map((file) => file.fileKey)).toEqual(['A', 'B', 'C'])
    expect(again.get('C')).toMatchObject({ finalBytes: 0 })
    expect(again.inFamily('A').map((file) => file.fileKey)).toEqual(['A', 'B'])
    expect(store.state.losses).toEqual(new Map([['L', { loss: 1 }]]))
  })

  test('writes only what has changed', async () => {
    const [cursor, store] = [cursorOf(place('A'), place('B')), new MemoryStore()]
    await restarted(cursor, store)
    answer(cursor, 'A', 10)
    expect([...cursor.takeChanges().values.keys()]).toEqual(['at A'])
    expect(cursor.takeChanges().values.size).toBe(0)
  })

  test('keeps changes that could not be written, unless newer ones have come', () => {
    const cursor = cursorOf(place('A'))
    cursor.takeChanges()
    answer(cursor, 'A', 10)
    cursor.mark = 'old'
    const failed = cursor.takeChanges()
    answer(cursor, 'A', 20)
    cursor.putBack(failed)
    expect(Object.fromEntries(cursor.takeChanges().values)).toEqual({
      'at A': { prefixBytes: 20, answered: undefined },
      head: { mark: 'old' },
    })
  })

  test('has a new version when there is something to write, and only then', () => {
    const cursor = cursorOf(place('A'))
    const { version } = cursor
    cursor.follow(place('A'))
    cursor.mark = undefined
    cursor.finish('Z', 1)
    expect(cursor.version).toBe(version)
    cursor.mark = '1:1'
    expect(cursor.version).toBeGreaterThan(version)
  })

  test('calls durable what was written, not what is answered', () => {
    const cursor = cursorOf(place('A'))
    expect(cursor.isDurable('A', 0)).toBe(false)
    const first = cursor.takeChanges()
    answer(cursor, 'A', 50)
    cursor.written(first)
    expect([cursor.isDurable('A', 0), cursor.isDurable('A', 50)]).toEqual([true, false])
    cursor.written(cursor.takeChanges())
    expect([cursor.isDurable('A', 50), cursor.isDurable('A', 51)]).toEqual([true, false])
  })

  test('keeps so many answered ranges of a file and no more', () => {
    const cursor = cursorOf(place('A'))
    const answered = Array.from({ length: 2_000 }, (_, index) => [index * 10 + 5, index * 10 + 8] as const)
    cursor.settle('A', { prefixBytes: 0, answered, reachedBytes: 20_000, check: undefined })
    expect(cursor.get('A')?.answered).toHaveLength(1_024)
  })

  test('refuses a state it does not know', () => {
    expect(() => readCursorState(new Map([['file A', { path: 1 }]]))).toThrow('Cannot read cursor: its entry "file A"')
  })
})

describe('Cursor.raiseSent()', () => {
  test('goes ahead in steps, so that few chunks wait for a commit', () => {
    const cursor = cursorOf(place('A'))
    cursor.raiseSent('A', 0, 100, 'i1')
    const { version } = cursor
    cursor.raiseSent('A', 100, 500_000, 'i1')
    expect(cursor.version).toBe(version)
    expect(cursor.get('A')).toMatchObject({ sentBytes: 100 + MIB, mark: 'i1' })
    cursor.raiseSent('A', 500_000, 600_000, 'i1')
    expect(cursor.get('A')?.sentBytes).toBe(600_000 + MIB)
  })

  test('lets lines be sent at once that the cursor on disk says may be, and others when it does', () => {
    const cursor = cursorOf(place('A'))
    cursor.raiseSent('A', 0, 100, 'i1')
    expect(cursor.versionToSend('A', 100)).toBe(cursor.version)
    cursor.written(cursor.takeChanges())
    expect([100, 100 + MIB, 101 + MIB].map((bytes) => cursor.versionToSend('A', bytes))).toEqual([0, 0, cursor.version])
  })

  test.for([
    ['keeps the mark while something sent under it is not answered', MIB - 1, 'i1'],
    ['takes a newer mark when everything sent under the older is answered', MIB, 'i2'],
  ] as const)('%s', ([, prefixBytes, mark]) => {
    const cursor = cursorOf(place('A'))
    cursor.raiseSent('A', 0, 100, 'i1')
    answer(cursor, 'A', prefixBytes)
    cursor.raiseSent('A', MIB, 2 * MIB, 'i2')
    expect(cursor.get('A')?.mark).toBe(mark)
  })

  test('keeps the mark while what an earlier run may have sent is read again', async () => {
    const cursor = cursorOf(place('A'))
    cursor.raiseSent('A', 0, 100, 'i1')
    const next = await restarted(cursor, new MemoryStore())
    next.raiseSent('A', 0, MIB, 'i2')
    expect(next.get('A')).toMatchObject({ sentBytes: 2 * MIB, mark: 'i1' })
    answer(next, 'A', 100 + MIB)
    next.raiseSent('A', 100 + MIB, 2 * MIB, 'i2')
    expect(next.get('A')?.mark).toBe('i2')
  })

  test('is taken back to what was sent when an agent ends well', () => {
    const cursor = cursorOf(place('A'))
    cursor.raiseSent('A', 0, 100, 'i1')
    cursor.raiseSent('A', 100, 300, 'i1')
    cursor.endSending()
    expect(cursor.get('A')?.sentBytes).toBe(300)
  })

  test('is not taken back below what an earlier run may have sent', async () => {
    const [cursor, store] = [cursorOf(place('A')), new MemoryStore()]
    cursor.raiseSent('A', 0, 100, 'i1')
    const next = await restarted(cursor, store)
    next.raiseSent('A', 0, 50, 'i1')
    next.endSending()
    expect(next.get('A')?.sentBytes).toBe(100 + MIB)
  })
})

describe('Cursor.versionToSend()', () => {
  test('is the one that says so, until that is on disk', async () => {
    const [cursor, store] = [cursorOf(place('A')), new MemoryStore()]
    cursor.raiseSent('A', 0, 100, 'i1')
    expect(cursor.versionToSend('A', 100)).toBe(cursor.version)
    const written = cursor.takeChanges()
    await store.commit(written.values)
    cursor.written(written)
    expect([cursor.versionToSend('A', 100 + MIB), cursor.versionToSend('A', 101 + MIB)]).toEqual([0, cursor.version])
  })

  test('is none for what is raised again before it is needed', () => {
    const cursor = cursorOf(place('A'))
    cursor.raiseSent('A', 0, 100, 'i1')
    cursor.written(cursor.takeChanges())
    cursor.raiseSent('A', 100, MIB, 'i1')
    expect(cursor.get('A')?.sentBytes).toBe(2 * MIB)
    expect(cursor.versionToSend('A', MIB)).toBe(0)
  })

  test('is the one that says so for a file that was forgotten', () => {
    const cursor = cursorOf(place('A'))
    cursor.raiseSent('A', 0, 100, 'i1')
    cursor.written(cursor.takeChanges())
    for (const nowMs of [0, DAY_MS]) cursor.expire(new Set(), nowMs)
    expect(cursor.versionToSend('A', 50)).toBe(cursor.version)
  })
})

describe('Cursor.expire()', () => {
  test('forgets a file a day after it has gone, not before, and not when it has come back', () => {
    const cursor = cursorOf(place('A'), place('B', { inode: 2 }), place('C', { inode: 3 }))
    cursor.expire(new Set(['A', '1:3']), 0)
    cursor.expire(new Set(['A', '1:3']), DAY_MS - 1)
    expect(cursor.get('B')).toMatchObject({ goneSinceMs: 0 })
    cursor.expire(new Set(['A', 'B']), DAY_MS)
    expect(cursor.get('B')).not.toHaveProperty('goneSinceMs')
    cursor.expire(new Set(['A']), 2 * DAY_MS)
    cursor.expire(new Set(['A']), 3 * DAY_MS)
    expect(cursor.entries.map((entry) => entry.fileKey)).toEqual(['A'])
    expect(cursor.takeChanges().values.get('file B')).toBeUndefined()
  })

  test('keeps the newest file of a chain that is there', () => {
    const cursor = cursorOf(place('A'), place('B', { inode: 2 }))
    for (const day of [0, 1, 2]) cursor.expire(new Set(['c']), day * DAY_MS)
    expect(cursor.entries.map((entry) => entry.fileKey)).toEqual(['B'])
  })

  test('forgets the longest gone first when there are too many', () => {
    const cursor = new Cursor()
    for (let number = 0; number < 50_010; number += 1) {
      cursor.follow(place(`F${number}`, { inode: number }))
      if (number === 9) cursor.expire(new Set(), 1)
    }
    cursor.expire(new Set(), 2)
    cursor.expire(new Set(), 3)
    expect(cursor.entries).toHaveLength(50_000)
    expect(cursor.get('F0')).toBeUndefined()
    expect(cursor.get('F10')).toBeDefined()
  })
})

describe('EarlierRun.of()', () => {
  const nobody = new DeadLetter('/nowhere', DEFAULT_DEAD_LETTER)
  const [key, other] = ['AAAAAAAAAAA', 'BAAAAAAAAAA']

  function told(run: EarlierRun) {
    return [10, 20, 39, 40, 49, 50].map((offset) => run.of(eventIds(key)(offset), offset))
  }

  async function stateOf(change: (cursor: Cursor) => void) {
    const [cursor, store] = [cursorOf(place(key)), new MemoryStore()]
    change(cursor)
    await store.commit(cursor.takeChanges().values)
    return store.state
  }

  test('knows nothing when all was answered in order', async () => {
    const state = await stateOf((cursor) => answer(cursor, key, 50))
    expect(new EarlierRun(state, nobody, true, false).isNothing).toBe(true)
  })

  test('tells what was answered beyond the prefix, what may have been sent and what was not', async () => {
    const state = await stateOf((cursor) => {
      cursor.raiseSent(key, 0, 50, 'i1')
      cursor.settle(key, { prefixBytes: 10, answered: [[20, 40]], reachedBytes: 50, check: undefined })
      cursor.endSending()
    })
    const expected = ['doubtful', 'answered', 'answered', 'doubtful', 'doubtful', 'nothing']
    expect(told(new EarlierRun(state, nobody, true, false))).toEqual(expected)
    // A sink that cannot look up never wrote down what it sent.
    const withoutDoubt = expected.map((kind) => (kind === 'doubtful' ? 'nothing' : kind))
    expect(told(new EarlierRun(state, nobody, false, false))).toEqual(withoutDoubt)
    expect(new EarlierRun(state, nobody, true, false).of(eventIds(other)(20), 20)).toBe('nothing')
  })

  test('does not doubt what came after the agent had started', async () => {
    const state = await stateOf((cursor) => cursor.raiseSent(key, 0, 50, 'i1'))
    const run = new EarlierRun(state, nobody, true, false)
    expect(run.meet(key, 60)).toBe(0)
    expect([59, 60].map((offset) => run.of(eventIds(key)(offset), offset))).toEqual(['doubtful', 'nothing'])
  })

  test('doubts everything of a file that nothing is known of', async () => {
    const run = new EarlierRun(await stateOf(() => {}), nobody, true, true)
    expect(run.isUncertain).toBe(true)
    expect([run.meet(other, 100), run.meet(other, 500)]).toEqual([100, 0])
    expect([99, 100].map((offset) => run.of(eventIds(other)(offset), offset))).toEqual(['doubtful', 'nothing'])
  })
})
