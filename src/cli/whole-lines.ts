import type { Readable } from 'node:stream'

/** Bytes of a stream that end with a newline, and where they stand in it. Only the last may lack its newline. */
export interface LinesChunk {
  readonly offsetBytes: number
  readonly bytes: Buffer
}

const NEWLINE = 0x0a

/** Cut a stream at line ends. A line is held until it is whole, however long it is. */
export async function* wholeLines(stream: Readable): AsyncGenerator<LinesChunk> {
  let held: Buffer[] = []
  let offsetBytes = 0
  for await (const piece of stream) {
    const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece))
    const end = bytes.lastIndexOf(NEWLINE) + 1
    if (end === 0) {
      held.push(bytes)
      continue
    }
    const lines = Buffer.concat([...held, bytes.subarray(0, end)])
    held = end === bytes.length ? [] : [bytes.subarray(end)]
    yield { offsetBytes, bytes: lines }
    offsetBytes += lines.length
  }
  const rest = Buffer.concat(held)
  if (rest.length > 0) yield { offsetBytes, bytes: rest }
}
