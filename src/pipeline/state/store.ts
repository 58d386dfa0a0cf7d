/** The durable memory of a pipeline: changes come in, and after any crash the state as of the last commit comes out. */
import { SYSTEM_CLOCK } from '../../clock.ts'
import { FlagshipError, reasonOf } from '../../errors.ts'
import { createSlots, readSlots, reopenSlots, type StateStoreParts } from './open-slots.ts'
import { EMPTY_RECORD_BYTES, entryText, HEADER_BYTES, type Origin } from './record.ts'
import { type Restored, restore } from './restore.ts'
import { Slot } from './slot.ts'
import { STATE_ACCESS, type StateAccess } from './state-access.ts'

const SLOT_BYTES = 4_194_304
const MOST_READS = 3

/** What a store held when it was opened. */
export interface StoredState {
  readonly values: ReadonlyMap<string, unknown>
  /**
   * `new`: nothing was there. `older`: damage was found, commits may be missing. Both are said again at each opening
   * until the first commit, which therefore has to hold whatever follows from it. Else `current`.
   */
  readonly origin: Origin
  /** What damage was found, for the log; a torn tail after a crash is none. */
  readonly notes: readonly string[]
}

/** A store that is ready, and what it held. */
export interface OpenedStore extends StoredState {
  readonly store: StateStore
}

/** A small durable map from keys to JSON values. */
export interface StateStore {
  /**
   * Write changes as one record, whole or absent after a crash; undefined removes a key. Resolves when it is on disk.
   * Rejects when it cannot be; then the store is as before, and the same or another commit may be tried. (What was
   * rejected may still be found after a crash, as it may have reached the disk.) One call at a time.
   */
  commit(changes: ReadonlyMap<string, unknown>): Promise<void>
  close(): Promise<void>
}

/**
 * Open the state in a directory, making it where needed. What it returns is on disk, whatever the process before did.
 *
 * Two files, `state.a` and `state.b`, are used in turn: a snapshot and the commits after it, until the file is full.
 * Their place on the disk is taken beforehand, with real zeros, so that a full disk does not stop commits. A file
 * system that copies on write (btrfs, ZFS, overlays of some kinds) does not keep that promise: there a commit may be
 * rejected for want of space, and succeeds once there is some.
 *
 * @throws FlagshipError STATE_UNREADABLE when a newer flagship wrote it, or it cannot be read or written.
 */
export async function openStateStore(directory: string, parts: Partial<StateStoreParts> = {}): Promise<OpenedStore> {
  const { access = STATE_ACCESS, clock = SYSTEM_CLOCK, slotBytes = SLOT_BYTES } = parts
  return sayingWhere(directory, async () => {
    await access.makeDirectory(directory)
    const images = await readSlots(directory, access)
    const restored = restore(images)
    const { from, values, origin, notes } = restored
    const [current, spare] =
      from === undefined
        ? await createSlots(directory, images, restored, { access, clock, slotBytes })
        : await reopenSlots(directory, images, from.index, access)
    const store = new SlotStore(current, spare, restored, slotBytes)
    try {
      // What was read may be in memory only, of a process that was killed: so it is written anew before it is relied upon.
      if (from !== undefined) await store.changeSlots(0)
    } catch (error) {
      await store.close()
      throw error
    }
    return { store, values, origin, notes }
  })
}

/**
 * What the store in a directory holds, while its agent may be writing; undefined when there is none. Changes nothing.
 * @throws FlagshipError STATE_UNREADABLE when a newer flagship wrote it, or it cannot be read.
 */
export async function readStateStore(
  directory: string,
  access: StateAccess = STATE_ACCESS,
): Promise<StoredState | undefined> {
  return sayingWhere(directory, async () => {
    for (let reads = 1; ; reads += 1) {
      const images = await readSlots(directory, access)
      if (images.every(({ state }) => state === 'absent' || state === 'blank')) return undefined
      const { values, origin, notes } = restore(images)
      // An agent that changes slots between our two looks leaves the same picture as damage; damage stays.
      if (notes.length === 0 || reads === MOST_READS) return { values, origin, notes }
    }
  })
}

/**
 * `appending`: the current slot takes commits. `changing`: the spare may already be the newer one on disk, so the
 * current one takes nothing more. `ending`: the new one is on disk, and the old one has yet to say so.
 */
type Stage = 'appending' | 'changing' | 'ending'

class SlotStore implements StateStore {
  #current: Slot
  #spare: Slot
  #stage: Stage = 'appending'
  #origin: Origin
  #nextGeneration: number
  #isBusy = false
  readonly #slotBytes: number
  /** Each key with its entry as it stands in a snapshot. */
  readonly #entries: Map<string, string>

  constructor(current: Slot, spare: Slot, { values, origin, from, nextGeneration }: Restored, slotBytes: number) {
    this.#current = current
    this.#spare = spare
    this.#origin = origin
    this.#nextGeneration = from === undefined ? nextGeneration + 1 : nextGeneration
    this.#slotBytes = slotBytes
    this.#entries = new Map(Array.from(values, ([key, value]) => [key, entryText(key, value)]))
  }

  async commit(changes: ReadonlyMap<string, unknown>): Promise<void> {
    if (this.#isBusy) throw new Error('Cannot commit: another commit is under way')
    this.#isBusy = true
    try {
      await this.#write(changes)
    } finally {
      this.#isBusy = false
    }
  }

  async close(): Promise<void> {
    await this.#current.sync().catch(ignore) // for the seal of the last commit
    await Promise.allSettled([this.#current.close(), this.#spare.close()])
  }

  /** Go on in the other slot, with room for so many bytes more. */
  async changeSlots(bytes: number): Promise<void> {
    const entries = [...this.#entries.values()]
    await this.#makeRoom(HEADER_BYTES + Slot.recordBytes(entries), bytes)
    this.#stage = 'changing'
    await this.#spare.begin(this.#nextGeneration, this.#origin, entries)
    this.#nextGeneration += 1
    ;[this.#current, this.#spare] = [this.#spare, this.#current]
    this.#stage = 'ending'
    await this.#endSpare()
  }

  async #write(changes: ReadonlyMap<string, unknown>): Promise<void> {
    const texts = Array.from(changes, ([key, value]) => [key, value, entryText(key, value)] as const)
    const record = texts.map(([, , text]) => text)
    const bytes = Slot.recordBytes(record)
    if (this.#stage === 'ending') await this.#endSpare()
    if (this.#stage === 'changing' || !this.#current.hasRoomFor(bytes)) await this.changeSlots(bytes)
    await this.#current.append(record)
    this.#origin = 'current'
    for (const [key, value, text] of texts) {
      if (value === undefined) this.#entries.delete(key)
      else this.#entries.set(key, text)
    }
    await this.#current.seal().catch(ignore) // it only tells damage from a torn tail
  }

  async #endSpare(): Promise<void> {
    await this.#spare.end()
    this.#stage = 'appending'
    // The next snapshot is never longer than this slot. Without space for that it is asked for again when it is needed.
    await this.#spare.reserve(this.#current.sizeBytes).catch(ignore)
  }

  async #makeRoom(snapshotBytes: number, bytes: number): Promise<void> {
    const least = snapshotBytes + bytes + EMPTY_RECORD_BYTES
    try {
      await this.#spare.reserve(Math.max(this.#slotBytes, 2 * least + this.#slotBytes / 4))
    } catch (error) {
      if (least > this.#spare.sizeBytes) throw error
    }
  }
}

async function sayingWhere<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof FlagshipError) throw error
    const remedy = 'see that it may be read and written, and that there is space on its disk'
    throw new FlagshipError(
      'STATE_UNREADABLE',
      `Cannot open state "${directory}": ${reasonOf(error)}; ${remedy}`,
      error,
    )
  }
}

function ignore(): void {}
