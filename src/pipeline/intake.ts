import type { Clock } from '../clock.ts'
import type { FoundChain, ChainSource } from '../ingest/chain.ts'
import { eventIds } from '../ingest/event-id.ts'
import { type ChainChunk, ChainReader, type ReadingParts } from '../ingest/chain-reader.ts'
import type { Segment } from '../sinks/batch.ts'
import type { Batcher } from './batcher.ts'
import { Bell } from './bell.ts'
import type { Budget } from './budget.ts'
import type { Committer } from './committer.ts'
import { type Carry, EMPTY_CARRY, type Transcoder } from './contract.ts'
import type { Cursor, IsAnswered, Progress } from './cursor.ts'
import { Ledger, type Receipt } from './ledger.ts'
import type { Meter } from './meter.ts'
import { selectDocuments } from './segments.ts'
import type { PipelineStatus } from './status.ts'

/** How often a file that had nothing new is looked at. */
const POLL_MS = 250
/** And how often after it has had nothing new for a while, if it is not known that nothing happens to it. */
const QUIET_POLL_MS = 1_000
const QUIET_AFTER_MS = 10_000
/** Lanes that are due at nearly the same time are looked at together. */
const SHORTEST_REST_MS = 50

export interface IntakeParts {
  readonly reading: ReadingParts
  readonly clock: Clock
  readonly makeTranscoder: (source: ChainSource) => Transcoder
  readonly cursor: Cursor
  readonly committer: Committer
  readonly budget: Budget
  readonly batcher: Batcher
  readonly meter: Meter
  readonly isAnswered: IsAnswered | undefined
}

/** One chain on its way through a pipeline. */
interface Lane {
  /** As the last sweep found it; undefined when it did not. */
  found: FoundChain | undefined
  /** The last sweep knew that nothing has happened to it. */
  isQuiet: boolean
  readonly reader: ChainReader
  readonly transcoder: Transcoder
  readonly ledger: Ledger
  carry: Carry
  /** When it last had something new. */
  readMs: number
  idleUntilMs: number
}

/** Reads all chains in turn, a chunk each, and transcodes: files come in, segments go to the batcher. */
export class Intake {
  readonly #parts: IntakeParts
  readonly #lanes = new Map<string, Lane>()
  /** Rung when a sweep has found something for a lane that sleeps. */
  readonly #woken = new Bell()
  #chains: readonly FoundChain[] = []
  /** Of chains that are no longer there. */
  #lostBytes = 0

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** What is followed now. */
  get totals(): Pick<PipelineStatus, 'filesFollowed' | 'unreadBytes' | 'unacknowledgedBytes' | 'lostBytes'> {
    let [filesFollowed, unreadBytes, pendingBytes, lostBytes] = [0, 0, 0, this.#lostBytes]
    for (const { reader, ledger } of this.#lanes.values()) {
      filesFollowed += reader.fileCount
      unreadBytes += reader.unreadBytes
      pendingBytes += ledger.pendingBytes
      lostBytes += reader.lostBytes
    }
    return { filesFollowed, unreadBytes, unacknowledgedBytes: unreadBytes + pendingBytes, lostBytes }
  }

  /** Keys of the files that are there; of those not read yet, their places. */
  get present(): ReadonlySet<string> {
    return new Set([...this.#lanes.values()].flatMap(({ reader }) => reader.present))
  }

  /** Take in what a sweep found. */
  update(chains: readonly FoundChain[]): void {
    if (chains === this.#chains) return this.#missGone()
    this.#chains = chains
    const found = new Map(chains.map((chain) => [chain.scope, chain]))
    for (const [scope, lane] of this.#lanes) this.#refresh(lane, found.get(scope))
    for (const [scope, chain] of found) {
      if (this.#lanes.has(scope)) continue
      this.#lanes.set(scope, this.#open(chain))
      this.#woken.ring()
    }
  }

  /** Read until `signal` is aborted. When the budget is spent, or there is nothing new, it waits. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isIdle = !(await this.#round(signal))
      if (isIdle) await this.#woken.wait(this.#restMs(), this.#parts.clock, signal)
    }
  }

  close(): void {
    for (const { reader } of this.#lanes.values()) reader.close()
  }

  /** A chunk of each chain that has one; whether any had. */
  async #round(signal: AbortSignal): Promise<boolean> {
    let hasRead = false
    for (const lane of this.#lanes.values()) {
      if (lane.idleUntilMs === Infinity || lane.idleUntilMs > this.#parts.clock.elapsedMs()) continue
      await this.#parts.budget.room(signal)
      if (signal.aborted) return true
      const chunk = lane.reader.isReadable() ? await lane.reader.read() : undefined
      if (chunk === undefined) this.#rest(lane)
      else this.#take(lane, chunk)
      hasRead ||= chunk !== undefined
    }
    return hasRead
  }

  /** Until the first lane is to be looked at again. */
  #restMs(): number {
    let untilMs = Infinity
    for (const { idleUntilMs } of this.#lanes.values()) if (idleUntilMs < untilMs) untilMs = idleUntilMs
    return Math.min(Math.max(untilMs - this.#parts.clock.elapsedMs(), SHORTEST_REST_MS), QUIET_AFTER_MS)
  }

  #open(chain: FoundChain): Lane {
    const reader = new ChainReader(chain, this.#parts.reading)
    reader.update(chain)
    const transcoder = this.#parts.makeTranscoder(chain.source)
    const readMs = this.#parts.clock.elapsedMs()
    const start = { found: chain, isQuiet: false, carry: EMPTY_CARRY, readMs, idleUntilMs: 0 }
    return { reader, transcoder, ledger: new Ledger(), ...start }
  }

  /** Nothing was found to have changed, but what was gone is so for one more sweep. */
  #missGone(): void {
    for (const lane of this.#lanes.values()) if (lane.found === undefined) this.#refresh(lane, undefined)
  }

  /** The same object as before stands for a chain to which nothing has happened. */
  #refresh(lane: Lane, found: FoundChain | undefined): void {
    lane.isQuiet = found !== undefined && found === lane.found
    if (lane.isQuiet) return
    lane.found = found
    lane.reader.update(found)
    if (lane.idleUntilMs !== Infinity) return
    lane.idleUntilMs = 0
    this.#woken.ring()
  }

  #rest(lane: Lane): void {
    const nowMs = this.#parts.clock.elapsedMs()
    const isAwake = nowMs - lane.readMs < QUIET_AFTER_MS
    const longestMs = lane.isQuiet ? Infinity : QUIET_POLL_MS // a sweep wakes it
    lane.idleUntilMs = nowMs + (isAwake ? POLL_MS : longestMs)
    if (!lane.reader.isFinished) return
    this.#closeJoins(lane)
    if (!lane.ledger.isEmpty) return
    lane.reader.close()
    this.#lostBytes += lane.reader.lostBytes
    this.#lanes.delete(lane.reader.scope)
  }

  #take(lane: Lane, chunk: ChainChunk): void {
    const { fileKey, path, offsetBytes, bytes, check, file } = chunk
    if (!chunk.isContinued) this.#closeJoins(lane)
    this.#parts.cursor.follow({ fileKey, path, ...file })
    const { segment, carry } = lane.transcoder.transcode({ fileKey, path, offsetBytes, bytes }, lane.carry)
    lane.carry = carry
    lane.readMs = this.#parts.clock.elapsedMs()
    this.#ship(lane, segment, { fileKey, toBytes: check.atBytes, check })
  }

  /** The rest of open lines does not come any more. */
  #closeJoins(lane: Lane): void {
    const segment = lane.transcoder.close(lane.carry)
    lane.carry = EMPTY_CARRY
    if (segment !== undefined) this.#ship(lane, segment, undefined)
  }

  #ship(lane: Lane, whole: Segment, reached: Progress['reached']): void {
    const { budget, batcher, cursor, committer, meter, isAnswered } = this.#parts
    meter.read(whole)
    const segment = isAnswered === undefined ? whole : withoutAnswered(whole, isAnswered)
    const openJoins = lane.carry.joins.map(({ fileKey, offsetBytes }) => ({
      fileKey,
      offsetBytes,
      isAnswered: isAnswered?.(eventIds(fileKey)(offsetBytes), offsetBytes) ?? false,
    }))
    const progress = { advances: segment.advances, reached, openJoins }
    const { readBytes, ids, bytes } = segment
    const receipt: Receipt = { progress, readBytes, documents: bytes, unanswered: ids.length }
    lane.ledger.add(receipt)
    if (receipt.unanswered > 0) {
      budget.spend(bytes.length)
      batcher.add({ segment, receipt, ledger: lane.ledger })
      return
    }
    lane.ledger.settle(cursor)
    committer.request()
  }
}

function withoutAnswered(segment: Segment, isAnswered: IsAnswered): Segment {
  const { ids, offsets } = segment
  return selectDocuments(segment, (index) => !isAnswered(ids[index] ?? '', offsets[index] ?? 0))
}
