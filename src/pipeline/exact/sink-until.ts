import { FlagshipError } from '../../errors.ts'
import type { Sink, Transaction } from '../../sinks/sink.ts'

/** A sink whose answers count once they are committed. */
export type TransactionalSink = Sink & { readonly transaction: Transaction }

/**
 * A sink as one pipeline of several has it, which stays open when that ends. Once `lost` is aborted nothing of that
 * pipeline gets into the transactions that follow: its cursor answers for documents that are taken back.
 */
export function sinkUntil(lost: AbortSignal, sink: TransactionalSink): TransactionalSink {
  const { name, concurrency, regroups, transaction } = sink
  const live = <T>(work: () => Promise<T>): Promise<T> => (lost.aborted ? Promise.reject(LOST) : work())
  return {
    name,
    concurrency,
    regroups,
    transaction: {
      recover: (signal) => transaction.recover(signal),
      bury: (documents, signal) => live(() => transaction.bury(documents, signal)),
      commit: (changes) => live(() => transaction.commit(changes)),
    },
    open: (mark) => sink.open(mark),
    deliver: (batch, signal) => live(() => sink.deliver(batch, signal)),
    close: async () => {},
  }
}

const LOST = new FlagshipError('TRANSACTION_LOST', 'Cannot write: the transaction of this pipeline was lost')
