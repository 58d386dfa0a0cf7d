import { Readable, Writable } from 'node:stream'
import type { Io } from '../../../src/cli/io.ts'

/** An Io whose input is `input`, and that keeps what was written. */
export function capturedIo(input = '', env: Io['env'] = {}) {
  const written = { stdout: '', stderr: '' }
  const sink = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        written[name] += chunk.toString()
        done()
      },
    })
  const io: Io = { stdin: Readable.from([Buffer.from(input)]), stdout: sink('stdout'), stderr: sink('stderr'), env }
  return { io, written }
}
