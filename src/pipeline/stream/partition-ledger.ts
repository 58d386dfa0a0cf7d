import type { Partition, Position } from '../../ingest/kafka/group.ts'

/** Messages up to `toOffset` (not included), and how many of their segments are not answered. */
export interface Stretch {
  readonly toOffset: number
  unanswered: number
}

/** So far ahead of what is read it is written down what may be sent, so that not every batch waits for a commit. */
const SENT_STEP = 10_000

/**
 * One partition as this member has it. Answers come in any order; what the group is told is done moves in the order of
 * the messages. Before any message is sent the group is told that it may be: the next member looks those up.
 */
export class PartitionLedger {
  readonly partition: Partition
  /** The first message not taken yet: after the group was formed anew, those before come once more. */
  nextOffset: number
  /** Messages before it may have been sent by an earlier member. */
  readonly doubtfulOffset: number
  /** It belongs to somebody else: what was not sent is not to be sent. */
  isLost = false
  #doneOffset: number
  #sentOffset: number
  #durableSentOffset: number
  /** What the group was told last, and what it may have been told. */
  #told: readonly Position[]
  #stretches: Stretch[] = []

  /** `endOffset`: of the partition now, which is where doubt ends when nobody said how far was sent. */
  constructor(partition: Partition, position: Position, firstOffset: number, endOffset: number) {
    const { offset = firstOffset } = position
    const sentOffset = sentOffsetOf(position, endOffset)
    this.partition = partition
    this.nextOffset = offset
    this.doubtfulOffset = sentOffset
    this.#doneOffset = offset
    this.#sentOffset = sentOffset
    this.#durableSentOffset = sentOffset
    this.#told = [position]
  }

  /** What the group is to be told. */
  get position(): Position {
    return { offset: this.#doneOffset, metadata: metadataOf(this.#sentOffset) }
  }

  /** Whether a position is what this member has told the group: nobody else had the partition since. */
  hasTold(position: Position): boolean {
    return this.#told.some((told) => told.offset === position.offset && told.metadata === position.metadata)
  }

  /** Whether the group knows that messages before `offset` may have been sent. */
  mayBeSent(offset: number): boolean {
    return offset <= this.#durableSentOffset
  }

  /** Messages before `offset` are to be sent; whether the group has to be told first. */
  raiseSent(offset: number): boolean {
    if (offset <= this.#sentOffset) return false
    this.#sentOffset = offset + SENT_STEP
    return true
  }

  /** Messages up to `toOffset` (not included) are on their way, in so many segments. */
  add(toOffset: number, unanswered: number): Stretch {
    const stretch = { toOffset, unanswered }
    this.#stretches.push(stretch)
    this.nextOffset = toOffset
    return stretch
  }

  /** Move past what is answered. */
  settle(): void {
    while (this.#stretches[0]?.unanswered === 0) {
      this.#doneOffset = this.#stretches[0].toOffset
      this.#stretches.shift()
    }
  }

  /** The group is told a position now; until that is answered it may know either. */
  telling(position: Position): void {
    this.#told = [...this.#told.slice(-1), position]
  }

  /** The group knows a position. */
  tell(position: Position): void {
    this.#told = [position]
    this.#durableSentOffset = sentOffsetOf(position, 0)
  }
}

function metadataOf(sentOffset: number): string {
  return `sent=${sentOffset}`
}

/** Where nobody has said, everything that is there may have been sent; where nobody has begun, nothing was. */
function sentOffsetOf({ offset, metadata }: Position, endOffset: number): number {
  const [, sent] = /^sent=(\d{1,16})$/.exec(metadata) ?? []
  if (sent !== undefined) return Number(sent)
  return offset === undefined ? 0 : endOffset
}
