const VARINT = 0
const BYTES = 2

/** Writes the wire format of protocol buffers, into one buffer that grows. */
export class Writer {
  #buffer = Buffer.allocUnsafe(16_384)
  #end = 0

  /** What has been written, copied. */
  bytes(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#end))
  }

  get length(): number {
    return this.#end
  }

  reset(): void {
    this.#end = 0
  }

  /** A copy of what `write` writes, which is written too. */
  recorded(write: () => void): Buffer {
    const start = this.#end
    write()
    return Buffer.from(this.#buffer.subarray(start, this.#end))
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#end)
    this.#end += bytes.length
  }

  /** Behind its length in four bytes. */
  framed(write: () => void): void {
    const start = this.#end
    this.#reserve(4)
    this.#end += 4
    write()
    this.#buffer.writeUInt32BE(this.#end - start - 4, start)
  }

  /** A negative one takes ten bytes, as in Go. */
  int(number: number, value: number): void {
    this.varint(number * 8 + VARINT)
    this.varint(value)
  }

  text(number: number, value: string): void {
    this.delimited(number, () => {
      this.#reserve(value.length * 3)
      this.#end += this.#buffer.write(value, this.#end)
    })
  }

  blob(number: number, value: Uint8Array): void {
    this.varint(number * 8 + BYTES)
    this.varint(value.length)
    this.raw(value)
  }

  /** A field whose length stands before it. */
  delimited(number: number, write: () => void): void {
    this.varint(number * 8 + BYTES)
    const start = this.#end
    this.#reserve(10)
    this.#end += 1
    write()
    const length = this.#end - start - 1
    if (length > 127) this.#shift(start, length)
    else this.#buffer[start] = length
  }

  varint(value: number): void {
    this.#reserve(10)
    if (value >= 0 && value < 128) {
      this.#buffer[this.#end] = value
      this.#end += 1
      return
    }
    let rest = BigInt.asUintN(64, BigInt(value))
    for (; rest > 127n; rest >>= 7n) {
      this.#buffer[this.#end] = Number(rest & 127n) | 128
      this.#end += 1
    }
    this.#buffer[this.#end] = Number(rest)
    this.#end += 1
  }

  /** Make room for a length that takes more than the one byte kept for it. */
  #shift(start: number, length: number): void {
    const prefix: number[] = []
    for (let rest = length; ; rest = Math.floor(rest / 128)) {
      prefix.push(rest > 127 ? (rest % 128) + 128 : rest)
      if (rest <= 127) break
    }
    this.#reserve(prefix.length)
    this.#buffer.copyWithin(start + prefix.length, start + 1, this.#end)
    this.#buffer.set(prefix, start)
    this.#end += prefix.length - 1
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#end + bytes))
    grown.set(this.#buffer.subarray(0, this.#end))
    this.#buffer = grown
  }
}
