import type { Transaction } from '../../sinks/sink.ts'
import type { DeadLetter } from '../dead-letter.ts'
import { deadLetterLine, type Refused } from '../dead-letter-line.ts'
import type { JsonDocument } from '../json-document.ts'

/** Refused documents in the transaction of everything else; what is refused there, too, goes to the file. */
export class TransactionDeadLetter {
  readonly #transaction: Pick<Transaction, 'bury'>
  readonly #file: Pick<DeadLetter, 'write'>
  readonly #jsonOf: JsonDocument

  constructor(transaction: Pick<Transaction, 'bury'>, file: Pick<DeadLetter, 'write'>, jsonOf: JsonDocument) {
    this.#transaction = transaction
    this.#file = file
    this.#jsonOf = jsonOf
  }

  /** As `DeadLetter.write`; rejects with TRANSACTION_LOST or SINK_FENCED, too. */
  async write<T extends Refused>(refused: readonly T[], time: string): Promise<readonly T[]> {
    const lines = refused.map((each) => {
      return { id: each.id, line: Buffer.from(deadLetterLine(each, time, this.#jsonOf).trimEnd()) }
    })
    const left = new Set(await this.#transaction.bury(lines, new AbortController().signal))
    const unburied = refused.filter((_, index) => left.has(lines[index] ?? NO_LINE))
    return unburied.length === 0 ? [] : this.#file.write(unburied, time)
  }
}

const NO_LINE = { id: '', line: Buffer.alloc(0) }
