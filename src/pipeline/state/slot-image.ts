import {
  decodeHeader,
  decodeRecord,
  FORMAT_VERSION,
  HEADER_BYTES,
  type Origin,
  type RecordPlace,
  recordsBegun,
} from './record.ts'

/** A slot whose snapshot is whole. */
export interface ReadableSlot {
  readonly state: 'readable'
  readonly generation: number
  /** After the last record that is whole, with nothing damaged before it. */
  readonly values: ReadonlyMap<string, unknown>
  /** 'current' once a commit came after the snapshot, else what the snapshot hands on. */
  readonly origin: Origin
  /** Whether it was continued in a slot of a higher generation. */
  readonly isEnded: boolean
  /** Whether a record that had been on disk is damaged, and with it what came after. */
  readonly isDamaged: boolean
  /** Where the next record belongs, and its number. */
  readonly endBytes: number
  readonly sequence: number
}

/** What one slot file holds. `blank`: there, and nothing was ever written into it. */
export type SlotImage =
  | ReadableSlot
  | { readonly state: 'absent' | 'blank' }
  | { readonly state: 'damaged' /** Of the newest thing that was written into it. */; readonly generation: number }
  | { readonly state: 'newer'; readonly version: number }

/** Read a slot. Damage is a value: a slot is cut where it is torn, and before what is damaged. */
export function readSlot(slot: Buffer | undefined): SlotImage {
  if (slot === undefined) return { state: 'absent' }
  const header = decodeHeader(slot)
  if (header === undefined) return slot.equals(Buffer.alloc(slot.length)) ? { state: 'blank' } : damaged(slot, 0)
  const { version, generation } = header
  if (version > FORMAT_VERSION) return { state: 'newer', version }
  return readRecords(slot, generation) ?? damaged(slot, generation)
}

function damaged(slot: Buffer, headerGeneration: number): SlotImage {
  let generation = headerGeneration
  for (const place of recordsBegun(slot, 0)) generation = Math.max(generation, place.generation)
  return { state: 'damaged', generation }
}

function readRecords(slot: Buffer, generation: number): ReadableSlot | undefined {
  const snapshot = decodeRecord(slot, HEADER_BYTES, { generation, sequence: 0 })
  if (snapshot === undefined || snapshot.kind === 'changes' || snapshot.kind === 'end') return undefined
  const values = new Map<string, unknown>()
  let [origin, isEnded, record] = [snapshot.kind, false, snapshot]
  for (let sequence = 0; ; ) {
    for (const [key, value] of record.entries) {
      if (value === undefined) values.delete(key)
      else values.set(key, value)
    }
    sequence += 1
    const { endBytes } = record
    const next = isEnded ? undefined : decodeRecord(slot, endBytes, { generation, sequence })
    if (next === undefined) {
      const isDamaged = !isEnded && wasOnDisk(slot, endBytes, { generation, sequence })
      return { state: 'readable', generation, values, origin, isEnded, isDamaged, endBytes, sequence }
    }
    if (next.kind === 'end') isEnded = true
    else origin = 'current'
    record = next
  }
}

/** Whether the record of `place`, which cannot be read at `atBytes`, had been on disk: then the next one was begun. */
function wasOnDisk(slot: Buffer, atBytes: number, { generation, sequence }: RecordPlace): boolean {
  for (const begun of recordsBegun(slot, atBytes))
    if (begun.generation === generation && begun.sequence > sequence) return true
  return false
}
