import { fileKeyOf } from '../ingest/event-id.ts'
import type { CursorState, Range } from './cursor-state.ts'
import type { DeadLetter } from './dead-letter.ts'
import { isInside } from './ranges.ts'

/** What an earlier run did with a line that is read again. `doubtful`: it may have been delivered. */
export type Earlier = 'nothing' | 'answered' | 'doubtful'

/** What is known of one file from an earlier run. */
interface Before {
  readonly answered: readonly Range[]
  /** Lines that begin before this may have been sent. */
  readonly sentBytes: number
}

/**
 * What an earlier run did with lines behind the prefixes. Those it answered, and those in the dead letter, are left
 * out; those it may have sent are in doubt.
 */
export class EarlierRun {
  readonly #files = new Map<string, Before>()
  readonly #deadLetter: DeadLetter
  /** No state, or one to which commits are missing: everything that is there may have been sent. */
  isUncertain: boolean

  /** Files that this run has read something of. */
  readonly #met = new Set<string>()

  /**
   * `knowsSent`: the sink looks up what is in doubt, so what was sent was written down first. `hasGap`: commits may be
   * missing from the state, or all of it is.
   */
  constructor(state: CursorState, deadLetter: DeadLetter, knowsSent: boolean, hasGap: boolean) {
    this.#deadLetter = deadLetter
    this.isUncertain = knowsSent && (hasGap || state.head.isUncertain === true)
    for (const { fileKey, prefixBytes, answered = [], sentBytes = 0 } of state.entries) {
      const sent = knowsSent && sentBytes > prefixBytes ? sentBytes : 0
      if (answered.length > 0 || sent > 0) this.#files.set(fileKey, { answered, sentBytes: sent })
    }
  }

  /** Whether every line is new, so that nobody needs to ask. */
  get isNothing(): boolean {
    return this.#files.size === 0 && this.#deadLetter.isEmpty
  }

  /**
   * A file is read that had `sizeBytes` when it was seen by this run: what came later no earlier one has sent. How much of
   * it has to be written down as sent, because commits are missing: 0 when there is nothing, or it has been met before.
   */
  meet(fileKey: string, sizeBytes: number): number {
    if (this.#met.has(fileKey) || (!this.isUncertain && !this.#files.has(fileKey))) return 0
    this.#met.add(fileKey)
    const { answered = [], sentBytes = 0 } = this.#files.get(fileKey) ?? {}
    this.#files.set(fileKey, { answered, sentBytes: this.isUncertain ? sizeBytes : Math.min(sentBytes, sizeBytes) })
    return this.isUncertain ? sizeBytes : 0
  }

  /** Of the line with this id, which begins at `offsetBytes` of its file. */
  of(eventId: string, offsetBytes: number): Earlier {
    if (this.#deadLetter.has(eventId)) return 'answered'
    const before = this.#files.get(fileKeyOf(eventId))
    if (before === undefined) return 'nothing'
    if (isInside(before.answered, offsetBytes)) return 'answered'
    return offsetBytes < before.sentBytes ? 'doubtful' : 'nothing'
  }
}
