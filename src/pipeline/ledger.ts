import type { Cursor, Progress } from './cursor.ts'

/** One segment on its way: what it moves, once every document of it is answered. */
export interface Receipt {
  readonly progress: Progress
  /** Bytes of log it was made from. */
  readonly readBytes: number
  /** Its documents, all of them: memory that is held until they are answered. */
  readonly documents: Buffer
  unanswered: number
}

/** The segments of one chain in the order of its lines. Answers come in any order; the cursor moves in this one. */
export class Ledger {
  readonly #receipts: Receipt[] = []
  /** Advances that wait for a line that began in an earlier file. */
  readonly #held = new Map<string, number>()
  /** Files in the order in which they were read, as far as it still matters. */
  #files: readonly string[] = []

  /** Bytes that were read and that the cursor has not passed. */
  pendingBytes = 0

  get isEmpty(): boolean {
    return this.#receipts.length === 0
  }

  add(receipt: Receipt): void {
    this.pendingBytes += receipt.readBytes
    this.#receipts.push(receipt)
  }

  /** Move the cursor over everything at the head that is answered. */
  settle(cursor: Cursor): void {
    while (this.#receipts[0]?.unanswered === 0) {
      const receipt = this.#receipts.shift()
      if (receipt === undefined) return
      this.pendingBytes -= receipt.readBytes
      this.#apply(receipt.progress, cursor)
    }
  }

  #apply({ advances, reached, openJoins }: Progress, cursor: Cursor): void {
    if (reached !== undefined && this.#files.at(-1) !== reached.fileKey) this.#files = [...this.#files, reached.fileKey]
    const firstOpen = Math.min(...openJoins.map((join) => this.#files.indexOf(join.fileKey)))
    for (const { fileKey, toBytes } of advances) this.#held.set(fileKey, toBytes)
    for (const [fileKey, toBytes] of this.#held) {
      // Pieces here that are in the middle of a line would be missing when that is put together again.
      if (this.#files.indexOf(fileKey) > firstOpen) continue
      cursor.advance(fileKey, toBytes)
      this.#held.delete(fileKey)
    }
    for (const fileKey of this.#files) {
      const open = openJoins.filter((join) => join.fileKey === fileKey && !join.isAnswered)
      const openOffsets = open.map((join) => join.offsetBytes)
      cursor.answeredBeyond(fileKey, reached?.fileKey === fileKey ? reached : undefined, openOffsets)
    }
    this.#files = openJoins.length === 0 ? this.#files.slice(-1) : this.#files.slice(firstOpen)
  }
}
