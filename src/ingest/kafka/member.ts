import type { KafkaConsumer } from '../../clients/kafka/consumer.ts'
import type { Clock } from '../../clock.ts'
import { FlagshipError, reasonOf } from '../../errors.ts'
import type { GroupListener, GroupMember, Partition, Position } from './group.ts'

/** Between the end of a connection and the next try. */
const AGAIN_MS = 5_000

/** What a member needs from outside. */
export interface KafkaMemberParts {
  /** Makes a consumer that is not connected yet, with credentials as their files hold them now. */
  readonly consumer: () => Promise<KafkaConsumer>
  readonly clock: Clock
}

/** A member of a group in Kafka, over as many connections as it takes. */
export class KafkaMember implements GroupMember {
  readonly #parts: KafkaMemberParts
  readonly #left = new AbortController()
  #consumer: KafkaConsumer | undefined
  #isPaused = false

  constructor(parts: KafkaMemberParts) {
    this.#parts = parts
  }

  async join(listener: GroupListener): Promise<void> {
    const consumer = await unavailable(this.#parts.consumer)
    try {
      await consumer.start({
        joined: (partitions) => listener.joined(partitions),
        take: (batch) => listener.take(batch),
        ended: (failure) => void this.#again(consumer, listener, failure),
      })
    } catch (error) {
      await consumer.close()
      throw new FlagshipError('SOURCE_UNAVAILABLE', reasonOf(error), error)
    }
    if (this.#left.signal.aborted) return consumer.close()
    this.#consumer = consumer
    if (this.#isPaused) consumer.pause()
  }

  position(partition: Partition): Promise<Position> {
    return unavailable(() => this.#connected().offsetOf(partition))
  }

  commit(positions: ReadonlyMap<Partition, Position>): Promise<void> {
    const offsets = [...positions].flatMap(([partition, { offset, metadata }]) =>
      offset === undefined ? [] : [{ ...partition, offset, metadata }],
    )
    return unavailable(() => this.#connected().commit(offsets))
  }

  pause(): void {
    this.#isPaused = true
    this.#consumer?.pause()
  }

  async leave(): Promise<void> {
    this.#left.abort()
    const consumer = this.#consumer
    this.#consumer = undefined
    await consumer?.close()
  }

  #connected(): KafkaConsumer {
    if (this.#consumer === undefined) throw new Error('there is no connection to the group')
    return this.#consumer
  }

  /** A consumer came to its end: make another one, however long that takes. */
  async #again(consumer: KafkaConsumer, listener: GroupListener, failure: Error): Promise<void> {
    const { clock } = this.#parts
    let reason: unknown = failure
    this.#consumer = undefined
    await consumer.close()
    while (!this.#left.signal.aborted) {
      listener.failing(new FlagshipError('SOURCE_UNAVAILABLE', reasonOf(reason), reason))
      await clock.sleep(AGAIN_MS, this.#left.signal)
      if (this.#left.signal.aborted) return
      try {
        return await this.join(listener)
      } catch (error) {
        reason = error
      }
    }
  }
}

async function unavailable<T>(what: () => Promise<T>): Promise<T> {
  try {
    return await what()
  } catch (error) {
    throw new FlagshipError('SOURCE_UNAVAILABLE', reasonOf(error), error)
  }
}
