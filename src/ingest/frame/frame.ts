import { readCri } from './cri.ts'
import { readDocker } from './docker.ts'
import { bare, type Framed } from './framed.ts'
import { unwrapPiped } from './piped.ts'

/** How the lines of a file are framed. `auto` decides line by line: what people pipe in. */
export type Frame = 'auto' | 'cri' | 'docker' | 'raw'

const OPEN_BRACE = 0x7b
const CARRIAGE_RETURN = 0x0d
const NUL = 0x00

/**
 * Take one line, `bytes[start, end)` without its newline, out of its frame. A line that does not have the frame it
 * should have is taken as bare content: it is then classified like any other.
 */
export function unframe(frame: Frame, bytes: Buffer, start: number, end: number, framed: Framed): void {
  let from = start
  while (from < end && bytes[from] === NUL) from += 1 // a hole that a crash left in the file
  const to = end > from && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end
  bare(framed, from, to)
  if (frame === 'cri') unframePod(bytes, from, to, end, framed)
  else if (frame === 'docker') readDocker(bytes.toString('utf8', from, to), framed)
  else if (frame === 'auto') unframeAny(bytes, from, to, framed)
}

/** Docker's json-file may stand behind the links of a pods tree (cri-dockerd). */
function unframePod(bytes: Buffer, from: number, to: number, end: number, framed: Framed): void {
  if (readCri(bytes, from, end, framed) || bytes[from] !== OPEN_BRACE) return
  readDocker(bytes.toString('utf8', from, to), framed)
}

function unframeAny(bytes: Buffer, from: number, to: number, framed: Framed): void {
  if (readCri(bytes, from, to, framed)) return
  const text = bytes.toString('utf8', from, to)
  if (bytes[from] === OPEN_BRACE && readDocker(text, framed)) unframeInner(framed)
  else unwrapPiped(text, framed)
}

/** A shipper without the right parser exports the runtime's whole record as the `log` of its own. */
function unframeInner(framed: Framed): void {
  const inner = Buffer.from(framed.text ?? '')
  if (readCri(inner, 0, inner.length, framed)) framed.text = inner.toString('utf8', framed.from, framed.to)
}
