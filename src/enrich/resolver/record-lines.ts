import { LINE_BYTES, LONGEST_LINE } from './protocol.ts'

/** Room for what stands around the records of a line. */
const FRAME_CHARACTERS = 256

/** Joins records to texts that are about `LINE_BYTES` long, never longer than a reader takes. */
export class RecordLines {
  #texts: string[] = []
  #length = 0
  /** Records that no line can hold, which is nobody's honest state. */
  oversizeCount = 0

  /** The records so far as a JSON array, once they are enough for a line; undefined before. */
  add(record: object): string | undefined {
    const text = JSON.stringify(record)
    // Characters have up to three bytes.
    if (text.length * 3 + LINE_BYTES * 3 + FRAME_CHARACTERS > LONGEST_LINE) {
      this.oversizeCount += 1
      return undefined
    }
    this.#texts.push(text)
    this.#length += text.length + 1
    return this.#length >= LINE_BYTES ? this.rest() : undefined
  }

  /** What is left as a JSON array; undefined when nothing is. */
  rest(): string | undefined {
    if (this.#texts.length === 0) return undefined
    const array = `[${this.#texts.join(',')}]`
    this.#texts = []
    this.#length = 0
    return array
  }
}
