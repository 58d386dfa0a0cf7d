import { crc32 } from 'node:zlib'
import type { OpenFile } from './file-system.ts'

/** What is read from a file at a time. */
export const CHUNK_BYTES = 262_144
/** A line that is longer than this is passed on in parts. */
export const MOST_LINE_BYTES = 16_777_216
/** How much of what was read last is looked at again, to notice that the file has another content now. */
export const CHECK_BYTES = 256
const NEWLINE = 0x0a

/** CRC-32 of the up to 256 bytes before a place: tells whether a file still is what was read. */
export interface Check {
  readonly atBytes: number
  readonly crc: number
}

/** What a look at a file gave. `rewritten`: what was read before is there no more. */
export type Tail =
  | { readonly kind: 'lines'; readonly bytes: Buffer; readonly check: Check }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'rewritten' }

const NOTHING: Tail = { kind: 'nothing' }
const REWRITTEN: Tail = { kind: 'rewritten' }

/** Reads whole lines from files. One per pipeline: the bytes it gives are good until it is asked again. */
export class TailReader {
  readonly #buffer = Buffer.allocUnsafeSlow(CHECK_BYTES + CHUNK_BYTES)

  /**
   * The lines of a file of `sizeBytes` from `fromBytes` on, as many as fit a chunk. A last line without its newline is
   * given when the file is final, or longer than may be.
   */
  async read(file: OpenFile, fromBytes: number, sizeBytes: number, isFinal: boolean, check?: Check): Promise<Tail> {
    const before = Math.min(CHECK_BYTES, fromBytes)
    const available = sizeBytes - fromBytes
    if (available <= 0) return check === undefined || (await holds(file, sizeBytes, check)) ? NOTHING : REWRITTEN
    for (let want = CHUNK_BYTES; ; want = Math.min(want * 4, MOST_LINE_BYTES)) {
      const length = before + Math.min(want, available)
      const bytes = this.#space(length)
      // Shorter than it just was: it is being truncated, and the next look sees that.
      if ((await file.read(bytes, fromBytes - before)) < length) return NOTHING
      if (isOtherThan(check, fromBytes, bytes.subarray(0, before))) return REWRITTEN
      const end = endOfLines(bytes, before, isFinal && want >= available, want >= MOST_LINE_BYTES)
      if (end > before) return linesOf(bytes, before, end, fromBytes)
      if (want >= available) return NOTHING
    }
  }

  #space(length: number): Buffer {
    return length <= this.#buffer.length ? this.#buffer.subarray(0, length) : Buffer.allocUnsafeSlow(length)
  }
}

/** Whether a file of `sizeBytes` still holds what the check was made of. */
export async function holds(file: OpenFile, sizeBytes: number, check: Check): Promise<boolean> {
  if (sizeBytes < check.atBytes) return false
  const bytes = Buffer.allocUnsafe(Math.min(CHECK_BYTES, check.atBytes))
  const count = await file.read(bytes, check.atBytes - bytes.length)
  return count === bytes.length && crc32(bytes) === check.crc
}

/** Check of a file's content before `atBytes`; undefined when it is shorter. */
export async function checkAt(file: OpenFile, atBytes: number): Promise<Check | undefined> {
  const bytes = Buffer.allocUnsafe(Math.min(CHECK_BYTES, atBytes))
  const count = await file.read(bytes, atBytes - bytes.length)
  return count === bytes.length ? { atBytes, crc: crc32(bytes) } : undefined
}

function isOtherThan(check: Check | undefined, fromBytes: number, bytesBefore: Buffer): boolean {
  return check?.atBytes === fromBytes && crc32(bytesBefore) !== check.crc
}

/** Where the last whole line ends; `start` when there is none. */
function endOfLines(bytes: Buffer, start: number, isFinal: boolean, isTooLong: boolean): number {
  if (isFinal) return bytes.length
  const newline = bytes.lastIndexOf(NEWLINE)
  if (newline >= start) return newline + 1
  return isTooLong ? bytes.length : start
}

function linesOf(bytes: Buffer, start: number, end: number, fromBytes: number): Tail {
  const atBytes = fromBytes + end - start
  const crc = crc32(bytes.subarray(Math.max(0, end - Math.min(CHECK_BYTES, atBytes)), end))
  return { kind: 'lines', bytes: bytes.subarray(start, end), check: { atBytes, crc } }
}
