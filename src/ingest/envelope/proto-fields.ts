/** One field of a protobuf message. */
export interface Field {
  readonly number: number
  /** Place of its content in the message. */
  readonly from: number
  readonly to: number
  /** Of a varint. */
  readonly value: number | undefined
}

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2
const FIXED32 = 5
/** Ten bytes hold 64 bits. */
const LONGEST_VARINT = 10

/**
 * The fields of a protobuf message, one after the other, within `[from, to)`. Reading ends at what is no field, and
 * `isMalformed` tells. Groups, which proto3 does not have, are none.
 * Source: Protocol Buffers documentation, "Encoding".
 */
export class ProtoFields {
  isMalformed = false
  readonly #bytes: Buffer
  readonly #to: number
  #at: number

  constructor(bytes: Buffer, from: number, to: number) {
    this.#bytes = bytes
    this.#at = from
    this.#to = to
  }

  /** The next field; undefined behind the last. */
  next(): Field | undefined {
    if (this.#at >= this.#to || this.isMalformed) return undefined
    const tag = this.#varint()
    const number = Math.floor(tag / 8)
    const value = tag % 8 === VARINT ? this.#varint() : undefined
    const length = this.#lengthOf(tag % 8)
    const from = this.#at
    const to = from + length
    this.#at = to
    if (number >= 1 && to >= from && to <= this.#to && !this.isMalformed) return { number, from, to, value }
    this.isMalformed = true
    return undefined
  }

  #lengthOf(wireType: number): number {
    if (wireType === VARINT) return 0
    if (wireType === FIXED64) return 8
    if (wireType === FIXED32) return 4
    return wireType === LENGTH_DELIMITED ? this.#varint() : Number.NaN
  }

  #varint(): number {
    const start = this.#at
    let value = 0
    for (let i = 0; i < LONGEST_VARINT && this.#at < this.#to; i += 1) {
      const byte = this.#bytes[this.#at] ?? 0
      this.#at += 1
      value += (byte & 0x7f) * 128 ** i
      if (byte < 0x80) return i === LONGEST_VARINT - 1 ? this.#signed(start) : value
    }
    this.isMalformed = true
    return 0
  }

  /** A varint of ten bytes, which is how negative numbers are written. */
  #signed(start: number): number {
    let value = 0n
    for (let i = 0; i < LONGEST_VARINT; i += 1) {
      value |= BigInt((this.#bytes[start + i] ?? 0) & 0x7f) << BigInt(7 * i)
    }
    return Number(BigInt.asIntN(64, value))
  }
}
