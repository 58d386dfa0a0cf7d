import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { FlagshipError } from '../../errors.ts'
import { FORMAT_VERSION } from './record.ts'
import { type Restored, SLOT_NAMES } from './restore.ts'
import { Slot } from './slot.ts'
import { readSlot, type SlotImage } from './slot-image.ts'
import type { StateAccess } from './state-access.ts'

/** Damaged files that are kept in a directory. */
const MOST_KEPT = 4

/** What a store needs from outside, and how large its files are made at least. */
export interface StateStoreParts {
  readonly access: StateAccess
  readonly clock: Pick<Clock, 'nowMs'>
  readonly slotBytes: number
}

/** The slot that holds the state, and the other one. */
type SlotPair = readonly [current: Slot, spare: Slot]

/** What the two slot files hold. @throws FlagshipError STATE_UNREADABLE when one is of a newer format. */
export async function readSlots(directory: string, access: StateAccess): Promise<[SlotImage, SlotImage]> {
  const read = async (name: string) => refuseNewer(directory, readSlot(await access.read(join(directory, name))))
  return [await read(SLOT_NAMES[0]), await read(SLOT_NAMES[1])]
}

/** Open both slots, of which the one at `index` holds the state. */
export async function reopenSlots(
  directory: string,
  images: readonly [SlotImage, SlotImage],
  index: 0 | 1,
  access: StateAccess,
): Promise<SlotPair> {
  const first = await Slot.open(access, join(directory, SLOT_NAMES[0]), images[0])
  return closingOnError(first, async () => {
    const second = await Slot.open(access, join(directory, SLOT_NAMES[1]), images[1])
    return closingOnError(second, async () => {
      await access.syncDirectory(directory) // one of them may have been gone
      return index === 0 ? [first, second] : [second, first]
    })
  })
}

/**
 * Make both slots, one of them with an empty snapshot, and put aside what is damaged. At each moment on the way either
 * something damaged has its name still, or the snapshot has its own: so a crash does not make old state look like none.
 */
export async function createSlots(
  directory: string,
  images: readonly [SlotImage, SlotImage],
  { origin, nextGeneration }: Restored,
  { access, clock, slotBytes }: StateStoreParts,
): Promise<SlotPair> {
  const index = images[0].state === 'damaged' && images[1].state !== 'damaged' ? 1 : 0
  const other = index === 0 ? 1 : 0
  const [path, otherPath] = [join(directory, SLOT_NAMES[index]), join(directory, SLOT_NAMES[other])]
  const aside = `.damaged-${new Date(clock.nowMs()).toISOString().replaceAll(':', '-')}`
  await access.remove(`${path}.new`)
  const current = await Slot.open(access, `${path}.new`)
  return closingOnError(current, async () => {
    await current.reserve(slotBytes)
    await current.begin(nextGeneration, origin, [])
    if (images[index].state === 'damaged') await access.rename(path, path + aside)
    await access.rename(`${path}.new`, path)
    await access.syncDirectory(directory)
    if (images[other].state === 'damaged') await access.rename(otherPath, otherPath + aside)
    const spare = await Slot.open(access, otherPath)
    return closingOnError(spare, async () => {
      await spare.reserve(slotBytes)
      await access.syncDirectory(directory)
      await removeOldest(directory, access)
      return [current, spare]
    })
  })
}

async function removeOldest(directory: string, access: StateAccess): Promise<void> {
  const names = await access.list(directory)
  const aside = names.flatMap((name) => {
    const [, time] = /^state\.[ab]\.damaged-(.*)$/.exec(name) ?? []
    return time === undefined ? [] : [{ name, time }]
  })
  aside.sort((a, b) => b.time.localeCompare(a.time))
  for (const { name } of aside.slice(MOST_KEPT)) await access.remove(join(directory, name))
}

async function closingOnError<T>(slot: Slot, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await slot.close().catch(() => {}) // the error before it says what is wrong
    throw error
  }
}

function refuseNewer(directory: string, image: SlotImage): SlotImage {
  if (image.state !== 'newer') return image
  const state = `it has format version ${image.version}, this flagship knows ${FORMAT_VERSION}`
  throw new FlagshipError('STATE_UNREADABLE', `Cannot open state "${directory}": ${state}; run the newer one`)
}
