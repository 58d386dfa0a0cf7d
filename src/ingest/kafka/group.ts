import type { FlagshipError } from '../../errors.ts'

/** A partition of a topic. */
export interface Partition {
  readonly topic: string
  readonly partition: number
}

/** One message as it was stored. */
export interface Message {
  readonly offset: number
  /** When it was stored or, as the topic has it, made: milliseconds since the epoch. */
  readonly timeMs: number
  readonly key: Buffer | undefined
  /** Undefined for a tombstone. */
  readonly value: Buffer | undefined
  /** The record in it, where the value is Avro that could be read. */
  readonly json?: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** Consecutive messages of one partition. Offsets may be missing: of markers of transactions, and where it is compacted. */
export interface Fetched {
  readonly partition: Partition
  readonly messages: readonly Message[]
  /** Behind the last message. */
  readonly nextOffset: number
  /** Where the partition ended when they were fetched. */
  readonly endOffset: number
  /** Aborted when the partition may belong to somebody else by now. */
  readonly signal: AbortSignal
}

/** Where a group stands in a partition. */
export interface Position {
  /** The first message that is not answered; undefined when the group has never said. */
  readonly offset: number | undefined
  /** A short text that was committed with it. */
  readonly metadata: string
}

/** Told what happens to a member. */
export interface GroupListener {
  /** The group was formed anew, and these are the partitions of this member from now on; others are not. */
  joined(partitions: readonly Partition[]): void
  /** The brokers do not answer as they should; it is tried again, and over when `joined` is called. */
  failing(error: FlagshipError): void
  /** Take messages; no more come before it resolves, and the membership is kept up meanwhile. */
  take(fetched: Fetched): Promise<void>
}

/** One member of a consumer group. Offsets are committed only by `commit`. */
export interface GroupMember {
  /**
   * Connect and join; resolves once that has been done. What comes then goes to `listener` until `pause`. When the
   * brokers are away later it connects again by itself, for ever.
   * @throws FlagshipError SOURCE_UNAVAILABLE to be tried again.
   */
  join(listener: GroupListener): Promise<void>
  /** Where the group stands. @throws FlagshipError SOURCE_UNAVAILABLE. */
  position(partition: Partition): Promise<Position>
  /** @throws FlagshipError SOURCE_UNAVAILABLE, also when the partitions may belong to somebody else by now. */
  commit(positions: ReadonlyMap<Partition, Position>): Promise<void>
  /** Nothing more is taken; the membership stays. */
  pause(): void
  /** Leave the group. Never rejects. */
  leave(): Promise<void>
}
