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
  if (timeEnd === -1 || timeEnd > start + 36 || timeEnd + 9 > end) return false
  // `std` + `out ` or `err `, then the tag
  if (bytes[timeEnd + 1] !== 0x73 || bytes[timeEnd + 7] !== SPACE) return false
  const isError = bytes[timeEnd + 4] === 0x65
  if (!isError && bytes[timeEnd + 4] !== 0x6f) return false
  const tag = bytes[timeEnd + 8]
  if (tag !== 0x46 && tag !== 0x50) return false
  let content = timeEnd + 9
  while (content < end && bytes[content] !== SPACE) content += 1
  framed.from = Math.min(content + 1, end)
  framed.to = end
  framed.text = undefined
  framed.time = bytes.toString('latin1', start, timeEnd)
  framed.stream = isError ? 'stderr' : 'stdout'
  framed.isPartial = tag === 0x50
  return true
}
