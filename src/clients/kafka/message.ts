/** What is written to Kafka. */
import type { Message } from 'kafkajs'

/** One record. */
export interface KafkaMessage {
  readonly key: string
  /** Null for a tombstone. */
  readonly value: Buffer | null
  /** Milliseconds since the epoch. */
  readonly timeMs: number
  /** The first header, `event-id`. */
  readonly eventId: string | undefined
  /** All others: one object for many messages is encoded once. */
  readonly headers: Readonly<Record<string, string>>
}

/** Records for one partition: one record batch, stored as a whole or not at all. */
export interface PartitionBatch {
  readonly topic: string
  readonly partition: number
  readonly messages: readonly KafkaMessage[]
}

/** A message as kafkajs documents it. */
export function plainMessage({ key, value, timeMs, eventId, headers }: KafkaMessage): Message {
  const own = eventId === undefined ? {} : { 'event-id': eventId }
  return { key, value, timestamp: String(timeMs), headers: { ...own, ...headers } }
}
