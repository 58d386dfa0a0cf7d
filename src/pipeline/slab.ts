/**
 * Memory for documents, used again and again: what waits for an answer would otherwise outlive the young generation
 * of the garbage collector and then take up several times its size until a full collection.
 */

/** Less than this comes out of Node's own pool. At a poll each of many files gives a segment of a few lines. */
const SMALLEST_BYTES = 4_096
const LARGEST_BYTES = 4_194_304
/** Free slabs beyond this are left to the collector. */
const MOST_FREE_BYTES = 33_554_432

const free = new Map<number, Buffer[]>()
const slabs = new WeakSet<ArrayBufferLike>()
let freeBytes = 0

/** A copy of `bytes`, in a slab where that pays. */
export function copyToSlab(bytes: Buffer): Buffer {
  if (bytes.length < SMALLEST_BYTES || bytes.length > LARGEST_BYTES) return Buffer.from(bytes)
  const slab = takeSlab(2 ** Math.ceil(Math.log2(bytes.length)))
  bytes.copy(slab)
  return slab.subarray(0, bytes.length)
}

/** Nobody reads `bytes` any more: what was copied to a slab is overwritten with something else soon. */
export function reuseSlab(bytes: Buffer): void {
  const { buffer } = bytes
  if (!slabs.has(buffer) || freeBytes + buffer.byteLength > MOST_FREE_BYTES) return
  freeBytes += buffer.byteLength
  const list = free.get(buffer.byteLength) ?? []
  list.push(Buffer.from(buffer))
  free.set(buffer.byteLength, list)
}

function takeSlab(size: number): Buffer {
  const known = free.get(size)?.pop()
  if (known !== undefined) {
    freeBytes -= size
    return known
  }
  const slab = Buffer.allocUnsafeSlow(size)
  slabs.add(slab.buffer)
  return slab
}
