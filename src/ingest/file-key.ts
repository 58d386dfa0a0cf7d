import { hash } from 'node:crypto'

/** How much of a file's first line tells it from other files. */
export const FIRST_LINE_BYTES = 1_024
const KEY_BYTES = 8
const NEWLINE = 0x0a

/**
 * What identifies a file for good: a hash of its scope (who writes it), its generation and its first line.
 *
 * Device and inode are no part of it: a file keeps its key when it is renamed, copied or compressed, and a new file on
 * a reused inode has another. base64url of 8 bytes, 11 characters.
 */
export function fileKey(scope: string, generation: number, firstLine: Uint8Array): string {
  const bytes = Buffer.concat([Buffer.from(`${scope}\0${generation}\0`), firstLine])
  return hash('sha256', bytes, 'buffer').subarray(0, KEY_BYTES).toString('base64url')
}

/**
 * The part of the first line that goes into the key, from the first bytes of a file without leading NULs; undefined
 * while more may come: the line has neither ended nor reached FIRST_LINE_BYTES, and the file is not final.
 */
export function firstLineOf(head: Buffer, isFinal: boolean): Buffer | undefined {
  const newline = head.indexOf(NEWLINE)
  if (newline !== -1 && newline <= FIRST_LINE_BYTES) return head.subarray(0, newline)
  if (head.length >= FIRST_LINE_BYTES) return head.subarray(0, FIRST_LINE_BYTES)
  return isFinal ? head : undefined
}
