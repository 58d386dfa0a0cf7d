import { eventIds, fileKeyOf } from '../ingest/event-id.ts'
import type { ChainReader } from '../ingest/chain-reader.ts'
import type { ChainChunk } from '../ingest/reading.ts'
import type { Segment } from '../sinks/batch.ts'
import type { Lookup } from '../sinks/sink.ts'
import type { Batcher, Shipment } from './batcher.ts'
import type { Budget } from './budget.ts'
import type { Committer } from './committer.ts'
import { type Carry, EMPTY_CARRY, type Transcoded, type Transcoder } from './contract.ts'
import type { Cursor } from './cursor.ts'
import type { Doubts } from './doubts.ts'
import type { Earlier, EarlierRun } from './earlier-run.ts'
import { Ledger, type OpenLine, type Receipt, type Span } from './ledger.ts'
import type { Meter } from './meter.ts'
import { selectDocuments } from './segments.ts'
import { reuseSlab } from './slab.ts'
import type { Wait, Waits } from './waits.ts'

/** Where the segments of every lane go. */
export interface LaneParts {
  readonly cursor: Cursor
  readonly committer: Committer
  readonly budget: Budget
  readonly batcher: Batcher
  readonly meter: Meter
  readonly earlier: EarlierRun
  /** Of a sink that looks up what is in doubt. */
  readonly lookup: Lookup | undefined
  readonly doubts: Doubts | undefined
  /** Undefined: nothing waits for names. */
  readonly waits: Waits | undefined
}

/** A chunk that waits for names, in memory of its own. */
interface Waiting {
  readonly chunk: ChainChunk
  readonly wait: Wait
}

/** One chain on its way through a pipeline: chunks come in, segments go to the batcher, answers come back. */
export class Lane {
  readonly reader: ChainReader
  readonly ledger = new Ledger()
  readonly #transcoder: Transcoder
  readonly #parts: LaneParts
  #carry: Carry = EMPTY_CARRY
  #waiting: Waiting | undefined
  /** What all its shipments have in common. */
  readonly #ways: Pick<Shipment, 'settle' | 'markOf'>
  /** What the cursor on disk has to be at before anything that was read is sent. */
  #versionToSend = 0

  constructor(reader: ChainReader, transcoder: Transcoder, parts: LaneParts) {
    this.reader = reader
    this.#transcoder = transcoder
    this.#parts = parts
    const { cursor } = parts
    this.#ways = {
      settle: () => this.ledger.settle(cursor),
      markOf: (id) => cursor.get(fileKeyOf(id))?.mark,
    }
  }

  /** A chunk waits for names: nothing may be taken before it has gone on. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined
  }

  /** Bytes that were read and that no prefix has passed. */
  get pendingBytes(): number {
    return this.ledger.pendingBytes + (this.#waiting?.chunk.bytes.length ?? 0)
  }

  /** Transcode a chunk and send it on, or keep it while the names of pods in it may come. */
  take(chunk: ChainChunk): void {
    const { fileKey, path, file } = chunk
    const { cursor, earlier } = this.#parts
    if (!chunk.isContinued) this.closeJoins()
    const { sizeBytes, isCompressed, ...facts } = file
    cursor.follow({ fileKey, path, ...facts })
    // Of a compressed file only what has been unpacked by now is known.
    const doubtedBytes = earlier.meet(fileKey, isCompressed ? Number.MAX_SAFE_INTEGER : sizeBytes)
    if (doubtedBytes > 0) cursor.raiseSent(fileKey, 0, doubtedBytes, '') // still in doubt if this run ends early
    const transcoded = this.#transcoder.transcode(chunk, this.#carry)
    const wait = this.#parts.waits?.begin(transcoded.misses, chunk.bytes.length)
    if (wait === undefined) return this.#accept(chunk, transcoded)
    reuseSlab(transcoded.segment.bytes)
    this.#waiting = { chunk: { ...chunk, bytes: Buffer.from(chunk.bytes) }, wait }
  }

  /** Send on the chunk that waits, as it is understood now; false while it has to wait. `isLast`: it may not wait longer. */
  goOn(isLast = false): boolean {
    if (this.#waiting === undefined) return true
    const { chunk, wait } = this.#waiting
    if (!isLast && !wait.isOver()) return false
    wait.end()
    this.#waiting = undefined
    this.#accept(chunk, this.#transcoder.transcode(chunk, this.#carry))
    return true
  }

  #accept({ fileKey, offsetBytes, check }: ChainChunk, { segment, carry }: Transcoded): void {
    this.#carry = carry
    this.#ship(segment, { fileKey, fromBytes: offsetBytes, toBytes: check.atBytes, check })
  }

  /** The rest of open lines does not come any more. */
  closeJoins(): void {
    const segment = this.#transcoder.close(this.#carry)
    this.#carry = EMPTY_CARRY
    if (segment !== undefined) this.#ship(segment, undefined)
  }

  #ship(segment: Segment, span: Span | undefined): void {
    const { cursor, committer, budget, batcher, meter, lookup, doubts } = this.#parts
    meter.read(segment)
    const [fresh, doubtful] = this.#sort(segment)
    const unanswered = fresh.ids.length + (doubtful?.ids.length ?? 0)
    const receipt: Receipt = { span, openLines: this.#openLines(), documents: segment.bytes, unanswered }
    if (span !== undefined && lookup !== undefined) this.#mayBeSent(span, lookup.mark(segment.reporterNamespace))
    this.ledger.add(receipt)
    if (unanswered === 0) {
      this.ledger.settle(cursor)
      return committer.request()
    }
    budget.spend(segment.bytes.length)
    const shipment: Shipment = { segment: fresh, receipt, cursorVersion: this.#versionToSend, ...this.#ways }
    if (fresh.ids.length > 0) batcher.add(shipment)
    if (doubtful !== undefined) doubts?.addEarlier([{ ...shipment, segment: doubtful }])
  }

  /** Kept for all that follows: a line that began in this span may end, and be sent, with a later one. */
  #mayBeSent({ fileKey, fromBytes, toBytes }: Span, mark: string): void {
    const { cursor } = this.#parts
    cursor.raiseSent(fileKey, fromBytes, toBytes, mark)
    this.#versionToSend = Math.max(this.#versionToSend, cursor.versionToSend(fileKey, toBytes))
  }

  /** What an earlier run has not answered: what it surely did not send, and what it may have. */
  #sort(segment: Segment): readonly [Segment, Segment | undefined] {
    const { earlier, doubts } = this.#parts
    if (earlier.isNothing) return [segment, undefined]
    const kinds = segment.ids.map((id, index) => earlier.of(id, segment.offsets[index] ?? 0))
    const of = (kind: Earlier) => selectDocuments(segment, (index) => kinds[index] === kind)
    return doubts !== undefined && kinds.includes('doubtful')
      ? [of('nothing'), of('doubtful')]
      : [of('nothing'), undefined]
  }

  #openLines(): readonly OpenLine[] {
    const { earlier } = this.#parts
    return this.#carry.joins.map(({ fileKey, offsetBytes }) => {
      const isAnswered = !earlier.isNothing && earlier.of(eventIds(fileKey)(offsetBytes), offsetBytes) === 'answered'
      return { fileKey, offsetBytes, isAnswered }
    })
  }
}
