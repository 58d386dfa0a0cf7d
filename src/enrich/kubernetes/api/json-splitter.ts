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
  /** What is under way, and how many objects are open in it. */
  #what: 'metadata' | 'item' | undefined
  #partDepth = 0
  #hasBegun = false

  constructor(mostBytes = MOST_OBJECT_BYTES) {
    this.#part = new Pieces(mostBytes)
  }

  push(chunk: Buffer): readonly Part[] {
    const parts: Part[] = []
    let at = 0
    while (at < chunk.length) {
      if (this.#what === undefined) {
        if (this.#outside(chunk[at] ?? 0)) continue // the part begins with this byte
        at += 1
        continue
      }
      const end = this.#endOfPart(chunk, at)
      this.#part.add(chunk.subarray(at, end))
      at = end
      if (this.#partDepth > 0) continue
      parts.push(this.#part.take(this.#what))
      this.#what = undefined
    }
    return parts
  }

  isWhole(): boolean {
    return this.#hasBegun && this.#depth === 0
  }

  /** Where the part ends in this chunk, or the chunk: the inner loop of a list in JSON. */
  #endOfPart(chunk: Buffer, start: number): number {
    let [at, depth, isInText] = [start, this.#partDepth, this.#isInText]
    if (this.#isEscaped) at += 1
    this.#isEscaped = false
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at]
      if (isInText) {
        if (byte === BACKSLASH) at += 1
        else if (byte === QUOTE) isInText = false
      } else if (byte === QUOTE) isInText = true
      else if (byte === OPEN_OBJECT) depth += 1
      else if (byte === CLOSE_OBJECT) {
        depth -= 1
        if (depth > 0) continue
        at += 1
        break
      }
    }
    this.#isEscaped = at > chunk.length // the byte behind a backslash comes with the next chunk
    this.#partDepth = depth
    this.#isInText = isInText
    return Math.min(at, chunk.length)
  }

  /** A byte that is in no part; whether it begins one. */
  #outside(byte: number): boolean {
    if (this.#isInText) this.#inText(byte)
    else if (byte === QUOTE) {
      this.#isInText = true
      this.#text = ''
    } else if (byte === COLON && this.#depth === 1) this.#key = this.#text
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) return this.#open(byte)
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) this.#close()
    return false
  }

  #inText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (byte === BACKSLASH) this.#isEscaped = true
    else if (byte === QUOTE) this.#isInText = false
    else if (this.#depth === 1 && this.#text.length < LONGEST_KEY) this.#text += String.fromCharCode(byte)
  }

  #open(byte: number): boolean {
    if (this.#depth === 0 && byte !== OPEN_OBJECT) throw new MalformedBytes('it is no list of objects')
    this.#hasBegun = true
    if (byte === OPEN_OBJECT && this.#depth === 1 && this.#key === 'metadata') this.#what = 'metadata'
    else if (byte === OPEN_OBJECT && this.#depth === 2 && this.#key === 'items') this.#what = 'item'
    else this.#depth += 1
    return this.#what !== undefined
  }

  #close(): void {
    this.#depth -= 1
    if (this.#depth < 0) throw new MalformedBytes('it closes what it did not open')
  }
}
