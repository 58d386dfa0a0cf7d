import type { Freshness } from '../endpoint/freshness.ts'
import type { EndpointIndex } from '../endpoint/index.ts'
import { type IndexRecord, keyOf } from '../endpoint/index-record.ts'
import type { LastTold } from './last-told.ts'
import { isNearSchema, type Position, SCHEMA, type StreamLine } from './protocol.ts'

/** What takes the records of a stream over. */
export type RecordTarget = Pick<EndpointIndex, 'put' | 'sweep' | 'size'>

/** Pods and services of a cluster, ten times the largest: a resolver must not fill our memory, whatever it is. */
const MOST_THINGS = 1_000_000

/** What one stream after another has told, and whether the present one can be gone on with. */
export class StreamState {
  readonly #target: RecordTarget
  readonly #lastTold: LastTold
  #stage: 'hello' | 'answer' | 'snapshot' | 'live' = 'hello'
  #position: Position | undefined
  #epoch = ''
  /** Of the snapshot that is being read. */
  #keep = new Set<string>()
  /** The delta whose records come now. */
  #delta: { readonly seq: number; left: number } | undefined
  /** The last whole delta; undefined where any may come next. */
  #seq: number | undefined
  #freshness: Freshness = 'not_synced'
  #isSynced = false
  #swept: Promise<void> = Promise.resolve()

  constructor(target: RecordTarget, lastTold: LastTold) {
    this.#target = target
    this.#lastTold = lastTold
  }

  /** Whether the present connection is with a resolver that is followed. */
  get isGreeted(): boolean {
    return this.#stage !== 'hello'
  }

  /** Where to go on, if anywhere. */
  get position(): Position | undefined {
    return this.#position
  }

  /** Whether there was a whole snapshot, ever. */
  get isSynced(): boolean {
    return this.#isSynced
  }

  /** Resolves once what the last whole snapshot did not have is closed. */
  get swept(): Promise<void> {
    return this.#swept
  }

  /** What the resolver says of itself. */
  get freshness(): Freshness {
    return this.#freshness
  }

  /** A new connection: lines are of it from now on. */
  connect(): void {
    this.#stage = 'hello'
    this.#delta = undefined
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
    if (line.type === 'record') return this.#put(line.record)
    if (this.#delta !== undefined) return `${line.type} within delta ${this.#delta.seq}`
    if (line.type === 'delta') return this.#beginDelta(line)
    return line.type === 'end' ? this.#end(line) : this.#hear(line)
  }

  #greet(hello: Extract<StreamLine, { type: 'hello' }>): string | undefined {
    const { schema, epoch, freshness, told } = hello
    if (!isNearSchema(schema))
      return `it speaks schema ${schema} of the stream, expected ${SCHEMA - 1} to ${SCHEMA + 1}`
    // A resolver is not behind itself: it may tell of a list before it knows all of it.
    const refusal = epoch === this.#epoch ? undefined : this.#lastTold.refusalOf(hello)
    if (refusal !== undefined) return refusal
    this.#lastTold.hear(told)
    this.#epoch = epoch
    this.#freshness = freshness
    this.#stage = 'answer'
    return undefined
  }

  #answer(line: Extract<StreamLine, { type: 'resume' | 'snapshot' }>): string | undefined {
    if (this.#stage !== 'answer') return `a second ${line.type}`
    if (line.type === 'resume') return this.#resume(line.seq)
    this.#position = undefined // half a snapshot is none
    this.#seq = undefined
    this.#keep = new Set()
    this.#stage = 'snapshot'
    return undefined
  }

  #resume(seq: number): string | undefined {
    if (this.#position?.epoch !== this.#epoch || this.#position.seq !== seq) return 'it resumes where we have not been'
    this.#seq = seq
    this.#stage = 'live'
    this.#lastTold.follow()
    return undefined
  }

  #beginDelta({ seq, records, told }: Extract<StreamLine, { type: 'delta' }>): string | undefined {
    if (this.#seq !== undefined && seq !== this.#seq + 1) return gapText(this.#seq, seq)
    this.#lastTold.hear(told)
    this.#delta = { seq, left: records }
    this.#endDelta()
    return undefined
  }

  #put(record: IndexRecord | undefined): string | undefined {
    if (this.#stage === 'live' && this.#delta === undefined) return 'a record without a delta'
    if (record !== undefined) {
      if (this.#stage === 'snapshot') this.#keep.add(keyOf(record))
      this.#target.put(record)
    }
    if (this.#delta !== undefined) this.#delta.left -= 1
    this.#endDelta()
    const { pods, services } = this.#target.size
    return Math.max(pods + services, this.#keep.size) > MOST_THINGS ? `more than ${MOST_THINGS} things` : undefined
  }

  /** Only a whole delta has been taken. */
  #endDelta(): void {
    if (this.#delta === undefined || this.#delta.left > 0) return
    const { seq } = this.#delta
    this.#delta = undefined
    this.#seq = seq
    if (this.#stage === 'live') this.#position = { epoch: this.#epoch, seq }
  }

  #end({ seq, atMs }: Extract<StreamLine, { type: 'end' }>): string | undefined {
    if (this.#stage !== 'snapshot') return 'an end without a snapshot'
    if (this.#seq !== undefined && this.#seq !== seq) return gapText(this.#seq, seq)
    this.#swept = this.#target.sweep(this.#keep, atMs)
    this.#keep = new Set()
    this.#seq = seq
    this.#position = { epoch: this.#epoch, seq }
    this.#stage = 'live'
    this.#isSynced = true
    this.#lastTold.follow()
    return undefined
  }

  #hear({ seq, freshness }: Extract<StreamLine, { type: 'heartbeat' }>): string | undefined {
    this.#freshness = freshness
    return this.#stage === 'live' && this.#seq !== seq ? gapText(this.#seq, seq) : undefined
  }
}

function gapText(seq: number | undefined, next: number): string {
  return `a gap: ${next} after ${seq}`
}
