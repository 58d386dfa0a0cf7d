/** Bytes of Kafka's protocol, as far as the fake broker needs them. */

/** Reads one request from its beginning; throws RangeError at its end. */
export class Reader {
  readonly bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  int8(): number {
    return this.bytes.readInt8((this.at += 1) - 1)
  }

  int16(): number {
    return this.bytes.readInt16BE((this.at += 2) - 2)
  }

  int32(): number {
    return this.bytes.readInt32BE((this.at += 4) - 4)
  }

  int64(): bigint {
    return this.bytes.readBigInt64BE((this.at += 8) - 8)
  }

  text(): string | undefined {
    const length = this.int16()
    return length < 0 ? undefined : this.take(length).toString('utf8')
  }

  take(length: number): Buffer {
    const end = this.at + length
    if (length < 0 || end > this.bytes.length) throw new RangeError('the request is shorter than it says')
    return this.bytes.subarray(this.at, (this.at = end))
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(this.int32(), 0) }, read)
  }

  /** A zigzag number of a record. */
  varint(): number {
    let [value, scale] = [0, 1]
    for (;;) {
      const byte = this.int8() & 0xff
      value += (byte & 0x7f) * scale
      if ((byte & 0x80) === 0) break
      scale *= 128
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  varbytes(): Buffer | undefined {
    const length = this.varint()
    return length < 0 ? undefined : this.take(length)
  }
}

export const int8 = (value: number): Buffer => Buffer.from([value & 0xff])

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}

export function text(value: string | undefined): Buffer {
  if (value === undefined) return int16(-1)
  const bytes = Buffer.from(value)
  return Buffer.concat([int16(bytes.length), bytes])
}

export function list<T>(values: readonly T[], write: (value: T) => Buffer): Buffer {
  return Buffer.concat([int32(values.length), ...values.map((value) => write(value))])
}
