import type { Clock } from '../../../src/clock.ts'
import { FlagshipError } from '../../../src/errors.ts'
import type {
  Fetched,
  GroupListener,
  GroupMember,
  Message,
  Partition,
  Position,
} from '../../../src/ingest/kafka/group.ts'

/** Between two fetches of a member. */
const FETCH_MS = 25
const MOST_FETCHED = 7

/** What can go wrong when a group is told something: nothing is known of it, or it is and the answer is lost. */
export type CommitFault = 'none' | 'refused' | 'lost'

/** One topic and a consumer group on it, as brokers keep them: what members come and go, and what they say. */
export class ScriptedTopic {
  readonly positions = new Map<number, Position>()
  readonly #clock: Clock
  readonly #messages: readonly Message[][]
  readonly #members = new Set<ScriptedMember>()

  constructor(clock: Clock, partitionCount: number) {
    this.#clock = clock
    this.#messages = Array.from({ length: partitionCount }, () => [])
  }

  append(partition: number, text: string): void {
    const messages = this.#messages[partition]
    messages?.push({ offset: messages.length, timeMs: 0, key: undefined, value: Buffer.from(text), headers: {} })
  }

  /** As it is when the topic was removed and made anew. */
  empty(partition: number): void {
    this.#messages[partition]?.splice(0)
  }

  /** A member of the group that is not there before it joins. `fault` is asked at each commit. */
  member(fault: () => CommitFault = () => 'none'): ScriptedMember {
    return new ScriptedMember(this, this.#clock, fault)
  }

  messagesFrom(partition: number, offset: number): readonly Message[] {
    return this.#messages[partition]?.slice(offset, offset + MOST_FETCHED) ?? []
  }

  endOf(partition: number): number {
    return this.#messages[partition]?.length ?? 0
  }

  enter(member: ScriptedMember): void {
    this.#members.add(member)
    this.form()
  }

  remove(member: ScriptedMember): void {
    if (this.#members.delete(member)) this.form()
  }

  /** Everybody gets partitions anew. */
  form(): void {
    const members = [...this.#members]
    for (const [place, member] of members.entries())
      member.assign([...this.#messages.keys()].filter((partition) => partition % members.length === place))
  }

  has(member: ScriptedMember): boolean {
    return this.#members.has(member)
  }
}

/** One member, which may be killed. */
export class ScriptedMember implements GroupMember {
  readonly #topic: ScriptedTopic
  readonly #clock: Clock
  readonly #fault: () => CommitFault
  #listener: GroupListener | undefined
  #formed = new AbortController()
  isPaused = false
  /** Nothing it does has an effect any more. */
  isDead = false

  constructor(topic: ScriptedTopic, clock: Clock, fault: () => CommitFault) {
    this.#topic = topic
    this.#clock = clock
    this.#fault = fault
  }

  kill(): void {
    this.isDead = true
    this.#formed.abort()
    this.#topic.remove(this)
  }

  async join(listener: GroupListener): Promise<void> {
    this.#listener = listener
    this.#topic.enter(this)
  }

  assign(partitions: readonly number[]): void {
    this.#formed.abort()
    this.#formed = new AbortController()
    this.#listener?.joined(partitions.map(partitionOf))
    void this.#fetchAll(partitions, this.#formed.signal)
  }

  async position({ partition }: Partition): Promise<Position> {
    await this.#clock.sleep(1)
    return this.#topic.positions.get(partition) ?? { offset: undefined, metadata: '' }
  }

  async commit(positions: ReadonlyMap<Partition, Position>): Promise<void> {
    await this.#clock.sleep(1)
    if (this.isDead) return new Promise(() => {})
    const fault = this.#topic.has(this) ? this.#fault() : 'refused'
    if (fault !== 'refused')
      for (const [{ partition }, position] of positions) this.#topic.positions.set(partition, position)
    if (fault !== 'none') throw new FlagshipError('SOURCE_UNAVAILABLE', `Cannot commit: ${fault}`)
  }

  fail(error: FlagshipError): void {
    this.#listener?.failing(error)
  }

  pause(): void {
    this.isPaused = true
  }

  async leave(): Promise<void> {
    this.kill()
  }

  async #fetchAll(partitions: readonly number[], signal: AbortSignal): Promise<void> {
    const next = new Map(partitions.map((partition) => [partition, this.#topic.positions.get(partition)?.offset ?? 0]))
    while (!signal.aborted) {
      for (const [partition, wanted] of next) {
        const offset = wanted > this.#topic.endOf(partition) ? 0 : wanted // as kafkajs does where it is out of range
        const messages = this.#topic.messagesFrom(partition, offset)
        if (messages.length === 0 || this.isPaused || signal.aborted) continue
        const nextOffset = offset + messages.length
        next.set(partition, nextOffset)
        const fetched: Fetched = {
          partition: partitionOf(partition),
          messages,
          nextOffset,
          endOffset: this.#topic.endOf(partition),
          signal,
        }
        await this.#listener?.take(fetched)
      }
      await this.#clock.sleep(FETCH_MS, signal)
    }
  }
}

function partitionOf(partition: number): Partition {
  return { topic: 'lines', partition }
}
