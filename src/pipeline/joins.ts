import type { Chunk, OpenJoin } from './contract.ts'

/** A joined line: where it began, and its bytes. */
export type Joined = Pick<OpenJoin, 'fileKey' | 'path' | 'offsetBytes' | 'time' | 'bytes' | 'isTruncated'>

/** A join while pieces are being added: they are put together once, when it ends or the chunk does. */
interface Pieces extends Omit<OpenJoin, 'bytes'> {
  time: string | undefined
  isTruncated: boolean
  readonly pieces: Buffer[]
  lengthBytes: number
}

/**
 * Lines that the runtime wrote in pieces, put together by stream, also across a rotation of the file.
 *
 * A join keeps the head of a line that is longer than the cap and is then marked truncated; it never grows further.
 */
export class Joins {
  readonly #open: Map<string, Pieces>
  readonly #maxBytes: number

  constructor(open: readonly OpenJoin[], maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#open = new Map(open.map((join) => [join.stream, piecesOf(join)]))
  }

  get isEmpty(): boolean {
    return this.#open.size === 0
  }

  streams(): readonly string[] {
    return [...this.#open.keys()]
  }

  /** Keep a piece that is not the last of its line. */
  append(stream: string, chunk: Chunk, offsetBytes: number, time: string | undefined, piece: Buffer): void {
    let join = this.#open.get(stream)
    if (join === undefined) {
      const { fileKey, path } = chunk
      join = {
        stream,
        fileKey,
        path,
        offsetBytes,
        time,
        isTruncated: false,
        pieces: [],
        lengthBytes: 0,
      }
      this.#open.set(stream, join)
    }
    join.time = time ?? join.time
    this.#add(join, piece)
  }

  /** Take the open join of a stream, ended by `last`; undefined where the end is missing. */
  take(stream: string, last: Buffer | undefined, time: string | undefined): Joined | undefined {
    const join = this.#open.get(stream)
    if (join === undefined) return undefined
    this.#open.delete(stream)
    if (last === undefined) join.isTruncated = true
    else this.#add(join, last)
    join.time = time ?? join.time
    return joined(join)
  }

  /** What stays open after a chunk. */
  carry(): readonly OpenJoin[] {
    return [...this.#open.values()].map((join) => ({ ...joined(join), stream: join.stream }))
  }

  #add(join: Pieces, piece: Buffer): void {
    const room = this.#maxBytes - join.lengthBytes
    if (piece.length > room) join.isTruncated = true
    if (room <= 0 || piece.length === 0) return
    // A copy, because the chunk's memory is reused.
    const kept = Buffer.from(piece.subarray(0, room))
    join.pieces.push(kept)
    join.lengthBytes += kept.length
  }
}

function piecesOf({ bytes, ...join }: OpenJoin): Pieces {
  return { ...join, pieces: [bytes], lengthBytes: bytes.length }
}

function joined({ fileKey, path, offsetBytes, time, isTruncated, pieces }: Pieces): Joined {
  return { fileKey, path, offsetBytes, time, isTruncated, bytes: Buffer.concat(pieces) }
}
