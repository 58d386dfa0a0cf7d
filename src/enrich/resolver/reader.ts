import type { Writable } from 'node:stream'
import type { Clock } from '../../clock.ts'
import type { DeltaRing } from './delta-ring.ts'

/** Why a reader is let go. */
export type Dropped = 'too_slow' | 'too_far_behind'

/** A reader that takes nothing costs no memory, but may not stay for ever. */
const MOST_WAITING_BYTES = 4_194_304
const LONGEST_BLOCK_MS = 30_000
const LONGEST_SNAPSHOT_MS = 60_000

/** Readers take turns: nobody is sent more at once. */
const TURN_BYTES = 262_144

/** What a reader needs from outside. */
export interface ReaderParts {
  readonly ring: DeltaRing
  readonly clock: Clock
  /** Told that `pump` is due. */
  readonly onReady: (reader: Reader) => void
  readonly onDropped: (why: Dropped) => void
}

/** What a reader is sent before deltas are all there is. */
export interface Opening {
  /** hello and resume, or hello and snapshot. */
  readonly head: Buffer
  /** Filled in once there is a snapshot. */
  readonly snapshot: Promise<SnapshotPart> | undefined
  /** Deltas after this one are sent. */
  readonly seq: number
}

/** A snapshot and the deltas that complete it. */
export interface SnapshotPart {
  readonly members: readonly Buffer[]
  /** The delta that the first members were older than. */
  readonly seq: number
  /** The line `end`, which goes out behind delta `endSeq`. */
  readonly end: Buffer
  readonly endSeq: number
}

/** One connection. It holds a place in what all readers share, and no bytes of its own. */
export class Reader {
  readonly #output: Writable
  readonly #parts: ReaderParts
  readonly #sinceMs: number
  #members: readonly Buffer[] = []
  #memberAt = 0
  #end: Pick<SnapshotPart, 'end' | 'endSeq'> | undefined
  #next: number
  #state: 'waiting' | 'snapshot' | 'live' | 'ended'
  #blocked: { readonly sinceMs: number; readonly pushedBytes: number } | undefined

  constructor(output: Writable, opening: Opening, parts: ReaderParts) {
    this.#output = output
    this.#parts = parts
    this.#sinceMs = parts.clock.elapsedMs()
    this.#next = opening.seq + 1
    this.#state = opening.snapshot === undefined ? 'live' : 'waiting'
    output.on('drain', () => this.#unblock())
    this.#write(opening.head)
    void opening.snapshot?.then((part) => this.#begin(part))
  }

  /** Whether it still has to be sent a part of a snapshot. */
  get isAtSnapshot(): boolean {
    return this.#state === 'waiting' || this.#state === 'snapshot'
  }

  /** Send what there is for it, as far as it takes it and its turn allows; whether there is more. */
  pump(): boolean {
    let sent = 0
    while (this.#state !== 'waiting' && this.#state !== 'ended' && this.#blocked === undefined) {
      if (sent >= TURN_BYTES) return true
      const bytes = this.#take()
      if (bytes === undefined) return false
      this.#write(bytes)
      sent += bytes.length
    }
    return false
  }

  /** Send `heartbeat`, which must be of the last delta, where it comes in order. */
  beat(heartbeat: Buffer): void {
    this.check()
    const isInOrder = this.#state === 'waiting' || (this.#state === 'live' && this.#next > this.#parts.ring.seq)
    if (isInOrder && this.#blocked === undefined) this.#write(heartbeat)
  }

  /** Let go of a reader that is too slow. */
  check(): void {
    if (this.#state === 'ended') return
    const nowMs = this.#parts.clock.elapsedMs()
    if (this.isAtSnapshot && nowMs - this.#sinceMs > LONGEST_SNAPSHOT_MS) return this.#drop('too_slow')
    if (this.#blocked === undefined) return
    const { sinceMs, pushedBytes } = this.#blocked
    const isFar = this.#parts.ring.pushedBytes - pushedBytes > MOST_WAITING_BYTES
    if (isFar || nowMs - sinceMs > LONGEST_BLOCK_MS) this.#drop('too_slow')
  }

  /** The end of the stream, after what is on its way. */
  end(): void {
    this.#leave()
    this.#output.end()
  }

  #begin({ members, seq, end, endSeq }: SnapshotPart): void {
    if (this.#state !== 'waiting') return
    this.#members = members
    this.#end = { end, endSeq }
    this.#next = seq + 1
    this.#state = 'snapshot'
    this.#parts.onReady(this)
  }

  /** What comes next; undefined when there is nothing now. */
  #take(): Buffer | undefined {
    const member = this.#members[this.#memberAt]
    if (member !== undefined) {
      this.#memberAt += 1
      return member
    }
    this.#members = []
    if (this.#end !== undefined && this.#next > this.#end.endSeq) {
      const { end } = this.#end
      this.#end = undefined
      this.#state = 'live'
      return end
    }
    const delta = this.#parts.ring.at(this.#next)
    if (delta !== undefined) this.#next += 1
    else if (this.#next <= this.#parts.ring.seq) this.#drop('too_far_behind')
    return delta
  }

  #write(bytes: Buffer): void {
    if (this.#output.write(bytes)) return
    this.#blocked = { sinceMs: this.#parts.clock.elapsedMs(), pushedBytes: this.#parts.ring.pushedBytes }
  }

  #unblock(): void {
    this.#blocked = undefined
    this.#parts.onReady(this)
  }

  #drop(why: Dropped): void {
    this.#leave()
    this.#output.destroy()
    this.#parts.onDropped(why)
  }

  #leave(): void {
    this.#state = 'ended'
    this.#members = []
  }
}
