/** What kafkajs has decoded of a fetch response, which its types leave out, and which of its records are committed. */

/** What a stored record is for transactions: data of one or of none, the end of one, or a control record of another kind. */
export type RecordRole = 'plain' | 'in_transaction' | 'commit' | 'abort' | 'other'

/** Who wrote a record, and what it is for transactions. */
export interface RecordOrigin {
  readonly producerId: string
  readonly role: RecordRole
}

/** Read off the batch that a record came in (protocol/recordBatch/v0/decoder.js); older formats have no transactions. */
export function originOf(record: unknown): RecordOrigin {
  const context = fieldOf(record, 'batchContext')
  const producerId = String(fieldOf(context, 'producerId'))
  if (fieldOf(context, 'isControlBatch') === true) return { producerId, role: endOf(fieldOf(record, 'key')) }
  return { producerId, role: fieldOf(context, 'inTransaction') === true ? 'in_transaction' : 'plain' }
}

/** The key of a control record: a version, and 0 for abort, 1 for commit (Apache Kafka, ControlRecordType). */
function endOf(key: unknown): RecordRole {
  const type = Buffer.isBuffer(key) && key.length >= 4 ? key.readInt16BE(2) : -1
  if (type === 0) return 'abort'
  return type === 1 ? 'commit' : 'other'
}

/**
 * The records of aborted transactions among those of one partition in a response, `aborted` being the broker's list of
 * producers and first offsets. One of a producer that aborts more than once is over at its abort record (Apache Kafka,
 * CompletedFetch.java).
 */
export function abortedRecords(records: readonly unknown[], aborted: readonly unknown[]): readonly unknown[] {
  const begins = aborted.map(beginOf).sort((a, b) => a.offset - b.offset) // brokers have them in the order of their ends
  const aborting = new Set<string>()
  let next = 0
  return records.filter((record) => {
    const offset = Number(fieldOf(record, 'offset'))
    for (let begin = begins[next]; begin !== undefined && begin.offset <= offset; begin = begins[++next])
      aborting.add(begin.producerId)
    const { producerId, role } = originOf(record)
    if (role === 'abort') aborting.delete(producerId)
    return role === 'in_transaction' && aborting.has(producerId)
  })
}

function beginOf(transaction: unknown): { readonly producerId: string; readonly offset: number } {
  return {
    producerId: String(fieldOf(transaction, 'producerId')),
    offset: Number(fieldOf(transaction, 'firstOffset')),
  }
}

/** A member of something that has no type. */
export function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

/** A list that has no type; none is an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
