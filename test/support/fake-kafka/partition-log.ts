import type { RecordBatch, StoredRecord } from './record-batch.ts'

const OUT_OF_ORDER_SEQUENCE_NUMBER = 45
export const MESSAGE_TOO_LARGE = 10

/** Batches that a broker keeps of each producer to know repeated ones (ProducerStateEntry.NUM_BATCHES_TO_RETAIN). */
const KEPT_BATCHES = 5

interface Kept {
  readonly epoch: number
  readonly batches: { readonly first: number; readonly last: number }[]
}

/** What a broker keeps of one partition: records, and by producer what was stored last. */
export class PartitionLog {
  readonly records: (StoredRecord & { readonly producerId: bigint })[] = []
  leader: number
  maxMessageBytes = 1_048_588
  readonly #producers = new Map<bigint, Kept>()

  constructor(leader: number) {
    this.leader = leader
  }

  /** An error code, 0 when it is stored, now or before: the rules of storage/internals/log/ProducerAppendInfo.java. */
  append({ producerId, epoch, sequence, records, byteCount }: RecordBatch): number {
    if (byteCount > this.maxMessageBytes) return MESSAGE_TOO_LARGE
    const last = sequence + records.length - 1
    const kept = this.#producers.get(producerId)
    if (kept !== undefined && kept.batches.some((batch) => batch.first === sequence && batch.last === last)) return 0
    const expected = kept === undefined ? sequence : (kept.batches.at(-1)?.last ?? -1) + 1
    if (sequence !== expected) return OUT_OF_ORDER_SEQUENCE_NUMBER
    const batches = [...(kept?.batches ?? []), { first: sequence, last }].slice(-KEPT_BATCHES)
    this.#producers.set(producerId, { epoch, batches })
    this.records.push(...records.map((record) => ({ ...record, producerId })))
    return 0
  }

  /** As when a broker starts and finds that the producers wrote too long ago, by the time of their records. */
  forgetProducers(): void {
    this.#producers.clear()
  }

  /** As when the producer's last batches were stored by a leader that is gone, and this one has an older state. */
  confuseProducers(): void {
    for (const { batches } of this.#producers.values())
      batches.splice(0, batches.length, { first: 900_000, last: 900_001 })
  }
}
