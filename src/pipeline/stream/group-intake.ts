import type { Clock } from '../../clock.ts'
import { FlagshipError } from '../../errors.ts'
import type { Fetched, GroupListener, GroupMember, Message, Partition, Position } from '../../ingest/kafka/group.ts'
import type { Segment } from '../../sinks/batch.ts'
import type { Lookup } from '../../sinks/sink.ts'
import { Backoff } from '../backoff.ts'
import type { Batcher, Shipment } from '../batcher.ts'
import type { Budget } from '../budget.ts'
import type { Committer } from '../committer.ts'
import type { Doubts } from '../doubts.ts'
import type { Meter } from '../meter.ts'
import { selectDocuments } from '../segments.ts'
import type { TroubleSpot } from '../trouble.ts'
import type { GroupProgress } from './group-progress.ts'
import { PartitionLedger, type Stretch } from './partition-ledger.ts'
import type { StreamIntake } from './stream-pipeline.ts'

/** Messages of one partition to segments of documents whose `offsets` are those of the messages, pure and synchronous. */
export type TranscodeMessages = (fetched: Pick<Fetched, 'partition' | 'messages'>) => readonly Segment[]

/** Messages as transcoding takes them: what is not readable by itself is made so. @throws FlagshipError SOURCE_UNAVAILABLE. */
export type ReadMessages = (messages: readonly Message[], signal: AbortSignal) => Promise<readonly Message[]>

/** What taking messages needs. */
export interface GroupIntakeParts {
  readonly group: GroupMember
  readonly read: ReadMessages
  readonly progress: GroupProgress
  readonly committer: Committer
  readonly transcode: TranscodeMessages
  readonly budget: Budget
  readonly batcher: Batcher
  readonly meter: Meter
  /** Of a sink that looks up what is in doubt. */
  readonly lookup: Lookup | undefined
  readonly doubts: Doubts | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly trouble: TroubleSpot
}

/** Takes messages as a member of a consumer group: the group is told what is answered, and nothing before. */
export class GroupIntake implements StreamIntake, GroupListener {
  readonly #parts: GroupIntakeParts
  readonly #backoff: Backoff
  /** Aborted: nothing more is taken. */
  readonly #ended = new AbortController()
  /** Partitions whose position was asked for since the group was formed. */
  #confirmed = new WeakSet<PartitionLedger>()

  constructor(parts: GroupIntakeParts) {
    this.#parts = parts
    this.#backoff = new Backoff(parts.clock, parts.random)
  }

  /** Join, however long that takes, and take what comes until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { group } = this.#parts
    await this.#try(() => group.join(this), signal)
    if (!signal.aborted) await aborted(signal)
    this.#ended.abort()
    group.pause()
  }

  /** Tell the group what is answered, and leave it. */
  async close(): Promise<void> {
    await this.#parts.committer.close()
    await this.#parts.group.leave()
  }

  joined(partitions: readonly Partition[]): void {
    this.#parts.progress.keep(partitions)
    this.#confirmed = new WeakSet()
    this.#parts.trouble.end()
  }

  failing(error: FlagshipError): void {
    this.#parts.trouble.begin(error, this.#parts.clock.nowMs())
  }

  async take(fetched: Fetched): Promise<void> {
    const { budget, progress } = this.#parts
    if (!progress.has(fetched.partition)) return
    const signal = AbortSignal.any([fetched.signal, this.#ended.signal])
    const ledger = await this.#ledgerOf(fetched, signal)
    if (ledger === undefined) return
    for (const part of partsOf(fetched)) {
      await budget.room(signal)
      if (part.nextOffset <= ledger.nextOffset) continue
      const fresh = part.messages.filter(({ offset }) => offset >= ledger.nextOffset)
      const messages = await this.#try(() => this.#read(fetched.partition, fresh, signal), signal)
      if (messages === undefined || ledger.isLost || signal.aborted) return
      this.#ship(ledger, this.#parts.transcode({ ...fetched, messages }), part.nextOffset)
    }
  }

  /**
   * A member that comes back to a partition goes on where it was, unless the group was told something else meanwhile:
   * then somebody else had it. Undefined when `signal` was aborted first.
   */
  async #ledgerOf(fetched: Fetched, signal: AbortSignal): Promise<PartitionLedger | undefined> {
    const { progress, group } = this.#parts
    const { partition, endOffset } = fetched
    const known = progress.get(partition)
    const isBeyond = known !== undefined && known.nextOffset > endOffset
    if (known !== undefined && !isBeyond && this.#confirmed.has(known)) return known
    const told = await this.#try(() => group.position(partition), signal)
    if (told === undefined || !progress.has(partition)) return undefined
    const isOurs = !isBeyond && known?.hasTold(told) === true
    const ledger = isOurs ? known : ledgerAt(isBeyond ? undefined : told, fetched)
    if (!isOurs) progress.follow(ledger)
    this.#confirmed.add(ledger)
    return ledger
  }

  #ship(ledger: PartitionLedger, segments: readonly Segment[], toOffset: number): void {
    const { progress, committer, meter, lookup } = this.#parts
    if (lookup !== undefined && ledger.raiseSent(toOffset)) progress.note(ledger)
    const cursorVersion = lookup === undefined || ledger.mayBeSent(toOffset) ? 0 : progress.version
    const filled = segments.filter(({ ids }) => ids.length > 0)
    const stretch = ledger.add(toOffset, filled.length)
    for (const segment of segments) meter.read(segment)
    for (const segment of filled) this.#shipSegment(segment, ledger, stretch, cursorVersion)
    if (filled.length > 0) return
    this.#settle(ledger)
    committer.request()
  }

  #shipSegment(segment: Segment, ledger: PartitionLedger, stretch: Stretch, cursorVersion: number): void {
    const { budget, batcher, doubts, lookup } = this.#parts
    const mark = lookup?.mark(segment.reporterNamespace)
    const settle = () => {
      stretch.unanswered -= 1
      this.#settle(ledger)
    }
    const shipment: Shipment = {
      segment,
      receipt: { documents: segment.bytes, unanswered: segment.ids.length },
      settle,
      cursorVersion,
      isWithdrawn: () => ledger.isLost,
      markOf: () => mark,
    }
    budget.spend(segment.bytes.length)
    const isDoubtful = (index: number) => doubts !== undefined && (segment.offsets[index] ?? 0) < ledger.doubtfulOffset
    const fresh = selectDocuments(segment, (index) => !isDoubtful(index))
    const doubtful = selectDocuments(segment, isDoubtful)
    if (fresh.ids.length > 0) batcher.add({ ...shipment, segment: fresh })
    // Which streams an earlier member sent them to, and since when, nobody has written down: all of them are looked through.
    if (doubtful.ids.length > 0) doubts?.addEarlier([{ ...shipment, segment: doubtful, markOf: () => undefined }])
  }

  #settle(ledger: PartitionLedger): void {
    ledger.settle()
    this.#parts.progress.note(ledger)
  }

  /** What cannot be read holds its partition up: it is named with its place. */
  async #read({ topic, partition }: Partition, messages: readonly Message[], signal: AbortSignal) {
    try {
      return await this.#parts.read(messages, signal)
    } catch (error) {
      if (!(error instanceof FlagshipError)) throw error
      const place = `partition ${partition} of topic "${topic}", from offset ${messages[0]?.offset} on`
      throw new FlagshipError(error.code, `${error.message} (${place})`, error)
    }
  }

  /** Try for ever; undefined when `signal` is aborted first. */
  async #try<T>(what: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    const { trouble, clock } = this.#parts
    while (!signal.aborted) {
      try {
        const result = await what()
        this.#backoff.reset()
        trouble.end()
        return result
      } catch (error) {
        if (!(error instanceof FlagshipError) || error.code !== 'SOURCE_UNAVAILABLE') throw error
        if (signal.aborted) break
        trouble.begin(error, clock.nowMs())
        await this.#backoff.wait(signal)
      }
    }
    return undefined
  }
}

/**
 * A topic that was made anew under its name, or whose end brokers have lost, is shorter than what is known of it: what is
 * there now is read, all of it in doubt.
 */
function ledgerAt(
  told: Position | undefined,
  { partition, messages, nextOffset, endOffset }: Fetched,
): PartitionLedger {
  const firstOffset = messages[0]?.offset ?? nextOffset
  const isThere = told !== undefined && (told.offset ?? 0) <= endOffset
  const position = isThere ? told : { offset: firstOffset, metadata: '' }
  return new PartitionLedger(partition, position, firstOffset, endOffset)
}

/** So many bytes of messages are transcoded at once: what comes of them is held in one piece until it is answered. */
const PART_BYTES = 524_288

/** What was fetched, in parts that end behind their last message: one was packed and may be many times as large as it was on its way. */
function* partsOf({ messages, nextOffset }: Fetched): Generator<Pick<Fetched, 'messages' | 'nextOffset'>> {
  let [from, bytes] = [0, 0]
  for (const [index, { offset, value }] of messages.entries()) {
    bytes += value?.length ?? 0
    if (bytes < PART_BYTES || index === messages.length - 1) continue
    yield { messages: messages.slice(from, index + 1), nextOffset: offset + 1 }
    from = index + 1
    bytes = 0
  }
  yield { messages: messages.slice(from), nextOffset }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
