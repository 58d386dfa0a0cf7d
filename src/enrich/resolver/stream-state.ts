import { isNearSchema, type Position, type ResolverFreshness, SCHEMA, type StreamLine } from './protocol.ts'

/** What takes the records of a stream over; `EndpointIndex` is one. */
export interface RecordTarget {
  /** Take one over as it is. What is no record is left out. */
  put(record: unknown): void
  /** A whole snapshot begins: what is not put before `sweep` is gone. */
  beginSweep(): void
  /** What was not put since `beginSweep` ended at `atMs`. */
  sweep(atMs: number): void
}

/** A resolver must not fill our memory, whatever it is. */
const MOST_RECORDS = 2_000_000

/** What one stream after another has told, and whether the present one can be gone on with. */
export class StreamState {
  readonly #target: RecordTarget
  #stage: 'hello' | 'answer' | 'snapshot' | 'live' = 'hello'
  #position: Position | undefined
  #epoch = ''
  /** Of the last delta of the snapshot that is being read. */
  #snapshotSeq: number | undefined
  #recordCount = 0
  #freshness: ResolverFreshness | undefined
  #isSynced = false

  constructor(target: RecordTarget) {
    this.#target = target
  }

  /** Where to go on, if anywhere. */
  get position(): Position | undefined {
    return this.#position
  }

  /** Whether there was a whole snapshot, ever. */
  get isSynced(): boolean {
    return this.#isSynced
  }

  /** Whether the present stream has come to where changes are told as they happen. */
  get isLive(): boolean {
    return this.#stage === 'live'
  }

  /** What the resolver says of itself. */
  get freshness(): ResolverFreshness | undefined {
    return this.#freshness
  }

  /** A new connection; lines are of it from now on. */
  connect(): void {
    this.#stage = 'hello'
  }

  /** Never go on where we were: what the resolver says does not fit together. */
  forget(): void {
    this.#position = undefined
  }

  /** Take one line; why the stream cannot be gone on with, if so. */
  take(line: StreamLine): string | undefined {
    if (line.type === 'hello') return this.#stage === 'hello' ? this.#greet(line) : 'a second hello'
    if (this.#stage === 'hello') return `${line.type} in place of hello`
    if (line.type === 'resume' || line.type === 'snapshot') return this.#answer(line)
    if (this.#stage === 'answer') return `${line.type} in place of resume or snapshot`
    return this.#stage === 'snapshot' ? this.#fill(line) : this.#follow(line)
  }

  #greet({ schema, epoch, freshness }: Extract<StreamLine, { type: 'hello' }>): string | undefined {
    if (!isNearSchema(schema))
      return `it speaks schema ${schema} of the stream, expected ${SCHEMA - 1} to ${SCHEMA + 1}`
    this.#epoch = epoch
    this.#freshness = freshness
    this.#stage = 'answer'
    return undefined
  }

  #answer(line: Extract<StreamLine, { type: 'resume' | 'snapshot' }>): string | undefined {
    if (this.#stage !== 'answer') return `a second ${line.type}`
    if (line.type === 'resume') {
      const isOurs = this.#position?.epoch === this.#epoch && this.#position.seq === line.seq
      if (!isOurs) return 'it resumes where we have not been'
      this.#stage = 'live'
      return undefined
    }
    this.#position = undefined // half a snapshot is none
    this.#snapshotSeq = undefined
    this.#recordCount = 0
    this.#target.beginSweep()
    this.#stage = 'snapshot'
    return undefined
  }

  #fill(line: StreamLine): string | undefined {
    if (line.type === 'records') return this.#put(line.records)
    if (line.type === 'delta') {
      const gap = this.#gapTo(this.#snapshotSeq, line.seq)
      this.#snapshotSeq = line.seq
      return gap ?? this.#put(line.records)
    }
    if (line.type === 'heartbeat') this.#freshness = line.freshness
    if (line.type !== 'end') return undefined
    if (this.#snapshotSeq !== undefined && this.#snapshotSeq !== line.seq) return gapText(this.#snapshotSeq, line.seq)
    this.#target.sweep(line.atMs)
    this.#position = { epoch: this.#epoch, seq: line.seq }
    this.#stage = 'live'
    this.#isSynced = true
    return undefined
  }

  #follow(line: StreamLine): string | undefined {
    const { seq } = this.#position ?? { seq: 0 }
    if (line.type === 'heartbeat') {
      this.#freshness = line.freshness
      return line.seq === seq ? undefined : gapText(seq, line.seq)
    }
    if (line.type !== 'delta') return `${line.type} after the snapshot`
    const gap = this.#gapTo(seq, line.seq)
    if (gap !== undefined) return gap
    this.#recordCount = 0
    const problem = this.#put(line.records)
    this.#position = { epoch: this.#epoch, seq: line.seq }
    return problem
  }

  #gapTo(seq: number | undefined, next: number): string | undefined {
    return seq === undefined || next === seq + 1 ? undefined : gapText(seq, next)
  }

  #put(records: readonly unknown[]): string | undefined {
    this.#recordCount += records.length
    if (this.#recordCount > MOST_RECORDS) return `more than ${MOST_RECORDS} records`
    for (const record of records) this.#target.put(record)
    return undefined
  }
}

function gapText(seq: number, next: number): string {
  return `a gap: ${next} after ${seq}`
}
