import { KafkaFailure, type KafkaProducer } from '../../clients/kafka/cluster.ts'
import { ACCEPTED, type Outcome } from '../sink.ts'
import { consequenceOf, refusalReason } from './answers.ts'
import { halves, type Part, type Queue } from './parts.ts'

/** Brokers close the connection on a request of more than socket.request.max.bytes: 100 MiB. */
const MOST_AT_ONCE = 33_554_432

/** What one round works with. */
export interface RoundParts {
  readonly producer: KafkaProducer
  readonly signal: AbortSignal
  /** One for each document of the batch; what is answered is put in. */
  readonly outcomes: Outcome[]
}

/** Sends what waits for partitions by one producer, until every queue is empty or has to wait. */
export class Round {
  readonly #parts: RoundParts
  #isSpent = false
  /** What was sent before and may have been stored, and is acknowledged now. */
  readonly repeated: Part[] = []
  /** The partitions are not what they were: what is left has to be sorted again. */
  isMisplaced = false

  constructor(parts: RoundParts) {
    this.#parts = parts
  }

  /** Leaves the producer closed where it can be of no more use. @throws KafkaFailure where nothing more could be sent. */
  async run(queues: readonly Queue[]): Promise<void> {
    try {
      for (;;) {
        const wave = this.#isSpent ? [] : nextOf(queues)
        if (wave.length === 0) return
        const groups = await this.#byLeader(wave)
        await Promise.all(groups.map((group) => this.#send(group)))
      }
    } finally {
      if (this.#isSpent) this.#parts.producer.close()
    }
  }

  /** One request for each broker. */
  async #byLeader(wave: readonly Queue[]): Promise<readonly (readonly Queue[])[]> {
    const { producer, signal } = this.#parts
    const groups = new Map<number | undefined, Queue[]>()
    for (const queue of wave) {
      const { topic, partition } = headOf(queue)
      const partitions = await producer.partitionsOf(topic, signal)
      const leader = partitions.find(({ partitionId }) => partitionId === partition)?.leader
      const group = groups.get(leader)
      if (group === undefined) groups.set(leader, [queue])
      else group.push(queue)
    }
    return [...groups.values()]
  }

  async #send(group: readonly Queue[]): Promise<void> {
    const failure = await this.#try(group, false)
    if (failure === undefined) return
    // One of the partitions was refused, and nobody says which: each by itself, and those that were stored are known.
    const isAnswered = failure.type !== undefined && !failure.isSurelyUnsent
    if (group.length > 1 && isAnswered) await this.#sendOneByOne(group)
    else for (const queue of group) this.#fail(queue, failure, false)
  }

  async #sendOneByOne(group: readonly Queue[]): Promise<void> {
    let silence: KafkaFailure | undefined
    for (const queue of group) {
      const failure = silence ?? (await this.#try([queue], true))
      if (failure !== undefined) this.#fail(queue, failure, true)
      if (failure?.type === undefined) silence = failure
    }
  }

  /** The first part of each queue, all to one broker. */
  async #try(group: readonly Queue[], wasOffered: boolean): Promise<KafkaFailure | undefined> {
    const { producer, signal, outcomes } = this.#parts
    try {
      await producer.send(group.map(headOf), signal)
    } catch (error) {
      if (error instanceof KafkaFailure) return error
      throw error
    }
    for (const queue of group) {
      const head = headOf(queue)
      for (const position of head.positions) outcomes[position] = ACCEPTED
      if (wasOffered || head.doubtedBy === producer) this.repeated.push(head)
      queue.parts = queue.parts.slice(1)
    }
    return undefined
  }

  /** `wasOffered`: an earlier request of this round, with others, may have had it stored. */
  #fail(queue: Queue, failure: KafkaFailure, wasOffered: boolean): void {
    const { producer } = this.#parts
    const head = headOf(queue)
    const consequence = failure.isSurelyUnsent ? 'in_doubt' : consequenceOf(failure.type)
    if (failure.isMisplaced) this.isMisplaced = true
    if (consequence === 'refused' || consequence === 'suspicious') {
      if (head.doubtedBy !== producer) return this.#split(queue, failure)
      // It may be there as it was; its halves would look like something new.
      this.#isSpent = true
    }
    if (consequence === 'replaced') this.#isSpent = true
    const mayBeStored = consequence === 'in_doubt' && !failure.isSurelyUnsent
    if (mayBeStored || wasOffered) head.doubtedBy = producer
    queue.halt = failure.message
  }

  #split(queue: Queue, { type }: KafkaFailure): void {
    const [head, ...rest] = [headOf(queue), ...queue.parts.slice(1)]
    const reason = refusalReason(type, head.topic)
    if (head.ids.length > 1) queue.parts = [...halves(head), ...rest]
    else {
      for (const position of head.positions) this.#parts.outcomes[position] = { kind: 'refused', reason }
      queue.parts = rest
    }
  }
}

/** What can be sent now, below the bound where that is more than one. */
function nextOf(queues: readonly Queue[]): readonly Queue[] {
  const ready = queues.filter(({ parts, halt }) => parts.length > 0 && halt === undefined)
  let bytes = 0
  const over = ready.findIndex((queue) => (bytes += headOf(queue).byteCount) > MOST_AT_ONCE)
  return over === -1 ? ready : ready.slice(0, Math.max(over, 1))
}

function headOf({ parts: [head] }: Queue): Part {
  if (head === undefined) throw new Error('nothing waits for this partition')
  return head
}
