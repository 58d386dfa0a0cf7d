import { MOST_OBJECT_BYTES, type Part, Pieces, type Splitter } from './splitter.ts'
import { MalformedBytes, SPAN, VARINT } from './wire.ts'

/** No length we are told is longer than this: what says so is no such body. */
const LONGEST_SPAN = 2_147_483_647

/** Frames of a watch: four bytes of length, the highest first, then as many bytes. */
export class FrameSplitter implements Splitter {
  readonly #frame: Pieces
  #header: number[] = []
  #missing = 0

  constructor(mostBytes = MOST_OBJECT_BYTES) {
    this.#frame = new Pieces(mostBytes)
  }

  push(chunk: Buffer): readonly Part[] {
    const parts: Part[] = []
    let at = 0
    while (at < chunk.length) {
      if (this.#missing === 0) {
        this.#begin(chunk[at] ?? 0)
        at += 1
        continue
      }
      const end = Math.min(chunk.length, at + this.#missing)
      this.#frame.add(chunk.subarray(at, end))
      this.#missing -= end - at
      at = end
      if (this.#missing === 0) parts.push(this.#frame.take('item'))
    }
    return parts
  }

  isWhole(): boolean {
    return this.#missing === 0 && this.#header.length === 0
  }

  #begin(byte: number): void {
    if (this.#header.push(byte) < 4) return
    const length = this.#header.reduce((sum, each) => sum * 256 + each, 0)
    if (length > LONGEST_SPAN) throw new MalformedBytes(`a frame of ${length} bytes`)
    this.#header = []
    this.#missing = length
  }
}

/** What a list's field becomes, by its number in `PodList` and its like. */
const LIST_FIELDS: Readonly<Record<number, 'metadata' | 'item'>> = { 1: 'metadata', 2: 'item' }

/** Field of the envelope (`runtime.Unknown`) that holds the list. */
const ENVELOPE_RAW = 2

/** `k8s` and a zero. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00]

/** A list, which may be larger than memory should be: its items come one by one. */
export class ProtobufListSplitter implements Splitter {
  readonly #part: Pieces
  #depth: 'magic' | 'envelope' | 'list' = 'magic'
  #magicAt = 0
  #tag: number | undefined
  #value = 0
  #scale = 1
  /** What the field becomes that is under way, and how many bytes of it are to come. */
  #what: 'metadata' | 'item' | undefined
  #missing = 0

  constructor(mostBytes = MOST_OBJECT_BYTES) {
    this.#part = new Pieces(mostBytes)
  }

  push(chunk: Buffer): readonly Part[] {
    const parts: Part[] = []
    let at = 0
    while (at < chunk.length) {
      if (this.#missing > 0) {
        const end = Math.min(chunk.length, at + this.#missing)
        if (this.#what !== undefined) this.#part.add(chunk.subarray(at, end))
        this.#missing -= end - at
        at = end
      } else {
        this.#header(chunk[at] ?? 0)
        at += 1
      }
      if (this.#missing === 0 && this.#what !== undefined) {
        parts.push(this.#part.take(this.#what))
        this.#what = undefined
      }
    }
    return parts
  }

  isWhole(): boolean {
    return this.#depth === 'list' && this.#missing === 0 && this.#tag === undefined && this.#scale === 1
  }

  #header(byte: number): void {
    if (this.#depth === 'magic') return this.#magic(byte)
    this.#value += (byte & 0x7f) * this.#scale
    this.#scale *= 0x80
    if (this.#scale > 2 ** 70) throw new MalformedBytes('a number has no end')
    if (byte >= 0x80) return
    const value = this.#value
    this.#value = 0
    this.#scale = 1
    if (this.#tag === undefined) this.#tag = value
    else this.#begin(this.#tag, value)
  }

  #magic(byte: number): void {
    if (byte !== MAGIC[this.#magicAt]) throw new MalformedBytes('it does not begin as protobuf of Kubernetes does')
    this.#magicAt += 1
    if (this.#magicAt === MAGIC.length) this.#depth = 'envelope'
  }

  /** A field begins. Behind the list, whose end nobody needs, follow two texts of the envelope: fields we skip. */
  #begin(tag: number, value: number): void {
    this.#tag = undefined
    const wireType = tag & 7
    const number = tag >>> 3
    if (wireType === VARINT) return
    if (wireType !== SPAN || value > LONGEST_SPAN) throw new MalformedBytes(`field ${number} of a list is none`)
    if (this.#depth === 'envelope') {
      if (number === ENVELOPE_RAW) this.#depth = 'list'
      else this.#missing = value
      return
    }
    this.#what = LIST_FIELDS[number]
    this.#missing = value
  }
}
