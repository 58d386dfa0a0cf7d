import { createGunzip, type Gunzip } from 'node:zlib'
import type { FileStat, OpenFile } from './file-system.ts'

/** Packed bytes that are read at a time. */
const PACKED_BYTES = 65_536
/** Packed bytes that are unpacked at a time: at most a thousandfold of it is in memory at once. */
const PIECE_BYTES = 4_096
/** What is kept before the place that was asked for last: a reader looks at what it read before it goes on. */
const KEPT_BYTES = 4_096
/** Deflate packs no better than 1,032 to 1 (zlib, "Maximum Compression Factor"). */
const BEST_RATIO = 1_032
/** A gzip file ends in its unpacked size, modulo 2^32 (RFC 1952, ISIZE). */
const TRAILER_BYTES = 4

/** `open`: there is more to unpack. `ended`: whole. `cut`: its end is missing, yet or for good. `corrupt`: it cannot be unpacked further. */
export type GzipState = 'open' | 'ended' | 'cut' | 'corrupt'

/**
 * A gzip file, also of several members, as the file it unpacks to: its size and offsets count unpacked bytes.
 *
 * The size is what its last bytes say until its end has been seen; what was unpacked is right in any case. Reading
 * forward unpacks once; a jump back begins again at the head. One read at a time.
 */
export class GzipFile implements OpenFile {
  readonly #packed: OpenFile
  #claimedBytes = 0
  #state: GzipState = 'open'
  #unpacking: Unpacking | undefined
  /** What the packed file was when its end was missing. */
  #cutAt: FileStat | undefined

  private constructor(packed: OpenFile) {
    this.#packed = packed
  }

  /** Takes the packed file over: closing this one closes it. */
  static async open(packed: OpenFile): Promise<GzipFile> {
    const file = new GzipFile(packed)
    const { sizeBytes } = packed.stat()
    const trailer = Buffer.alloc(TRAILER_BYTES)
    await packed.read(trailer, Math.max(0, sizeBytes - TRAILER_BYTES))
    file.#claimedBytes = Math.min(trailer.readUInt32LE(), sizeBytes * BEST_RATIO)
    return file
  }

  get state(): GzipState {
    return this.#state
  }

  stat(): FileStat {
    const stat = this.#packed.stat()
    const unpacked = this.#unpacking?.producedBytes ?? 0
    return { ...stat, sizeBytes: this.#state === 'open' ? Math.max(this.#claimedBytes, unpacked) : unpacked }
  }

  async read(buffer: Buffer, positionBytes: number): Promise<number> {
    if (this.#state === 'cut' && hasChanged(this.#cutAt, this.#packed.stat())) this.#restart()
    if (this.#unpacking === undefined || positionBytes < this.#unpacking.keptFromBytes) this.#restart()
    const unpacking = (this.#unpacking ??= new Unpacking(this.#packed))
    unpacking.forget(positionBytes - KEPT_BYTES)
    // One byte more than is asked for: whether the file ends here is to be known with its last byte.
    while (this.#state === 'open' && unpacking.producedBytes <= positionBytes + buffer.length) {
      const before = this.#packed.stat()
      this.#state = await unpacking.unpackMore()
      unpacking.forget(positionBytes - KEPT_BYTES)
      this.#cutAt = before
    }
    return unpacking.copy(buffer, positionBytes)
  }

  close(): void {
    this.#unpacking?.close()
    this.#packed.close()
  }

  #restart(): void {
    this.#unpacking?.close()
    this.#unpacking = new Unpacking(this.#packed)
    this.#state = 'open'
  }
}

/** One way through a packed file, from its head. */
class Unpacking {
  readonly #packed: OpenFile
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: PACKED_BYTES })
  readonly #piece = Buffer.allocUnsafe(PACKED_BYTES)
  #filled = this.#piece.subarray(0, 0)
  #readBytes = 0
  #kept: Buffer[] = []
  #hasEnded = false
  #error: Error | undefined
  keptFromBytes = 0
  producedBytes = 0

  constructor(packed: OpenFile) {
    this.#packed = packed
    this.#gunzip.on('data', (bytes: Buffer) => {
      this.#kept.push(bytes)
      this.producedBytes += bytes.length
    })
    this.#gunzip.on('end', () => (this.#hasEnded = true))
    this.#gunzip.on('error', (error) => (this.#error = error))
  }

  async unpackMore(): Promise<GzipState> {
    if (this.#filled.length === 0) {
      const count = await this.#packed.read(this.#piece, this.#readBytes)
      this.#filled = this.#piece.subarray(0, count)
      this.#readBytes += count
    }
    if (this.#readBytes === 0) return 'cut'
    const piece = this.#filled.subarray(0, PIECE_BYTES)
    this.#filled = this.#filled.subarray(piece.length)
    if (piece.length > 0) await this.#settled((done) => this.#gunzip.write(piece, done))
    else if (!this.#hasEnded) await this.#settled((done) => this.#gunzip.once('end', done).end())
    if (this.#error !== undefined)
      return 'code' in this.#error && this.#error.code === 'Z_BUF_ERROR' ? 'cut' : 'corrupt'
    return this.#hasEnded ? 'ended' : 'open'
  }

  /** Let go of what is before a place. */
  forget(untilBytes: number): void {
    while (this.#kept[0] !== undefined && this.keptFromBytes + this.#kept[0].length <= untilBytes) {
      this.keptFromBytes += this.#kept[0].length
      this.#kept.shift()
    }
  }

  copy(buffer: Buffer, positionBytes: number): number {
    let [copied, atBytes] = [0, this.keptFromBytes]
    for (const bytes of this.#kept) {
      const from = positionBytes + copied - atBytes
      if (from >= 0 && from < bytes.length) copied += bytes.copy(buffer, copied, from)
      if (copied === buffer.length) break
      atBytes += bytes.length
    }
    return copied
  }

  close(): void {
    this.#gunzip.destroy()
  }

  /** Wait for a step; a stream that fails calls nobody back, it only closes. */
  async #settled(step: (done: () => void) => unknown): Promise<void> {
    if (this.#gunzip.closed) return
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#gunzip.off('close', done)
        resolve()
      }
      this.#gunzip.once('close', done)
      step(done)
    })
  }
}

function hasChanged(before: FileStat | undefined, now: FileStat): boolean {
  return before?.sizeBytes !== now.sizeBytes || before.modifiedMs !== now.modifiedMs
}
