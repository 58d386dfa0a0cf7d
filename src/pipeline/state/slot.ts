import { EMPTY_RECORD_BYTES, encodeHead, encodeHeader, encodeRecord, HEADER_BYTES, type Origin } from './record.ts'
import type { SlotImage } from './slot-image.ts'
import type { StateAccess, StateFile } from './state-access.ts'

const ZEROS = Buffer.alloc(1_048_576)

/** One of the two files of a store, open for writing. Whatever rejects may have been written, and is written again at the same place. */
export class Slot {
  readonly #file: StateFile
  #sizeBytes: number
  #generation = 0
  #sequence = 0
  #positionBytes = 0
  #isEnded = false

  private constructor(file: StateFile, sizeBytes: number, image: SlotImage | undefined) {
    this.#file = file
    this.#sizeBytes = sizeBytes
    if (image?.state !== 'readable') return
    this.#generation = image.generation
    this.#sequence = image.sequence
    this.#positionBytes = image.endBytes
    this.#isEnded = image.isEnded
  }

  /** Open a slot, making it where needed; `image`: what it holds. */
  static async open(access: StateAccess, path: string, image?: SlotImage): Promise<Slot> {
    const file = await access.open(path)
    try {
      return new Slot(file, await file.sizeBytes(), image)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Whether a record of so many bytes can be appended, with room left for the end. */
  hasRoomFor(bytes: number): boolean {
    return this.#positionBytes + bytes + EMPTY_RECORD_BYTES <= this.#sizeBytes
  }

  /** Make the file at least so long, of zeros that take their place on the disk. */
  async reserve(bytes: number): Promise<void> {
    if (bytes <= this.#sizeBytes) return
    for (let at = this.#sizeBytes; at < bytes; at += ZEROS.length)
      await this.#file.write(ZEROS.subarray(0, Math.min(ZEROS.length, bytes - at)), at)
    await this.#file.sync()
    this.#sizeBytes = bytes
  }

  /** Put a snapshot in place of everything that the slot held. */
  async begin(generation: number, origin: Origin, entries: readonly string[]): Promise<void> {
    const snapshot = encodeRecord(origin, { generation, sequence: 0 }, entries)
    await this.#file.write(Buffer.concat([encodeHeader(generation), snapshot]), 0)
    await this.#file.sync()
    this.#generation = generation
    this.#sequence = 1
    this.#positionBytes = HEADER_BYTES + snapshot.length
    this.#isEnded = false
  }

  /** What the changes of a commit would take. */
  static recordBytes(entries: readonly string[]): number {
    return entries.reduce((sum, entry) => sum + Buffer.byteLength(entry) + 1, EMPTY_RECORD_BYTES)
  }

  /** Append the changes of a commit; resolves when they are on disk. */
  async append(entries: readonly string[]): Promise<void> {
    await this.#write('changes', entries)
  }

  /** Note that the last record is on disk. It costs no sync, and comes to the disk by itself. */
  async seal(): Promise<void> {
    const place = { generation: this.#generation, sequence: this.#sequence }
    await this.#file.write(encodeHead(place), this.#positionBytes)
  }

  /** Note that the other slot, now on disk, continues this one. */
  async end(): Promise<void> {
    if (this.#isEnded || this.#sequence === 0) return
    await this.#write('end', [])
    this.#isEnded = true
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async sync(): Promise<void> {
    await this.#file.sync()
  }

  async #write(kind: 'changes' | 'end', entries: readonly string[]): Promise<void> {
    const record = encodeRecord(kind, { generation: this.#generation, sequence: this.#sequence }, entries)
    await this.#file.write(record, this.#positionBytes)
    await this.#file.sync()
    this.#positionBytes += record.length
    this.#sequence += 1
  }
}
