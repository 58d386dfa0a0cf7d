/** Bytes that are no protobuf of the kind we expect; caught where an object is decoded. */
export class MalformedBytes extends Error {}

/** Wire types of protobuf. */
export const VARINT = 0
export const SPAN = 2

/** Reads protobuf fields in place, without a copy. Throws MalformedBytes. */
export class Wire {
  readonly bytes: Buffer
  at: number
  readonly #end: number

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes
    this.at = at
    this.#end = bytes.length
  }

  /** A tag, a length, a number; above 2^53 it is only near, which matters to nothing we read. */
  varint(): number {
    const { bytes } = this
    let value = 0
    let scale = 1
    for (let count = 0; count < 10; count += 1) {
      const byte = bytes[this.at]
      if (byte === undefined) throw new MalformedBytes('a number is cut')
      this.at += 1
      if (byte < 0x80) return value + byte * scale
      value += (byte - 0x80) * scale
      scale *= 0x80
    }
    throw new MalformedBytes('a number has no end')
  }

  /** End of the field with a length that begins here; what it holds is next. */
  spanEnd(): number {
    const length = this.varint()
    const end = this.at + length
    if (end > this.#end) throw new MalformedBytes('a field is longer than what holds it')
    return end
  }

  text(): string {
    const end = this.spanEnd()
    const text = this.bytes.toString('utf8', this.at, end)
    this.at = end
    return text
  }

  skip(wireType: number): void {
    if (wireType === SPAN) this.at = this.spanEnd()
    else if (wireType === VARINT) this.varint()
    else if (wireType === 1) this.at += 8
    else if (wireType === 5) this.at += 4
    else throw new MalformedBytes(`wire type ${wireType}`)
  }
}

/** Texts that are found among bytes without decoding these. */
export class KnownTexts {
  readonly #byLength: { readonly text: string; readonly bytes: Buffer }[][] = []

  constructor(texts: Iterable<string>) {
    for (const text of new Set(texts)) {
      const bytes = Buffer.from(text)
      const others = (this.#byLength[bytes.length] ??= [])
      others.push({ text, bytes })
    }
  }

  find(bytes: Buffer, start: number, end: number): string | undefined {
    const candidates = this.#byLength[end - start]
    if (candidates === undefined) return undefined
    for (const candidate of candidates) if (isAt(bytes, start, candidate.bytes)) return candidate.text
    return undefined
  }
}

function isAt(bytes: Buffer, start: number, wanted: Buffer): boolean {
  for (let at = wanted.length - 1; at >= 0; at -= 1) if (bytes[start + at] !== wanted[at]) return false
  return true
}
