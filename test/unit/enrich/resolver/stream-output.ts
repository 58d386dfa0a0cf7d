import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { parseLine, type StreamLine } from '../../../../src/enrich/resolver/protocol.ts'

/** A connection that keeps what it is sent; while `isStuck` it takes nothing. */
export class StreamOutput extends Writable {
  readonly #chunks: Buffer[] = []
  #isStuck = false
  #release: (() => void) | undefined

  constructor(highWaterMark = 16_384) {
    super({ highWaterMark })
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const take = () => {
      this.#chunks.push(chunk)
      done()
    }
    if (this.#isStuck) this.#release = take
    else take()
  }

  get isStuck(): boolean {
    return this.#isStuck
  }

  /** Whether the other side takes nothing. */
  set isStuck(isStuck: boolean) {
    this.#isStuck = isStuck
    if (isStuck) return
    this.#release?.()
    this.#release = undefined
  }

  /** Whether a snapshot has arrived whole: its last line is not packed. */
  get hasEnded(): boolean {
    return Buffer.concat(this.#chunks).includes('"type":"end"')
  }

  /** What has arrived, unpacked. */
  get lines(): readonly StreamLine[] {
    const text = gunzipSync(Buffer.concat(this.#chunks)).toString()
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const parsed = parseLine(line)
        if (parsed === undefined || parsed === 'unknown') throw new Error(`not a line: ${line}`)
        return parsed
      })
  }

  /** The types of the lines, in order. */
  get types(): readonly string[] {
    return this.lines.map(({ type }) => type)
  }
}
