import type { Clock } from '../clock.ts'
import type { ChainSource, FoundChain } from '../ingest/chain.ts'
import { ChainReader } from '../ingest/chain-reader.ts'
import type { ReadingParts } from '../ingest/reading.ts'
import { Bell } from './bell.ts'
import type { Transcoder } from './contract.ts'
import type { Losses } from './losses.ts'
import { Lane, type LaneParts } from './lane.ts'
import type { PipelineStatus } from './status.ts'

/** How often a file that had nothing new is looked at. */
const POLL_MS = 250
/** And how often after it has had nothing new for a while, if it is not known that nothing happens to it. */
const QUIET_POLL_MS = 1_000
const QUIET_AFTER_MS = 10_000
/** How often it is asked whether the names that a chunk waits for have come. */
const WAIT_POLL_MS = 50
/** Lanes that are due at nearly the same time are looked at together. */
const SHORTEST_REST_MS = 50

export interface IntakeParts extends LaneParts {
  readonly reading: Omit<ReadingParts, 'lose' | 'isLossDurable'>
  readonly losses: Losses
  readonly clock: Clock
  readonly makeTranscoder: (source: ChainSource) => Transcoder
}

/** A lane, and when it was looked at. */
interface Followed {
  readonly lane: Lane
  /** As the last sweep found it; undefined when it did not. */
  found: FoundChain | undefined
  /** The last sweep knew that nothing has happened to it. */
  isQuiet: boolean
  /** When it last had something new. */
  readMs: number
  idleUntilMs: number
  /** Everything written before this, milliseconds since the epoch, had been read when it was looked at last. */
  readToMs: number | undefined
  /** The same, and answered. */
  answeredToMs: number | undefined
}

/** Reads all chains in turn, a chunk each, so that a noisy one does not starve the others: files come in. */
export class Intake {
  readonly #parts: IntakeParts
  readonly #followed = new Map<string, Followed>()
  /** When the file system was last known as a whole: what a sweep has not found was made after it. */
  #updatedMs: number | undefined
  /** Rung when a sweep has found something for a lane that sleeps. */
  readonly #woken = new Bell()
  #chains: readonly FoundChain[] = []
  #found: ReadonlyMap<string, FoundChain> = new Map()

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** What is followed now. */
  get totals(): Pick<PipelineStatus, 'filesFollowed' | 'unreadBytes' | 'unacknowledgedBytes'> {
    let [filesFollowed, unreadBytes, pendingBytes] = [0, 0, 0]
    for (const { lane } of this.#followed.values()) {
      filesFollowed += lane.reader.fileCount
      unreadBytes += lane.reader.unreadBytes
      pendingBytes += lane.pendingBytes
    }
    return { filesFollowed, unreadBytes, unacknowledgedBytes: unreadBytes + pendingBytes }
  }

  /** Everything written before this, milliseconds since the epoch, is answered; undefined when that cannot be told yet. */
  get answeredToMs(): number | undefined {
    let oldest = this.#updatedMs
    for (const each of this.#followed.values()) {
      const readToMs = isAllRead(each) ? this.#updatedMs : each.readToMs
      const answeredToMs = each.lane.ledger.isEmpty ? readToMs : each.answeredToMs
      if (answeredToMs === undefined) return undefined
      oldest = Math.min(oldest ?? answeredToMs, answeredToMs)
    }
    return oldest
  }

  /** Keys of the files that are there; of those not read yet, their places; and the scopes of their chains. */
  get present(): ReadonlySet<string> {
    return new Set([...this.#followed].flatMap(([scope, { lane }]) => [scope, ...lane.reader.present]))
  }

  /** Bytes of files that only the spool keeps. */
  get heldBytes(): number {
    return [...this.#followed.values()].reduce((sum, { lane }) => sum + lane.reader.heldBytes, 0)
  }

  /** Give up the oldest file that only the spool keeps, of the chain that has most there; false when there is none. */
  giveUpOldest(): boolean {
    const readers = [...this.#followed.values()].map(({ lane }) => lane.reader)
    const holding = readers.filter((reader) => reader.heldBytes > 0).sort((a, b) => b.heldBytes - a.heldBytes)
    return holding.some((reader) => reader.giveUpOldest())
  }

  /** Follow chains that are no longer in the logs; called once, before the first `update`. */
  restore(chains: readonly Pick<FoundChain, 'scope' | 'source'>[]): void {
    for (const chain of chains)
      if (!this.#followed.has(chain.scope)) this.#followed.set(chain.scope, this.#follow(chain, undefined))
  }

  /** Take in what a sweep found; `completeToMs`: all that was made before is in it, undefined when that cannot be told. */
  update(chains: readonly FoundChain[], completeToMs: number | undefined): void {
    const isSame = chains === this.#chains
    this.#chains = chains
    if (!isSame) this.#found = new Map(chains.map((chain) => [chain.scope, chain]))
    for (const [scope, followed] of this.#followed)
      if (!isSame || !followed.isQuiet) this.#refresh(followed, this.#found.get(scope))
    if (!isSame) this.#followNew()
    this.#updatedMs = completeToMs ?? this.#updatedMs
  }

  /** A line as it stands in its file; undefined where it cannot be read now. Never rejects. */
  async lineAt(fileKey: string, offsetBytes: number): Promise<Buffer | undefined> {
    const scope = this.#parts.cursor.get(fileKey)?.scope ?? ''
    try {
      return await this.#followed.get(scope)?.lane.reader.lineAt(fileKey, offsetBytes)
    } catch {
      return undefined
    }
  }

  /** Read until `signal` is aborted. When the budget is spent, or there is nothing new, it waits. At the end no chunk waits. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isIdle = !(await this.#round(signal))
      if (isIdle) await this.#woken.wait(this.#restMs(), this.#parts.clock, signal)
    }
    for (const { lane } of this.#followed.values()) lane.goOn(true)
  }

  close(): void {
    for (const { lane } of this.#followed.values()) lane.reader.close()
  }

  /** A chunk of each chain that has one; whether any had. */
  async #round(signal: AbortSignal): Promise<boolean> {
    let hasRead = false
    for (const followed of this.#followed.values()) {
      const { lane } = followed
      if (followed.idleUntilMs === Infinity || followed.idleUntilMs > this.#parts.clock.elapsedMs()) continue
      if (!lane.goOn()) {
        followed.idleUntilMs = this.#parts.clock.elapsedMs() + WAIT_POLL_MS
        continue
      }
      await this.#parts.budget.room(signal)
      if (signal.aborted) return true
      const nowMs = this.#parts.clock.nowMs()
      const chunk = lane.reader.isReadable() ? await lane.reader.read() : undefined
      if (chunk === undefined) this.#rest(followed, nowMs)
      else lane.take(chunk)
      if (chunk !== undefined) followed.readMs = this.#parts.clock.elapsedMs()
      hasRead ||= chunk !== undefined
    }
    return hasRead
  }

  /** Until the first lane is to be looked at again. */
  #restMs(): number {
    let untilMs = Infinity
    for (const { idleUntilMs } of this.#followed.values()) if (idleUntilMs < untilMs) untilMs = idleUntilMs
    return Math.min(Math.max(untilMs - this.#parts.clock.elapsedMs(), SHORTEST_REST_MS), QUIET_AFTER_MS)
  }

  #follow(chain: Pick<FoundChain, 'scope' | 'source'>, found: FoundChain | undefined): Followed {
    const { reading, losses } = this.#parts
    const reader = new ChainReader(chain, {
      ...reading,
      lose: (loss) => losses.add(loss, chain.source),
      isLossDurable: (loss) => losses.isDurable(loss),
    })
    if (found !== undefined) reader.update(found) // of what the spool kept only a sweep can tell whether it is in the logs
    const lane = new Lane(reader, this.#parts.makeTranscoder(chain.source), this.#parts)
    const readMs = this.#parts.clock.elapsedMs()
    const start = { found, isQuiet: false, readMs, idleUntilMs: 0 }
    return { lane, ...start, readToMs: this.#updatedMs, answeredToMs: this.#updatedMs }
  }

  #followNew(): void {
    for (const [scope, chain] of this.#found) {
      if (this.#followed.has(scope)) continue
      this.#followed.set(scope, this.#follow(chain, chain))
      this.#woken.ring()
    }
  }

  /** The same object as before stands for a chain to which nothing has happened. */
  #refresh(followed: Followed, found: FoundChain | undefined): void {
    followed.isQuiet = found !== undefined && found === followed.found && followed.lane.reader.isResting
    if (followed.isQuiet) return
    followed.found = found
    if (isAllRead(followed)) {
      followed.readToMs = this.#updatedMs
      if (followed.lane.ledger.isEmpty) followed.answeredToMs = this.#updatedMs
    }
    followed.lane.reader.update(found)
    if (followed.idleUntilMs !== Infinity) return
    followed.idleUntilMs = 0
    this.#woken.ring()
  }

  /** There was nothing new at `nowMs`. */
  #rest(followed: Followed, nowMs: number): void {
    const { lane } = followed
    const elapsedMs = this.#parts.clock.elapsedMs()
    const isAwake = elapsedMs - followed.readMs < QUIET_AFTER_MS
    const longestMs = followed.isQuiet ? Infinity : QUIET_POLL_MS // a sweep wakes it
    followed.idleUntilMs = elapsedMs + (isAwake ? POLL_MS : longestMs)
    if (lane.reader.unreadBytes === 0) {
      if (lane.ledger.isEmpty) followed.answeredToMs = followed.readToMs
      // What was made since the last sweep is not known to the reader.
      followed.readToMs = this.#updatedMs && Math.min(nowMs, this.#updatedMs)
    }
    if (!lane.reader.isFinished) return
    lane.closeJoins()
    if (!lane.ledger.isEmpty || !lane.reader.isReleased) return
    lane.reader.close()
    this.#followed.delete(lane.reader.scope)
  }
}

/** Nothing has happened to it since it was read to its end, as far as sweeps can tell. */
function isAllRead({ lane, idleUntilMs }: Followed): boolean {
  return idleUntilMs === Infinity && lane.reader.unreadBytes === 0
}
