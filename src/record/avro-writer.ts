import { parseTime } from './iso-time.ts'

/** Readers in JavaScript refuse what a double may not hold exactly; below zero the zigzag form needs one bit more. */
const MOST = 2 ** 53 - 2
const LEAST = -(2 ** 52)
/** Shorter texts are copied here: a call into Node costs more. */
const SHORT_TEXT = 48
const SHORT_PIECE = 24
const BYTES_PER_UNIT = 3
const LONGEST_LENGTH = 5

/**
 * Writes the values of nullable fields in Avro's binary encoding, each with the place of its branch before it: 0 is null.
 * What does not fit is not written, and `end` says so.
 * Source: https://avro.apache.org/docs/1.12.0/specification/#binary-encoding
 */
export class AvroWriter {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0

  /** Write into `bytes` from `at` on. */
  start(bytes: Buffer, at: number): void {
    this.#bytes = bytes
    this.#at = at
  }

  /** The place after what was written; -1 when the memory was too small for it. */
  get end(): number {
    return this.#at > this.#bytes.length ? -1 : this.#at
  }

  text(value: string | undefined): void {
    if (this.#isThere(value)) this.#string(value)
  }

  /** A time in ISO 8601 as milliseconds since the epoch: finer digits are cut off. What is no time is null. */
  date(value: string | undefined): void {
    const ms = value === undefined ? Number.NaN : parseTime(value)
    this.count(Number.isNaN(ms) ? undefined : ms)
  }

  /** A whole number; null where it is beyond 2^53 - 2. */
  count(value: number | undefined): void {
    const held = value !== undefined && value <= MOST && value >= LEAST ? value : undefined
    if (this.#isThere(held)) this.#long(held)
  }

  number(value: number | undefined): void {
    if (!this.#isThere(value)) return
    if (this.#at + 8 <= this.#bytes.length) this.#bytes.writeDoubleLE(value, this.#at)
    this.#at += 8
  }

  flag(value: boolean | undefined): void {
    if (this.#isThere(value)) this.#byte(value ? 1 : 0)
  }

  texts(values: readonly string[] | undefined): void {
    if (!this.#isThere(values)) return
    if (values.length > 0) this.#long(values.length)
    for (const value of values) this.#string(value)
    this.#byte(0)
  }

  /** The text of a JSON object whose values are texts, as a map. */
  labels(json: string | undefined): void {
    if (!this.#isThere(json)) return
    const entries = Object.entries<unknown>(JSON.parse(json))
    if (entries.length > 0) this.#long(entries.length)
    for (const [name, value] of entries) {
      this.#string(name)
      this.#string(typeof value === 'string' ? value : JSON.stringify(value))
    }
    this.#byte(0)
  }

  /** The fields of a record that `write` writes. */
  record<T>(value: T | undefined, write: (to: AvroWriter, value: T) => void): void {
    if (this.#isThere(value)) write(this, value)
  }

  /** Fields that were written before; `fields` of them are null when undefined. */
  ready(piece: Buffer | undefined, fields: number): void {
    if (piece === undefined) {
      for (let field = 0; field < fields; field += 1) this.#byte(0)
      return
    }
    const { length } = piece
    const at = this.#at
    this.#at += length
    if (length > SHORT_PIECE) {
      if (this.#at <= this.#bytes.length) this.#bytes.set(piece, at)
      return
    }
    const bytes = this.#bytes
    for (let i = 0; i < length; i += 1) bytes[at + i] = piece[i] ?? 0
  }

  #isThere<T>(value: T | undefined): value is T {
    this.#bytes[this.#at] = value === undefined ? 0 : 2
    this.#at += 1
    return value !== undefined
  }

  #byte(value: number): void {
    this.#bytes[this.#at] = value
    this.#at += 1
  }

  #string(value: string): void {
    const { length } = value
    if (length > SHORT_TEXT) return this.#longString(value)
    const bytes = this.#bytes
    const at = this.#at + 1
    for (let i = 0; i < length; i += 1) {
      const unit = value.charCodeAt(i)
      if (unit >= 0x80) return this.#longString(value)
      bytes[at + i] = unit
    }
    bytes[at - 1] = length << 1
    this.#at = at + length
  }

  #longString(value: string): void {
    const bytes = this.#bytes
    const at = this.#at
    if (at + value.length * BYTES_PER_UNIT + LONGEST_LENGTH > bytes.length) {
      this.#at = bytes.length + 1
      return
    }
    const expected = lengthBytes(value.length)
    const written = bytes.write(value, at + expected)
    const needed = lengthBytes(written)
    if (needed !== expected) bytes.copyWithin(at + needed, at + expected, at + expected + written)
    this.#long(written)
    this.#at += written
  }

  /** Zigzag, seven bits a byte, lowest first. */
  #long(value: number): void {
    const bytes = this.#bytes
    let at = this.#at
    let rest = value < 0 ? value * -2 - 1 : value * 2
    // Shifting would lose what is beyond 32 bits.
    for (; rest >= 2 ** 31; rest = Math.floor(rest / 128)) bytes[at++] = (rest & 0x7f) | 0x80
    for (; rest > 0x7f; rest >>= 7) bytes[at++] = (rest & 0x7f) | 0x80
    bytes[at++] = rest
    this.#at = at
  }
}

/** Bytes that the length of a text takes. */
function lengthBytes(length: number): number {
  return length < 0x40 ? 1 : length < 0x2000 ? 2 : length < 0x10_0000 ? 3 : length < 0x800_0000 ? 4 : LONGEST_LENGTH
}
