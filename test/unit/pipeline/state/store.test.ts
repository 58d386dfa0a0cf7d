import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readSlot } from '../../../../src/pipeline/state/slot-image.ts'
import type { StateAccess } from '../../../../src/pipeline/state/state-access.ts'
import { type OpenedStore, openStateStore, readStateStore } from '../../../../src/pipeline/state/store.ts'
import { CrashDisk, randomOf } from '../../fakes/crash-disk.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { scratch } from '../../fakes/scratch.ts'

const DIRECTORY = '/state'
const [A, B] = [`${DIRECTORY}/state.a`, `${DIRECTORY}/state.b`]
const SLOT_BYTES = 1_024

function newDisk(seed = 1): CrashDisk {
  return new CrashDisk(randomOf(seed))
}

function openOn(access: StateAccess, clock = new ManualClock()): Promise<OpenedStore> {
  return openStateStore(DIRECTORY, { access, clock, slotBytes: SLOT_BYTES })
}

function commit({ store }: OpenedStore, values: object): Promise<void> {
  return store.commit(new Map(Object.entries(values)))
}

function damage(disk: CrashDisk, path: string, at: number): void {
  const content = Buffer.from(disk.content(path) ?? '')
  content[at] = (content[at] ?? 0) ^ 0xff
  disk.put(path, content)
}

/** A disk on which each slot was in use, the second one last, and what is in it. */
async function usedDisk(): Promise<CrashDisk> {
  const disk = newDisk()
  const opened = await openOn(disk)
  await commit(opened, { k: 1 })
  await opened.store.close()
  const again = await openOn(disk)
  await commit(again, { k: 2 })
  await commit(again, { k: 3 })
  await again.store.close()
  return disk
}

/** Commit until a whole slot is filled. */
async function fillSlot(opened: OpenedStore): Promise<void> {
  for (let value = 0; value < SLOT_BYTES / 40; value += 1) await commit(opened, { filler: value })
}

async function commitUntilEnded(opened: OpenedStore, disk: CrashDisk, path: string): Promise<void> {
  for (let value = 0; value < SLOT_BYTES; value += 1) {
    await commit(opened, { filler: value })
    const image = readSlot(disk.content(path))
    if (image.state === 'readable' && image.isEnded) return
  }
  throw new Error(`${path} was not ended`)
}

describe('openStateStore()', () => {
  test('keeps values on real files over restarts and slots, and removes what is undefined', async () => {
    const directory = join(scratch(), 'a', 'b')
    const first = await openStateStore(directory, { slotBytes: SLOT_BYTES })
    expect(first).toMatchObject({ values: new Map(), origin: 'new', notes: [] })
    await commit(first, { gone: 1, 'ü"\n': { deep: [null, 'x'] } })
    await commit(first, { gone: undefined, never: undefined, null: null })
    await fillSlot(first)
    await first.store.close()
    const second = await openStateStore(directory, { slotBytes: SLOT_BYTES })
    const values = new Map<string, unknown>([
      ['ü"\n', { deep: [null, 'x'] }],
      ['null', null],
      ['filler', Math.floor(SLOT_BYTES / 40)],
    ])
    expect(second).toMatchObject({ origin: 'current', notes: [] })
    expect([...second.values.keys()].sort()).toEqual([...values.keys()].sort())
    expect(second.values.get('ü"\n')).toEqual({ deep: [null, 'x'] })
    expect(await readStateStore(directory)).toMatchObject({ values: second.values, origin: 'current' })
    await second.store.close()
    expect(readdirSync(directory).sort()).toEqual(['state.a', 'state.b'])
  })

  test('takes 4 MiB for each slot, readable by its owner only', async () => {
    const directory = scratch()
    const { store } = await openStateStore(directory)
    await store.close()
    for (const name of ['state.a', 'state.b']) {
      const { size, blocks, mode } = statSync(join(directory, name))
      expect([size, mode & 0o777]).toEqual([4_194_304, 0o600])
      expect(blocks * 512).toBeGreaterThanOrEqual(size)
    }
  })

  test.for([
    ['a header', B, 20, { k: 1 }],
    ['a snapshot', B, 65, { k: 1 }],
    ['a commit before the last', B, 100, { k: 1 }],
    ['the last commit', B, 140, { k: 2 }],
  ] as const)('falls back to what was before damage in %s, and says so', async ([, path, at, values]) => {
    const disk = await usedDisk()
    damage(disk, path, at)
    const opened = await openOn(disk)
    expect(Object.fromEntries(opened.values)).toEqual(values)
    expect(opened.origin).toBe('older')
    expect(opened.notes).toEqual([expect.stringContaining('state.b')])
  })

  test.for([
    ['the slot used before', A, 20],
    ['the room for later commits', B, 900],
  ] as const)('does not mind damage in %s', async ([, path, at]) => {
    const disk = await usedDisk()
    damage(disk, path, at)
    expect(await openOn(disk)).toMatchObject({ values: new Map([['k', 3]]), origin: 'current', notes: [] })
  })

  test('cuts a commit that was half written', async () => {
    const disk = await usedDisk()
    const opened = await openOn(disk)
    disk.failAt(1, 'die')
    await expect(commit(opened, { k: 'x'.repeat(300) })).rejects.toThrow('die')
    disk.restart()
    expect(await openOn(disk)).toMatchObject({ values: new Map([['k', 3]]), origin: 'current', notes: [] })
  })

  test('puts both slots aside when neither can be read, and keeps the newest four', async () => {
    const [disk, clock] = [newDisk(), new ManualClock()]
    for (let round = 0; round < 4; round += 1) {
      disk.put(A, Buffer.from(`a ${round}`))
      disk.put(B, Buffer.from(`b ${round}`))
      const opened = await openOn(disk, clock)
      expect(opened).toMatchObject({ values: new Map(), origin: 'older' })
      expect(opened.notes).toEqual(['state.a is damaged', 'state.b is damaged'])
      await opened.store.close()
      await clock.advance(1_000)
    }
    expect(disk.paths).toEqual([
      A,
      `${A}.damaged-2026-11-22T13-00-02.000Z`,
      `${A}.damaged-2026-11-22T13-00-03.000Z`,
      B,
      `${B}.damaged-2026-11-22T13-00-02.000Z`,
      `${B}.damaged-2026-11-22T13-00-03.000Z`,
    ])
    expect(disk.content(`${B}.damaged-2026-11-22T13-00-02.000Z`)?.toString()).toBe('b 2')
  })

  test.for([
    ['both slots', [A, B]],
    ['the first slot', [A]],
    ['the second slot', [B]],
  ] as const)('never takes damage in %s for a new store, wherever it is cut off', async ([, paths]) => {
    for (let step = 1; ; step += 1) {
      let isOver = false
      for (let seed = 1; seed <= 10; seed += 1) {
        const disk = newDisk(seed)
        for (const path of paths) disk.put(path, Buffer.from('damaged'))
        disk.failAt(step, 'die')
        isOver = await openOn(disk).then(
          () => !disk.isDead,
          () => false,
        )
        disk.losePower()
        const opened = await openOn(disk)
        expect(opened.origin, `step ${step}, seed ${seed}`).toBe('older')
        await commit(opened, { k: 1 })
        expect(await readStateStore(DIRECTORY, disk)).toMatchObject({ origin: 'current' })
      }
      if (isOver) break
      expect(step).toBeLessThan(50)
    }
  })

  test('refuses what a newer version wrote', async () => {
    const directory = scratch()
    const { store } = await openStateStore(directory, { slotBytes: SLOT_BYTES })
    await store.close()
    const slot = readFileSync(join(directory, 'state.a'))
    slot.writeUInt32BE(2, 16)
    slot.writeUInt32BE(crc32(slot.subarray(0, 28)), 28)
    writeFileSync(join(directory, 'state.a'), slot)
    for (const read of [openStateStore, readStateStore]) {
      const reading = read(directory)
      await expect(reading).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
      await expect(reading).rejects.toThrow(
        `Cannot open state "${directory}": it has format version 2, this flagship knows 1; run the newer one`,
      )
    }
    expect(readFileSync(join(directory, 'state.a'))).toEqual(slot)
  })

  test('says what is wrong where nothing can be written', async () => {
    const file = join(scratch(), 'file')
    writeFileSync(file, '')
    const opening = openStateStore(file)
    await expect(opening).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
    await expect(opening).rejects.toThrow(/^Cannot open state ".*": EEXIST.*; see that it may be read and written/)
  })

  test('takes files that are shorter than they should be', async () => {
    const directory = scratch()
    const first = await openStateStore(directory, { slotBytes: SLOT_BYTES })
    await commit(first, { k: 1 })
    await first.store.close()
    for (const name of ['state.a', 'state.b']) truncateSync(join(directory, name), 200)
    const second = await openStateStore(directory, { slotBytes: SLOT_BYTES })
    expect(second).toMatchObject({ values: new Map([['k', 1]]), origin: 'current' })
    await fillSlot(second)
    await second.store.close()
    expect(statSync(join(directory, 'state.a')).size).toBe(SLOT_BYTES)
  })

  test('leaves an ended slot as it is until what takes its place is on disk', async () => {
    const disk = await usedDisk()
    const ended = Buffer.from(disk.content(A) ?? '')
    damage(disk, B, 20)
    await openOn(disk)
    expect(disk.content(A)).toEqual(ended)
  })
})

describe('StateStore.commit()', () => {
  test('goes on when the disk is full', async () => {
    const disk = newDisk()
    const opened = await openOn(disk)
    disk.freeBytes = 0
    for (let round = 0; round < 20; round += 1) await fillSlot(opened)
    await opened.store.close()
    expect((await openOn(disk)).origin).toBe('current')
  })

  test('goes on when the disk is full after the state has grown', async () => {
    const disk = newDisk()
    const opened = await openOn(disk)
    await commit(opened, { large: 'x'.repeat(5_000) })
    disk.freeBytes = 0
    for (let round = 0; round < 400; round += 1) await commit(opened, { [`key ${round % 5}`]: 'y'.repeat(100) })
    await opened.store.close()
    expect((await openOn(disk)).values.size).toBe(6)
  })

  test('rejects what needs a longer slot on a full disk, and takes what does not, and all of it once there is space', async () => {
    const disk = newDisk()
    const opened = await openOn(disk)
    disk.freeBytes = 0
    await expect(commit(opened, { large: 'x'.repeat(2_000) })).rejects.toMatchObject({ code: 'ENOSPC' })
    await commit(opened, { small: 1 })
    expect((await readStateStore(DIRECTORY, disk))?.values).toEqual(new Map([['small', 1]]))
    disk.freeBytes = Number.POSITIVE_INFINITY
    await commit(opened, { large: 'x'.repeat(2_000) })
    expect((await readStateStore(DIRECTORY, disk))?.values.size).toBe(2)
  })

  test('still takes what there is room for while the other slot cannot be made long enough', async () => {
    const disk = newDisk()
    const opened = await openOn(disk)
    disk.freeBytes = 12_000
    await commit(opened, { large: 'x'.repeat(5_000) })
    await expect(commit(opened, { more: 'y'.repeat(7_000) })).rejects.toMatchObject({ code: 'ENOSPC' })
    await commit(opened, { small: 1 })
    disk.losePower()
    disk.freeBytes = Number.POSITIVE_INFINITY
    expect([...(await openOn(disk)).values.keys()]).toEqual(['large', 'small'])
  })

  test('puts a commit in the place of the one that failed', async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const disk = newDisk(seed)
      const opened = await openOn(disk)
      await commit(opened, { first: 1 })
      disk.failAt(2, 'EIO') // the sync
      await expect(commit(opened, { failed: 'x'.repeat(100) })).rejects.toMatchObject({ code: 'EIO' })
      await commit(opened, { second: 2 })
      disk.losePower()
      const { values } = await openOn(disk)
      expect(Object.fromEntries(values)).toEqual({ first: 1, second: 2 })
    }
  })

  test('writes nothing more into a slot whose successor may be on disk', async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const disk = newDisk(seed)
      const opened = await openOn(disk)
      await commit(opened, { first: 1 })
      disk.failAt(4, 'EIO') // after the zeros and their sync, and the snapshot: its sync
      await expect(commit(opened, { large: 'x'.repeat(1_000) })).rejects.toMatchObject({ code: 'EIO' })
      await commit(opened, { second: 2 })
      disk.losePower()
      expect(Object.fromEntries((await openOn(disk)).values)).toEqual({ first: 1, second: 2 })
    }
  })

  test('ends the slot before it goes on in the next, also after that failed', async () => {
    const disk = newDisk()
    const opened = await openOn(disk)
    await commit(opened, { first: 1 })
    disk.failAt(5, 'EIO') // after the zeros, the snapshot and their syncs: the end
    await expect(commit(opened, { large: 'x'.repeat(1_000) })).rejects.toMatchObject({ code: 'EIO' })
    await commit(opened, { second: 2 })
    damage(disk, B, 20)
    expect(await openOn(disk)).toMatchObject({ values: new Map([['first', 1]]), origin: 'older' })
  })

  test('refuses a second call while one is under way, and what has no JSON form', async () => {
    const opened = await openOn(newDisk())
    const first = commit(opened, { k: 1 })
    await expect(commit(opened, { k: 2 })).rejects.toThrow('Cannot commit: another commit is under way')
    await first
    await expect(commit(opened, { k: 1n })).rejects.toThrow(TypeError)
    await commit(opened, { k: 3 })
  })
})

describe('readStateStore()', () => {
  test('is undefined where there is none, and leaves no trace', async () => {
    const directory = scratch()
    expect(await readStateStore(directory)).toBeUndefined()
    expect(await readStateStore(join(directory, 'none'))).toBeUndefined()
    expect(readdirSync(directory)).toEqual([])
  })

  test('changes nothing, also where it finds damage', async () => {
    const disk = await usedDisk()
    damage(disk, B, 20)
    const [steps, paths] = [disk.steps, disk.paths]
    expect(await readStateStore(DIRECTORY, disk)).toMatchObject({ values: new Map([['k', 1]]), origin: 'older' })
    expect([disk.steps, disk.paths]).toEqual([steps, paths])
  })

  test('does not take an agent that changes slots meanwhile for damage', async () => {
    const disk = newDisk()
    const opened = await openOn(disk)
    await commitUntilEnded(opened, disk, A)
    let reads = 0
    const read = async (path: string) => {
      reads += 1
      if (reads === 2) await commitUntilEnded(opened, disk, B)
      return disk.read(path)
    }
    const access: StateAccess = { ...accessOf(disk), read }
    expect(await readStateStore(DIRECTORY, access)).toMatchObject({ origin: 'current', notes: [] })
    expect(reads).toBeGreaterThan(2)
  })
})

function accessOf(disk: CrashDisk): StateAccess {
  return {
    makeDirectory: () => disk.makeDirectory(),
    read: (path) => disk.read(path),
    open: (path) => disk.open(path),
    list: () => disk.list(),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    syncDirectory: () => disk.syncDirectory(),
  }
}
