import { describe, expect, test } from 'vitest'
import { FILE_SYSTEM, type FileSystem } from '../../../src/ingest/file-system.ts'
import { Listings } from '../../../src/ingest/listings.ts'
import { QuietDirectories } from '../../../src/ingest/quiet-directories.ts'
import { Troubles } from '../../../src/ingest/trouble.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { RecordedLog } from '../fakes/recorded-log.ts'

/** Listings of one directory that changes when it is told to, and how often it was listed. */
function benchOf() {
  const clock = new ManualClock()
  const state = { lists: 0, name: 'a', modifiedMs: clock.nowMs() - 60_000 }
  const fileSystem: FileSystem = {
    ...FILE_SYSTEM,
    stat: () => ({ isFile: false, device: 1, inode: 1, sizeBytes: 0, modifiedMs: state.modifiedMs }),
    list: () => {
      state.lists += 1
      return [{ name: state.name, isDirectory: false }]
    },
  }
  const troubles = new Troubles(new RecordedLog())
  const quiet = new QuietDirectories(fileSystem, clock, troubles, () => {})
  const listings = new Listings(fileSystem, clock, quiet, troubles)
  const sweep = () => {
    const names = listings.list('/d', 'never')?.map((entry) => entry.name) ?? []
    listings.endSweep()
    return names.join()
  }
  return { clock, state, listings, sweep }
}

describe('Listings.list()', () => {
  test('lists a directory that does not change every ten seconds', async () => {
    const { clock, state, sweep } = benchOf()
    for (let second = 0; second < 20; second += 1) {
      expect(sweep()).toBe('a')
      await clock.advance(1_000)
    }
    expect(state.lists).toBe(2)
  })

  test('sees a change at the next sweep', async () => {
    const { clock, state, sweep } = benchOf()
    sweep()
    await clock.advance(1_000)
    state.name = 'b'
    state.modifiedMs = clock.nowMs()
    expect(sweep()).toBe('b')
  })

  test('sees a second change within one tick of the clock of the file system', async () => {
    const { clock, state, sweep } = benchOf()
    state.modifiedMs = clock.nowMs()
    expect(sweep()).toBe('a')
    state.name = 'b' // the time stays the same
    await clock.advance(1_000)
    expect(sweep()).toBe('b')
  })

  test('finds out within ten seconds where the clock of the file system is wrong', async () => {
    const { clock, state, sweep } = benchOf()
    sweep()
    state.name = 'b'
    await clock.advance(10_000)
    expect(sweep()).toBe('b')
  })

  test('forgets a directory that a sweep did not ask for', () => {
    const { state, listings, sweep } = benchOf()
    sweep()
    listings.endSweep()
    sweep()
    expect(state.lists).toBe(2)
  })
})
