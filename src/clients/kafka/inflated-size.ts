/** How long compressed bytes are when they are decompressed, found out without doing so. What is malformed has any size. */

const XERIAL_HEADER = Buffer.from([130, 83, 78, 65, 80, 80, 89, 0])
/** With the version and the oldest one that reads it. */
const XERIAL_HEADER_BYTES = 16

/** Of snappy, also in the frame that Java's producers put around blocks of it: each block begins with its length. */
export function snappySize(bytes: Buffer): number {
  if (!bytes.subarray(0, XERIAL_HEADER.length).equals(XERIAL_HEADER)) return varintAt(bytes, 0)
  let size = 0
  for (let at = XERIAL_HEADER_BYTES; at + 4 <= bytes.length; at += 4 + bytes.readUInt32BE(at))
    size += varintAt(bytes, at + 4)
  return size
}

function varintAt(bytes: Buffer, start: number): number {
  let value = 0
  for (let [at, factor] = [start, 1]; at < bytes.length && at < start + 5; at += 1, factor *= 128) {
    const byte = bytes.readUInt8(at)
    value += (byte % 128) * factor
    if (byte < 128) break
  }
  return value
}

const LZ4_MAGIC = 0x184d2204
const LZ4_IS_PLAIN = 0x80000000

/** Of LZ4 frames, one after the other (lz4_Frame_format.md): the blocks do not say it, so their sequences are counted. */
export function lz4Size(bytes: Buffer): number {
  let [size, at] = [0, 0]
  while (at + 7 <= bytes.length && bytes.readUInt32LE(at) === LZ4_MAGIC) {
    const flags = bytes.readUInt8(at + 4)
    const blockTail = bit(flags, 4) * 4 // a checksum
    at += 7 + bit(flags, 3) * 8 + bit(flags, 0) * 4 // with the size of the content, which may be wrong, and a dictionary
    for (; at + 4 <= bytes.length && bytes.readUInt32LE(at) !== 0; at += blockTail) {
      const length = bytes.readUInt32LE(at) % LZ4_IS_PLAIN
      const isPlain = bytes.readUInt32LE(at) >= LZ4_IS_PLAIN
      at += 4
      size += isPlain ? length : lz4BlockSize(bytes.subarray(at, at + length))
      at += length
    }
    at += 4 + bit(flags, 2) * 4 // the end, and a checksum of all
  }
  return size
}

/** Literals and a match that is at least four bytes long, again and again (lz4_Block_format.md). */
function lz4BlockSize(block: Buffer): number {
  let [size, at] = [0, 0]
  const lengthOf = (nibble: number) => {
    let length = nibble
    for (let byte = nibble === 15 ? 255 : 0; byte === 255 && at < block.length; at += 1) {
      byte = block[at] ?? 0
      length += byte
    }
    return length
  }
  while (at < block.length) {
    const token = block[at] ?? 0
    at += 1
    const literals = lengthOf(token >> 4)
    size += literals
    at += literals + 2
    if (at <= block.length) size += lengthOf(token % 16) + 4
  }
  return size
}

function bit(flags: number, index: number): number {
  return (flags >> index) % 2
}
