import { deadLetterLine, type Refused } from '../dead-letter-line.ts'
import { type JsonDocument, sameDocument } from '../json-document.ts'
import type { StreamDeadLetter } from './start-stream.ts'

/** Stores records in a topic; resolves when all are there, rejects when they may not be. */
export type Publish = (records: readonly { readonly key: string; readonly value: Buffer }[]) => Promise<void>

/** Refused documents in a topic, each the line that stands in a dead letter file. One may come twice, with the same id. */
export class DeadLetterTopic implements StreamDeadLetter {
  readonly #publish: Publish
  readonly #close: () => Promise<void>
  readonly #jsonOf: JsonDocument
  /** Written since the start. */
  lengthBytes = 0

  /** `jsonOf`: what gives the JSON of a refused document, where that is something else. */
  constructor(publish: Publish, close: () => Promise<void>, jsonOf: JsonDocument = sameDocument) {
    this.#publish = publish
    this.#close = close
    this.#jsonOf = jsonOf
  }

  /** Never drops any. Rejects when they cannot be stored. */
  async write<T extends Refused>(refused: readonly T[], time: string): Promise<readonly T[]> {
    const records = refused.map((each) => {
      return { key: each.id, value: Buffer.from(deadLetterLine(each, time, this.#jsonOf).trimEnd()) }
    })
    await this.#publish(records)
    this.lengthBytes += records.reduce((sum, { value }) => sum + value.length, 0)
    return []
  }

  close(): Promise<void> {
    return this.#close()
  }
}
