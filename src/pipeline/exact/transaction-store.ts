import { isTransactionOver } from '../../errors.ts'
import type { Transaction } from '../../sinks/sink.ts'
import type { CursorStore } from '../committer.ts'

/** Keeps a cursor where the sink has its documents; the store on disk is written after that, as a memory of it. */
export class TransactionStore implements CursorStore {
  readonly #transaction: Pick<Transaction, 'commit'>
  readonly #cache: CursorStore
  /** What the sink has not been given yet. */
  #owed: ReadonlyMap<string, unknown>
  readonly #over = Promise.withResolvers<never>()

  /** `owed`: what goes with the first commit. */
  constructor(transaction: Pick<Transaction, 'commit'>, cache: CursorStore, owed: ReadonlyMap<string, unknown>) {
    this.#transaction = transaction
    this.#cache = cache
    this.#owed = owed
    this.#over.promise.catch(() => {}) // told to whoever waits for it
  }

  /** Rejects when the transaction is lost, or another agent has taken over. */
  get over(): Promise<never> {
    return this.#over.promise
  }

  async commit(changes: ReadonlyMap<string, unknown>): Promise<void> {
    try {
      await this.#transaction.commit(new Map([...this.#owed, ...changes]))
    } catch (error) {
      if (isTransactionOver(error)) this.#over.reject(error)
      throw error
    }
    this.#owed = new Map()
    await this.#cache.commit(changes)
  }
}

/** Of a pipeline that only keeps files: nothing that it would remember is known to the sink. */
export const NOTHING_IS_STORED: CursorStore = {
  commit: async () => {
    throw new Error('the sink is not reached, and keeps the cursor')
  },
}
