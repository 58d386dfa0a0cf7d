import type { Origin } from './record.ts'
import type { ReadableSlot, SlotImage } from './slot-image.ts'

/** The two slot files, in the order of their images. */
export const SLOT_NAMES = ['state.a', 'state.b'] as const

/** What two slots together say. */
export interface Restored {
  readonly values: ReadonlyMap<string, unknown>
  readonly origin: Origin
  /** What a person should know of damage that was found. */
  readonly notes: readonly string[]
  /** The slot that the values are from; undefined when neither can be read. */
  readonly from: { readonly index: 0 | 1; readonly image: ReadableSlot } | undefined
  /** Higher than that of anything in either slot. */
  readonly nextGeneration: number
}

/**
 * The newest slot that can be read, and whether commits may be missing from it.
 *
 * A slot is ended only after the next generation was on disk. So where the newest readable slot has no end, an
 * unreadable one beside it is what a crash left of a snapshot being written, or older; where it has one, its
 * continuation was damaged.
 */
export function restore(images: readonly [SlotImage, SlotImage]): Restored {
  const from = newest(images)
  const nextGeneration = Math.max(...images.map(lastGeneration)) + 1
  if (from === undefined) {
    const notes = images.flatMap((image, index) =>
      image.state === 'damaged' ? [`${SLOT_NAMES[index]} is damaged`] : [],
    )
    return { values: new Map(), origin: notes.length === 0 ? 'new' : 'older', notes, from, nextGeneration }
  }
  const { values, origin } = from.image
  const notes = doubts(from.index, from.image)
  return { values, origin: notes.length === 0 ? origin : 'older', notes, from, nextGeneration }
}

function newest([first, second]: readonly [SlotImage, SlotImage]): Restored['from'] {
  const a = first.state === 'readable' ? ({ index: 0, image: first } as const) : undefined
  const b = second.state === 'readable' ? ({ index: 1, image: second } as const) : undefined
  if (a === undefined || b === undefined) return a ?? b
  return b.image.generation > a.image.generation ? b : a
}

function doubts(index: 0 | 1, { isDamaged, isEnded, endBytes }: ReadableSlot): readonly string[] {
  const [own, other] = [SLOT_NAMES[index], SLOT_NAMES[1 - index]]
  if (isDamaged) return [`${own} is damaged at byte ${endBytes}, what came after is not used`]
  if (isEnded) return [`${other}, in which ${own} was continued, is damaged or gone`]
  return []
}

function lastGeneration(image: SlotImage): number {
  return image.state === 'readable' || image.state === 'damaged' ? image.generation : 0
}
