import type { Outcome } from '../sink.ts'

/**
 * What follows from an error of a Produce request (Apache Kafka, common/protocol/Errors.java).
 *
 * `refused`: because of a record in it; nothing of the batch is stored. `suspicious`: the same, unless it says so of
 * everything. `replaced`: nothing more will be stored under this producer id. `not_stored`: for now. `in_doubt`: it may
 * be stored: NOT_LEADER_OR_FOLLOWER for one also comes when a leader that has stored it steps down.
 */
export type Consequence = 'refused' | 'suspicious' | 'replaced' | 'not_stored' | 'in_doubt'

const CONSEQUENCES: Readonly<Record<string, Consequence>> = {
  MESSAGE_TOO_LARGE: 'refused',
  RECORD_LIST_TOO_LARGE: 'refused',
  INVALID_TIMESTAMP: 'suspicious',
  INVALID_RECORD: 'suspicious',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'replaced',
  DUPLICATE_SEQUENCE_NUMBER: 'replaced',
  INVALID_PRODUCER_EPOCH: 'replaced',
  UNKNOWN_PRODUCER_ID: 'replaced',
  CORRUPT_MESSAGE: 'not_stored',
  NOT_ENOUGH_REPLICAS: 'not_stored',
  UNSUPPORTED_COMPRESSION_TYPE: 'not_stored',
}

/** What is wrong where `isAllSuspicious`: no document is to blame. */
export const NOTHING_GETS_THROUGH =
  'Kafka refuses every record for its time or what it holds: compare the clocks, look at the topics'

/** Whether all of several documents are refused for what may be said of everything. */
export function isAllSuspicious(outcomes: readonly Outcome[]): boolean {
  return outcomes.length > 1 && outcomes.every(isSuspicious)
}

function isSuspicious(outcome: Outcome): boolean {
  if (outcome.kind !== 'refused') return false
  return Object.entries(CONSEQUENCES).some(([type, each]) => each === 'suspicious' && outcome.reason.startsWith(type))
}

/** `type` is Kafka's name of the error; undefined where no broker said one. */
export function consequenceOf(type: string | undefined): Consequence {
  return CONSEQUENCES[type ?? ''] ?? 'in_doubt'
}

const REASONS: Readonly<Record<string, string>> = {
  MESSAGE_TOO_LARGE: 'is larger than max.message.bytes of',
  RECORD_LIST_TOO_LARGE: 'is larger than segment.bytes of',
  INVALID_TIMESTAMP: 'has a time that is not allowed in',
  INVALID_RECORD: 'is refused by the broker for',
}

/** Why a document will never be in a topic; few different texts, because they label a metric. */
export function refusalReason(type: string | undefined, topic: string): string {
  return `${type ?? 'refused'}: it ${REASONS[type ?? ''] ?? 'is not taken by'} topic "${topic}"`
}
