const QUOTE = 0x22
const WORD = 4

/**
 * The bytes of lines that need no decoding and no escaping: printable ASCII without a backslash, so that every
 * character of the text is the byte at the same place. Reading bytes costs a third of what reading characters does,
 * because a text may be stored in several ways and each character asks in which; four at a time cost less still.
 */
export class PlainBytes {
  readonly bytes: Buffer
  readonly #words: DataView
  #from = 0
  #to = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.#words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** Turn to the line in `[from, to)`. False when it is not plain, and then nothing may be asked of it. */
  turnTo(from: number, to: number): boolean {
    this.#from = from
    this.#to = to
    const last = to - WORD
    if (last < from) return false
    let found = marked(this.#words.getInt32(last, true))
    for (let at = from; at < last; at += WORD) found |= marked(this.#words.getInt32(at, true))
    return (found & 0x80808080) === 0
  }

  /** Byte at a place, counted from the line's beginning; what stands behind the line is not plain. */
  at(place: number): number {
    return this.bytes[this.#from + place] ?? 0
  }

  /** Whether the line has `label` at a place. */
  has(label: Label, place: number): boolean {
    const words = this.#words
    const start = this.#from + place
    if (start + label.length > this.#to) return false
    for (let i = 0; i < label.words.length; i += 1) {
      if (words.getInt32(start + (label.places[i] ?? 0), true) !== label.words[i]) return false
    }
    return true
  }

  /** A number that differs for most texts that differ: of length, first, middle and last word. */
  hashOf(from: number, to: number): number {
    const words = this.#words
    const start = this.#from + from
    const end = this.#from + to - WORD
    const first = words.getInt32(start, true)
    const middle = words.getInt32((start + end) >> 1, true)
    const last = words.getInt32(end, true)
    const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(middle, 0x85ebca77) ^ Math.imul(last, 0xc2b2ae3d)
    return (hash ^ (hash >>> 13)) + to - from
  }

  /** Place of the next quote from `place` on; the line's end when there is none. */
  quoteFrom(place: number): number {
    const { bytes } = this
    const to = this.#to
    let at = this.#from + place
    while (at < to && bytes[at] !== QUOTE) at += 1
    return at - this.#from
  }
}

/**
 * Texts that repeat from line to line, each kept once: what comes back is the same string, flat and with its hash known,
 * so that every table that is asked with it later answers by comparing pointers.
 *
 * Found by length and three words; the words of the whole text are then compared. A text is kept when it is seen the
 * second time, so that those that never repeat cost nothing but a slice. Bounded: a newer text takes the place.
 */
export class SharedTexts {
  readonly #seen = new Int32Array(PLACES)
  readonly #kept: (Kept | undefined)[] = Array.from({ length: PLACES })

  /** The text at `[from, to)` of a line; `text` is the whole line. */
  textAt(plain: PlainBytes, text: string, from: number, to: number): string {
    if (to - from < WORD || to - from > MAX_SHARED) return text.slice(from, to)
    const hash = plain.hashOf(from, to)
    const place = (hash ^ (hash >>> 16)) & (PLACES - 1)
    const kept = this.#kept[place]
    if (kept !== undefined && kept.label.length === to - from && plain.has(kept.label, from)) return kept.text
    return this.#keepSecond(text.slice(from, to), hash, place)
  }

  #keepSecond(text: string, hash: number, place: number): string {
    if (this.#seen[place] !== hash) {
      this.#seen[place] = hash
      return text
    }
    const label = labelOf(text)
    const kept = Buffer.from(text).toString('latin1')
    this.#kept[place] = { label, text: kept }
    return kept
  }
}

interface Kept {
  readonly label: Label
  readonly text: string
}

const PLACES = 1_024
/** Longer than any address, name or user agent that is meant. */
const MAX_SHARED = 256

/** Sets the top bit of the bytes that are below 0x20, above 0x7e, or a backslash; where there is none it sets none. */
function marked(word: number): number {
  const difference = word ^ 0x5c5c5c5c
  return word | (word - 0x20202020) | (word + 0x01010101) | ((difference - 0x01010101) & ~difference)
}

/** A text to be found in plain bytes, as words; the last overlaps the one before it. */
export interface Label {
  readonly length: number
  readonly words: Int32Array
  readonly places: Int32Array
}

/** A label of at least four ASCII characters. */
export function labelOf(text: string): Label {
  const bytes = Buffer.from(text)
  const count = Math.ceil(bytes.length / WORD)
  const places = Int32Array.from({ length: count }, (_, i) => Math.min(i * WORD, bytes.length - WORD))
  return { length: bytes.length, places, words: places.map((place) => bytes.readInt32LE(place)) }
}
