import type { Writable } from 'node:stream'
import type { Clock } from '../../clock.ts'
import { Breath } from '../breath.ts'
import type { Versions } from '../kubernetes/resource-version.ts'
import { DeltaRing, type RingBounds } from './delta-ring.ts'
import { Deltas, type RecordSource } from './deltas.ts'
import { HEARTBEAT_MS, memberOf, type Position, type ResolverFreshness, SCHEMA } from './protocol.ts'
import { type Dropped, Reader, type SnapshotPart } from './reader.ts'
import { packRecords, type Snapshot } from './snapshot.ts'

const MOST_SNAPSHOTS = 32
/** A snapshot serves everybody who asks within this time: deltas bring it up to date. */
const SNAPSHOT_MS = 30_000
const RING: RingBounds = { maxBytes: 16_777_216, maxAgeMs: 600_000 }

/** How a reader is answered, and why one is let go. */
export type ReaderEvent = 'snapshot' | 'resume' | 'busy' | Dropped

/** What it needs from outside. */
export interface PublisherParts {
  readonly clock: Clock
  /** The id of this start: nobody else ever has it. */
  readonly epoch: string
  readonly freshness: () => ResolverFreshness
  /** How far pods are known, and told. */
  readonly versions: () => Versions
  readonly onEvent: (event: ReaderEvent) => void
}

/** Streams an index to any number of readers (docs/resolver.md): everything is packed once, whoever reads. */
export class Publisher {
  readonly #source: RecordSource
  readonly #parts: PublisherParts
  readonly #ring = new DeltaRing(RING)
  readonly #deltas: Deltas
  readonly #readers = new Set<Reader>()
  readonly #stopped = new AbortController()
  #snapshotOversizeCount = 0
  /** Whom something may be sent to now. */
  readonly #due = new Set<Reader>()
  #isPumping = false
  #snapshot: { readonly askedMs: number; readonly packed: Promise<Snapshot> } | undefined
  #beat: { readonly seq: number; readonly bytes: Buffer } | undefined

  constructor(source: RecordSource, parts: PublisherParts) {
    this.#source = source
    this.#parts = parts
    const told = () => parts.versions().told
    this.#deltas = new Deltas(source, { ring: this.#ring, clock: parts.clock, told, onPush: () => this.#pumpAll() })
    void this.#beatOn()
  }

  /** For people and metrics. */
  get status() {
    const { seq, bytes } = this.#ring
    return { epoch: this.#parts.epoch, seq, ringBytes: bytes, readers: this.#readers.size }
  }

  /** Records that were too long to be sent. */
  get oversizeCount(): number {
    return this.#deltas.oversizeCount + this.#snapshotOversizeCount
  }

  /** Send the stream to `output`, from `position` on where that can be; `busy` where it has to come again. */
  add(output: Writable, position: Position | undefined): 'snapshot' | 'resume' | 'busy' {
    const isResume = position?.epoch === this.#parts.epoch && this.#ring.hasAllAfter(position.seq)
    const answer = isResume ? 'resume' : this.#isBusy ? 'busy' : 'snapshot'
    this.#parts.onEvent(answer)
    if (answer !== 'busy') this.#admit(output, isResume ? position.seq : undefined)
    return answer
  }

  /** The end of all streams; nothing is sent any more. */
  stop(): void {
    this.#stopped.abort()
    this.#deltas.stop()
    for (const reader of this.#readers) reader.end()
    this.#readers.clear()
  }

  get #isBusy(): boolean {
    let count = 0
    for (const reader of this.#readers) if (reader.isAtSnapshot) count += 1
    return count >= MOST_SNAPSHOTS
  }

  #admit(output: Writable, resumeSeq: number | undefined): void {
    const { seq } = this.#ring
    const { clock, onEvent } = this.#parts
    const second = memberOf(resumeSeq === undefined ? { type: 'snapshot' } : { type: 'resume', seq: resumeSeq })
    const opening = {
      head: Buffer.concat([this.#hello(), second]),
      snapshot: resumeSeq === undefined ? this.#snapshotPart() : undefined,
      seq: resumeSeq ?? seq,
    }
    const onReady = (ready: Reader) => this.#pumpSoon(ready)
    const reader = new Reader(output, opening, { ring: this.#ring, clock, onReady, onDropped: onEvent })
    this.#readers.add(reader)
    output.on('error', () => undefined) // its end follows
    output.on('close', () => this.#readers.delete(reader))
    onReady(reader)
  }

  #hello(): Buffer {
    const { clock, epoch, freshness, versions } = this.#parts
    const { knows, told } = versions()
    const how = { seq: this.#ring.seq, nowMs: clock.nowMs(), freshness: freshness(), knows, told }
    return memberOf({ type: 'hello', schema: SCHEMA, epoch, ...how })
  }

  /** A snapshot with the deltas after it is everything there was at the last flush. */
  async #snapshotPart(): Promise<SnapshotPart> {
    const { members, seq } = await this.#recentSnapshot()
    await this.#deltas.flush()
    const endSeq = this.#ring.seq
    return { members, seq, endSeq, end: memberOf({ type: 'end', seq: endSeq, atMs: this.#deltas.flushedMs }) }
  }

  #recentSnapshot(): Promise<Snapshot> {
    const nowMs = this.#parts.clock.elapsedMs()
    if (this.#snapshot === undefined || nowMs - this.#snapshot.askedMs > SNAPSHOT_MS)
      this.#snapshot = { askedMs: nowMs, packed: this.#pack() }
    return this.#snapshot.packed
  }

  async #pack(): Promise<Snapshot> {
    await this.#deltas.flush()
    const { seq } = this.#ring
    const packed = await packRecords(this.#source)
    this.#snapshotOversizeCount = packed.oversizeCount
    return { seq, ...packed }
  }

  #pumpAll(): void {
    for (const reader of this.#readers) this.#due.add(reader)
    void this.#pump()
  }

  #pumpSoon(reader: Reader): void {
    this.#due.add(reader)
    void this.#pump()
  }

  /** Send to everybody in turn, in slices: many may come, or take again, at the same moment. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return
    this.#isPumping = true
    const breath = new Breath()
    await breath.take() // what is under way goes first, and whoever else comes with it
    for (const reader of this.#due) {
      this.#due.delete(reader)
      reader.check()
      if (reader.pump()) this.#due.add(reader) // behind all others
      if (breath.isDue) await breath.take()
    }
    this.#isPumping = false
  }

  async #beatOn(): Promise<void> {
    const { clock } = this.#parts
    const { signal } = this.#stopped
    for (;;) {
      await clock.sleep(HEARTBEAT_MS, signal)
      if (signal.aborted) return
      this.#ring.expire(clock.elapsedMs())
      this.#forgetSnapshot()
      this.#beat = undefined
      const breath = new Breath()
      for (const reader of this.#readers) {
        reader.beat(this.#heartbeat())
        if (breath.isDue) await breath.take()
      }
    }
  }

  /** Of the last delta, and made once. */
  #heartbeat(): Buffer {
    const { seq } = this.#ring
    if (this.#beat?.seq === seq) return this.#beat.bytes
    const { clock, freshness } = this.#parts
    const bytes = memberOf({ type: 'heartbeat', seq, nowMs: clock.nowMs(), freshness: freshness() })
    this.#beat = { seq, bytes }
    return bytes
  }

  /** It is megabytes that nobody may ask for again. */
  #forgetSnapshot(): void {
    if (this.#snapshot === undefined) return
    if (this.#parts.clock.elapsedMs() - this.#snapshot.askedMs > SNAPSHOT_MS) this.#snapshot = undefined
  }
}
