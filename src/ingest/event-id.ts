/**
 * The id of a line: base64url of the 8 bytes of its file's key and 6 bytes of the offset of its first byte, big endian.
 * 19 characters, unique, and the same whenever the line is read again.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Two characters for each 12 bits. */
const PAIRS = Array.from({ length: 4_096 }, (_, bits) => letter(bits >> 6) + letter(bits))
/** Two characters for each last 10 bits: the final character holds 4 of them and two zero bits. */
const TAILS = Array.from({ length: 1_024 }, (_, bits) => letter(bits >> 4) + letter(bits << 2))

/** 64 bits of key fill ten characters and four bits of the eleventh. */
const WHOLE_CHARACTERS = 10
const LOW_BITS = 22
const LOW_SIZE = 1 << LOW_BITS

/**
 * A function from offsets below 2^48 to ids, for the file with this key (11 characters, see file-key.ts).
 * It is called once a line: no buffer is made, and the part that is common to 4 MiB of a file is kept.
 */
export function eventIds(fileKey: string): (offsetBytes: number) => string {
  const head = fileKey.slice(0, WHOLE_CHARACTERS)
  const shared = valueOf(fileKey, WHOLE_CHARACTERS)
  let keptHigh = -1
  let kept = ''
  return (offsetBytes) => {
    const high = Math.floor(offsetBytes / LOW_SIZE)
    if (high !== keptHigh) {
      keptHigh = high
      kept = head + letter(shared | (high >>> 24)) + pair(high >>> 12) + pair(high)
    }
    const low = offsetBytes % LOW_SIZE
    return kept + pair(low >>> 10) + (TAILS[low & 1_023] ?? '')
  }
}

/** The key of the file an id belongs to. */
export function fileKeyOf(eventId: string): string {
  return eventId.slice(0, WHOLE_CHARACTERS) + letter(valueOf(eventId, WHOLE_CHARACTERS) & 0b111100)
}

function letter(bits: number): string {
  return ALPHABET.charAt(bits & 63)
}

function pair(bits: number): string {
  return PAIRS[bits & 4_095] ?? ''
}

function valueOf(text: string, index: number): number {
  return Math.max(ALPHABET.indexOf(text.charAt(index)), 0)
}
