import type { IndexRecord } from '../endpoint/index-record.ts'
import { encodeRecord, MAX_RECORD_CHARS } from '../endpoint/record-line.ts'
import { MEMBER_BYTES } from './protocol.ts'

/** Lines that belong together, and how many. */
export interface Lines {
  readonly text: string
  readonly count: number
}

/** Gathers the lines of records until they are enough for a gzip member. */
export class RecordLines {
  #text = ''
  #count = 0
  /** Records that no reader would take: nobody's honest state. */
  oversizeCount = 0

  /** All lines so far once they are enough; undefined before. */
  add(record: IndexRecord): Lines | undefined {
    const line = encodeRecord(record)
    if (line.length > MAX_RECORD_CHARS) {
      this.oversizeCount += 1
      return undefined
    }
    this.#text += `${line}\n`
    this.#count += 1
    return this.#text.length >= MEMBER_BYTES ? this.rest() : undefined
  }

  /** What is left; undefined when nothing is. */
  rest(): Lines | undefined {
    if (this.#count === 0) return undefined
    const lines = { text: this.#text, count: this.#count }
    this.#text = ''
    this.#count = 0
    return lines
  }
}
