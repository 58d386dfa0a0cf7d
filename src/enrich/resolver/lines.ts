import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { reasonOf } from '../../errors.ts'
import { LONGEST_LINE } from './protocol.ts'

const NEWLINE = 0x0a

/** The peer does not speak our protocol, or not whole. */
export class BrokenStream extends Error {}

/**
 * The lines of a packed body as they come, some at a time, each whole; what has no end is no line. `onBytes` is told whenever
 * something came. @throws BrokenStream for what is no gzip or a line without end; a lost connection has its own Error.
 */
export async function* linesOf(body: Readable, onBytes: () => void): AsyncGenerator<readonly string[]> {
  const unpacked = createGunzip({ chunkSize: 65_536 })
  body.on('error', (error) => unpacked.destroy(error))
  unpacked.on('error', (error) => body.destroy(error)) // this ends the connection too
  body.on('data', onBytes)
  body.pipe(unpacked)
  const splitter = new LineSplitter()
  try {
    for await (const chunk of unpacked) if (chunk instanceof Buffer) yield splitter.split(chunk)
  } catch (error) {
    throw isPacking(error) ? new BrokenStream(`the stream is no whole gzip: ${reasonOf(error)}`) : error
  } finally {
    unpacked.destroy()
    body.destroy()
  }
}

/** Cuts bytes into lines; what is not ended waits, within bounds. */
class LineSplitter {
  #pieces: Buffer[] = []
  #length = 0

  /** The lines that end in `chunk`. */
  split(chunk: Buffer): readonly string[] {
    const lines: string[] = []
    let from = 0
    for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, to))
      lines.push(Buffer.concat(this.#pieces).toString())
      this.#pieces = []
      this.#length = 0
      from = to + 1
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from))
    return lines
  }

  #keep(piece: Buffer): void {
    this.#length += piece.length
    if (this.#length > LONGEST_LINE) throw new BrokenStream(`a line has more than ${LONGEST_LINE} bytes`)
    this.#pieces.push(piece)
  }
}

/** Codes of zlib begin so; `unexpected end of file` is a member that was cut off. */
function isPacking(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' && code.startsWith('Z_')
}
