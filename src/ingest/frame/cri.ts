import type { Framed } from './framed.ts'

const SPACE = 0x20
const T = 0x54
const DASH = 0x2d

/**
 * Read `2026-11-22T13:17:36.995050744Z stdout F content`, as containerd and CRI-O write it; false when it is not that.
 *
 * `P` means that the line goes on in the next record of the same stream: containerd cuts at 16,384 bytes, CRI-O
 * wherever a read ended. The time may have an offset instead of `Z`. Tags after a colon are ignored.
 * Source: kubernetes design-proposals kubelet-cri-logging, containerd internal/cri/io/logger.go.
 */
export function readCri(bytes: Buffer, start: number, end: number, framed: Framed): boolean {
  if (bytes[start + 10] !== T || bytes[start + 4] !== DASH) return false
  const timeEnd = bytes.indexOf(SPACE, start + 19)
  if (timeEnd === -1 || timeEnd > start + LONGEST_TIME || timeEnd + 9 > end) return false
  const stream = streamAt(bytes, timeEnd + 1)
  const tag = bytes[timeEnd + 8]
  if (stream === undefined || (tag !== FULL && tag !== PARTIAL)) return false
  let tagsEnd = timeEnd + 9
  while (tagsEnd < end && bytes[tagsEnd] !== SPACE) tagsEnd += 1
  framed.from = Math.min(tagsEnd + 1, end)
  framed.to = end
  framed.time = bytes.toString('latin1', start, timeEnd)
  framed.stream = stream
  framed.isPartial = tag === PARTIAL
  return true
}

const LONGEST_TIME = 36
const FULL = 0x46
const PARTIAL = 0x50

/** `stdout` or `stderr` and a blank; told by their first, fourth and last characters. */
function streamAt(bytes: Buffer, at: number): 'stdout' | 'stderr' | undefined {
  if (bytes[at] !== 0x73 || bytes[at + 6] !== SPACE) return undefined
  if (bytes[at + 3] === 0x6f) return 'stdout'
  return bytes[at + 3] === 0x65 ? 'stderr' : undefined
}
