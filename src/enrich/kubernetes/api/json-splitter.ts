import { MOST_OBJECT_BYTES, type Part, Pieces, type Splitter } from './splitter.ts'
import { MalformedBytes } from './wire.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d

/** Longest key that is told from others. */
const LONGEST_KEY = 16

/** A list in JSON, which may be larger than the longest text there can be: its items come one by one. */
export class JsonListSplitter implements Splitter {
  readonly #part: Pieces
  /** How many objects and lists are open. */
  #depth = 0
  #isInText = false
  #isEscaped = false
  /** The text that was read last in the outermost object, and the one of these that is a key. */
  #text = ''
  #key = ''
  /** What is under way. */
  #what: 'metadata' | 'item' | undefined
  #hasBegun = false

  constructor(mostBytes = MOST_OBJECT_BYTES) {
    this.#part = new Pieces(mostBytes)
  }

  push(chunk: Buffer): readonly Part[] {
    const parts: Part[] = []
    let start = 0
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0
      if (this.#isInText) this.#inText(byte)
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        if (this.#open(byte)) start = at
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        if (!this.#close()) continue
        this.#part.add(chunk.subarray(start, at + 1))
        parts.push(this.#part.take(this.#what ?? 'item'))
        this.#what = undefined
      } else this.#outside(byte)
    }
    if (this.#what !== undefined) this.#part.add(chunk.subarray(start))
    return parts
  }

  isWhole(): boolean {
    return this.#hasBegun && this.#depth === 0
  }

  #inText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (byte === BACKSLASH) this.#isEscaped = true
    else if (byte === QUOTE) this.#isInText = false
    else if (this.#depth === 1 && this.#text.length < LONGEST_KEY) this.#text += String.fromCharCode(byte)
  }

  #outside(byte: number): void {
    if (byte === QUOTE) {
      this.#isInText = true
      this.#text = ''
    } else if (byte === COLON && this.#depth === 1) this.#key = this.#text
  }

  /** Whether a part begins here. */
  #open(byte: number): boolean {
    if (this.#depth === 0 && byte !== OPEN_OBJECT) throw new MalformedBytes('it is no list of objects')
    this.#hasBegun = true
    this.#depth += 1
    if (this.#what !== undefined || byte !== OPEN_OBJECT) return false
    if (this.#depth === 2 && this.#key === 'metadata') this.#what = 'metadata'
    else if (this.#depth === 3 && this.#key === 'items') this.#what = 'item'
    return this.#what !== undefined
  }

  /** Whether the part that is under way ends here. */
  #close(): boolean {
    this.#depth -= 1
    if (this.#depth < 0) throw new MalformedBytes('it closes what it did not open')
    return (this.#what === 'metadata' && this.#depth === 1) || (this.#what === 'item' && this.#depth === 2)
  }
}
